"""A bad network between two ICE peers: a proxy over UDP that stands in both descriptions."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Self, cast

from tests.network.direction import Direction
from tests.network.impairment import Impairment
from tests.network.sdp import Address, through

HALF_TICK = 0.0005
"""Seconds: the loop's timers round up to a millisecond, so a departure is half of one off."""

PERFECT = Impairment()


class ImpairedPath:
    """``offer = await path.offer(offer)`` on its way, ``await path.answer(answer)`` back.

    Each description then names a socket of the path instead of its author's, so
    that all that the two peers send one another comes through here. Only the two
    authors' addresses are heard and sent to, and only on this machine.
    ``forth`` is the way from who offers to who answers.
    """

    def __init__(
        self,
        forth: Impairment = PERFECT,
        back: Impairment = PERFECT,
        *,
        seed: int = 1,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.forth = Direction(forth, 2 * seed)
        self.back = Direction(back, 2 * seed + 1)
        self._clock = clock
        self._host: str | None = None
        self._offerer = _End(self.forth, clock)
        self._answerer = _End(self.back, clock)
        self._offerer.opposite = self._answerer
        self._answerer.opposite = self._offerer

    def switch(self, forth: Impairment, back: Impairment = PERFECT) -> None:
        """Another network from now on; what is under way arrives as it would have."""
        self.forth.impairment, self.back.impairment = forth, back

    async def offer(self, sdp: str) -> str:
        """The offer as the answerer is to see it; ValueError if its author is elsewhere."""
        return await self._pass(sdp, author=self._offerer)

    async def answer(self, sdp: str) -> str:
        """The answer as the offerer is to see it; ValueError if its author is elsewhere."""
        return await self._pass(sdp, author=self._answerer)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Carry nothing more, and have no socket left."""
        await self._offerer.close()
        await self._answerer.close()

    async def open(self, host: str) -> None:
        """Have both sockets, on an address of this machine; ValueError if it isn't one."""
        if self._host is not None:
            return
        self._host = host
        loop = asyncio.get_running_loop()
        try:
            await loop.create_datagram_endpoint(lambda: self._offerer, local_addr=(host, 0))
            await loop.create_datagram_endpoint(lambda: self._answerer, local_addr=(host, 0))
        except OSError:
            raise ValueError("a peer is not on this machine: nothing is sent to it") from None

    async def _pass(self, sdp: str, author: _End) -> str:
        found = through(sdp)
        await self.open(found.address[0])
        if found.address[0] != self._host:
            raise ValueError("the two peers have their candidates on different addresses")
        author.peer = found.address
        assert author.opposite is not None
        return found.naming(author.opposite.address)


class _End(asyncio.DatagramProtocol):
    """One peer's side of the path: hears that peer alone, and sends to it what has passed."""

    def __init__(self, direction: Direction, clock: Callable[[], float]) -> None:
        self.peer: Address | None = None
        self.opposite: _End | None = None
        self._direction = direction
        self._clock = clock
        self._transport: asyncio.DatagramTransport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._closed = asyncio.Event()

    @property
    def address(self) -> Address:
        """Where this end is."""
        assert self._transport is not None, "the path is not open"
        host, port = self._transport.get_extra_info("sockname")[:2]
        return str(host), int(port)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._closed.set()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if addr[:2] == self.peer:
            self._direction.push(data, self._clock())
            self._forward()

    def send(self, datagram: bytes) -> None:
        """To this end's own peer, once it is known."""
        if self._transport is not None and self.peer is not None:
            self._transport.sendto(datagram, self.peer)

    async def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._transport is not None:
            self._transport.close()
            self._transport = None
            await self._closed.wait()

    def _forward(self) -> None:
        assert self.opposite is not None
        now = self._clock()
        for departure in self._direction.pop(now + HALF_TICK):
            passage = departure.passage
            if passage is not None and passage.left is None:
                passage.left = self._clock()
            self.opposite.send(departure.datagram)
        self._wait(now)

    def _wait(self, now: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        due = self._direction.next_due()
        if due is None or self._transport is None:
            self._timer = None
            return
        wait = max(0.0, due - HALF_TICK - now)
        self._timer = asyncio.get_running_loop().call_later(wait, self._forward)
