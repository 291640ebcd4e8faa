"""A path that is cut in the middle of a call: noticed, made anew, and consent holds throughout."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
from pydantic import SecretStr

from consentry.api import (
    AudioFrame,
    Context,
    Event,
    Gap,
    Medium,
    Message,
    Messages,
    Needs,
    Note,
    Plugin,
    Purpose,
)
from consentry.call.plan import Plan as CallPlan
from consentry.call.session import Session
from consentry.connectors.driver import Setting
from consentry.connectors.room.connector import RoomConnector
from consentry.connectors.stack import Invitation
from consentry.consent.notice import Offer
from consentry.consent.owner import OwnerCode
from consentry.metrics import Metrics
from consentry.play.meeting import Meeting
from consentry.play.plan import Action, Answer, ParticipantPlan, Plan
from consentry.rtc.watchdog import PATIENCE
from consentry.testing.call import fake_context
from tests.connectors.calls import TOKEN, House
from tests.connectors.cut import Cable
from tests.play.recordings import Speaker, write_meeting
from tests.spans import Spans, attributes, recording

CODE = "ABCD-EFGH"
BACK_WITHIN = 10.0
"""Seconds from the path's return to sound."""


class Listening(Plugin):
    """Keeps what it hears."""

    name = "listening"
    purpose = Purpose("Listening", "Listens.", "your voice", "to test", "until the call ends")
    needs = Needs(media=frozenset({Medium.AUDIO}))

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[AudioFrame | Gap] = []
        self.news = asyncio.Event()

    async def process(self, events: AsyncIterator[Event], ctx: Context) -> Messages:
        async for event in events:
            if isinstance(event, AudioFrame | Gap):
                self.heard.append(event)
            self.news.set()
        return
        yield Message(Note(plugin="listening", title="never"), "never", 0.0)

    def of(self, name: str) -> list[AudioFrame]:
        frames = [event for event in self.heard if isinstance(event, AudioFrame)]
        return [frame for frame in frames if frame.participant.name == name]


@dataclass
class Call:
    """Mia, who owns the call and agreed, and Dee, who said no; over a cable that can be pulled."""

    session: Session
    plugin: Listening
    meeting: Meeting
    metrics: Metrics
    cable: Cable

    async def until(self, true: Callable[[], bool]) -> float:
        """Wait for it; how many seconds it took. The plugin hears ten ticks a second."""
        began = self.session.now()
        while not true():
            self.plugin.news.clear()
            await self.plugin.news.wait()
        return self.session.now() - began

    async def more_of_mia(self, frames: int = 5) -> float:
        heard = len(self.plugin.of("Mia"))
        return await self.until(lambda: len(self.plugin.of("Mia")) >= heard + frames)

    async def silence_is_noticed(self) -> float:
        before = self.metrics.value("reconnects_requested")
        return await self.until(lambda: self.metrics.value("reconnects_requested") > before)

    def mia(self) -> str:
        found = self.meeting.participants["Mia"].id
        assert found is not None
        return found


@pytest.fixture
async def cable() -> Cable:
    return Cable(asyncio.get_running_loop())


@pytest.fixture
def spans() -> Iterator[Spans]:
    with recording() as spans:
        yield spans


@asynccontextmanager
async def calling(house: House, cable: Cable, folder: Path, spans: Spans) -> AsyncIterator[Call]:
    plugin, metrics = Listening(), Metrics()
    plan = CallPlan(
        call="c-reconnect",
        bot="Consentry",
        plugins=[(plugin, Offer(plugin.name, plugin.purpose, media=plugin.needs.media))],
        context=lambda name: fake_context(),
        owner_code=OwnerCode(CODE),
        tracer=spans.tracer,
    )

    def joins(setting: Setting) -> RoomConnector:
        return RoomConnector(Invitation(house.url, token=SecretStr(TOKEN)), setting)

    session = Session(plan, joins, metrics)
    people = Plan(
        {
            "Mia": ParticipantPlan({"listening": "yes"}, owner_code=CODE, enable=("listening",)),
            "Dee": ParticipantPlan({"listening": "no"}),
        }
    )
    recorded = write_meeting(folder, Speaker("Mia"), Speaker("Dee"))
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(session.run())
        async with Meeting(recorded, house.url, people) as meeting:
            meeting.start()
            yield Call(session, plugin, meeting, metrics, cable)
        session.stop()


@pytest.fixture
async def call(cable: Cable, house: House, tmp_path: Path, spans: Spans) -> AsyncIterator[Call]:
    async with calling(house, cable, tmp_path, spans) as call:
        await call.more_of_mia()
        yield call


async def test_a_cut_path_is_noticed_and_sound_is_back_soon_after_it_with_a_gap_between(
    call: Call,
) -> None:
    call.cable.pulled = True
    assert await call.silence_is_noticed() < PATIENCE + 1.0
    last = call.plugin.of("Mia")[-1]
    await call.until(lambda: call.session.now() > last.end + 5.0)
    call.cable.pulled = False
    assert await call.more_of_mia() < BACK_WITHIN
    heard = call.plugin.heard
    at = next(i for i, event in enumerate(heard) if isinstance(event, Gap) and event.duration > 4)
    gap, after = heard[at], heard[at + 1]
    assert isinstance(gap, Gap) and isinstance(after, AudioFrame)
    assert gap.at == pytest.approx(last.end, abs=0.2)
    assert gap.at + gap.duration == pytest.approx(after.at)
    frames = call.plugin.of("Mia")
    assert all(later.at > earlier.at for earlier, later in pairwise(frames))
    assert call.metrics.value("reconnects_requested", silence="nothing") >= 1


async def test_a_cut_path_brings_nothing_of_somebody_who_said_no(call: Call) -> None:
    call.cable.pulled = True
    await call.silence_is_noticed()
    call.cable.pulled = False
    await call.more_of_mia()
    assert call.plugin.of("Dee") == []
    assert call.metrics.value("decoded_frames", consent="declined") == 0
    assert call.metrics.value("decoded_frames", consent="undecided") == 0
    assert not call.meeting.participants["Dee"].sharing


async def test_a_no_that_was_said_into_a_cut_path_counts_once_it_is_back(call: Call) -> None:
    call.cable.pulled = True
    await call.silence_is_noticed()
    call.meeting.do(Action(0, "Mia", Answer("listening", "no")))
    assert not call.meeting.participants["Mia"].sharing
    assert not call.session.consent.refused("listening", call.mia())
    decoded = call.metrics.value("decoded_frames")
    call.cable.pulled = False
    took = await call.until(lambda: call.session.consent.refused("listening", call.mia()))
    assert took < BACK_WITHIN
    assert call.metrics.value("decoded_frames") == decoded


async def test_an_untouched_path_is_left_alone_and_its_negotiations_are_traced(
    call: Call, spans: Spans
) -> None:
    await call.until(lambda: call.session.now() > 2 * PATIENCE)
    assert call.metrics.value("reconnects_requested") == 0
    assert call.metrics.value("connections") == 2
    kinds = [str(attributes(span)["kind"]) for span in spans.named("negotiation")]
    assert sorted(kinds) == ["again", "first", "first"]
    assert "Mia" not in spans.text() and "Dee" not in spans.text()
    assert "a=ice" not in spans.text()
