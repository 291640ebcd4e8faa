"""The tap counts what reaches this process's sockets, and tells sound from all else."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Iterator

import pytest

from tests.network.wire_tap import WireTap, rtp_in, tapped

OPUS, VP8 = 960, 3000
"""Steps of RTP timestamps: 20 ms at 48 kHz, a thirtieth of a second at 90 kHz."""


@pytest.fixture
def tap() -> Iterator[WireTap]:
    with tapped() as tap:
        yield tap


@pytest.fixture
def ours() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ours:
        ours.bind(("127.0.0.1", 0))
        yield ours


def rtp(ssrc: int, number: int, step: int, kind: int = 111) -> bytes:
    return struct.pack("!BBHII", 0x80, kind, number & 0xFFFF, number * step, ssrc) + bytes(60)


def send(to: socket.socket, *packets: bytes) -> None:
    with socket.socket(to.family, socket.SOCK_DGRAM) as sender:
        for packet in packets:
            sender.sendto(packet, to.getsockname())


async def counted(tap: WireTap, begin: float, packets: int) -> dict[int, int]:
    """What was counted since ``begin``, once there are as many ``packets``."""
    async with asyncio.timeout(5):
        while sum((found := tap.voices(begin, tap.now())).values()) < packets:  # noqa: ASYNC110 - the kernel's
            await asyncio.sleep(0.01)
    return dict(found)


async def test_each_voice_is_counted_once(tap: WireTap, ours: socket.socket) -> None:
    begin = tap.now()
    for number in range(65_530, 65_580):  # sequence numbers start again on the way
        send(ours, rtp(7, number, OPUS), rtp(8, number, OPUS))
    assert await counted(tap, begin, 100) == {7: 50, 8: 50}


async def test_pictures_reports_and_checks_are_no_voices(tap: WireTap, ours: socket.socket) -> None:
    begin = tap.now()
    for number in range(20):
        stun = bytes(20)
        send(ours, rtp(7, number, OPUS), rtp(8, number, VP8), rtp(9, number, OPUS, 200), stun)
    assert await counted(tap, begin, 20) == {7: 20}


async def test_what_goes_to_others_is_not_ours(ours: socket.socket) -> None:
    with tapped(lambda: frozenset({ours.getsockname()[1]})) as tap:
        begin = tap.now()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as theirs:
            theirs.bind(("127.0.0.1", 0))
            for number in range(10):
                send(theirs, rtp(1, number, OPUS))
                send(ours, rtp(2, number, OPUS))
        assert await counted(tap, begin, 10) == {2: 10}


async def test_only_the_time_asked_about_counts(tap: WireTap, ours: socket.socket) -> None:
    begin = tap.now()
    send(ours, *(rtp(7, number, OPUS) for number in range(10)))
    await counted(tap, begin, 10)
    between = tap.now()
    send(ours, *(rtp(7, number, OPUS) for number in range(10, 15)))
    assert await counted(tap, between, 5) == {7: 5}
    assert tap.voices(begin, between) == {7: 10}


async def test_a_socket_that_is_gone_was_still_ours(tap: WireTap) -> None:
    begin = tap.now()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ours:
        ours.bind(("127.0.0.1", 0))
        send(ours, *(rtp(7, number, OPUS) for number in range(10)))
        await counted(tap, begin, 10)
    assert tap.voices(begin, tap.now()) == {7: 10}


async def test_a_port_that_another_takes_later_is_not_ours_any_more() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as there:
        there.bind(("127.0.0.1", 0))
        held = {there.getsockname()[1]}
        with tapped(lambda: frozenset(held)) as tap:
            begin = tap.now()
            send(there, *(rtp(7, number, OPUS) for number in range(10)))
            await counted(tap, begin, 10)
            held.clear()
            tap.voices(begin, tap.now())  # looks which ports are ours
            with tapped(lambda: frozenset({there.getsockname()[1]})) as other:
                send(there, *(rtp(7, number, OPUS) for number in range(10, 30)))
                await counted(other, begin, 20)
            assert await counted(tap, begin, 10) == {7: 10}


def test_ipv6_is_read_too() -> None:
    header = bytes([0x60]) + bytes(5) + bytes([17]) + bytes(33)
    seen = rtp_in(header + struct.pack("!HHHH", 1, 4000, 0, 0) + rtp(7, 3, OPUS), 1.0)
    assert seen is not None and (seen.port, seen.ssrc, seen.number) == (4000, 7, 3)


@pytest.mark.parametrize("packet", [b"", b"\x45", bytes(30), b"\x45" + bytes(40)])
def test_what_is_no_rtp_is_passed_over(packet: bytes) -> None:
    assert rtp_in(packet, 0.0) is None
