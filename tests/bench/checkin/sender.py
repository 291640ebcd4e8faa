"""The process with the camera: films what it is told to, as VP8 at a call's bit rate."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from typing import Any

import uvloop
from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
)
from av.packet import Packet

from consentry.messages import PromptKind
from consentry.rtc import aiortc_private
from tests.attacks.scene import Scene
from tests.attacks.surface import HEIGHT, WIDTH
from tests.attacks.vp8 import FRAMES_PER_SECOND, Encoder
from tests.bench.checkin.films import Film
from tests.bench.media.pipe import Fields, serve

SCREEN = 0.05
"""Seconds from the bot's prompt to the person's eyes: the way back, and a screen."""


class CameraTrack(MediaStreamTrack):
    """Whatever scene is before the camera now; a new one begins with a key frame."""

    kind = "video"

    def __init__(self) -> None:
        super().__init__()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="camera")
        self._scene: Scene | None = None
        self._encoder = Encoder(WIDTH, HEIGHT)
        self._began = self._scene_began = time.monotonic()
        self._due = self._began

    async def show(self, film: Film) -> None:
        """Put another scene before the camera, once it is made."""
        scene = await asyncio.get_running_loop().run_in_executor(self._thread, film.scene)
        self._encoder = Encoder(WIDTH, HEIGHT)
        self._scene, self._scene_began = scene, time.monotonic()

    def ask(self, kind: PromptKind) -> None:
        """Whoever is before the camera reads this."""
        if self._scene is not None:
            self._scene.ask(kind, time.monotonic() - self._scene_began + SCREEN)

    async def recv(self) -> Packet[Any]:
        """The next frame at its time; one that is late is left out, as cameras do."""
        loop = asyncio.get_running_loop()
        while True:
            self._due = max(self._due + 1 / FRAMES_PER_SECOND, time.monotonic() - 0.1)
            await asyncio.sleep(max(0.0, self._due - time.monotonic()))
            packet = await loop.run_in_executor(self._thread, self._film)
            if packet is not None:
                return packet

    def stop(self) -> None:
        super().stop()
        self._thread.shutdown(wait=False)

    def _film(self) -> Packet[Any] | None:
        now = time.monotonic()
        if self._scene is None:
            return None
        taken = self._scene.picture(now - self._scene_began)
        encoded = self._encoder.encode(taken, now - self._began)
        if encoded is None:
            return None
        packet = Packet(bytes(encoded))
        packet.pts, packet.time_base = encoded.pts, Fraction(1, 90_000)
        return packet


class Sender:
    """One person's connection, with their camera on it."""

    def __init__(self) -> None:
        self._track = CameraTrack()
        self._connected = asyncio.Event()
        self._pc = RTCPeerConnection(RTCConfiguration([], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        self._pc.on("connectionstatechange", self._changed)
        transceiver = self._pc.addTransceiver(self._track, direction="sendonly")
        known = RTCRtpSender.getCapabilities("video").codecs
        transceiver.setCodecPreferences([c for c in known if c.mimeType == "video/VP8"])

    async def reply(self, request: Fields) -> Fields:
        """To ``offer``, ``connect``, ``show`` and ``ask``."""
        match request["do"]:
            case "offer":
                for transport in aiortc_private.dtls_transports(self._pc):
                    aiortc_private.allow_loopback(transport.transport)
                await self._pc.setLocalDescription()
                return {"sdp": self._pc.localDescription.sdp}
            case "connect":
                answer = RTCSessionDescription(request["sdp"], "answer")
                await self._pc.setRemoteDescription(answer)
                async with asyncio.timeout(30):
                    await self._connected.wait()
            case "show":
                film = Film(request["kind"], request["enrolled"], request["seed"])
                await self._track.show(film)
            case "ask":
                self._track.ask(request["prompt"])
        return {}

    async def close(self) -> None:
        self._track.stop()
        await self._pc.close()

    def _changed(self) -> None:
        if self._pc.connectionState == "connected":
            self._connected.set()


async def main() -> None:
    """Serve until stdin is closed."""
    sender = Sender()
    await serve(sender.reply)
    await sender.close()


if __name__ == "__main__":
    uvloop.run(main())
