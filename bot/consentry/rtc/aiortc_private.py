"""Every private name of aiortc and aioice that is used, here and nowhere else.

tests/rtc/test_aiortc_private.py says which of them moved when a new version breaks one.
All changes are made to single objects; no class and no module is patched.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pylibsrtp
from aioice import ice, stun
from aioice.ice import StunProtocol
from aioice.turn import TurnTransport
from aiortc import RTCIceTransport, RTCPeerConnection, RTCRtpTransceiver
from aiortc.rtcdtlstransport import RTCDtlsTransport
from aiortc.rtcrtpparameters import RTCRtpCodecParameters
from aiortc.rtcsctptransport import RTCSctpTransport

from consentry.rtc.datagrams import Poll, take_over
from consentry.rtc.guards.sctp import Reassembly, read_chunks
from consentry.rtc.guards.stun import Arrival, DatagramScreen, is_stun
from consentry.rtc.rtp import is_rtcp, is_rtp

LOOPBACK = "127.0.0.1"

_OPUS: dict[str, int | str | None] = {"minptime": 10, "useinbandfec": 1}
"""Asks the sender for redundancy that replaces a lost packet (RFC 7587 section 6.1)."""


def dtls_transports(pc: RTCPeerConnection) -> list[RTCDtlsTransport]:
    """The transports of a connection: one, with max-bundle, whatever was offered."""
    transports = [t.receiver.transport for t in pc.getTransceivers()]
    if pc.sctp is not None:
        transports.append(pc.sctp.transport)
    return list(dict.fromkeys(transports))


def _nothing() -> None:
    return None


@dataclass(frozen=True, slots=True)
class Taker:
    """Who gets a connection's datagrams, as they came off the socket and encrypted."""

    rtp: Callable[[bytes, float], None]
    """With the seconds since it arrived."""
    rtcp: Callable[[bytes, float], None]
    """Likewise."""
    round_trip: Callable[[float], None]
    """How long a connectivity check took, in seconds."""
    screen: DatagramScreen
    """What ICE and DTLS may have of the rest."""
    refused: Callable[[], None]
    """A datagram was none of these, or too much, and was dropped."""
    poll: Poll
    """Asked to read a busy socket."""
    alive: Callable[[], None] = _nothing
    """Something came that is no RTP: RTCP, a connectivity check, DTLS."""


def is_alone() -> bool:
    """Whether this machine has no address but its own loopback."""
    return not ice.get_host_addresses(use_ipv4=True, use_ipv6=True)


def allow_loopback(transport: RTCIceTransport) -> None:
    """Let ICE use 127.0.0.1 where the machine has no other address, so a demo works offline."""
    connection: Any = transport.iceGatherer._connection
    gather = connection.get_component_candidates

    async def gather_or_loopback(component: int, addresses: list[str], **options: Any) -> Any:
        return await gather(component=component, addresses=addresses or [LOOPBACK], **options)

    connection.get_component_candidates = gather_or_loopback


def take_datagrams(transport: RTCIceTransport, taker: Taker, clock: Callable[[], float]) -> None:
    """Hand over RTP and RTCP before aiortc has them; STUN and DTLS go their way.

    To be called before gathering.
    """
    connection: Any = transport.iceGatherer._connection
    gather = connection.get_component_candidates

    async def gather_tapped(**options: Any) -> Any:
        candidates = await gather(**options)
        for protocol in connection._protocols:
            _tap(protocol, taker, clock)
            if not isinstance(protocol.transport, TurnTransport):
                take_over(protocol, taker.poll)
        return candidates

    connection.get_component_candidates = gather_tapped


def ask_no_more(transport: RTCIceTransport) -> None:
    """To be called before closing: where aioice's ``connect`` is done just as it is closed, it
    would begin to ask whether the other side still consents (RFC 7675), and nothing would end it.
    """

    async def ended() -> None:
        pass

    connection: Any = transport.iceGatherer._connection
    connection.query_consent = ended


def close_sockets(transport: RTCIceTransport) -> None:
    """Close what a connection that can't be closed in good order would keep open."""
    connection: Any = transport.iceGatherer._connection
    for protocol in connection._protocols:
        protocol.transport.abort()


def _tap(protocol: Any, taker: Taker, clock: Callable[[], float]) -> None:
    guard_ice(protocol, taker.screen, taker.refused)
    receive, request = protocol.datagram_received, protocol.request
    answered = 0.0

    def datagram_received(data: bytes, addr: tuple[Any, ...]) -> None:
        nonlocal answered
        age = getattr(protocol.transport, "age", 0.0)
        if is_rtp(data):
            taker.rtp(data, age)
            return
        taker.alive()
        if is_rtcp(data):
            taker.rtcp(data, age)
        else:
            if is_stun(data):
                answered = clock() - age
            receive(data, addr)

    async def timed_request(*arguments: Any, **options: Any) -> Any:
        began = clock()
        answer = await request(*arguments, **options)
        taker.round_trip(max(0.0, answered - began))
        return answer

    protocol.datagram_received = datagram_received
    protocol.request = timed_request


