"""People in a LiveKit room by its SDK, and the bot's connector with a stand-in for its session."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import numpy as np
import pytest
from livekit import rtc
from pydantic import SecretStr

from consentry.connectors.driver import (
    Connector,
    Happening,
    MediaConsent,
    Setting,
    Subscription,
    Wait,
)
from consentry.connectors.livekit.stack import LiveKit, LiveKitOptions
from consentry.connectors.stack import Invitation
from consentry.events import AudioFrame, Joined, Medium, Role, VideoFrame
from consentry.metrics import Metrics
from consentry.signing import Signer
from tests.venues.livekit import KEY, ROOM, SECRET, LiveKitServer, token

UNDROPPED = pytest.mark.filterwarnings("ignore:.*FfiHandle.__del__")
"""The SDK finds, when it lets go of a track, that its native side did so before; that is all."""

RATE = 48_000
FRAME = RATE // 100
AUDIO, VIDEO = frozenset({Medium.AUDIO}), frozenset({Medium.VIDEO})


class Attendee:
    """Somebody in the room. Their microphone hums, their camera shows one color."""

    def __init__(self, room: rtc.Room, tasks: asyncio.TaskGroup) -> None:
        self.room = room
        self._tasks = tasks
        self._running: list[asyncio.Task[None]] = []
        self.read: list[tuple[str, str]] = []
        """Who wrote, and what: each chat line that came."""
        self.captions: list[tuple[str, str, dict[str, str]]] = []
        """Whose, what, and the attributes: each transcription stream that came."""
        self._news = asyncio.Event()
        room.register_text_stream_handler("lk.chat", self._chat)
        room.register_text_stream_handler("lk.transcription", self._caption)

    @property
    def me(self) -> rtc.LocalParticipant:
        return self.room.local_participant

    async def speak(self) -> rtc.LocalAudioTrack:
        """Publish a microphone that hums from now on."""
        source = rtc.AudioSource(RATE, 1)
        track = rtc.LocalAudioTrack.create_audio_track("microphone", source)
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        await self.me.publish_track(track, options)
        self._running.append(self._tasks.create_task(_hum(source)))
        return track

    async def show(self) -> None:
        """Publish a camera."""
        source = rtc.VideoSource(640, 360)
        track = rtc.LocalVideoTrack.create_video_track("camera", source)
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_CAMERA)
        await self.me.publish_track(track, options)
        self._running.append(self._tasks.create_task(_glow(source)))

    async def say(self, text: str, **options: Any) -> None:
        await self.me.send_text(text, topic="lk.chat", **options)

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait for the line that makes ``true`` so."""
        while not true():
            self._news.clear()
            await self._news.wait()

    async def leave(self) -> None:
        for task in self._running:
            task.cancel()
        await self.room.disconnect()

    def _chat(self, reader: rtc.TextStreamReader, identity: str) -> None:
        self._tasks.create_task(self._take(reader, identity, self.read))

    def _caption(self, reader: rtc.TextStreamReader, identity: str) -> None:
        self._tasks.create_task(self._take(reader, identity, self.captions))

    async def _take(self, reader: rtc.TextStreamReader, identity: str, where: list[Any]) -> None:
        with suppress(ConnectionError):
            text = await reader.read_all()
            line = (identity, text)
            where.append(line if where is self.read else (*line, reader.info.attributes or {}))
            self._news.set()


async def _hum(source: rtc.AudioSource) -> None:
    for number in itertools.count():
        times = (np.arange(FRAME) + number * FRAME) / RATE
        sound = (np.sin(2 * np.pi * 440 * times) * 8000).astype(np.int16)
        await source.capture_frame(rtc.AudioFrame(sound.tobytes(), RATE, 1, FRAME))


async def _glow(source: rtc.VideoSource) -> None:
    pixels = np.tile(np.array([200, 40, 40, 255], np.uint8), 640 * 360).tobytes()
    frame = rtc.VideoFrame(640, 360, rtc.VideoBufferType.RGBA, pixels)
    while True:
        source.capture_frame(frame)
        await asyncio.sleep(1 / 15)


