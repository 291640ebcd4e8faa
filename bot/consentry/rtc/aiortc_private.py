"""Every private name of aiortc and aioice that is used, here and nowhere else.

tests/rtc/test_aiortc_private.py says which of them moved when a new version breaks one.
All changes are made to single objects; no class and no module is patched.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pylibsrtp
from aioice import stun
from aioice.ice import StunProtocol
from aiortc import RTCIceTransport, RTCPeerConnection, RTCRtpTransceiver
from aiortc.rtcdtlstransport import RTCDtlsTransport
from aiortc.rtcsctptransport import RTCSctpTransport

from consentry.rtc.rtp import is_rtcp, is_rtp
from consentry.rtc.sctp import Reassembly, read_chunks
from consentry.rtc.stun import Arrival, DatagramScreen, is_stun

LOOPBACK = "127.0.0.1"

_OPUS_PARAMETERS: dict[str, int | str | None] = {"minptime": 10, "useinbandfec": 1}
"""Asks the sender for redundancy that replaces a lost packet (RFC 7587 section 6.1)."""


def dtls_transports(pc: RTCPeerConnection) -> list[RTCDtlsTransport]:
    """The transports of a connection: one, with max-bundle, whatever was offered."""
    transports = [t.receiver.transport for t in pc.getTransceivers()]
    if pc.sctp is not None:
        transports.append(pc.sctp.transport)
    return list(dict.fromkeys(transports))


def take_rtp(transport: RTCDtlsTransport, take: Callable[[bytes], None]) -> None:
    """Hand each RTP datagram to ``take`` as it came, encrypted; aiortc sees none.

    RTCP is dropped: whoever only receives needs none of it, and a parser that
    doesn't run can't be made to fail. DTLS and what it carries go their way.
    """
    ice: Any = transport.transport
    receive = ice._recv

    async def receive_others() -> bytes:
        while True:
            datagram: bytes = await receive()
            if is_rtp(datagram):
                take(datagram)
            elif datagram and not is_rtcp(datagram):
                return datagram

    ice._recv = receive_others


def unprotect(transport: RTCDtlsTransport, datagram: bytes) -> bytes | None:
    """The packet in an SRTP datagram; ``None`` if it isn't authentic, or before the handshake."""
    session: pylibsrtp.Session | None = transport._rx_srtp
    if session is None:
        return None
    try:
        decrypted: bytes = session.unprotect(datagram)
    except pylibsrtp.Error:
        return None
    return decrypted


async def send_rtcp(transport: RTCDtlsTransport, packet: bytes) -> None:
    """Send one RTCP packet, if the connection stands."""
    with suppress(ConnectionError, pylibsrtp.Error):
        await transport._send_rtp(packet)


def silence_receiver(transceiver: RTCRtpTransceiver) -> None:
    """Keep aiortc's own receiver from ever starting: no thread, no decoder, no queue."""

    async def receive(parameters: object) -> None:
        return None

    receiver: Any = transceiver.receiver
    receiver.receive = receive


def keep_opus(transceiver: RTCRtpTransceiver) -> frozenset[int]:
    """Answer with Opus alone; its payload types, none if the offer has no Opus."""
    codecs = [
        replace(codec, parameters=dict(_OPUS_PARAMETERS))
        for codec in transceiver._codecs
        if codec.mimeType.lower() == "audio/opus"
    ]
    if codecs:
        transceiver._codecs = codecs
    return frozenset(c.payloadType for c in codecs if c.payloadType is not None)


def allow_loopback(transport: RTCIceTransport) -> None:
    """Let ICE use 127.0.0.1 where the machine has no other address, so a demo works offline."""
    connection: Any = transport.iceGatherer._connection
    gather = connection.get_component_candidates

    async def gather_or_loopback(component: int, addresses: list[str], **options: Any) -> Any:
        return await gather(component=component, addresses=addresses or [LOOPBACK], **options)

    connection.get_component_candidates = gather_or_loopback


def guard_ice(protocol: StunProtocol, screen: DatagramScreen, refused: Callable[[], None]) -> None:
    """Let one socket of ICE have only what ``screen`` admits; the rest is told to ``refused``.

    ICE itself takes any datagram, whoever sent it, and parses before it checks anything.
    """
    connection: Any = protocol.receiver
    guarded: Any = protocol
    receive = guarded.datagram_received

    def receive_sound(datagram: bytes, source: tuple[Any, ...]) -> None:
        theirs = connection._remote_candidates
        known = any(c._network_host == source[0] and c.port == source[1] for c in theirs)
        arrival = Arrival(datagram, known, len(theirs), connection._queue.qsize())
        if not screen.admits(arrival):
            refused()
            return
        try:
            if is_stun(datagram):
                stun.parse_message(datagram)  # aioice takes what it can't read for data
            receive(datagram, source)
        except Exception:  # aioice raises what its parser stumbles over, of any type
            refused()

    guarded.datagram_received = receive_sound


def guard_sctp(sctp: RTCSctpTransport, refused: Callable[[], None]) -> None:
    """Drop SCTP packets that would hang, bloat or break aiortc; each is told to ``refused``."""
    association: Any = sctp
    handle = association._handle_data

    async def handle_sound(data: bytes) -> None:
        chunks = read_chunks(data)
        if chunks is None or not _reassembly(association).admits(chunks):
            refused()
            return
        try:
            await handle(data)
        except ConnectionError:
            raise
        except Exception:  # aiortc raises what its parsers stumble over, of any type
            refused()

    association._handle_data = handle_sound


def _reassembly(association: Any) -> Reassembly:
    held = [stream.reassembly for stream in association._inbound_streams.values()]
    return Reassembly(
        last_tsn=association._last_received_tsn,
        streams=frozenset((*association._inbound_streams, *association._data_channels)),
        held_bytes=sum(len(chunk.user_data) for chunks in held for chunk in chunks),
        held_chunks=sum(map(len, held)),
    )
