"""Everybody who checks in at this moment: a try each, beside one another."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass

from consentry.api import (
    AudioFrame,
    CheckInAsked,
    Context,
    Event,
    FaceChecks,
    Gap,
    Left,
    Message,
    Revoked,
    Tick,
    VideoFrame,
)
from consentry_checkin.ear import Hearing
from consentry_checkin.trial import USE_CODE as CODE
from consentry_checkin.trial import Trial, verdict


@dataclass(frozen=True, slots=True)
class _Running:
    trial: Trial
    task: asyncio.Task[None]


class Floor:
    """Takes the events of a call; what it says is about one person, to that person.

    Whatever ends a try forgets it: a verdict, a withdrawal, their leaving, another try of theirs,
    the time that a try has, the end of the plugin. ``listens`` has what hears a number read aloud.
    """

    def __init__(self, faces: FaceChecks, listens: Context | None = None) -> None:
        self._faces = faces
        self._listens = listens
        self._running: dict[str, _Running] = {}
        self._waiting: deque[Message] = deque()
        self._changed = asyncio.Event()
        self._closed = False

    async def said(self) -> Message | None:
        """The next message; ``None`` when none will come."""
        while not self._waiting:
            if self._closed:
                return None
            self._changed.clear()
            await self._changed.wait()
        return self._waiting.popleft()

    async def run(self, events: AsyncIterator[Event]) -> None:
        """Take all events. Tries that run when they end are forgotten."""
        try:
            async with asyncio.TaskGroup() as group:
                async for event in events:
                    self._take(event, group)
                    del event  # or it would stay here until the next one comes
                for person in tuple(self._running):
                    self._forget(person)
        finally:
            self._closed = True
            self._changed.set()

    def _take(self, event: Event, group: asyncio.TaskGroup) -> None:
        match event:
            case CheckInAsked():
                self._forget(event.participant.id)
                self._begin(event, group)
            case VideoFrame() if running := self._running.get(event.participant.id):
                running.trial.see(event)
            case AudioFrame() | Gap() if running := self._running.get(event.participant.id):
                running.trial.hear(event)
            case Revoked() | Left():
                self._forget(event.participant.id)
            case Tick():
                self._tick(event.at)

    def _begin(self, asked: CheckInAsked, group: asyncio.TaskGroup) -> None:
        person = asked.participant.id
        hearing = self._hearing(asked.language)
        check = self._faces.begin(asked.ticket, asked.at, listens=hearing is not None)
        if check is None:
            self._say(verdict(asked, CODE, asked.at))
            return
        trial = Trial(asked, check, self._say, hearing)
        task = group.create_task(trial.run(), name="check-in")
        running = self._running[person] = _Running(trial, task)
        task.add_done_callback(lambda _: self._over(person, running))

    def _hearing(self, language: str) -> Hearing | None:
        """What to listen with; ``None``: nobody is asked to read anything aloud."""
        ctx = self._listens
        if ctx is None or ctx.speech is None or ctx.voice_activity is None:
            return None
        return Hearing(ctx.speech, ctx.voice_activity(), language)

    def _over(self, person: str, running: _Running) -> None:
        if self._running.get(person) is running:
            del self._running[person]

    def _tick(self, at: float) -> None:
        for person, running in tuple(self._running.items()):
            if at < running.trial.until:
                running.trial.tick(at)
            else:
                self._forget(person)
                self._say(verdict(running.trial.asked, CODE, at))

    def _forget(self, person: str) -> None:
        """Nothing more is said of their try, and nothing of it is left."""
        if (running := self._running.pop(person, None)) is not None:
            running.task.cancel()
        self._waiting = deque(m for m in self._waiting if person not in m.about)

    def _say(self, message: Message) -> None:
        self._waiting.append(message)
        self._changed.set()
