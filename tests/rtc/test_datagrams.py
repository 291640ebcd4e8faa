"""A socket that wakes the loop when it has been quiet, and is read in batches when it is busy."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import uvloop

from consentry.rtc.datagrams import QUIET, Read, take_over

Run = Callable[[Callable[[], Awaitable[None]]], None]


def media(word: str) -> bytes:
    """What looks like RTP to whoever can't decrypt it."""
    return b"\x80\x60" + bytes(10) + word.encode()


class End(asyncio.DatagramProtocol):
    """Notes what comes in."""

    def __init__(self) -> None:
        self.transport: Any
        self.received: list[bytes] = []
        self.ages: list[float] = []
        self.lost = asyncio.Event()
        self.arrived = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        self.received.append(data)
        self.ages.append(self.transport.age)
        self.arrived.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost.set()


class Poll:
    """What a batch would read, read when the test says so."""

    def __init__(self) -> None:
        self.reads: list[Read] = []

    def __call__(self, read: Read) -> bool:
        self.reads.append(read)
        return True

    def batch(self) -> None:
        self.reads = [read for read in self.reads if read()]


def other() -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))
    sock.setblocking(False)
    return sock


async def a_bound_end(poll: Callable[[Read], bool]) -> tuple[End, tuple[str, int]]:
    loop = asyncio.get_running_loop()
    _, end = await loop.create_datagram_endpoint(End, local_addr=("127.0.0.1", 0))
    address = end.transport.get_extra_info("sockname")
    take_over(end, poll)
    assert end.transport.get_extra_info("sockname") == address
    return end, address


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Run:
    def on_this_loop(main: Callable[[], Awaitable[None]]) -> None:
        async def awaited() -> None:
            await main()

        with asyncio.Runner(loop_factory=request.param) as runner:
            runner.run(awaited())

    return on_this_loop


def test_the_first_datagram_wakes_the_loop_and_the_next_wait_for_a_batch(run: Run) -> None:
    async def main() -> None:
        poll, sender = Poll(), other()
        end, address = await a_bound_end(poll)
        sender.sendto(media("first"), address)
        await end.arrived.wait()
        for word in (media("second"), media("third")):
            sender.sendto(word, address)
        await asyncio.get_running_loop().run_in_executor(None, sender.close)
        assert end.received == [media("first")]
        poll.batch()
        assert end.received == [media("first"), media("second"), media("third")]
        end.transport.close()
        await end.lost.wait()

    run(main)


def test_what_is_no_media_wakes_the_loop_each_time(run: Run) -> None:
    async def main() -> None:
        poll, sender = Poll(), other()
        end, address = await a_bound_end(poll)
        for word in (b"a handshake", b"a no"):
            end.arrived.clear()
            sender.sendto(word, address)
            await end.arrived.wait()
        assert end.received == [b"a handshake", b"a no"]
        assert poll.reads == []
        sender.close()
        end.transport.close()
        await end.lost.wait()

    run(main)


def test_a_socket_that_was_quiet_wakes_the_loop_again(run: Run) -> None:
    async def main() -> None:
        poll, sender = Poll(), other()
        end, address = await a_bound_end(poll)
        for word in (media("once"), media("again")):
            end.arrived.clear()
            sender.sendto(word, address)
            await end.arrived.wait()
            assert len(poll.reads) == 1
            for _ in range(QUIET):
                poll.batch()
            assert poll.reads == []
        assert end.received == [media("once"), media("again")]
        sender.close()
        end.transport.close()
        await end.lost.wait()

    run(main)


def test_what_waited_for_a_batch_says_for_how_long(run: Run) -> None:
    async def main() -> None:
        poll, sender = Poll(), other()
        end, address = await a_bound_end(poll)
        sender.sendto(media("first"), address)
        await end.arrived.wait()
        began = time.monotonic()
        sender.sendto(media("second"), address)
        await asyncio.get_running_loop().run_in_executor(None, socket.getaddrinfo, "127.0.0.1", 0)
        sender.sendto(media("third"), address)
        poll.batch()
        waited = time.monotonic() - began
        _, second, third = end.ages
        assert 0.0 < third <= second <= waited + 0.001
        sender.close()
        end.transport.close()
        await end.lost.wait()

    run(main)


def test_where_nobody_makes_batches_every_datagram_wakes_the_loop(run: Run) -> None:
    async def main() -> None:
        sender = other()
        end, address = await a_bound_end(lambda read: False)
        for word in (media("once"), media("again")):
            end.arrived.clear()
            sender.sendto(word, address)
            await end.arrived.wait()
        assert end.received == [media("once"), media("again")]
        sender.close()
        end.transport.close()
        await end.lost.wait()

    run(main)


def test_it_sends_from_the_address_it_was_bound_to(run: Run) -> None:
    async def main() -> None:
        peer = other()
        end, address = await a_bound_end(Poll())
        end.transport.sendto(b"here", peer.getsockname())
        loop = asyncio.get_running_loop()
        data, came_from = await loop.run_in_executor(None, received, peer)
        assert (data, came_from) == (b"here", address)
        peer.close()
        end.transport.close()
        await end.lost.wait()

    run(main)


def test_once_closed_the_port_is_free_and_nothing_is_read(run: Run) -> None:
    async def main() -> None:
        poll, sender = Poll(), other()
        end, address = await a_bound_end(poll)
        sender.sendto(media("first"), address)
        await end.arrived.wait()
        end.transport.close()
        sender.sendto(media("late"), address)
        poll.batch()
        await end.lost.wait()
        assert end.received == [media("first")]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as again:
            again.bind(address)
        sender.close()

    run(main)


def test_what_nobody_takes_is_told_and_no_more(run: Run) -> None:
    async def main() -> None:
        end, _ = await a_bound_end(Poll())
        gone = other()
        address = gone.getsockname()
        gone.close()
        transport = end.transport
        for _ in range(3):
            transport.sendto(b"anybody there", address)
            transport.read()
        assert not transport.is_closing()
        transport.close()
        await end.lost.wait()

    run(main)


def received(sock: socket.socket) -> tuple[bytes, Any]:
    sock.settimeout(5)
    return sock.recvfrom(100)
