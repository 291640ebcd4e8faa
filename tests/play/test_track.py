"""A recorded microphone, at the pace of a live one."""

from __future__ import annotations

import asyncio

from consentry.play.recording import OpusPacket
from consentry.play.track import SILENCE, OpusFileTrack, Timeline
from tests.play.clocks import Clock

PACKETS = tuple(OpusPacket(n * 960, bytes([n])) for n in range(100))


def playing() -> tuple[Clock, OpusFileTrack]:
    clock = Clock()
    timeline = Timeline(clock)
    timeline.start()
    track = OpusFileTrack(PACKETS, timeline)
    track.unmute()
    return clock, track


async def test_packets_come_as_they_are_once_they_have_been_said() -> None:
    clock, track = playing()
    clock.now += 0.04
    first, second = await track.recv(), await track.recv()
    assert [bytes(first), bytes(second)] == [b"\x00", b"\x01"]
    assert (second.pts, second.time_base.denominator) == (960, 48_000)


async def test_a_packet_does_not_come_before_its_time() -> None:
    clock, track = playing()
    clock.now += 0.019
    loop = asyncio.get_running_loop()
    before = loop.time()
    await track.recv()
    assert loop.time() - before >= 0.0009


async def test_a_muted_track_gives_nothing_and_time_goes_on() -> None:
    clock, track = playing()
    track.mute()
    clock.now += 1.0
    receiving = asyncio.ensure_future(track.recv())
    for _ in range(10):
        await asyncio.sleep(0)
    assert not receiving.done()
    track.unmute()
    packet = await receiving
    assert bytes(packet) == bytes([50])


async def test_on_a_busy_machine_packets_come_late_but_all_of_them_come() -> None:
    clock, track = playing()
    clock.now += 0.02
    await track.recv()
    clock.now += 1.0
    late = [bytes(await track.recv()) for _ in range(50)]
    assert late == [bytes([n]) for n in range(1, 51)]


async def test_after_the_end_of_the_file_the_microphone_is_silent_and_still_on() -> None:
    clock, track = playing()
    clock.now += 5.0
    packet = await track.recv()
    assert bytes(packet) == SILENCE
    assert packet.pts is not None
    assert packet.pts / 48_000 >= 4.9
    following = await track.recv()
    assert following.pts == packet.pts + 960


async def test_nothing_comes_before_the_meeting_has_started() -> None:
    clock = Clock()
    timeline = Timeline(clock)
    track = OpusFileTrack(PACKETS, timeline)
    track.unmute()
    receiving = asyncio.ensure_future(track.recv())
    for _ in range(10):
        await asyncio.sleep(0)
    assert not receiving.done()
    assert timeline.origin is None
    timeline.start()
    clock.now += 0.02
    assert bytes(await receiving) == b"\x00"
    assert timeline.origin == 1000.0
