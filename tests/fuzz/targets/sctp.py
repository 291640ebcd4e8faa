"""SCTP packets into the guarded association of a data channel, in process and without a socket."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from aiortc import RTCDataChannel, RTCDataChannelParameters
from aiortc.rtcsctptransport import RTCSctpCapabilities, RTCSctpTransport
from google_crc32c import value as crc32c

from consentry.rtc import aiortc_private
from tests.fuzz.target import Shape, Target, unpack

LABEL = "consentry"
NEW_AFTER = 50
"""Inputs that one association gets: a packet that ends it must not shield it from the rest."""


class Wire:
    """Stands for DTLS at one end: what is sent is delivered at the other, when told to."""

    def __init__(self, role: str) -> None:
        self._role = role
        self.state = "connected"
        self.sent: list[bytes] = []

    async def _send_data(self, data: bytes) -> None:
        self.sent.append(data)

    def _register_data_receiver(self, receiver: object) -> None:
        return None

    def _unregister_data_receiver(self, receiver: object) -> None:
        return None


class Association:
    """A participant's end and the bot's, joined; the bot's is guarded unless told otherwise."""

    def __init__(self, guarded: bool = True) -> None:
        self.theirs_wire, self.ours_wire = Wire("client"), Wire("server")
        self.theirs = _transport(self.theirs_wire)
        self.ours = _transport(self.ours_wire)
        self.heard: list[object] = []
        self.refused = 0
        self.ours.on("datachannel", self._listen)
        if guarded:
            aiortc_private.guard_sctp(self.ours, self._refuse)

    async def connect(self) -> None:
        capabilities = RTCSctpCapabilities(maxMessageSize=65536)
        await self.theirs.start(capabilities, 5000)
        await self.ours.start(capabilities, 5000)
        await self.exchange()
        self.channel = RTCDataChannel(self.theirs, RTCDataChannelParameters(label=LABEL))
        await self.exchange()

    async def exchange(self, seen: Callable[[bytes], None] = lambda packet: None) -> None:
        """Deliver what both ends say until neither says more; ``seen`` is shown the bot's share."""
        for _ in range(1000):
            await asyncio.sleep(0)  # aiortc flushes its queues in tasks
            await asyncio.sleep(0)
            if not self.theirs_wire.sent and not self.ours_wire.sent:
                return
            while self.theirs_wire.sent:
                packet = self.theirs_wire.sent.pop(0)
                seen(packet)
                await self.deliver(packet)
            while self.ours_wire.sent:
                await handler(self.theirs)(self.ours_wire.sent.pop(0))

    async def deliver(self, packet: bytes) -> None:
        await handler(self.ours)(packet)

    async def close(self) -> None:
        await self.ours.stop()
        await self.theirs.stop()

    def _listen(self, channel: RTCDataChannel) -> None:
        channel.on("message", self.heard.append)

    def _refuse(self) -> None:
        self.refused += 1


def handler(transport: RTCSctpTransport) -> Any:
    private: Any = transport
    return private._handle_data


def tagged(packet: bytes, transport: RTCSctpTransport) -> bytes:
    """``packet`` as ``transport`` would take it: its verification tag and a checksum that fits."""
    private: Any = transport
    init = len(packet) > 12 and packet[12] == 1
    tag = (0 if init else private._local_verification_tag).to_bytes(4)
    head, rest = packet[:4].ljust(4, b"\0") + tag, packet[12:]
    checksum: int = crc32c(head + bytes(4) + rest)
    return head + checksum.to_bytes(4, "little") + rest


class Sctp:
    """Associations, one after another; the packets of an input are made to fit the one there is."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._association: Association | None = None
        self._taken = 0

    def feed(self, data: bytes) -> None:
        self._loop.run_until_complete(self._feed(data))

    def check(self) -> None:
        self._loop.run_until_complete(self._check())

    def close(self) -> None:
        self._loop.run_until_complete(self._end())
        self._loop.close()

    async def _feed(self, data: bytes) -> None:
        if self._association is None or self._taken >= NEW_AFTER:
            await self._end()
            self._association, self._taken = Association(), 0
            await self._association.connect()
        self._taken += 1
        for packet in unpack(data):
            await self._association.deliver(self._fit(packet))
        self._association.ours_wire.sent.clear()
        streams: Any = self._association.ours
        held = sum(len(s.reassembly) for s in streams._inbound_streams.values())
        assert held < 2048, "reassembly grows"
        assert len(streams._inbound_streams) <= 128, "streams grow"

    def _fit(self, packet: bytes) -> bytes:
        """Point TSNs near to where the association is, as recorded ones are long gone."""
        assert self._association is not None
        private: Any = self._association.ours
        if len(packet) >= 20 and packet[12] in (0, 192) and private._last_received_tsn is not None:
            near = (private._last_received_tsn + packet[19] - 8) % (1 << 32)
            packet = packet[:16] + near.to_bytes(4) + packet[20:]
        return tagged(packet, self._association.ours)

    async def _check(self) -> None:
        """A new association, and a message that arrives: nothing global was broken."""
        fresh = Association()
        await fresh.connect()
        fresh.channel.send("hello")
        await fresh.exchange()
        await fresh.close()
        assert fresh.heard == ["hello"], "a new association carries nothing"
        assert fresh.refused == 0, "sound packets are refused"

    async def _end(self) -> None:
        if self._association is not None:
            await self._association.close()
            await asyncio.sleep(0)


def _transport(wire: Wire) -> RTCSctpTransport:
    stand_in: Any = wire
    return RTCSctpTransport(stand_in)


TARGET = Target("sctp", Shape.PACKETS, Sctp)
