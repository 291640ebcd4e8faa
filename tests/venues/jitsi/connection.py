"""The bridge's end of one endpoint's connection: ICE, DTLS-SRTP and SCTP of aiortc."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field

from aioice import Candidate
from aioice.ice import Connection as IceConnection
from aiortc import (
    RTCCertificate,
    RTCDataChannel,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
    RTCIceGatherer,
    RTCIceParameters,
    RTCIceTransport,
    RTCSctpTransport,
)
from aiortc.rtcicetransport import candidate_from_aioice
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode

from .transport import SCTP_PORT, Fingerprint, LocalTransport, RemoteTransport

CHANNEL = "JVB data channel"


@dataclass
class Connection:
    """One peer. It is ICE's controlling side, DTLS's server, and waits for SCTP and the channel
    to be opened from the other side, as a videobridge does."""

    tasks: asyncio.TaskGroup
    on_rtp: Callable[[bytes], Awaitable[None]]
    on_rtcp: Callable[[bytes], Awaitable[None]]
    on_text: Callable[[str], None]
    refuse: Callable[[str], None]
    up: asyncio.Event = field(default_factory=asyncio.Event)
    """Media can flow."""
    password: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    """Of the bridge channel by WebSocket."""
    _socket: ServerConnection | None = None
    _socket_spoke_last: bool = False
    _channel: RTCDataChannel | None = None
    _starting: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        self._gatherer = RTCIceGatherer(iceServers=[])
        self._ice = RTCIceTransport(self._gatherer)
        ice: IceConnection = self._ice._connection
        ice.ice_controlling = True
        self._dtls = RTCDtlsTransport(self._ice, [RTCCertificate.generateCertificate()])
        vars(self._dtls)["_handle_rtp_data"] = self._rtp
        vars(self._dtls)["_handle_rtcp_data"] = self.on_rtcp
        self._sctp = RTCSctpTransport(self._dtls, SCTP_PORT)
        self._sctp.on("datachannel", self._opened)

    async def gather(self) -> LocalTransport:
        await self._gatherer.gather()
        ice = self._ice._connection
        prints = self._dtls.getLocalParameters().fingerprints
        sha = next(p for p in prints if p.algorithm == "sha-256")
        return LocalTransport(
            ice.local_username,
            ice.local_password,
            Fingerprint(sha.algorithm, sha.value),
            tuple(ice.local_candidates),
        )

    def start(self, remote: RemoteTransport) -> None:
        """Begin to connect; what comes of it shows in ``up``."""
        self._starting = self.tasks.create_task(self._start(remote))

    async def try_at(self, candidates: Iterable[Candidate]) -> None:
        """The endpoint may be there too."""
        for candidate in candidates:
            await self._ice.addRemoteCandidate(candidate_from_aioice(candidate))

    async def _start(self, remote: RemoteTransport) -> None:
        # No end of candidates is ever told: where the endpoint said nothing of itself, or nothing
        # that is of use, its own checks show where it is (RFC 8445, section 7.3.1.3).
        await self.try_at(remote.candidates)
        await self._ice.start(RTCIceParameters(remote.username, remote.password))
        prints = [RTCDtlsFingerprint(p.algorithm, p.value) for p in remote.fingerprints]
        await self._dtls.start(RTCDtlsParameters(prints))
        if self._dtls.state != "connected":
            self.refuse(f"DTLS is {self._dtls.state}")
            return
        self.up.set()
        await self._sctp.start(RTCSctpTransport.getCapabilities(), SCTP_PORT)

    async def _rtp(self, data: bytes, arrival_time_ms: int) -> None:
        await self.on_rtp(data)

    def _opened(self, channel: RTCDataChannel) -> None:
        if self._channel is not None:
            self.refuse("a second data channel: the bridge has one")
            return
        self._channel = channel
        channel.on("message", self._text)

    def _text(self, message: str | bytes) -> None:
        self._socket_spoke_last = False
        if isinstance(message, str):
            self.on_text(message)

    async def attach(self, socket: ServerConnection) -> None:
        """The channel is ``socket`` from now on; one that was there is closed."""
        before, self._socket, self._socket_spoke_last = self._socket, socket, True
        if before is not None:
            await before.close(CloseCode.NORMAL_CLOSURE, "replaced")
        await socket.send(json.dumps({"colibriClass": "ServerHello"}))

    def hear(self, socket: ServerConnection, text: str | bytes) -> None:
        if socket is self._socket and isinstance(text, str):
            self._socket_spoke_last = True
            self.on_text(text)

    def detach(self, socket: ServerConnection) -> None:
        if socket is self._socket:
            self._socket = None

    async def send_rtp(self, data: bytes) -> bool:
        """RTP or RTCP; whether it went out."""
        if not self.up.is_set():
            return False
        try:
            await self._dtls._send_rtp(data)
        except ConnectionError:
            return False
        return True

    def say(self, text: str) -> bool:
        """Text on that bridge channel which was heard of last; whether there is one."""
        channel = self._channel
        if channel is not None and channel.readyState != "open":
            channel = None
        if self._socket is not None and (self._socket_spoke_last or channel is None):
            self.tasks.create_task(self._say(self._socket, text))
            return True
        if channel is not None:
            channel.send(text)
        return channel is not None

    async def _say(self, socket: ServerConnection, text: str) -> None:
        with suppress(ConnectionClosed):
            await socket.send(text)

    async def close(self) -> None:
        self.up.clear()
        if self._starting is not None:
            self._starting.cancel()
        if self._socket is not None:
            await self._socket.close(CloseCode.GOING_AWAY, "endpoint closed")
        await self._sctp.stop()
        await self._dtls.stop()
        await self._ice.stop()
