"""Who takes what our receiver brings: one who keeps up, or plugins that can't."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from consentry.consent.state import Consent, Terms
from consentry.events import AudioFrame, Event, Medium, VideoFrame
from consentry.gate import Gate
from tests.bench.media.tally import Tally

PICTURES_PER_SECOND = 1.0
"""That every receiver is to make of each camera."""

READ_SLOWLY, NOBODY_READS, NOBODY_WANTS = range(3)
"""A plugin takes one event a second; one that takes none; no plugin needs the track."""

PAUSE = 1.0
"""Seconds between two events that a slow reader takes."""

MEDIA = frozenset({Medium.AUDIO, Medium.VIDEO})
OWNER = "owner"


class Readers(Protocol):
    """Takes events, and counts what it got done with them."""

    tally: Tally

    def joined(self, index: int) -> bool:
        """Whether the media of the participant ``index`` is wanted."""
        ...

    def offer(self, event: Event) -> None:
        """One event; never waits."""
        ...

    async def run(self) -> None:
        """Read what was offered, for as long as the call lasts."""
        ...


class QuickReader:
    """Takes every event at once, and converts each picture."""

    def __init__(self) -> None:
        self.tally = Tally()

    def joined(self, index: int) -> bool:
        return True

    def offer(self, event: Event) -> None:
        count(event, self.tally)

    async def run(self) -> None:
        """Nothing is left to read."""


class SlowReaders:
    """The gates of two plugins, filled as in a call: one plugin is slow, one hangs."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.tally = Tally()
        self._clock = clock
        self._consents = {kind: _consent(str(kind)) for kind in (READ_SLOWLY, NOBODY_READS)}
        self._gates = {
            kind: Gate(str(kind), MEDIA, consent, clock) for kind, consent in self._consents.items()
        }

    def joined(self, index: int) -> bool:
        """The participant agrees to the purpose that reads them; false if none does."""
        kind = behavior(index)
        if kind == NOBODY_WANTS:
            return False
        person, purpose = str(index), str(kind)
        consent = self._consents[kind]
        consent.joined(person)
        grant = consent.propose(person, purpose, consent.version(purpose))
        return consent.commit(grant, self._clock())

    def offer(self, event: Event) -> None:
        for gate in self._gates.values():
            gate.offer(event)

    async def run(self) -> None:
        """Take one event a second, where somebody reads at all."""
        while True:
            if (event := self._gates[READ_SLOWLY].take()) is not None:
                count(event, self.tally)
            await asyncio.sleep(PAUSE)


def behavior(index: int) -> int:
    """How the participant ``index`` is read."""
    return index % 3


def count(event: Event, tally: Tally) -> None:
    """Do with an event what a plugin does at least."""
    match event:
        case AudioFrame(participant=who, samples=samples):
            tally.heard(int(who.id), samples)
        case VideoFrame(participant=who, picture=picture):
            tally.saw(int(who.id), picture.rgb())
        case _:
            tally.events += 1


def _consent(purpose: str) -> Consent:
    consent = Consent([Terms(purpose, "1")])
    consent.confirm_owner(OWNER)
    consent.enable(purpose, OWNER)
    return consent
