"""Two plugins on a script: captions that say whose voice they hear, and what becomes of them."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from consentry.call.plan import Plan
from consentry.consent.notice import Offer
from consentry.consent.purpose import Purpose
from consentry.events import (
    AudioFrame,
    Event,
    Gap,
    Left,
    Medium,
    Participant,
    Requested,
    Revoked,
    Samples,
    Segment,
)
from consentry.messages import Caption, Message, Summary, SummaryLine
from consentry.plugin import Context, Messages, Needs, Plugin
from consentry.testing.call import fake_context
from consentry.testing.voices import Recognizer, Voice

BLOCK = 2.4
"""Seconds of speech that make one caption."""

WORDS = {"mia": "Alpha", "sam": "Bravo", "olivia": "Charlie"}
"""What a caption calls each voice: none of the names that people have in the call."""


@dataclass
class _Block:
    """Sound of one person since their last caption."""

    frames: list[AudioFrame] = field(default_factory=list)
    seconds: float = 0.0
    gap: bool = False

    def add(self, frame: AudioFrame) -> None:
        self.frames.append(frame)
        self.seconds += frame.duration

    def broken(self, gap: Gap) -> None:
        """What comes after ``gap`` does not go on from what was before."""
        self.frames.clear()
        self.seconds = 0.0
        self.gap = True

    @property
    def samples(self) -> Samples:
        return np.concatenate([frame.samples for frame in self.frames])


class ScriptedCaptions(Plugin):
    """A caption for every :data:`BLOCK` of speech; its text is whose voice it is, and a number."""

    name = "captions"
    purpose = Purpose(
        title="Live captions",
        sentence="Writes down whose voice is heard, for everybody in the call to read.",
        data="your voice",
        why="so that everybody can follow",
        retention="until the call ends",
    )
    needs = Needs(media=frozenset({Medium.AUDIO}))

    def __init__(self, voices: Mapping[str, Voice]) -> None:
        super().__init__()
        self._recognizer = Recognizer(voices, BLOCK)
        self._numbers = itertools.count(1)

    async def process(self, events: AsyncIterator[Event], ctx: Context) -> Messages:
        blocks: dict[str, _Block] = {}
        async for event in events:
            match event:
                case AudioFrame(participant=who):
                    block = blocks.setdefault(who.id, _Block())
                    block.add(event)
                    if block.seconds >= BLOCK:
                        del blocks[who.id]
                        if caption := self._caption(block):
                            yield caption
                case Gap(participant=who):
                    blocks.setdefault(who.id, _Block()).broken(event)
                case Revoked(participant=who) | Left(participant=who):
                    blocks.pop(who.id, None)

    def _caption(self, block: _Block) -> Message | None:
        voice = self._recognizer.whose(block.samples)
        if voice is None:
            return None
        first, number = block.frames[0], next(self._numbers)
        who = first.participant
        caption = Caption(
            participant=who.id,
            name=who.name,
            text=f"{WORDS.get(voice, voice)} {number:03}",
            start=first.at,
            end=block.frames[-1].end,
            final=True,
            language="en",
            gap=block.gap,
        )
        return Message(caption, f"captions/{number}", caption.end, about=frozenset({who.id}))


class ScriptedSummary(Plugin):
    """Says, when asked, of whom there were captions so far, and how many."""

    name = "summary"
    purpose = Purpose(
        title="Summary",
        sentence="Counts the captions of everybody, and tells everybody when asked.",
        data="your captions",
        why="so that nobody has to count",
        retention="until the call ends",
    )
    needs = Needs(media=frozenset({Medium.SEGMENTS}))

    def __init__(self) -> None:
        super().__init__()
        self._numbers = itertools.count(1)

    async def process(self, events: AsyncIterator[Event], ctx: Context) -> Messages:
        said: dict[str, list[Segment]] = {}
        people: dict[str, Participant] = {}
        async for event in events:
            match event:
                case Segment(participant=who):
                    people[who.id] = who
                    said.setdefault(who.id, []).append(event)
                case Revoked(participant=who):
                    said.pop(who.id, None)
                case Requested(at=now) if said:
                    lines = [_line(people[id_], segments) for id_, segments in said.items()]
                    body = Summary(abstract=lines, decisions=[], actions=[], questions=[])
                    name = f"summary/{next(self._numbers)}"
                    yield Message(body, name, now, about=frozenset(said))


def _line(who: Participant, segments: list[Segment]) -> SummaryLine:
    text = f"{who.name} was captioned {len(segments)} times."
    return SummaryLine(text=text, segments=[segment.id for segment in segments])


def scripted_plan(voices: Mapping[str, Voice]) -> Plan:
    """A call with both plugins: no model, no worker, and the same words for the same sound."""
    plugins: list[Plugin] = [ScriptedCaptions(voices), ScriptedSummary()]
    offers = [Offer(p.name, p.purpose, p.purpose.mode, media=p.needs.media) for p in plugins]
    return Plan(
        call="c-conformance",
        bot="Consentry",
        plugins=list(zip(plugins, offers, strict=True)),
        context=lambda name: fake_context(),
    )
