"""Plugins that report what they are shown, and try to say more than they may."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from typing import Literal

from consentry.consent.purpose import Mode, Purpose
from consentry.events import (
    AudioFrame,
    ChatReceived,
    CheckInAsked,
    Event,
    Gap,
    Joined,
    Left,
    Medium,
    Requested,
    Revoked,
    Segment,
    Summarized,
    Tick,
    VideoFrame,
)
from consentry.messages import Caption, CheckIn, CheckInPrompt, Message, Note, Summary, SummaryLine
from consentry.plugin import Context, Messages, Needs, Plugin
from tests.traces.rules import Asks

GRACE = 3.0


@dataclass(frozen=True)
class Kind:
    """A purpose of the trace, and what its plugin reads."""

    asks: Asks
    media: frozenset[Medium]
    biometric: bool = False


def _of(mode: Mode, *media: Medium, biometric: bool = False) -> Kind:
    return Kind(Asks(mode, GRACE), frozenset(media), biometric)


KINDS = {
    "captions": _of(Mode.OPT_IN, Medium.AUDIO),
    "ears": _of(Mode.NOTICE, Medium.AUDIO, Medium.VIDEO),
    "faces": _of(Mode.OPT_IN, Medium.VIDEO, biometric=True),
    "digest": _of(Mode.NOTICE, Medium.SEGMENTS, Medium.CHAT),
    "minutes": _of(Mode.OPT_IN, Medium.SUMMARIES, Medium.CHAT),
    "checkin": _of(Mode.OPT_IN, Medium.VIDEO, Medium.CHECK_INS, biometric=True),
}
"""Both modes, and every medium."""

NEEDED: dict[type[Event], Medium] = {
    AudioFrame: Medium.AUDIO,
    Gap: Medium.AUDIO,
    VideoFrame: Medium.VIDEO,
    Segment: Medium.SEGMENTS,
    Summarized: Medium.SUMMARIES,
    ChatReceived: Medium.CHAT,
    CheckInAsked: Medium.CHECK_INS,
}

Saw = Callable[[str, Event], None]
Judges = Callable[[CheckInAsked, str], None]
"""Told of a verdict in the moment in which it is given."""


class Witness(Plugin):
    """Never forgets anybody: at each tick it says, and puts by, something about one of those it
    was ever shown, and then about all of them at once."""

    def __init__(self, name: str, saw: Saw, judges: Judges) -> None:
        super().__init__()
        kind = KINDS[name]
        self.name = name  # type: ignore[misc]
        words = (name.title(), f"Does {name}.", "your data", "a test", "until the call ends")
        self.purpose = Purpose(*words, biometric=kind.biometric, mode=kind.asks.mode)
        self.needs = replace(Needs(), media=kind.media)
        self.falls = False
        self.verdicts: list[tuple[int, Literal["checked_in", "use_code"]]] = []
        """To be given next: on which of what it was asked, the last first, and what."""
        self._saw = saw
        self._judges = judges

    async def process(self, events: AsyncIterator[Event], ctx: Context) -> Messages:
        known: dict[str, None] = {}
        segments: list[str] = []
        asked: list[CheckInAsked] = []
        ticks = frames = 0
        async for event in events:
            self._saw(self.name, event)
            if self.falls:
                self.falls = False
                raise RuntimeError("the test let it fall")
            known |= dict.fromkeys(_people(event))
            match event:
                case AudioFrame() if self.name == "captions":
                    frames += 1
                    yield self._caption(event, frames)
                case Segment(id=id_) | ChatReceived(id=id_):
                    segments.append(id_)
                case CheckInAsked():
                    asked.append(event)
                    yield _to(event, CheckInPrompt(prompt="look"))
                case Tick() if asked and self.verdicts:
                    yield self._verdict(asked)
                case Requested() if self.name == "digest" and segments:
                    yield self._summary(segments, known)
                case Tick() if known:
                    ticks += 1
                    about = self._turn(list(known), ticks)
                    yield Message(self._note(), f"note-{ticks}", event.at, about)
                    assert ctx.vault is not None
                    await ctx.vault.put(f"item-{ticks}", b"", about)

    def _note(self) -> Note:
        return Note(plugin=self.name, title="seen")

    def _verdict(self, asked: list[CheckInAsked]) -> Message:
        which, verdict = self.verdicts.pop(0)
        on = asked[-1 - which % len(asked)]
        self._judges(on, verdict)
        return _to(on, CheckIn(verdict=verdict))

    def _turn(self, known: list[str], ticks: int) -> frozenset[str]:
        turn = ticks % (len(known) + 1)
        return frozenset(known if turn == len(known) else [known[turn]])

    def _caption(self, event: AudioFrame, frames: int) -> Message:
        """Two revisions of each: words that are not final yet, and then the final ones."""
        who = event.participant
        body = Caption(
            participant=who.id,
            name=who.name,
            text="words",
            start=event.at,
            end=event.end,
            final=frames % 2 == 0,
        )
        name = f"{who.id}-{(frames - 1) // 2}"
        return Message(body, name, event.at, frozenset({who.id}), revision=frames)

    def _summary(self, segments: list[str], known: dict[str, None]) -> Message:
        lines = [SummaryLine(text="line", segments=[name]) for name in segments[-5:]]
        lines.append(SummaryLine(text="all", segments=segments[-5:]))
        body = Summary(abstract=lines, decisions=[], actions=[], questions=[])
        return Message(body, "summary", 0.0, frozenset(known))


class Shelf:
    """The vault of one plugin."""

    def __init__(self, purpose: str, kept: Callable[[str, frozenset[str]], None]) -> None:
        self._purpose = purpose
        self._kept = kept

    async def put(self, name: str, content: bytes, about: frozenset[str]) -> None:
        self._kept(self._purpose, about)

    async def delete(self, name: str) -> None:
        pass


def _to(asked: CheckInAsked, body: CheckIn | CheckInPrompt) -> Message:
    alone = frozenset({asked.participant.id})
    return Message(body, asked.id, asked.at, alone, alone)


def _people(event: Event) -> frozenset[str]:
    match event:
        case Tick() | Requested() | Revoked():
            return frozenset()
        case Summarized(lines=lines):
            return frozenset().union(*(line.about for line in lines))
        case (
            Joined()
            | Left()
            | AudioFrame()
            | Gap()
            | VideoFrame()
            | Segment()
            | ChatReceived()
            | CheckInAsked()
        ):
            return frozenset({event.participant.id})
