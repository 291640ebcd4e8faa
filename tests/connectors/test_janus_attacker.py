"""Somebody in a Janus room sends what no codec makes; the bot goes on hearing and seeing everybody.

Between them is a real Janus: it forwards payloads as they are, and gives the attacker's
packets the same good reputation as everybody's.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription

from consentry.events import AudioFrame, Medium, Participant, VideoFrame
from consentry.metrics import Metrics
from consentry.rtc.peer import Peer, PeerCallbacks
from consentry.rtc.receive import ReceivePath
from consentry.rtc.rtp import parse_rtp
from consentry.rtc.track import MediaEvent, ReceiveContext
from consentry.rtc.worker import DecodeWorker
from tests.connectors.janus.people import (
    FRAME_SECONDS,
    Publisher,
    attached,
    configuration,
    start,
    subscribe,
)
from tests.fuzz.target import SEEDS, unpack
from tests.requirements import need
from tests.venues.janus_server import running

PROGRAM = need("janus")
SPEECH = unpack((SEEDS / "opus" / "speech").read_bytes())
CAMERA = [
    packet
    for datagram in unpack((SEEDS / "vp8" / "camera").read_bytes())
    if (packet := parse_rtp(datagram)) is not None
]
EVE, MIA = Participant("eve", "Eve"), Participant("mia", "Mia")
ROUNDS = 3

GARBAGE = {
    "four bytes": b"\xff\xff\xff\xff",
    "nothing": b"",
    "far too long a frame": b"\xff" * 1200,
    "a table of contents alone": b"\x03",
    "a count that lies": b"\x0b\xbf" + bytes(40),
}
BROKEN_EXTENSION = b"\x11\x7f\x7f\x00"
"""An audio level of two bytes."""


class Bot:
    """The bot's end of one subscription, and what came out of it."""

    def __init__(self, worker: DecodeWorker, metrics: Metrics) -> None:
        loop = asyncio.get_running_loop()
        self.events: list[MediaEvent] = []
        self.metrics = metrics
        self._news = asyncio.Event()
        context = ReceiveContext(loop.time, metrics, lambda *_: "granted", self._take, worker)
        self.path = ReceivePath(context)
        self.path.want(EVE.id, frozenset({Medium.AUDIO, Medium.VIDEO}), 10.0)
        self.path.want(MIA.id, frozenset({Medium.AUDIO, Medium.VIDEO}), 10.0)

    def _take(self, event: MediaEvent) -> None:
        self.events.append(event)
        self._news.set()

    def heard(self, who: Participant) -> float:
        """Seconds of their sound that was loud enough to be speech."""
        return sum(
            event.duration
            for event in self.events
            if isinstance(event, AudioFrame)
            and event.participant == who
            and abs(event.samples).max() > 0.01
        )

    def seen(self, who: Participant) -> int:
        return sum(isinstance(e, VideoFrame) and e.participant == who for e in self.events)

    async def until(self, true: Callable[[], bool]) -> None:
        while not true():
            self._news.clear()
            await self._news.wait()


