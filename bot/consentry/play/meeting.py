"""A recorded meeting played into a room, in real time, by simulated participants."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from consentry.connectors.room.stack import socket_url
from consentry.errors import ConfigError, EndReason, JoinRefused
from consentry.play.clip import made_up_clip
from consentry.play.participant import Company, Received, SimulatedParticipant
from consentry.play.plan import Action, Plan
from consentry.play.recording import Recording, load_recording
from consentry.play.track import Timeline

LEAD_SECONDS = 0.2
"""From the word go to media time 0, so that every track is ready for it."""


def _ignore(received: Received) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Observer:
    """Who is told of the bot's messages, and by which clock."""

    received: Callable[[Received], None] = _ignore
    clock: Callable[[], float] = time.monotonic


class Meeting:
    """``async with Meeting(path, url, plan) as meeting: await meeting.play()``.

    Entering joins everybody; leaving hangs up. MediaFileError if a file can't
    be played, JoinRefused if the room can't be reached, ConfigError if the plan
    names somebody who is not in the recording.
    """

    def __init__(
        self, meeting: Path, url: str, plan: Plan | None = None, observer: Observer | None = None
    ) -> None:
        self._path = meeting
        self._url = socket_url(url)
        self._plan = plan or Plan()
        self._observer = observer or Observer()
        self._timeline = Timeline(self._observer.clock)
        self._recording: Recording | None = None
        self._stack = AsyncExitStack()
        self._messages: list[Received] = []
        self.participants: dict[str, SimulatedParticipant] = {}
        """By display name."""

    @property
    def recording(self) -> Recording:
        if self._recording is None:
            raise ConfigError("the meeting has no recording before it is entered")
        return self._recording

    @property
    def messages(self) -> list[Received]:
        """All that the bot sent to anybody, in the order of arrival."""
        return list(self._messages)

    @property
    def origin(self) -> float | None:
        """Monotonic time at which media time 0 was; ``None`` before :meth:`play`."""
        return self._timeline.origin

    async def __aenter__(self) -> Self:
        self._recording = load_recording(self._path)
        _check_names(self._plan, self._recording)
        self._recording = _with_cameras(self._plan, self._recording)
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._in_the_room(self._recording))
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._stack.aclose()

    async def reachable(self) -> None:
        """Wait until the bot can talk to everybody."""
        for participant in self.participants.values():
            await participant.reachable.wait()

    async def play(self) -> None:
        """Start the recording and the script; return when both have ended."""
        self._timeline.start(LEAD_SECONDS)
        for action in sorted(self._plan.actions, key=lambda a: a.at):
            await self._timeline.until(action.at)
            self.do(action)
        await self._timeline.until(self.recording.duration + self._plan.tail)

    def start(self) -> None:
        """Start the recording alone; whoever calls acts with :meth:`do`."""
        self._timeline.start(LEAD_SECONDS)

    async def until(self, media_time: float) -> None:
        """Wait for a media time, in seconds."""
        await self._timeline.until(media_time)

    def do(self, action: Action) -> None:
        """Have ``action.who`` act now."""
        self.participants[action.who].do(action.deed)

    def _received(self, received: Received) -> None:
        self._messages.append(received)
        self._observer.received(received)

    @asynccontextmanager
    async def _in_the_room(self, recording: Recording) -> AsyncIterator[None]:
        company = Company(self._timeline, self._observer.clock, self._received)
        async with AsyncExitStack() as stack:
            joined: list[tuple[SimulatedParticipant, ClientConnection]] = []
            for track in recording.tracks:
                plan = self._plan.of(track.participant)
                participant = SimulatedParticipant(track, plan, company)
                socket = await self._connect()
                stack.push_async_callback(socket.close)
                await participant.join(socket)
                self.participants[track.participant] = participant
                joined.append((participant, socket))
            tasks = await stack.enter_async_context(asyncio.TaskGroup())
            running = [tasks.create_task(who.run(socket)) for who, socket in joined]
            stack.callback(_cancel, running)
            yield

    async def _connect(self) -> ClientConnection:
        try:
            return await connect(self._url, proxy=None)
        except (OSError, WebSocketException) as exc:
            raise JoinRefused(
                EndReason.UNREACHABLE,
                f"the room can't be reached ({type(exc).__name__}): check its address",
            ) from exc


def _cancel(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()


def _with_cameras(plan: Plan, recording: Recording) -> Recording:
    tracks = tuple(
        replace(track, camera=made_up_clip(number))
        if plan.of(track.participant).camera and track.camera is None
        else track
        for number, track in enumerate(recording.tracks)
    )
    return replace(recording, tracks=tracks)


def _check_names(plan: Plan, recording: Recording) -> None:
    names = {track.participant for track in recording.tracks}
    unknown = {*plan.participants, *(action.who for action in plan.actions)} - names
    if unknown:
        raise ConfigError(
            f"the plan names {len(unknown)} participants who are not in the recording "
            f"{recording.id!r}: use the names in its meeting.json"
        )
