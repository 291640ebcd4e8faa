"""Datagrams from the network into a guarded socket of ICE, without the socket."""

from __future__ import annotations

import asyncio
from typing import Any

from aioice import stun
from aioice.candidate import Candidate
from aioice.ice import Connection, StunProtocol

from consentry.rtc import aiortc_private
from consentry.rtc.guards.limits import MAX_CANDIDATES, MAX_QUEUED_DATAGRAMS
from consentry.rtc.guards.stun import DatagramScreen
from tests.fuzz.target import Shape, Target, unpack

OURS, THEIRS = ("ourU", "ourPasswordOfTwentyTwo"), ("thrU", "thrPasswordOfTwentyTwo")
ADDRESS = ("192.0.2.7", 40_000)
NEW_AFTER = 200


class Socket:
    """Takes what ICE sends."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    def sendto(self, data: bytes, address: object) -> None:
        self.sent.append(data)

    def close(self) -> None:
        return None


class Agent:
    """The bot's end of ICE with one local address; ``guarded`` or as aioice comes."""

    def __init__(self, guarded: bool = True) -> None:
        self.connection = Connection(
            ice_controlling=False, local_username=OURS[0], local_password=OURS[1]
        )
        self.connection.remote_username, self.connection.remote_password = THEIRS
        self.protocol = StunProtocol(self.connection)
        self.socket = Socket()
        private: Any = self.protocol
        private.transport = self.socket
        self.protocol.local_candidate = Candidate("f", 1, "udp", 1, "192.0.2.1", 50_000, "host")
        private = self.connection
        private._protocols.append(self.protocol)
        private._early_checks_done = True  # as after connect()
        self.refused = 0
        self._now = 0.0
        if guarded:
            aiortc_private.guard_ice(self.protocol, DatagramScreen(self._clock), self._refuse)

    def receive(self, datagram: bytes, address: tuple[str, int] = ADDRESS) -> None:
        self._now += 0.01
        self.protocol.datagram_received(datagram, address)

    async def close(self) -> None:
        private: Any = self.connection
        private._protocols.clear()
        await self.connection.close()

    def _clock(self) -> float:
        return self._now

    def _refuse(self) -> None:
        self.refused += 1


def check(password: str = OURS[1], **attributes: object) -> bytes:
    """A connectivity check as a peer sends it (RFC 8445 section 7.2.2), and what else is said."""
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    message.attributes["USERNAME"] = f"{OURS[0]}:{THEIRS[0]}"
    message.attributes["PRIORITY"] = 1_853_824_767
    message.attributes["ICE-CONTROLLING"] = 7
    message.attributes.update(attributes)
    message.add_message_integrity(password.encode())
    return bytes(message)


def sign(datagram: bytes) -> bytes:
    """``datagram`` with the integrity that a peer would have given it, whatever else is in it."""
    head = datagram[:20].ljust(20, b"\0")
    body = datagram[20:]
    covered = stun.set_body_length(head + body, len(body) + 24) + b""
    integrity = stun.message_integrity(covered, OURS[1].encode())
    signed = covered + b"\x00\x08\x00\x14" + integrity
    return signed + b"\x80\x28\x00\x04" + stun.message_fingerprint(signed).to_bytes(4)


class Stun:
    """Agents, one after another; each datagram comes as it is, and signed as the peer could."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(self._unhandled)
        self._agent: Agent | None = None
        self._taken = 0
        self._failures: list[str] = []

    def feed(self, data: bytes) -> None:
        self._loop.run_until_complete(self._feed(data))
        if self._failures:
            raise AssertionError(self._failures.pop())

    def check(self) -> None:
        self._loop.run_until_complete(self._check())

    def close(self) -> None:
        self._loop.run_until_complete(self._end())
        self._loop.close()

    async def _feed(self, data: bytes) -> None:
        if self._agent is None or self._taken >= NEW_AFTER:
            await self._end()
            self._agent, self._taken = Agent(), 0
        self._taken += 1
        for number, datagram in enumerate(unpack(data)):
            port = 40_000 + number % 100
            self._agent.receive(datagram, (ADDRESS[0], port))
            if datagram[:1] < b"\x04":
                self._agent.receive(sign(datagram), (ADDRESS[0], port))
        await asyncio.sleep(0)
        private: Any = self._agent.connection
        assert len(private._remote_candidates) <= MAX_CANDIDATES, "candidates grow"
        assert private._queue.qsize() <= MAX_QUEUED_DATAGRAMS, "datagrams pile up"
        self._agent.socket.sent.clear()

    async def _check(self) -> None:
        agent = Agent()
        agent.receive(check())
        await asyncio.sleep(0)
        answers = [stun.parse_message(data).message_class for data in agent.socket.sent]
        await agent.close()
        assert stun.Class.RESPONSE in answers, "a sound check is not answered"
        assert agent.refused == 0, "a sound check is refused"

    async def _end(self) -> None:
        if self._agent is not None:
            await self._agent.close()

    def _unhandled(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self._failures.append(str(context.get("exception") or context["message"]))


TARGET = Target("stun", Shape.PACKETS, Stun)
