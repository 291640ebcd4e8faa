"""Somebody checks in by face in a call on each stack, at its own client, with the real engine."""

from __future__ import annotations

import asyncio
import logging
import os
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Protocol, cast

import pytest
from playwright.async_api import Frame, Page

from consentry.bot import Bot, CallOptions
from consentry.call.session import Session
from consentry.config.loading import load_config
from consentry.connectors.driver import Connector, Setting
from consentry.messages import CheckIn, Message
from consentry.testing.conformance import invited
from consentry.testing.scene import Scene, running
from consentry.testing.tries import fine
from consentry.testing.venue import FilmVenue
from consentry.testing.watched import Notes, Size, Watched, Watcher
from consentry.web.pages import Pages, serving_pages
from tests.bench.checkin.films import GENUINE, PORTRAIT, Film
from tests.connectors.janus import free_port
from tests.e2e.filmed import CAMERA, film_camera, filming
from tests.e2e.test_check_in import CONFIG, NAME, Ways, enrolled
from tests.requirements import need
from tests.venues.browser import chromium
from tests.venues.galene import galene_venue
from tests.venues.janus import janus_venue
from tests.venues.jitsi.real import real_jitsi
from tests.venues.jitsi.server import LIBRARY
from tests.venues.jitsi.venue import JitsiVenue, jitsi_venue
from tests.venues.livekit import livekit_venue

log = logging.getLogger(__name__)

pytestmark = [pytest.mark.e2e, pytest.mark.long, pytest.mark.timeout(400)]

TRIES = 3
"""Of five that a person has: all that sees, computes and draws here shares two cores."""


class Filmable(FilmVenue, Protocol):
    """A venue whose people's cameras can be another's."""

    camera: str


@asynccontextmanager
async def jitsi_s_own(folder: Path) -> AsyncIterator[Filmable]:
    """Jitsi's own servers, with people whose library is of their age."""
    if LIBRARY not in os.environ:
        pytest.skip(f"{LIBRARY} names no lib-jitsi-meet of these servers' age")
    async with real_jitsi(folder) as server, chromium() as browsers:
        yield JitsiVenue(server, browsers, simulcast="yes")


VENUES: Mapping[str, tuple[str, Callable[[Path], AbstractAsyncContextManager[Filmable]]]] = {
    "galene": ("galene", galene_venue),
    "livekit": ("livekit-server", livekit_venue),
    "janus": ("janus-demos", janus_venue),
    "jitsi": ("jitsi-client", jitsi_venue),
    "jitsi-videobridge": ("jitsi-videobridge", jitsi_s_own),
}
"""What each stack takes besides its server, and who starts it."""


class Told(Watched):
    """A connector under a looking glass that shows, too, how each try ended."""

    def __init__(self, connector: Connector, notes: Notes, verdicts: list[str]) -> None:
        super().__init__(connector, notes)
        self._verdicts = verdicts
        self._wake = notes.wake

    async def send(self, message: Message) -> None:
        await super().send(message)
        if isinstance(message.body, CheckIn):
            self._verdicts.append(message.body.verdict)
            self._wake()


@dataclass
class Call:
    """A call with the pages where people check in: Mia owns it, and Ana is enrolled."""

    scene: Scene
    ways: Ways
    verdicts: list[str]
    """How the tries ended so far."""

    @property
    def ana(self) -> Page:
        return cast(Page, getattr(self.scene.people["Ana"], "page", None))

    @property
    def sizes(self) -> list[Size]:
        """Of the pictures of Ana's so far."""
        return self.scene.notes.pictures.get(self.scene.id("Ana"), [])

    def part(self, name: str) -> Frame | Page:
        """Of Ana's page: the frame with this name, where there are several."""
        return self.ana.frame(name) or self.ana


