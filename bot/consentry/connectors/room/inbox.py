"""What has happened and waits for the session: audio may be let go, nothing else is."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator

from consentry.connectors.driver import Ended, Happening, Said
from consentry.events import AudioFrame, Gap
from consentry.metrics import Metrics

MAX_AUDIO = 500
"""Blocks of audio that wait at most, of all together: 5 s of eight people talking at once."""


class Inbox:
    """A queue with one reader. Where audio piles up, the oldest goes first, and is counted."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._happenings: deque[Happening] = deque()
        self._audio = 0
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
        self._happenings.append(happening)
        if isinstance(happening, AudioFrame):
            self._audio += 1
            if self._audio > MAX_AUDIO:
                self._drop_oldest_audio()
        self._ready.set()

    def forget_audio(self, participant: str) -> None:
        """Remove what waits of their audio: they said no since it was taken."""
        kept: deque[Happening] = deque()
        for happening in self._happenings:
            match happening:
                case AudioFrame(participant=speaker) | Gap(participant=speaker) if (
                    speaker.id == participant
                ):
                    self._audio -= isinstance(happening, AudioFrame)
                case _:
                    kept.append(happening)
        self._happenings = kept

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
                happening = self._happenings.popleft()
                self._audio -= isinstance(happening, AudioFrame)
                yield happening
                if isinstance(happening, Ended):
                    return
            self._ready.clear()
            await self._ready.wait()

    def _drop_oldest_audio(self) -> None:
        for index, happening in enumerate(self._happenings):
            if isinstance(happening, AudioFrame):
                del self._happenings[index]
                self._audio -= 1
                self._metrics.events_dropped.labels(plugin="connector").inc()
                return
