"""One call, from the first notice to the last word."""

from __future__ import annotations

import asyncio
import contextlib
import weakref
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pytest

from consentry.api import (
    AudioFrame,
    Caption,
    Context,
    Event,
    Joined,
    Left,
    Medium,
    Message,
    Messages,
    Mode,
    Needs,
    Note,
    Participant,
    Plugin,
    Purpose,
    Requested,
    Retraction,
    Revoked,
    Segment,
    Summarized,
    Summary,
    SummaryLine,
    VideoFrame,
)
from consentry.call.plan import Plan
from consentry.call.session import Session
from consentry.connectors.driver import MediaConsent, Subscription
from consentry.consent.ledger import Act, Entry, MemoryLedger
from consentry.consent.notice import Offer
from consentry.consent.owner import OwnerCode
from consentry.controls import Disable, Enable, Erase, Line, Noticed, Request
from consentry.controls import OwnerCode as Code
from consentry.errors import EndReason, JoinRefused, SetupError
from consentry.messages import Notice, PluginState, Reply, Status, Want
from consentry.metrics import Metrics
from consentry.pipeline import BACKOFF, STUCK_AFTER
from consentry.store.archive import Archive
from consentry.testing import ScriptedConnector
from consentry.testing.call import fake_context
from tests.pictures import shown

ANA, BEN = Participant("a", "Ana"), Participant("b", "Ben")
AUDIO = frozenset({Medium.AUDIO})
BLOCK = np.zeros(1280, np.float32)


def purpose(title: str) -> Purpose:
    return Purpose(title, f"Does {title}.", "your voice", "because", "until the call ends")


class Echo(Plugin):
    """Captions every frame with its number: two partials, then a final."""

    name = "captions"
    purpose = purpose("captions")
    needs = Needs(media=AUDIO)

    async def process(self, events: AsyncIterator[Event], ctx: Context) -> Messages:
        count = 0
        async for event in events:
            if isinstance(event, AudioFrame):
                count += 1
                who = event.participant
                body = Caption(
                    participant=who.id,
                    name=who.name,
                    text=f"frame {count}",
                    start=event.at,
                    end=event.end,
                    final=count % 3 == 0,
                )
                name = f"{who.id}-{(count - 1) // 3}"
                yield Message(body, name, event.at, frozenset({who.id}), revision=count)


class Digest(Plugin):
    """Notes each event's type, so that a test sees what a reader of segments gets."""

    name = "digest"
    purpose = purpose("digest")
    needs = Needs(media=frozenset({Medium.SEGMENTS}))

    async def process(self, events: AsyncIterator[Event], ctx: Context) -> Messages:
        seen: list[str] = []
        about: set[str] = set()
        async for event in events:
            match event:
                case Segment():
                    seen.append(event.text)
                    about.add(event.participant.id)
                case Joined() | Left() | Revoked():
                    seen.append(f"{type(event).__name__} {event.participant.id}")
                case Requested():
                    yield self._note(seen, about)
        yield self._note([*seen, "end"], about)

    def _note(self, seen: list[str], about: set[str]) -> Message:
        note = Note(plugin="digest", title="Digest", text=" | ".join(seen))
        return Message(note, "digest", 0.0, frozenset(about))


class Minutes(Plugin):
    """On request, a summary with one line for each segment, and one for all of them."""

    name = "minutes"
    purpose = purpose("minutes")
    needs = Needs(media=frozenset({Medium.SEGMENTS}))

    async def process(self, events: AsyncIterator[Event], ctx: Context) -> Messages:
        said: dict[str, Segment] = {}
        revision = 0
        async for event in events:
            match event:
                case Segment():
                    said[event.id] = event
                case Revoked(participant=gone):
                    said = {id: each for id, each in said.items() if each.participant != gone}
                    revision += 1
                    yield self._message(said, revision)
                case Requested():
                    revision += 1
                    yield self._message(said, revision)

    def _message(self, said: dict[str, Segment], revision: int) -> Message:
        lines = [SummaryLine(text=each.text, segments=[id]) for id, each in said.items()]
        if len(lines) > 1:
            text = " and ".join(each.text for each in said.values())
            lines.append(SummaryLine(text=text, segments=list(said)))
        body = Summary(abstract=lines, decisions=[], actions=[], questions=[])
        about = frozenset(each.participant.id for each in said.values())
        return Message(body, "summary", 0.0, about, revision=revision)


