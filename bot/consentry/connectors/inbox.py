"""What has happened and waits for the session: sound and pictures may be let go, nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from consentry.backlog import Backlog
from consentry.connectors.driver import Ended, Happening, Said
from consentry.events import AudioFrame, Gap, Medium, VideoFrame
from consentry.metrics import Metrics

MAX_AUDIO = 500
"""Blocks of audio, and gaps, that wait at most, of all together: 5 s of eight people talking at
once."""


class Inbox:
    """A queue with one reader. Where media pile up, the oldest go first and are counted; sound
    leaves a Gap."""

    def __init__(self, metrics: Metrics) -> None:
        self._dropped = metrics.events_dropped.labels(plugin="connector")
        self._happenings: Backlog[Happening] = Backlog()
        self._ended = False
        self._ready = asyncio.Event()

    @property
    def ended(self) -> bool:
        return self._ended

    def put(self, happening: Happening) -> None:
        """Add one; after Ended, nothing more happens."""
        if self._ended or (isinstance(happening, Said) and self._repeats(happening)):
            return
        self._ended = isinstance(happening, Ended)
        before = self._happenings.dropped
        self._happenings.append(happening)
        while self._happenings.sounds > MAX_AUDIO:
            if not self._happenings.let_go(AudioFrame):
                self._happenings.let_go(Gap)
        if lost := self._happenings.dropped - before:
            self._dropped.inc(lost)
        self._ready.set()

    def forget(self, participant: str, media: frozenset[Medium]) -> None:
        """Remove what waits of these media of theirs: they said no since it was taken."""

        def stays(happening: Happening) -> bool:
            match happening:
                case AudioFrame(participant=who) | Gap(participant=who):
                    return who.id != participant or Medium.AUDIO not in media
                case VideoFrame(participant=who):
                    return who.id != participant or Medium.VIDEO not in media
                case _:
                    return True

        self._happenings.keep(stays)

    def _repeats(self, said: Said) -> bool:
        """Whether it is the last thing this participant said that waits: a "no" is never
        limited in rate, but need not be heard twice in a row."""
        for happening in reversed(self._happenings):
            if isinstance(happening, Said) and happening.participant.id == said.participant.id:
                return happening == said
        return False

    async def happenings(self) -> AsyncIterator[Happening]:
        """Everything, in order, up to and including Ended."""
        while True:
            while self._happenings:
                # Not by a name: it would stay here until the next one comes.
                yield self._happenings.popleft()
                if self._ended and not self._happenings:
                    return
            self._ready.clear()
            await self._ready.wait()