class Room:
    """Eve, Mia and the bot."""

    def __init__(self, eve: Publisher, mia: Publisher, bot: Bot, peer: Peer) -> None:
        self.eve, self.mia, self.bot, self._peer = eve, mia, bot, peer

    async def speak(self, seconds: float, *who: Publisher) -> None:
        """They speak, and their cameras show something."""
        for number in range(int(seconds / FRAME_SECONDS)):
            for publisher in who:
                await publisher.send("audio", SPEECH[number % len(SPEECH)])
                if not number % 4:
                    packet = CAMERA[number // 4 % len(CAMERA)]
                    await publisher.send("video", packet.payload)
            self._peer.tick()
            await asyncio.sleep(FRAME_SECONDS)


@asynccontextmanager
async def room(folder: Path) -> AsyncIterator[Room]:
    metrics = Metrics()
    async with (
        running(PROGRAM, folder) as janus,
        attached(janus.url) as one,
        attached(janus.url) as two,
        attached(janus.url) as three,
    ):
        eve, mia = Publisher(one), Publisher(two)
        await eve.publish("Eve")
        await mia.publish("Mia")
        offered = await subscribe(three, [eve.feed, mia.feed])
        people = {eve.feed: EVE, mia.feed: MIA}
        with DecodeWorker(asyncio.get_running_loop().time, metrics) as worker:
            bot = Bot(worker, metrics)
            callbacks = PeerCallbacks(lambda: None, lambda text: None, lambda: None)
            peer = Peer(bot.path, callbacks, lambda mid: people.get(offered.feeds[mid]))
            try:
                await start(three, await peer.answer(offered.sdp))
                yield Room(eve, mia, bot, peer)
            finally:
                for closing in (peer, eve, mia):
                    await closing.close()


async def attack(eve: Publisher) -> None:
    """Everything that Janus lets through, and some that it doesn't."""
    for payload in GARBAGE.values():
        for kind in ("audio", "video"):
            await eve.send(kind, payload)
            await eve.send(kind, payload, BROKEN_EXTENSION)
    for skip in (30_000, 101, 65_000, 1, 3_001):
        await eve.send("audio", SPEECH[0], skip=skip)
        await eve.send("video", CAMERA[0].payload[:20], skip=skip)
    for packet in CAMERA:
        await eve.send("video", packet.payload[:4] + b"\xff" * (len(packet.payload) - 4))


@pytest.mark.e2e
async def test_whatever_somebody_sends_the_bot_hears_and_sees_everybody(tmp_path: Path) -> None:
    async with room(tmp_path) as call:
        await call.speak(1.0, call.eve, call.mia)
        await call.bot.until(lambda: min(call.bot.heard(EVE), call.bot.heard(MIA)) > 0.5)
        for _ in range(ROUNDS):
            await attack(call.eve)
        call.bot.events.clear()
        await call.speak(4.0, call.eve, call.mia)
        await call.bot.until(lambda: call.bot.heard(MIA) > 3.0 and call.bot.heard(EVE) > 2.5)
        await call.bot.until(lambda: call.bot.seen(MIA) > 3 and call.bot.seen(EVE) > 3)
    dropped = call.bot.metrics.value("packets_dropped", reason="undecodable")
    assert dropped > 0, "the attack never arrived"


@pytest.mark.e2e
async def test_one_who_speaks_well_loses_nothing_while_another_attacks(tmp_path: Path) -> None:
    async with room(tmp_path) as call:
        await call.speak(0.5, call.mia)
        call.bot.events.clear()
        for _ in range(40):
            await attack(call.eve)
            await call.speak(0.1, call.mia)
        await call.speak(0.5, call.mia)
        assert call.bot.heard(MIA) > 0.9 * 4.0


@pytest.mark.e2e
async def test_stock_aiortc_in_the_same_place_goes_deaf(tmp_path: Path) -> None:
    async with (
        running(PROGRAM, tmp_path) as janus,
        attached(janus.url) as one,
        attached(janus.url) as two,
    ):
        eve = Publisher(one)
        await eve.publish("Eve")
        ours, tracks = RTCPeerConnection(configuration()), list[MediaStreamTrack]()
        ours.on("track", tracks.append)
        offered = await subscribe(two, [eve.feed])
        await ours.setRemoteDescription(RTCSessionDescription(sdp=offered.sdp, type="offer"))
        await ours.setLocalDescription()
        await start(two, ours.localDescription.sdp)
        sound = next(track for track in tracks if track.kind == "audio")
        assert await frames(eve, sound, 100) > 50, "it hears while nobody attacks"
        for _ in range(5):
            await eve.send("audio", GARBAGE["nothing"])
        await frames(eve, sound, 50)  # what was decoded before still comes
        assert await frames(eve, sound, 100) == 0, (
            "aiortc has mended this: the proof is out of date"
        )
        assert ours.connectionState == "connected"
        await ours.close()
        await eve.close()


async def frames(eve: Publisher, sound: MediaStreamTrack, packets: int) -> int:
    """How many frames of sound come out while Eve sends so many good packets."""
    heard = 0
    for number in range(packets):
        await eve.send("audio", SPEECH[number % len(SPEECH)])
        try:
            async with asyncio.timeout(FRAME_SECONDS):
                await sound.recv()
                heard += 1
        except TimeoutError:
            pass
    return heard