class Reader(Plugin):
    """Notes the lines of each summary it sees."""

    name = "reader"
    purpose = purpose("reader")
    needs = Needs(media=frozenset({Medium.SUMMARIES}))

    async def process(self, events: AsyncIterator[Event], ctx: Context) -> Messages:
        async for event in events:
            if isinstance(event, Summarized):
                text = " | ".join(line.text for line in event.lines)
                about = frozenset(who for line in event.lines for who in line.about)
                yield Message(Note(plugin="reader", title="Read", text=text), "read", 0.0, about)


class Fragile(Echo):
    """Falls over at every second frame."""

    async def process(self, events: AsyncIterator[Event], ctx: Context) -> Messages:
        async for message in super().process(events, ctx):
            if message.revision == 2:
                raise RuntimeError("what Ana said must not be logged")
            yield message


class Hanging(Echo):
    async def process(self, events: AsyncIterator[Event], ctx: Context) -> Messages:
        async for event in events:
            if isinstance(event, AudioFrame):
                await asyncio.Event().wait()
        return
        yield Message(Note(plugin="x", title="never"), "x", 0.0)


class Clinging(Echo):
    """Swallows its cancellation and goes on."""

    def __init__(self, released: asyncio.Event) -> None:
        super().__init__()
        self.released = released

    async def process(self, events: AsyncIterator[Event], ctx: Context) -> Messages:
        while not self.released.is_set():
            with contextlib.suppress(asyncio.CancelledError):
                await self.released.wait()
        return
        yield Message(Note(plugin="x", title="never"), "x", 0.0)


class Deaf(Echo):
    """Takes nothing that it is offered."""

    name = "deaf"
    purpose = purpose("deaf")
    needs = Needs(media=frozenset({Medium.VIDEO}))

    async def process(self, events: AsyncIterator[Event], ctx: Context) -> Messages:
        await asyncio.Event().wait()
        return
        yield Message(Note(plugin="x", title="never"), "x", 0.0)


class Flood(Echo):
    async def process(self, events: AsyncIterator[Event], ctx: Context) -> Messages:
        async for event in events:
            if isinstance(event, AudioFrame):
                for i in range(5000):
                    yield Message(Note(plugin="captions", title=str(i)), f"n{i}", event.at)


@dataclass
class Call:
    """A session on a scripted connector, and the acts of its people."""

    session: Session
    stack: ScriptedConnector
    code: OwnerCode
    metrics: Metrics

    async def owns(self, who: Participant, *purposes: str) -> None:
        await self.stack.say(who, Code(type="owner", code=self.code.code or ""))
        for name in purposes:
            await self.stack.say(who, Enable(type="enable", purpose=name))

    async def decides(self, who: Participant, name: str, answer: Literal["yes", "no"]) -> None:
        await self.stack.answer(who, name, answer)

    async def speaks(self, who: Participant, frames: int = 1) -> None:
        for _ in range(frames):
            await self.stack.happen(AudioFrame(who, BLOCK, self.session.now()))
            await self.drained()

    async def drained(self) -> None:
        for lane in self.session._lanes:
            await lane.drained()

    def texts(self, who: Participant) -> list[str]:
        return [caption.text for caption in self.stack.told(who, Caption)]


@asynccontextmanager
async def a_call(
    *plugins: Plugin, ledger: MemoryLedger | None = None, archive: Archive | None = None
) -> AsyncIterator[Call]:
    """A call with these plugins; leaving the block ends it."""
    stack, code, metrics = ScriptedConnector(), OwnerCode(), Metrics()
    plan = Plan(
        call="c-1",
        bot="Consentry",
        plugins=[(p, Offer(p.name, p.purpose)) for p in plugins or (Echo(), Digest())],
        context=lambda name: fake_context(),
        owner_code=code,
        ledger=ledger or MemoryLedger(),
        archive=archive,
    )
    session = Session(plan, stack.joins, metrics)
    running = asyncio.ensure_future(session.run())
    await asyncio.sleep(0)
    try:
        yield Call(session, stack, code, metrics)
        stack.end()
        assert await running is EndReason.ROOM_CLOSED
    finally:
        running.cancel()
        await asyncio.wait([running])


