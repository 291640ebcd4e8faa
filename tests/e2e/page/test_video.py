"""From a real camera to a plugin, through the real bot, and for those who agreed alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from playwright.async_api import Page
from pydantic import SecretStr

from consentry.api import (
    Context,
    Event,
    Medium,
    Message,
    Messages,
    Needs,
    Note,
    Plugin,
    Purpose,
    VideoFrame,
)
from consentry.call.plan import Plan
from consentry.call.session import Session
from consentry.connectors.room.connector import RoomConnector
from consentry.connectors.stack import Invitation
from consentry.consent.notice import Offer
from consentry.consent.owner import OwnerCode
from consentry.metrics import Metrics
from consentry.testing.call import fake_context
from tests.e2e.page.browser import bot_sender, until
from tests.e2e.page.caller import own
from tests.e2e.page.room import TOKEN, Room

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

CODE = "ABCD-EFGH"
SEES_MORE_THAN = "(count) => window.seenFrames().then((frames) => frames > count)"


@dataclass(frozen=True)
class Glance:
    """What a plugin saw: of whom, when, how large and how bright."""

    name: str
    at: float
    size: tuple[int, int]
    brightness: float


class Watch(Plugin):
    """Looks at everybody who agreed, once a second."""

    name = "watch"
    purpose = Purpose(
        "Watching", "Looks at your picture.", "your picture", "a test", "until the call ends"
    )
    needs = Needs(media=frozenset({Medium.VIDEO}), frames_per_second=1.0)

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[Glance] = []
        self._news = asyncio.Event()

    async def process(self, events: AsyncIterator[Event], ctx: Context) -> Messages:
        async for event in events:
            if isinstance(event, VideoFrame):
                size = (event.picture.width, event.picture.height)
                brightness = float(event.picture.rgb().mean())
                self.seen.append(Glance(event.participant.name, event.at, size, brightness))
                self._news.set()
        return
        yield Message(Note(plugin="watch", title="never"), "watch", 0.0)

    async def until(self, true: Callable[[], bool]) -> None:
        while not true():
            self._news.clear()
            await self._news.wait()


class Call:
    """The real bot in the room, and two people with their cameras on."""

    def __init__(self, room: Room, watch: Watch, metrics: Metrics) -> None:
        self._room = room
        self.watch = watch
        self.metrics = metrics

    async def start(self) -> None:
        self.olga, self.gus = await self._room.enter("Olga"), await self._room.enter("Gus")
        for page in (self.olga, self.gus):
            await page.get_by_role("button", name="Start camera").click()
        await own(self.olga, CODE)
        await self.olga.get_by_role("switch", name="Watching").click()
        await self.olga.get_by_role("button", name="Close", exact=True).click()

    async def says(self, page: Page, answer: str) -> None:
        await page.locator(f"[data-purpose=watch] [data-answer={answer}]").click()
        await page.keyboard.press("Escape")

    async def olga_sees(self, frames: int) -> None:
        """Wait until Olga has seen this many more frames of Gus."""
        before = await self.olga.evaluate("window.seenFrames()")
        await until(self.olga, SEES_MORE_THAN, before + frames)

    def decoded(self, consent: str) -> float:
        return self.metrics.value("decoded_frames", medium="video", consent=consent)

    def received(self) -> float:
        return self.metrics.value("packets_received", medium="video")


@asynccontextmanager
async def a_call(room: Room) -> AsyncIterator[Call]:
    watch, metrics = Watch(), Metrics()
    offer = Offer(watch.name, watch.purpose, media=watch.needs.media)
    plan = Plan(
        "c-video", "Consentry", [(watch, offer)], lambda name: fake_context(), OwnerCode(CODE)
    )
    invitation = Invitation(room.url, token=SecretStr(TOKEN))
    session = Session(plan, lambda setting: RoomConnector(invitation, setting), metrics)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(session.run())
        call = Call(room, watch, metrics)
        await call.start()
        yield call
        session.stop()
        await running


async def test_a_camera_is_looked_at_from_a_yes_to_a_no_and_of_nobody_else(room: Room) -> None:
    async with a_call(room) as call:
        await call.olga_sees(10)
        assert call.received() == 0, "nobody has agreed yet"
        await call.says(call.olga, "no")
        await call.says(call.gus, "yes")
        await call.watch.until(lambda: len(call.watch.seen) >= 4)
        assert {glance.name for glance in call.watch.seen} == {"Gus"}
        assert all(glance.size <= (320, 180) for glance in call.watch.seen)
        assert all(glance.brightness > 10 for glance in call.watch.seen)
        times = [glance.at for glance in call.watch.seen]
        assert times[-1] - times[0] > 0.7 * (len(times) - 1), "about one a second"
        assert (await call.olga.evaluate("window.sentPictures()"))["bytes"] == 0
        assert (await bot_sender(call.olga, "video"))["track"] is False

        await call.gus.locator("#badge button").click()
        await call.says(call.gus, "no")
        await call.olga_sees(10)
        seen, received, decoded = len(call.watch.seen), call.received(), call.decoded("granted")
        await call.olga_sees(30)
        assert (len(call.watch.seen), call.received()) == (seen, received)
        assert call.decoded("granted") == decoded > 0
        assert call.decoded("declined") == call.decoded("undecided") == 0