class DtlsSrtp:
    """The SRTP of one DTLS transport: a :class:`consentry.rtc.track.SrtpTransport`."""

    def __init__(self, transport: RTCDtlsTransport) -> None:
        self._transport: Any = transport

    def unprotect(self, datagram: bytes) -> bytes | None:
        """The packet in an SRTP datagram; ``None`` if it isn't authentic, or came too early."""
        session: pylibsrtp.Session | None = self._transport._rx_srtp
        if session is None:
            return None
        try:
            decrypted: bytes = session.unprotect(datagram)
        except (pylibsrtp.Error, ValueError):  # ValueError: longer than libsrtp takes
            return None
        return decrypted

    def unprotect_rtcp(self, datagram: bytes) -> bytes | None:
        """The packet in an SRTCP datagram; ``None`` likewise."""
        session: pylibsrtp.Session | None = self._transport._rx_srtp
        if session is None:
            return None
        try:
            decrypted: bytes = session.unprotect_rtcp(datagram)
        except (pylibsrtp.Error, ValueError):
            return None
        return decrypted

    def send(self, packet: bytes) -> None:
        """Send one packet, if the connection stands. aiortc's way down awaits nothing real."""
        sending = self._transport._send_rtp(packet)
        try:
            sending.send(None)
        except (StopIteration, ConnectionError, pylibsrtp.Error):
            return
        sending.close()


def silence_receiver(transceiver: RTCRtpTransceiver) -> None:
    """Keep aiortc's own receiver from ever starting: no thread, no decoder, no queue."""

    async def receive(parameters: object) -> None:
        return None

    receiver: Any = transceiver.receiver
    receiver.receive = receive


def keep_codecs(
    transceiver: RTCRtpTransceiver,
    known: Collection[str],
    others: Sequence[RTCRtpCodecParameters] = (),
) -> dict[int, str]:
    """Answer with the codecs in ``known``, with ``others`` that aiortc knows nothing of, and
    with their retransmissions alone.

    Their payload types by codec, in the order the answer prefers; empty if the offer has none.
    """
    taken = {codec.payloadType for codec in others}
    codecs = [c for c in transceiver._codecs if c.payloadType not in taken and _name(c) in known]
    codecs = [replace(c, parameters=dict(_OPUS)) if _name(c) == "opus" else c for c in codecs]
    codecs += others
    kept = {c.payloadType: _name(c) for c in codecs if c.payloadType is not None}
    if codecs:
        repeats = [c for c in transceiver._codecs if c.parameters.get("apt") in kept]
        transceiver._codecs = [*codecs, *repeats]
    return kept


def _name(codec: RTCRtpCodecParameters) -> str:
    return codec.mimeType.lower().partition("/")[2]


def keep_vp8(transceiver: RTCRtpTransceiver) -> int | None:
    """Answer with VP8 alone; its payload type, ``None`` if the offer has no VP8."""
    for codec in transceiver._codecs:
        if codec.mimeType.lower() == "video/vp8" and codec.payloadType is not None:
            transceiver._codecs = [codec]
            return int(codec.payloadType)
    return None


def silence_sender(transceiver: RTCRtpTransceiver) -> int:
    """Keep aiortc's own sender from ever starting; the SSRC that the answer announces."""

    async def send(parameters: object) -> None:
        return None

    sender: Any = transceiver.sender
    sender.send = send
    return int(sender._ssrc)


def canonical_name(pc: RTCPeerConnection) -> str:
    """The CNAME of all sources of ours on a connection (RFC 8834 section 4.9)."""
    connection: Any = pc
    return str(connection._RTCPeerConnection__cname)


def extension_id(transceiver: RTCRtpTransceiver, uri: str) -> int | None:
    """The id under which a header extension was negotiated (RFC 8285 section 5)."""
    return next((e.id for e in transceiver._headerExtensions if e.uri == uri), None)


def asks_again(transceiver: RTCRtpTransceiver) -> bool:
    """Whether generic NACK was negotiated for every codec (RFC 4585 section 4.2)."""
    feedback = [
        {(f.type, f.parameter or "") for f in codec.rtcpFeedback}
        for codec in transceiver._codecs
        if not codec.mimeType.lower().endswith("/rtx")
    ]
    return bool(feedback) and all(("nack", "") in each for each in feedback)


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