async def test_who_joins_gets_the_notice_and_nothing_runs() -> None:
    async with a_call() as call:
        await call.stack.join(ANA)
        [notice] = call.stack.told(ANA, Notice)
        assert notice.purposes == []
        assert [p.name for p in notice.available] == ["captions", "digest"]
        assert notice.fingerprint == call.session.signer.fingerprint
        [status] = call.stack.told(ANA, Status)
        assert status.purposes == {"captions": "off", "digest": "off"}
        [want] = call.stack.told(ANA, Want)
        assert not want.audio
        await call.speaks(ANA, 3)
        assert call.texts(ANA) == []


async def test_owner_and_participant_both_turn_their_key() -> None:
    async with a_call() as call:
        await call.stack.join(ANA)
        await call.stack.join(BEN)
        await call.owns(BEN, "captions")
        await call.speaks(ANA, 3)
        assert call.texts(BEN) == []
        await call.decides(ANA, "captions", "yes")
        assert call.stack.wanted == {"a": AUDIO}
        assert call.stack.told(ANA, Want)[-1].audio
        assert not call.stack.told(BEN, Want)[-1].audio
        await call.speaks(ANA, 3)
        await call.speaks(BEN, 3)
        assert call.texts(BEN) == ["frame 1", "frame 2", "frame 3"]


async def test_a_guest_without_the_code_turns_nothing_on() -> None:
    async with a_call() as call:
        await call.stack.join(ANA)
        await call.stack.say(ANA, Enable(type="enable", purpose="captions"))
        assert call.stack.told(ANA, Reply)[-1].code == "not_owner"
        for left in (4, 3, 2, 1):
            await call.stack.say(ANA, Code(type="owner", code="GUES-SING"))
            assert f"Tries left: {left}" in call.stack.told(ANA, Reply)[-1].text
        await call.stack.say(ANA, Code(type="owner", code="GUES-SING"))
        assert call.stack.told(ANA, Reply)[-1].code == "owner_locked"
        await call.stack.say(ANA, Code(type="owner", code=call.code._code or ""))
        assert call.stack.told(ANA, Reply)[-1].code == "owner_locked"
        assert not call.session.consent.enabled("captions")


async def test_a_withdrawal_cuts_the_wire_and_takes_back_half_a_sentence() -> None:
    async with a_call() as call:
        await call.stack.join(ANA)
        await call.stack.join(BEN)
        await call.owns(BEN, "captions")
        await call.decides(ANA, "captions", "yes")
        await call.speaks(ANA, 2)
        await call.decides(ANA, "captions", "no")
        assert call.stack.wanted["a"] == frozenset()
        assert call.stack.told(BEN, Retraction)[-1].ids == ["captions/a-0"]
        await call.speaks(ANA, 5)
        assert call.texts(BEN) == ["frame 1", "frame 2"]
        assert call.stack.told(ANA, Status)[-1].purposes["captions"] == "refused"
        others = call.stack.told(BEN, Status)
        assert all("refused" not in s.purposes.values() for s in others), "it is theirs alone"


class Watch(Echo):
    """Notes how often it saw somebody."""

    name = "watch"
    purpose = purpose("watch")
    needs = Needs(media=frozenset({Medium.VIDEO}), frames_per_second=2.0)

    async def process(self, events: AsyncIterator[Event], ctx: Context) -> Messages:
        seen = 0
        async for event in events:
            if isinstance(event, VideoFrame):
                seen += 1
                note = Note(plugin="watch", title="seen", text=f"{seen}")
                yield Message(note, "seen", event.at, frozenset({event.participant.id}))