@pytest.mark.parametrize("stack", VENUES)
async def test_by_face_and_the_others_read_who_is_checked_in(
    stack: str, pictures: Path | None, tmp_path: Path
) -> None:
    program, venue_in = VENUES[stack]
    need(program)
    async with a_bot(tmp_path) as (bot, pages), venue_in(tmp_path) as venue:
        # The bridge takes every camera for one of 1280 x 720.
        venue.camera = film_camera(1280, 720) if stack == "jitsi-videobridge" else CAMERA
        async with (
            a_call(venue, bot, pages, pictures) as call,
            filming(call.ana, call.part("video")) as film,
        ):
            await film.reads_chat(call.part("text"))
            await film.show(Film(GENUINE, PORTRAIT, 1))
            tries = await tries_until_checked_in(call)
            await call.scene.people["Mia"].reads(f"Checked in: {NAME}.")
            await call.scene.picture(f"checked-in-{stack}")
            log.info("%s: %d tries, pictures %s", stack, tries, dict(Counter(call.sizes)))
            assert any(map(fine, call.sizes))
            assert bot.metrics.value("face_embeddings") >= 1
            assert [*call.scene.notes.pictures] == [call.scene.id("Ana")]


async def tries_until_checked_in(call: Call) -> int:
    """Ana tries until she is checked in; how often."""
    for number in range(1, TRIES + 1):
        await claims_by_face(call)
        async with call.scene.expected("Ana's try ends", 60.0):
            await call.scene.notes.until(partial(lambda tries: len(call.verdicts) == tries, number))
        if call.verdicts[-1] == "checked_in":
            await call.scene.people["Ana"].reads("You are checked in.")
            return number
    raise AssertionError(f"Ana was sent to her code {TRIES} times")


async def claims_by_face(call: Call) -> None:
    """Ana asks where to check in, goes there, shows her link, and wants her face looked at."""
    await call.scene.tell("Ana", "/checkin")
    text = await call.part("text").locator("body").text_content() or ""
    page = await call.ana.context.new_page()
    await page.goto(re.findall(r"http://[^\s]+/checkin", text)[-1])
    mine, there = page.get_by_role("button", name="This is my page"), page.locator("#face-link")
    await mine.or_(there).first.wait_for()
    if await mine.count():
        await mine.click()
    await there.fill(call.ways.link)
    await page.get_by_role("button", name="My link, then my face").click()
    await page.get_by_text("Go back to the call").first.wait_for()
    await page.close()


@asynccontextmanager
async def a_bot(folder: Path) -> AsyncIterator[tuple[Bot, Pages]]:
    """One with the default engine, and the pages of its calls."""
    port = free_port()
    web = f"web: {{public_url: 'http://127.0.0.1:{port}', port: {port}}}\n"
    path = folder / "consentry.yaml"
    path.write_text(f"{CONFIG}{web}storage: {{directory: {folder / 'kept'}}}\n")
    async with Bot(load_config(path)) as bot, serving_pages(bot) as pages:
        await bot.warm_up()
        yield bot, pages


@asynccontextmanager
async def a_call(
    venue: Filmable, bot: Bot, pages: Pages, pictures: Path | None
) -> AsyncIterator[Call]:
    """Mia turned check-in on, and Ana, whose camera is on, agreed."""
    notes, verdicts = Notes(), list[str]()

    def joins(setting: Setting) -> Told:
        return Told(invited(venue, setting), notes, verdicts)

    ways, options = await enrolled(bot), CallOptions("A call", date(2026, 6, 8), pages.link)
    async with bot.calling(options) as plan:
        session = Session(plan, joins, bot.metrics, Watcher(notes))
        scene = Scene(venue, notes, session, {}, pictures=pictures, patience=3.0)
        with pages.calls.lasting(plan.call, session, venue.invitation().url):
            for name in ("Mia", "Ana"):
                scene.people[name] = await venue.film(name, owner=name == "Mia")
            async with running(scene) as ending:
                for name in scene.people:
                    await scene.met(name)
                await scene.tell("Mia", f"/owner {notes.owner_code}")
                await scene.tell("Mia", "/on checkin")
                await scene.asked("Ana")
                await scene.agree("Ana", ["checkin"])
                yield Call(scene, ways, verdicts)
                session.stop()
                await asyncio.shield(ending)
    assert not notes.faults
