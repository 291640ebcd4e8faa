"""Publishes the tile: drawn and encoded once, when something changed, for all who watch."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

from consentry.events import Pixels
from consentry.messages import Message
from consentry.rtc import rtcp
from consentry.rtc.send.sender import VideoSender
from consentry.rtc.send.vp8_encoder import EncodedFrame, Vp8Encoder
from consentry.tile.content import Running, TileContent, TileFeed
from consentry.tile.drawing import HEIGHT, WIDTH, TileDrawing
from consentry.tile.fonts import Fonts

log = logging.getLogger(__name__)

BIT_RATE = 250_000
"""Bits a second while everything changes; a tile that stands still takes some 5,000."""

REFRESH = 1.0
"""Seconds after which an unchanged picture is sent once more: stacks and pages take a track that
sends nothing for a camera that is off."""

KEY_FRAME_EVERY = 1.0
"""Seconds between key frames at least, however many viewers ask for one."""


@dataclass(frozen=True, slots=True)
class TileOptions:
    """How the tile of one call is made."""

    bot: str
    link: str | None
    """The public page of the call, for the QR code; None: there is none."""
    fonts: Fonts
    frames_per_second: float = 2.0
    fingerprint: str | None = None
    """Of the key that signs what the bot says in this call."""


class Tile:
    """The bot's picture in one call. Used as an async context manager; :meth:`run` publishes it.

    With nobody watching nothing is drawn. Drawing and encoding happen in a thread of its own, one
    frame at a time, so what is late is skipped and not queued.
    """

    def __init__(
        self,
        options: TileOptions,
        clock: Callable[[], float],
        running: Callable[[], Running],
    ) -> None:
        """SetupError if this machine has no VP8 encoder."""
        self._clock = clock
        self._running = running
        self._feed = TileFeed(options.bot, options.link, options.fingerprint)
        self._period = 1.0 / options.frames_per_second
        self._easel = _Easel(options)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="tile")
        self._viewers: list[VideoSender] = []
        self._wake = asyncio.Event()
        self._shown: TileContent | None = None
        self._sent_at = self._key_frame_at = self._reported_at = float("-inf")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._viewers.clear()
        self._thread.shutdown(wait=True, cancel_futures=True)

    def follow(self, message: Message) -> None:
        """Show what ``message`` says, where it went to everybody; take off what it retracts."""
        if self._feed.follow(message, self._clock()):
            self._wake.set()

    def add(self, viewer: VideoSender) -> None:
        """Send the tile to ``viewer`` from now on."""
        if viewer not in self._viewers:
            self._viewers.append(viewer)
            self._wake.set()

    def remove(self, viewer: VideoSender) -> None:
        if viewer in self._viewers:
            self._viewers.remove(viewer)

    def hear(self, viewer: VideoSender, packet: rtcp.Rtcp) -> None:
        """What a viewer says of the stream they get."""
        viewer.hear(packet, self._clock())

    async def run(self) -> None:
        """Publish until cancelled."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._period):
                    await self._wake.wait()
            self._wake.clear()
            if self._viewers:
                await self.publish()

    async def publish(self) -> None:
        """Send a frame, if there is anything new to see or somebody can't see."""
        now = self._clock()
        content = self._feed.content(now, self._running())
        key_frame = self._key_frame_is_due(now)
        if content == self._shown and not key_frame and now - self._sent_at < REFRESH:
            return
        self._shown, self._sent_at = content, now
        loop = asyncio.get_running_loop()
        try:
            frame = await loop.run_in_executor(
                self._thread, self._easel.frame, content, now, key_frame
            )
        except Exception as error:
            # A text that can't be drawn costs a frame, not the call; it stays out of the log.
            log.warning("a frame of the tile could not be made (%s)", type(error).__name__)
            return
        if frame is not None:
            self._send(frame, now)

    def _key_frame_is_due(self, now: float) -> bool:
        return now - self._key_frame_at >= KEY_FRAME_EVERY and any(
            viewer.needs_key_frame for viewer in self._viewers
        )

    def _send(self, frame: EncodedFrame, now: float) -> None:
        if frame.key_frame:
            self._key_frame_at = now
        reports = now - self._reported_at >= REFRESH
        if reports:
            self._reported_at = now
        for viewer in self._viewers:
            viewer.send(frame, now)
            if reports:
                viewer.report(now)


class _Easel:
    """What the thread works with, and nobody else."""

    def __init__(self, options: TileOptions) -> None:
        self._drawing = TileDrawing(options.fonts)
        self._encoder = Vp8Encoder(WIDTH, HEIGHT, BIT_RATE, options.frames_per_second)
        self._drawn: tuple[TileContent, Pixels] | None = None

    def frame(self, content: TileContent, at: float, key_frame: bool) -> EncodedFrame | None:
        if self._drawn is None or self._drawn[0] != content:
            self._drawn = content, self._drawing.pixels(content)
        return self._encoder.encode(self._drawn[1], at, key_frame=key_frame)