class Stare(Watch):
    """Needs more pictures than Watch."""

    name = "stare"
    purpose = purpose("stare")
    needs = Needs(media=frozenset({Medium.VIDEO}), frames_per_second=5.0)


async def test_pictures_reach_the_plugins_that_may_see_them_and_no_other() -> None:
    async with a_call(Echo(), Watch()) as call:
        for who in (ANA, BEN):
            await call.stack.join(who)
        await call.owns(BEN, "captions", "watch")
        await call.decides(ANA, "watch", "yes")
        await call.decides(BEN, "captions", "yes")
        for who in (ANA, BEN, ANA):
            await call.stack.happen(shown(who, call.session.now()))
            await call.drained()
        assert [note.text for note in call.stack.told(BEN, Note)] == ["1", "2"]
        assert call.stack.told(ANA, Want)[-1] == Want(audio=False, video=True)
        assert call.stack.told(BEN, Want)[-1] == Want(audio=True, video=False)


async def test_as_many_pictures_are_taken_as_the_neediest_plugin_asks_for() -> None:
    async with a_call(Watch(), Stare()) as call:
        await call.stack.join(ANA)
        await call.owns(ANA, "watch", "stare")
        for name, rate in (("watch", 2.0), ("stare", 5.0)):
            await call.decides(ANA, name, "yes")
            video = frozenset({Medium.VIDEO})
            assert call.stack.subscriptions["a"] == Subscription("a", video, rate)
        await call.decides(ANA, "stare", "no")
        assert call.stack.subscriptions["a"].frames_per_second == 2.0


class Watched(MemoryLedger):
    """Looks at the wire whenever something is noted, which it is by whoever says no."""

    def __init__(self) -> None:
        super().__init__()
        self.wire: Callable[[], object] = lambda: None
        self.seen: list[object] = []

    def note(self, entry: Entry) -> None:
        self.seen.append(self.wire())
        super().note(entry)


@pytest.mark.parametrize(
    ("line", "left"),
    [("/no captions", {Medium.VIDEO}), ("/no all", set()), ("/off captions", {Medium.VIDEO})],
)
async def test_a_no_is_at_the_wire_before_anything_is_written(line: str, left: set[Medium]) -> None:
    ledger = Watched()
    async with a_call(Echo(), Watch(), ledger=ledger) as call:
        await call.stack.join(ANA)
        await call.owns(ANA, "captions", "watch")
        for name in ("captions", "watch"):
            await call.decides(ANA, name, "yes")
        ledger.seen.clear()
        ledger.wire = lambda: call.stack.wanted["a"]
        await call.stack.say(ANA, Line(text=line))
        assert ledger.seen
        assert all(seen == left for seen in ledger.seen)


async def test_pictures_that_wait_are_gone_with_the_withdrawal() -> None:
    async with a_call(Deaf()) as call:
        await call.stack.join(ANA)
        await call.owns(ANA, "deaf")
        await call.decides(ANA, "deaf", "yes")
        frame = shown(ANA, call.session.now())
        waiting = weakref.ref(frame.picture.rgb().base)
        await call.stack.happen(frame)
        del frame
        await call.stack.join(BEN)
        assert waiting() is not None
        await call.decides(ANA, "deaf", "no")
        assert waiting() is None


async def test_the_owner_turning_a_purpose_off_asks_everybody_again_later() -> None:
    async with a_call() as call:
        await call.stack.join(ANA)
        await call.owns(ANA, "captions")
        await call.decides(ANA, "captions", "yes")
        await call.stack.say(ANA, Disable(type="disable", purpose="captions"))
        assert call.stack.wanted["a"] == frozenset()
        await call.stack.say(ANA, Enable(type="enable", purpose="captions"))
        assert call.stack.told(ANA, Status)[-1].purposes["captions"] == "asked"
        await call.speaks(ANA, 3)
        assert call.texts(ANA) == []


