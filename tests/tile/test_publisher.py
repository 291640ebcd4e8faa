"""The tile in a call: encoded once for everybody, and only when there is something to see."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import av
import numpy as np
import pytest
from aiortc.codecs.vpx import vp8_depayload

from consentry.events import Pixels
from consentry.messages import Caption, Message, Retraction
from consentry.rtc import rtcp
from consentry.rtc.rtp import is_rtcp, parse_rtp
from consentry.rtc.send.sender import VideoSender
from consentry.tile.content import CaptionLine, TileContent
from consentry.tile.drawing import TileDrawing
from consentry.tile.fonts import Fonts
from consentry.tile.publisher import KEY_FRAME_EVERY, REFRESH, Tile, TileOptions
from tests.tile.pictures import LINK, difference, shows_code

OPTIONS = TileOptions("Consentry", LINK, Fonts(), frames_per_second=5.0)


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Viewer:
    """Somebody who watches: what reached them, and what it looks like."""

    ssrc: int = 7
    packets: list[bytes] = field(default_factory=list)
    reports: list[bytes] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.sender = VideoSender(self.ssrc, 97, self._receive)
        self._decoder = av.CodecContext.create("libvpx", "r")
        self._seen = 0
        self._data = b""
        self.frames: list[Pixels] = []

    def _receive(self, packet: bytes) -> None:
        if is_rtcp(packet):
            self.reports.append(packet)
            return
        self.packets.append(packet)
        parsed = parse_rtp(packet)
        assert parsed is not None
        self._data += vp8_depayload(parsed.payload)
        if packet[1] & 0x80:
            for frame in self._decoder.decode(av.Packet(self._data)):
                self.frames.append(frame.to_ndarray(format="rgb24").astype(np.uint8))
            self._data = b""
            self.arrived.set()

    @property
    def picture(self) -> Pixels:
        return self.frames[-1]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def tile(clock: Clock) -> AsyncIterator[Tile]:
    async with Tile(OPTIONS, clock, lambda: {"captions": "Live captions"}) as tile:
        yield tile


def caption(text: str, revision: int = 0) -> Message:
    body = Caption(participant="p1", name="Mia", text=text, start=0.0, end=1.0, final=False)
    return Message(body, "captions/1", 1.0, frozenset({"p1"}), revision=revision)


async def test_whoever_watches_sees_the_code_and_the_words(tile: Tile) -> None:
    viewer = Viewer()
    tile.add(viewer.sender)
    tile.follow(caption("We should decide."))
    await tile.publish()
    assert shows_code(viewer.picture, LINK)
    content = TileContent(
        "Consentry",
        LINK,
        running=("Live captions",),
        captions=(CaptionLine("Mia", "We should decide."),),
    )
    assert difference(viewer.picture, TileDrawing(OPTIONS.fonts).pixels(content)) < 4


async def test_an_unchanged_tile_is_sent_again_only_now_and_then(tile: Tile, clock: Clock) -> None:
    viewer = Viewer()
    tile.add(viewer.sender)
    for tick in range(20):
        clock.now = tick * REFRESH / 10
        await tile.publish()
    assert len(viewer.frames) == 2


async def test_an_unchanged_tile_costs_a_packet_a_second(tile: Tile, clock: Clock) -> None:
    viewer = Viewer()
    tile.add(viewer.sender)
    for second in range(20):
        clock.now = second * REFRESH
        await tile.publish()
    settled = viewer.packets[-10:]
    assert sum(map(len, settled)) < 10 * 1200
    assert all(packet[1] & 0x80 for packet in settled), "one packet a frame"


async def test_a_newcomer_gets_a_key_frame_and_all_others_see_on(tile: Tile, clock: Clock) -> None:
    first, second = Viewer(1), Viewer(2)
    tile.add(first.sender)
    await tile.publish()
    tile.add(second.sender)
    clock.now = KEY_FRAME_EVERY / 2
    await tile.publish()
    assert second.frames == [], "no more key frames than one a second"
    clock.now = KEY_FRAME_EVERY
    await tile.publish()
    tile.follow(caption("We should decide."))
    clock.now += 0.2
    await tile.publish()
    assert difference(first.picture, second.picture) == 0


async def test_a_viewer_who_asks_all_the_time_costs_the_others_little(
    tile: Tile, clock: Clock
) -> None:
    greedy, calm = Viewer(1), Viewer(2)
    tile.add(greedy.sender)
    tile.add(calm.sender)
    for tick in range(50):
        clock.now = tick * 0.1
        tile.hear(greedy.sender, rtcp.KeyFrameRequest(greedy.ssrc))
        await tile.publish()
    assert len(calm.frames) <= 5 / KEY_FRAME_EVERY + 1


async def test_a_retraction_is_off_the_screen_without_waiting_for_the_next_frame(
    tile: Tile, clock: Clock
) -> None:
    viewer = Viewer()
    tile.add(viewer.sender)
    tile.follow(caption("I never said that."))
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(tile.run())
        await viewer.arrived.wait()
        with_words = viewer.picture
        viewer.arrived.clear()
        body = Retraction(ids=["captions/1"], reason="withdrawn")
        tile.follow(Message(body, "bot/retraction-1", 1.0))
        async with asyncio.timeout(1.0 / OPTIONS.frames_per_second):
            await viewer.arrived.wait()
        running.cancel()
    bare = TileDrawing(OPTIONS.fonts).pixels(
        TileContent("Consentry", LINK, running=("Live captions",))
    )
    assert difference(viewer.picture, bare) < difference(with_words, bare) / 2


async def test_with_nobody_watching_nothing_is_drawn(tile: Tile) -> None:
    viewer = Viewer()
    tile.add(viewer.sender)
    tile.remove(viewer.sender)
    tile.remove(viewer.sender)
    await tile.publish()
    assert viewer.packets == []


async def test_everybody_has_a_stream_of_their_own_with_its_own_reports(
    tile: Tile, clock: Clock
) -> None:
    viewers = Viewer(1), Viewer(2)
    for viewer in viewers:
        tile.add(viewer.sender)
        tile.add(viewer.sender)
    await tile.publish()
    for viewer in viewers:
        assert {parsed.ssrc for p in viewer.packets if (parsed := parse_rtp(p))} == {viewer.ssrc}
        (report,) = rtcp.read(viewer.reports[-1])
        assert isinstance(report, rtcp.SenderReport)
        assert report.source == viewer.ssrc
        assert report.packets == len(viewer.packets)


async def test_a_text_that_cannot_be_drawn_costs_a_frame_and_nothing_else(
    tile: Tile, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    viewer = Viewer()
    tile.add(viewer.sender)
    tile.follow(caption("\ud800 secret"))
    await tile.publish()
    clock.now = 20.0
    await tile.publish()
    assert viewer.frames
    assert "secret" not in caplog.text
