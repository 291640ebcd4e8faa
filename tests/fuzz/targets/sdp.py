"""Offers and candidates into a peer that answers, with real sockets of ICE."""

from __future__ import annotations

import asyncio
from typing import Any
from unittest import mock

from consentry.errors import SignalingError
from consentry.events import Medium, Participant
from consentry.metrics import Metrics
from consentry.rtc.peer import Peer, PeerCallbacks
from consentry.rtc.receive import ReceivePath
from consentry.rtc.track import ReceiveContext
from consentry.rtc.worker import DecodeWorker
from tests.fuzz.target import SEEDS, Shape, Target

SAM = Participant("p1", "Sam")
NEW_AFTER = 50


def new_peer() -> Peer:
    """One that takes everything it can."""
    metrics = Metrics()
    context = ReceiveContext(
        clock=lambda: 0.0,
        metrics=metrics,
        standing=lambda who, medium: "granted",
        emit=lambda event: None,
        worker=DecodeWorker(lambda: 0.0, metrics),
    )
    path = ReceivePath(context)
    path.want(SAM.id, frozenset({Medium.AUDIO, Medium.VIDEO}))
    callbacks = PeerCallbacks(lambda: None, lambda text: None, lambda: None)
    return Peer(path, callbacks, lambda mid: SAM)


class Negotiation:
    """What both ways in share: a loop on which nothing may go wrong unseen.

    Sockets are bound to this machine alone, as offers name addresses that are anybody's.
    """

    def __init__(self) -> None:
        self._addresses = mock.patch("aioice.ice.get_host_addresses", _loopback)
        self._addresses.start()
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(self._unhandled)
        self._failures: list[str] = []

    def run(self, work: Any) -> None:
        self._loop.run_until_complete(work)
        if self._failures:
            raise AssertionError(self._failures.pop())

    def end(self) -> None:
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.close()
        self._addresses.stop()

    def _unhandled(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self._failures.append(repr(context.get("exception") or context["message"]))


class Sdp:
    """A new peer for each offer, as every connection is another one."""

    def __init__(self) -> None:
        self._negotiation = Negotiation()
        self._sound = (SEEDS / "sdp" / "aiortc.sdp").read_text()

    def feed(self, data: bytes) -> None:
        self._negotiation.run(self._answer(data.decode(errors="replace")))

    def check(self) -> None:
        self._negotiation.run(self._sound_answer())

    def close(self) -> None:
        self._negotiation.end()

    async def _answer(self, offer: str) -> None:
        peer = new_peer()
        try:
            await peer.answer(offer)
            await asyncio.sleep(0)
        except SignalingError as refusal:
            assert refusal.__context__ is None or refusal.__suppress_context__, "it is quoted"
        finally:
            await peer.close()

    async def _sound_answer(self) -> None:
        peer = new_peer()
        answer = await peer.answer(self._sound)
        await peer.close()
        assert "a=recvonly" in answer, "a sound offer is answered with nothing"


class Ice:
    """Candidates, one to a line, into a peer that has answered."""

    def __init__(self) -> None:
        self._negotiation = Negotiation()
        self._sound = (SEEDS / "sdp" / "aiortc.sdp").read_text()
        self._peer: Peer | None = None
        self._taken = 0

    def feed(self, data: bytes) -> None:
        self._negotiation.run(self._candidates(data.decode(errors="replace").splitlines()))

    def check(self) -> None:
        self._negotiation.run(self._sound_candidate())

    def close(self) -> None:
        self._negotiation.run(self._end())
        self._negotiation.end()

    async def _candidates(self, lines: list[str]) -> None:
        self._taken += 1
        if self._peer is None or self._taken % NEW_AFTER == 0:
            await self._end()
            self._peer = new_peer()
            await self._peer.answer(self._sound)
        for line in lines:
            if ".local" in line:
                continue  # a second each
            try:
                await self._peer.add_candidate(line, "0", 0)
            except SignalingError as refusal:
                assert refusal.__suppress_context__, "it is quoted"

    async def _sound_candidate(self) -> None:
        peer = new_peer()
        await peer.answer(self._sound)
        await peer.add_candidate("candidate:1 1 udp 1 192.0.2.9 9 typ host", "0", 0)
        await peer.close()

    async def _end(self) -> None:
        if self._peer is not None:
            await self._peer.close()


def _loopback(*, use_ipv4: bool, use_ipv6: bool) -> list[str]:
    return ["127.0.0.1"]


TARGET = Target("sdp", Shape.TEXT, Sdp)
CANDIDATES = Target("ice", Shape.TEXT, Ice)