async def test_segments_pass_the_door_again() -> None:
    async with a_call() as call:
        for who in (ANA, BEN):
            await call.stack.join(who)
        await call.owns(BEN, "captions", "digest")
        for who in (ANA, BEN):
            await call.decides(who, "captions", "yes")
        await call.decides(ANA, "digest", "yes")
        await call.speaks(ANA, 3)
        await call.speaks(BEN, 3)
        await call.stack.say(BEN, Request(type="request", plugin="digest"))
        await call.drained()
        assert call.stack.told(BEN, Note)[-1].text == "Joined a | frame 3"


async def test_a_summary_passes_the_door_again_line_by_line() -> None:
    async with a_call(Echo(), Minutes(), Reader()) as call:
        for who in (ANA, BEN):
            await call.stack.join(who)
        await call.owns(BEN, "captions", "minutes", "reader")
        for who in (ANA, BEN):
            for name in ("captions", "minutes"):
                await call.decides(who, name, "yes")
        await call.decides(ANA, "reader", "yes")
        await call.speaks(ANA, 3)
        await call.speaks(BEN, 3)
        await call.stack.say(BEN, Request(type="request", plugin="minutes"))
        await call.drained()
        [summary] = call.stack.told(BEN, Summary)
        texts = [line.text for line in summary.abstract]
        assert texts == ["frame 3", "frame 6", "frame 3 and frame 6"]
        assert [note.text for note in call.stack.told(BEN, Note)] == ["frame 3"]


async def test_the_last_words_are_in_what_readers_of_segments_say_at_the_end() -> None:
    async with a_call() as call:
        await call.stack.join(ANA)
        await call.owns(ANA, "captions", "digest")
        for name in ("captions", "digest"):
            await call.decides(ANA, name, "yes")
        for _ in range(3):
            await call.stack.happen(AudioFrame(ANA, BLOCK, call.session.now()))
        await call.stack.leave(ANA)
    assert call.stack.told(ANA, Note)[-1].text == "Joined a | frame 3 | Left a | end"


@pytest.mark.virtual_time
async def test_notice_mode_starts_after_the_grace_period_and_not_before() -> None:
    echo = Echo()
    stack, code = ScriptedConnector(), OwnerCode()
    offer = Offer("captions", replace(echo.purpose, mode=Mode.NOTICE), Mode.NOTICE, grace=8.0)
    plan = Plan("c", "Consentry", [(echo, offer)], lambda name: fake_context(), code)
    session = Session(plan, stack.joins, Metrics())
    running = asyncio.ensure_future(session.run())
    call = Call(session, stack, code, Metrics())
    await asyncio.sleep(0)
    await stack.join(ANA)
    await stack.join(BEN)
    await call.owns(BEN, "captions")
    versions = {"captions": session.consent.version("captions")}
    await asyncio.sleep(60)
    assert "a" not in stack.wanted, "no notice on the screen, no grace period"
    await stack.say(ANA, Noticed(type="noticed", versions=versions))
    await stack.say(BEN, Noticed(type="noticed", versions=versions))
    await call.decides(BEN, "captions", "no")
    await asyncio.sleep(7.8)
    assert "a" not in stack.wanted
    await asyncio.sleep(0.4)
    assert stack.wanted == {"a": AUDIO}
    assert stack.told(ANA, Status)[-1].purposes["captions"] == "running"
    assert stack.told(BEN, Status)[-1].purposes["captions"] == "refused"
    stack.end()
    await running


async def test_results_come_while_half_of_the_people_are_still_there_to_read_them() -> None:
    people = [Participant(name, name.title()) for name in ("a", "b", "c", "d")]
    async with a_call() as call:
        for who in people:
            await call.stack.join(who)
        await call.owns(people[0], "captions", "digest")
        for name in ("captions", "digest"):
            await call.decides(people[1], name, "yes")
        await call.speaks(people[1], 3)
        await call.stack.leave(people[3])
        await call.drained()
        assert call.stack.told(people[0], Note) == []
        await call.stack.leave(people[2])
        await call.drained()
        assert "frame 3" in call.stack.told(people[0], Note)[-1].text
        await call.stack.leave(people[1])
        await call.drained()
        assert len(call.stack.told(people[0], Note)) == 1


