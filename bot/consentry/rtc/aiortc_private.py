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
from aiortc import RTCIceTransport, RTCPeerConnection, RTCRtpTransceiver
from aiortc.rtcdtlstransport import RTCDtlsTransport
from aiortc.rtcsctptransport import RTCSctpTransport

from consentry.rtc.rtp import is_rtcp, is_rtp

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


def guard_sctp(sctp: RTCSctpTransport, refused: Callable[[], None]) -> None:
    """Drop SCTP packets that would hang or break aiortc; each is told to ``refused``."""
    association: Any = sctp
    handle = association._handle_data

    async def handle_sound(data: bytes) -> None:
        if not _is_sound(data):
            refused()
            return
        try:
            await handle(data)
        except ConnectionError:
            raise
        except Exception:  # aiortc raises what its parsers stumble over, of any type
            refused()

    association._handle_data = handle_sound


_COMMON_HEADER = 12
_PARAMETERS_AT = {1: 20, 2: 20, 4: 4, 5: 4, 6: 4, 9: 4, 130: 4}
"""Where parameters start in a chunk, by its type (RFC 9260 section 3.3, RFC 6525)."""


def _is_sound(packet: bytes) -> bool:
    """Whether every length in an SCTP packet moves forward (RFC 9260 section 3.2)."""
    at = _COMMON_HEADER
    while at + 4 <= len(packet):
        length = int.from_bytes(packet[at + 2 : at + 4])
        if length < 4 or at + length > len(packet):
            return False
        start = _PARAMETERS_AT.get(packet[at])
        if start is not None and not _parameters_are_sound(packet[at + start : at + length]):
            return False
        at += (length + 3) & ~3
    return True


def _parameters_are_sound(body: bytes) -> bool:
    at = 0
    while at + 4 <= len(body):
        length = int.from_bytes(body[at + 2 : at + 4])
        if length < 4:
            return False
        at += (length + 3) & ~3
    return True
