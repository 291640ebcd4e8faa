"""A bad path between two real sockets and between two real peers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import pytest
from aiortc import RTCPeerConnection, RTCSessionDescription

from consentry.rtc import aiortc_private
from tests.bench.scoring import percentile
from tests.network.impairment import Impairment, Independent
from tests.network.path import ImpairedPath
from tests.network.test_direction import STUN, numbers, rtp

LOOPBACK = "127.0.0.1"


class Socket(asyncio.DatagramProtocol):
    """A peer that is nothing but a socket, with what it got and when."""

    def __init__(self) -> None:
        self.got: list[tuple[float, bytes]] = []
        self.news = asyncio.Event()
        self.closed = asyncio.Event()
        self.transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed.set()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.got.append((time.monotonic(), data))
        self.news.set()

    @property
    def port(self) -> int:
        assert self.transport is not None
        return int(self.transport.get_extra_info("sockname")[1])

    @property
    def description(self) -> str:
        return f"v=0\r\na=candidate:1 1 udp 1 {LOOPBACK} {self.port} typ host\r\n"

    def send(self, datagram: bytes, port: int) -> None:
        assert self.transport is not None
        self.transport.sendto(datagram, (LOOPBACK, port))

    async def until(self, count: int) -> None:
        while len(self.got) < count:
            self.news.clear()
            await self.news.wait()


@asynccontextmanager
async def socket() -> AsyncIterator[Socket]:
    transport, found = await asyncio.get_running_loop().create_datagram_endpoint(
        Socket, local_addr=(LOOPBACK, 0)
    )
    yield found
    transport.close()
    await found.closed.wait()


def port_in(sdp: str) -> int:
    return int(sdp.split(LOOPBACK)[1].split()[0])


async def test_each_peer_sees_the_path_in_the_place_of_the_other() -> None:
    async with socket() as left, socket() as right, ImpairedPath() as path:
        at_right = port_in(await path.offer(left.description))
        at_left = port_in(await path.answer(right.description))
        assert len({left.port, right.port, at_left, at_right}) == 4
        left.send(rtp(1), at_left)
        await right.until(1)
        right.send(rtp(2), at_right)
        await left.until(1)
        assert numbers([datagram for _, datagram in right.got]) == [1]
        assert numbers([datagram for _, datagram in left.got]) == [2]
        assert [p.sequence_number for p in path.forth.log] == [1]
        assert [p.sequence_number for p in path.back.log] == [2]


async def test_a_stranger_is_not_heard() -> None:
    async with socket() as left, socket() as right, socket() as stranger, ImpairedPath() as path:
        await path.offer(left.description)
        at_left = port_in(await path.answer(right.description))
        stranger.send(rtp(9), at_left)
        left.send(rtp(1), at_left)
        await right.until(1)
        assert numbers([datagram for _, datagram in right.got]) == [1]


async def test_nothing_is_sent_to_another_machine() -> None:
    async with ImpairedPath() as path:
        with pytest.raises(ValueError, match="not on this machine"):
            await path.offer("v=0\r\na=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n")


async def test_another_machine_can_not_answer() -> None:
    async with socket() as left, ImpairedPath() as path:
        await path.offer(left.description)
        with pytest.raises(ValueError, match="different addresses"):
            await path.answer("v=0\r\na=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n")


@pytest.mark.parametrize("delay", [0.0, 0.02])
async def test_the_path_itself_takes_less_than_a_millisecond(delay: float) -> None:
    impairment = Impairment(delay=delay)
    async with socket() as left, socket() as right, ImpairedPath(impairment) as path:
        await path.offer(left.description)
        at_left = port_in(await path.answer(right.description))
        sent: list[float] = []
        for n in range(300):
            sent.append(time.monotonic())
            left.send(rtp(n), at_left)
            await right.until(n + 1)
        took = [at - start for (at, _), start in zip(right.got, sent, strict=True)]
        assert percentile(took, 0.5) - delay < 0.001
        assert min(took) > delay - 0.001


async def test_loss_can_be_switched_on_and_off_in_mid_call() -> None:
    async with socket() as left, socket() as right, ImpairedPath() as path:
        await path.offer(left.description)
        at_left = port_in(await path.answer(right.description))
        path.switch(Impairment(Independent(1.0)))
        for n in range(50):
            left.send(rtp(n), at_left)
        left.send(STUN, at_left)
        await right.until(1)
        path.switch(Impairment())
        for n in range(50, 100):
            left.send(rtp(n), at_left)
        await right.until(51)
        assert numbers([datagram for _, datagram in right.got[1:]]) == list(range(50, 100))
        assert [passage.lost for passage in path.forth.log] == [True] * 50 + [False] * 50


async def test_two_peers_connect_through_the_path_and_only_through_it() -> None:
    left, right = RTCPeerConnection(), RTCPeerConnection()
    opened, heard = asyncio.Event(), asyncio.Event()
    channel = left.createDataChannel("hello")
    channel.on("open", opened.set)
    right.on("datachannel", lambda found: found.on("message", lambda text: heard.set()))
    aiortc_private.allow_loopback(aiortc_private.dtls_transports(left)[0].transport)
    async with ImpairedPath(Impairment(delay=0.02), Impairment(delay=0.02)) as path:
        await left.setLocalDescription()
        offer = await path.offer(left.localDescription.sdp)
        await right.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        aiortc_private.allow_loopback(aiortc_private.dtls_transports(right)[0].transport)
        await right.setLocalDescription()
        answer = await path.answer(right.localDescription.sdp)
        await left.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        await opened.wait()
        started = time.monotonic()
        channel.send("one")
        await heard.wait()
        assert time.monotonic() - started > 0.018
        await left.close()
        await right.close()