async def test_a_chat_command_does_what_the_button_does() -> None:
    async with a_call() as call:
        await call.stack.join(ANA)
        await call.owns(ANA, "captions")
        await call.stack.say(ANA, Line(text="/yes captions"))
        assert call.stack.wanted["a"] == AUDIO
        await call.stack.say(ANA, Line(text="/no all"))
        assert call.stack.wanted["a"] == frozenset()
        await call.stack.say(ANA, Line(text="/status"))
        assert call.stack.told(ANA, Reply)[-1].text == "captions: you said no, digest: off"


@pytest.mark.parametrize("line", [False, True])
async def test_to_be_forgotten_is_a_no_to_everything_at_once(line: bool) -> None:
    act = Line(text="/forget me") if line else Erase(type="erase")
    async with a_call(Echo(), Watch()) as call:
        await call.stack.join(ANA)
        await call.owns(ANA, "captions", "watch")
        for name in ("captions", "watch"):
            await call.decides(ANA, name, "yes")
        await call.stack.say(ANA, act)
        assert call.stack.wanted["a"] == frozenset()
        assert set(call.stack.told(ANA, Status)[-1].purposes.values()) == {"refused"}
        await call.decides(ANA, "captions", "yes")
        assert call.stack.wanted["a"] == AUDIO


async def test_a_grant_that_can_not_be_written_down_does_not_count() -> None:
    class FullDisk(MemoryLedger):
        async def append(self, entry: Entry) -> None:
            raise SetupError("the disk is full")

    async with a_call(ledger=FullDisk()) as call:
        await call.stack.join(ANA)
        await call.owns(ANA, "captions")
        await call.decides(ANA, "captions", "yes")
        assert "a" not in call.stack.wanted
        assert "could not be recorded" in call.stack.told(ANA, Reply)[-1].text
        await call.decides(ANA, "captions", "no")
        assert call.stack.told(ANA, Status)[-1].purposes["captions"] == "refused"


async def test_the_ledger_tells_a_refusal_from_a_withdrawal() -> None:
    ledger = MemoryLedger()
    async with a_call(ledger=ledger) as call:
        await call.stack.join(ANA)
        await call.owns(ANA, "captions")
        for answer in ("no", "yes", "no"):
            await call.decides(ANA, "captions", answer)
    acts = [entry.act for entry in ledger.entries if entry.person is not None]
    assert acts == [Act.OWNER_CONFIRMED, Act.ENABLED, Act.REFUSED, Act.GRANTED, Act.WITHDRAWN]


@pytest.mark.virtual_time
async def test_a_plugin_that_falls_is_restarted_and_the_others_go_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with a_call(Fragile(), Digest()) as call:
        await call.stack.join(ANA)
        await call.owns(ANA, "captions", "digest")
        for name in ("captions", "digest"):
            await call.decides(ANA, name, "yes")
        await call.speaks(ANA, 2)
        await asyncio.sleep(0.01)
        assert [s.state for s in call.stack.told(ANA, PluginState)][-1] == "restarting"
        last = call.stack.told(ANA, Caption)[-1]
        assert (last.text, last.final, last.gap) == ("frame 1", True, True)
        await asyncio.sleep(BACKOFF[0])
        await call.speaks(ANA, 1)
        assert call.texts(ANA)[-1] == "frame 1"
        await call.stack.say(ANA, Request(type="request", plugin="digest"))
        await call.drained()
        assert "frame 1" in call.stack.told(ANA, Note)[-1].text
        assert call.metrics.value("plugin_failures", plugin="captions") == 1
    assert "RuntimeError" in caplog.text
    assert "must not be logged" not in caplog.text


@pytest.mark.virtual_time
async def test_a_plugin_that_keeps_falling_stays_down_until_it_is_turned_on_again() -> None:
    async with a_call(Fragile()) as call:
        await call.stack.join(ANA)
        await call.owns(ANA, "captions")
        await call.decides(ANA, "captions", "yes")
        for delay in (*BACKOFF, 0):
            await call.speaks(ANA, 2)
            await asyncio.sleep(delay + 0.5)
        assert call.stack.told(ANA, PluginState)[-1].state == "failed"
        for act in (
            Disable(type="disable", purpose="captions"),
            Enable(type="enable", purpose="captions"),
        ):
            await call.stack.say(ANA, act)
        await asyncio.sleep(0.01)
        assert call.stack.told(ANA, PluginState)[-1].state == "running"


