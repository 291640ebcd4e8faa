"""A connector under a looking glass: what passes it is noted, and held to the contract."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Self

from consentry.connectors.driver import (
    Connector,
    Ended,
    Happening,
    Reachable,
    Said,
    Subscription,
)
from consentry.consent.erasure import Remains
from consentry.events import (
    AudioFrame,
    ChatReceived,
    Gap,
    Joined,
    Left,
    Medium,
    Participant,
    VideoFrame,
)
from consentry.messages import Caption, Message, Reply, Summary

SHORTEST, LONGEST = 0.005, 0.125
"""Seconds of an audio frame, with room for a codec's rounding."""

HOLE = 1.0
"""Seconds between two frames of somebody who talks without a pause, above which one was lost."""


Size = tuple[int, int]
"""Width and height of a picture, in pixels."""


@dataclass
class Notes:
    """What a call has shown so far. Each note wakes whoever waits in :meth:`until`."""

    people: dict[str, Participant] = field(default_factory=dict)
    """Who is in the call now, by id."""
    frames: Counter[str] = field(default_factory=Counter)
    """Audio frames that came, by the participant's id."""
    pictures: dict[str, list[Size]] = field(default_factory=dict)
    """Of everybody whose pictures came, by id: how large each was."""
    replies: list[Message] = field(default_factory=list)
    captions: list[Message] = field(default_factory=list)
    """The finished ones."""
    summaries: list[Message] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    """Rules of the contract that were broken, each said once."""
    ended: Ended | None = None
    owner_code: str | None = None
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def until(self, true: Callable[[], object]) -> None:
        """Wait for the note that makes ``true`` so."""
        while not true():
            self._news.clear()
            await self._news.wait()

    def wake(self) -> None:
        self._news.set()

    def named(self, name: str) -> Participant | None:
        """Who is in the call under this name."""
        return next((p for p in self.people.values() if p.name == name), None)

    def fault(self, text: str) -> None:
        if text not in self.faults:
            self.faults.append(text)


class Watcher:
    """An observer of the session that writes into the notes."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    def said(self, message: Message) -> None:
        match message.body:
            case Caption(final=True):
                self._notes.captions.append(message)
            case Summary():
                self._notes.summaries.append(message)
        self._notes.wake()

    def owner_code(self, code: str | None) -> None:
        self._notes.owner_code = code
        self._notes.wake()

    def waiting(self, wait: object) -> None:
        self._notes.wake()


class Watched:
    """A :class:`Connector` around another. What breaks the contract is noted as a fault."""

    def __init__(self, connector: Connector, notes: Notes) -> None:
        self._connector = connector
        self._notes = notes
        self._wanted: dict[str, frozenset[Medium]] = {}
        self._heard_until: dict[str, float] = {}
        """Call time up to which there was sound, or a word about what was lost, by id."""

    async def __aenter__(self) -> Self:
        await self._connector.__aenter__()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._connector.__aexit__(*exc)

    async def happenings(self) -> AsyncIterator[Happening]:
        async for happening in self._connector.happenings():
            if self._notes.ended is not None:
                self._notes.fault("it said something after Ended")
            self._note(happening)
            yield happening
            self._notes.wake()

    async def send(self, message: Message) -> None:
        if isinstance(message.body, Reply):
            self._notes.replies.append(message)
            self._notes.wake()
        await self._connector.send(message)

    def remains(self, person: str) -> frozenset[Remains]:
        return self._connector.remains(person)

    async def want(self, subscription: Subscription) -> None:
        # Before it is passed on: from here on nothing that is not wanted may come.
        self._wanted[subscription.participant] = subscription.media
        if Medium.AUDIO not in subscription.media:
            self._heard_until.pop(subscription.participant, None)
        await self._connector.want(subscription)

    def _note(self, happening: Happening) -> None:
        match happening:
            case Joined(participant=who):
                self._notes.people[who.id] = who
            case Left(participant=who):
                if self._notes.people.pop(who.id, None) is None:
                    self._notes.fault("it said Left of somebody who had not joined")
            case Ended():
                self._notes.ended = happening
            case AudioFrame():
                self._frame(happening)
            case Gap():
                self._present(happening)
                end = happening.at + happening.duration
                self._heard_until[happening.participant.id] = end
            case VideoFrame():
                self._picture(happening)
            case Reachable() | Said() | ChatReceived():
                self._present(happening)

    def _frame(self, frame: AudioFrame) -> None:
        who = frame.participant.id
        self._present(frame)
        if Medium.AUDIO not in self._wanted.get(who, frozenset()):
            self._notes.fault("a frame came of somebody from whom no audio was wanted")
        if not SHORTEST <= frame.duration <= LONGEST:
            self._notes.fault(f"a frame of {frame.duration * 1000:.0f} ms: 20 to 100 ms is right")
        hole = frame.at - self._heard_until.get(who, frame.at)
        if hole > HOLE:
            self._notes.fault(f"{hole:.1f} s of somebody's speech were lost without a Gap")
        if hole < -LONGEST:
            self._notes.fault(
                "frames of one person came in another order than they were spoken: "
                f"{-hole * 1000:.0f} ms of what had been heard came again"
            )
        self._heard_until[who] = frame.end
        self._notes.frames[who] += 1

    def _picture(self, frame: VideoFrame) -> None:
        who, picture = frame.participant.id, frame.picture
        self._present(frame)
        if Medium.VIDEO not in self._wanted.get(who, frozenset()):
            self._notes.fault("a picture came of somebody from whom none was wanted")
        self._notes.pictures.setdefault(who, []).append((picture.width, picture.height))

    def _present(
        self, event: AudioFrame | Gap | VideoFrame | Reachable | Said | ChatReceived
    ) -> None:
        if event.participant.id not in self._notes.people:
            kind = type(event).__name__
            self._notes.fault(f"{kind} of somebody who had not joined, or had left")