@asynccontextmanager
async def attending(
    server: LiveKitServer, identity: str = "mia", **claims: Any
) -> AsyncIterator[Attendee]:
    """Somebody who is in the room while the block runs, and takes no media."""
    pass_ = token(identity, claims.pop("name", identity.title()), **claims)
    async with asyncio.TaskGroup() as tasks:
        attendee = Attendee(rtc.Room(), tasks)
        await attendee.room.connect(server.url, pass_, rtc.RoomOptions(auto_subscribe=False))
        try:
            yield attendee
        finally:
            await attendee.leave()


class Bot:
    """The connector, and what it said happened."""

    def __init__(self, invitation: Invitation, options: LiveKitOptions) -> None:
        started = time.monotonic()
        self.metrics = Metrics()
        self.standings: dict[str, MediaConsent] = {}
        self.waits: list[Wait | None] = []
        self.setting = Setting(
            clock=lambda: time.monotonic() - started,
            signer=Signer("c-test"),
            metrics=self.metrics,
            standing=lambda who, _: self.standings.get(who, MediaConsent.UNDECIDED),
            waiting=self._waits,
        )
        LiveKit.check(invitation, options)
        self.connector: Connector = LiveKit.connector(invitation, options, self.setting)
        self.happened: list[Happening] = []
        self._news = asyncio.Event()

    def _waits(self, wait: Wait | None) -> None:
        self.waits.append(wait)
        self._news.set()

    async def listen(self) -> None:
        async for happening in self.connector.happenings():
            self.happened.append(happening)
            self._news.set()

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait for the happening that makes ``true`` so."""
        while not true():
            self._news.clear()
            await self._news.wait()

    async def hears(self, who: str, frames: int = 1) -> None:
        """Wait for that many more frames of theirs."""
        wanted = len(self.frames(who)) + frames
        await self.until(lambda: len(self.frames(who)) >= wanted)

    async def falls_silent(self, who: str, seconds: float) -> None:
        """Wait until nothing was heard of them for so long."""
        with suppress(TimeoutError):
            while True:
                async with asyncio.timeout(seconds):
                    await self.hears(who)

    def said(self, *kinds: type) -> list[Any]:
        return [happening for happening in self.happened if isinstance(happening, kinds)]

    def frames(self, who: str) -> list[AudioFrame]:
        return [frame for frame in self.said(AudioFrame) if frame.participant.id == who]

    def pictures(self, who: str) -> list[VideoFrame]:
        return [frame for frame in self.said(VideoFrame) if frame.participant.id == who]

    def role(self, who: str) -> Role | None:
        roles = [h.participant.role for h in self.said(Joined) if h.participant.id == who]
        return roles[-1] if roles else None

    async def grant(self, who: str, media: frozenset[Medium] = AUDIO, rate: float = 1.0) -> None:
        """As a session does once ``who`` agreed to something."""
        self.standings[who] = MediaConsent.GRANTED
        await self.connector.want(Subscription(who, media, rate))

    async def withdraw(self, who: str) -> None:
        """As a session does once ``who`` changed their mind."""
        self.standings[who] = MediaConsent.DECLINED
        await self.connector.want(Subscription(who, frozenset()))


def invited(server: LiveKitServer, pass_: str | None = None) -> Bot:
    """The bot on its way into the room: with a token, or with the server's key."""
    if pass_ is not None:
        return Bot(Invitation(server.url, token=SecretStr(pass_)), LiveKitOptions())
    keys = LiveKitOptions(api_key=KEY, api_secret=SecretStr(SECRET))
    return Bot(Invitation(f"{server.url}?room={ROOM}"), keys)


@asynccontextmanager
async def bot_in(server: LiveKitServer, pass_: str | None = None) -> AsyncIterator[Bot]:
    """The bot, from its joining to its leaving."""
    bot = invited(server, pass_)
    async with asyncio.TaskGroup() as tasks, bot.connector:
        tasks.create_task(bot.listen())
        yield bot