@pytest.mark.virtual_time
async def test_a_plugin_that_hangs_is_found_and_restarted() -> None:
    async with a_call(Hanging()) as call:
        await call.stack.join(ANA)
        await call.owns(ANA, "captions")
        await call.decides(ANA, "captions", "yes")
        await call.stack.happen(AudioFrame(ANA, BLOCK, call.session.now()))
        await asyncio.sleep(STUCK_AFTER + 1)
        assert call.metrics.value("plugin_failures", plugin="captions") == 1


@pytest.mark.virtual_time
async def test_a_plugin_that_will_not_stop_is_left_behind(caplog: pytest.LogCaptureFixture) -> None:
    released = asyncio.Event()
    async with a_call(Clinging(released), Digest()) as call:
        await call.stack.join(ANA)
        await call.owns(ANA, "captions")
        await call.decides(ANA, "captions", "yes")
        await call.stack.say(ANA, Disable(type="disable", purpose="captions"))
        assert call.stack.wanted["a"] == frozenset()
        assert call.stack.told(ANA, Status)[-1].purposes["captions"] == "off"
        released.set()
    assert "does not end when it is cancelled" in caplog.text


async def test_a_plugin_that_floods_is_cut_to_its_rate() -> None:
    async with a_call(Flood()) as call:
        await call.stack.join(ANA)
        await call.owns(ANA, "captions")
        await call.decides(ANA, "captions", "yes")
        await call.speaks(ANA)
        assert 200 <= len(call.stack.told(ANA, Note)) <= 400
        assert call.metrics.value("messages_blocked", plugin="captions") > 4000


async def test_frames_are_counted_by_how_their_person_stands() -> None:
    async with a_call() as call:
        await call.stack.join(ANA)
        standing = call.stack.setting.standing
        assert standing("a", Medium.AUDIO) is MediaConsent.UNDECIDED
        await call.owns(ANA, "captions")
        await call.decides(ANA, "captions", "yes")
        assert standing("a", Medium.AUDIO) is MediaConsent.GRANTED
        await call.decides(ANA, "captions", "no")
        assert standing("a", Medium.AUDIO) is MediaConsent.DECLINED


async def test_a_room_that_says_no_ends_it_with_the_reason() -> None:
    stack = ScriptedConnector(refusal=EndReason.ROOM_FULL)
    plan = Plan("c", "Consentry", [], lambda name: fake_context())
    with pytest.raises(JoinRefused) as refused:
        await Session(plan, stack.joins, Metrics()).run()
    assert refused.value.reason is EndReason.ROOM_FULL


@pytest.mark.virtual_time
async def test_the_bot_leaves_when_everybody_has() -> None:
    stack = ScriptedConnector()
    plan = Plan("c", "Consentry", [], lambda name: fake_context(), alone_for=30.0)
    running = asyncio.ensure_future(Session(plan, stack.joins, Metrics()).run())
    await asyncio.sleep(0)
    await stack.join(ANA)
    await asyncio.sleep(300)
    assert not running.done()
    await stack.leave(ANA)
    await asyncio.sleep(31)
    assert running.done() and running.result() is EndReason.LEFT


async def test_another_owner_after_the_first_left_needs_another_code() -> None:
    async with a_call() as call:
        await call.stack.join(ANA)
        await call.stack.join(BEN)
        first = call.code.code
        await call.owns(ANA, "captions")
        await call.decides(BEN, "captions", "yes")
        await call.stack.leave(ANA)
        await call.stack.say(BEN, Code(type="owner", code=first or ""))
        assert call.stack.told(BEN, Reply)[-1].code == "wrong_code"
        await call.owns(BEN)
        assert call.stack.told(BEN, Status)[-1].owner
        assert call.stack.told(BEN, Status)[-1].purposes["captions"] == "asked"
