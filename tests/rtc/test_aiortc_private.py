"""The contract with aiortc's and aioice's private names: which of them moved, if one did."""

from __future__ import annotations

import inspect
import re
import time
from collections.abc import AsyncIterator

import aioice
import aioice.ice
import pytest
from aioice.candidate import Candidate
from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpTransceiver,
)
from aiortc.rtcdtlstransport import RTCDtlsTransport
from aiortc.rtcrtpparameters import RTCRtpReceiveParameters
from aiortc.rtcsctptransport import InboundStream, RTCSctpTransport

from consentry.rtc import aiortc_private
from consentry.rtc.guards.stun import DatagramScreen


@pytest.fixture
async def pc() -> AsyncIterator[RTCPeerConnection]:
    connection = RTCPeerConnection(
        RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
    )
    connection.addTransceiver("audio", direction="inactive")
    connection.createDataChannel("consentry")
    yield connection
    await connection.close()


def sctp_of(pc: RTCPeerConnection) -> RTCSctpTransport:
    assert pc.sctp is not None
    return pc.sctp


def test_one_transport_carries_everything(pc: RTCPeerConnection) -> None:
    assert len(aiortc_private.dtls_transports(pc)) == 1


def test_sockets_hand_datagrams_to_stun_first() -> None:
    parameters = inspect.signature(aioice.ice.StunProtocol.datagram_received).parameters
    assert list(parameters) == ["self", "data", "addr"], "StunProtocol.datagram_received moved"
    source = inspect.getsource(aioice.Connection)
    assert "protocol.request(" in source, "connectivity checks go elsewhere"
    assert "self._protocols += host_protocols" in source, "sockets are kept elsewhere"


def test_the_srtp_session_is_where_it_was(pc: RTCPeerConnection) -> None:
    (dtls,) = aiortc_private.dtls_transports(pc)
    assert dtls._rx_srtp is None, "RTCDtlsTransport._rx_srtp moved"
    assert aiortc_private.DtlsSrtp(dtls).unprotect(bytes(40)) is None
    assert aiortc_private.DtlsSrtp(dtls).unprotect_rtcp(bytes(40)) is None


async def test_rtcp_before_the_handshake_is_sent_to_nobody(pc: RTCPeerConnection) -> None:
    (dtls,) = aiortc_private.dtls_transports(pc)
    assert inspect.iscoroutinefunction(dtls._send_rtp), "RTCDtlsTransport._send_rtp moved"
    aiortc_private.DtlsSrtp(dtls).send(bytes(32))


def test_sending_awaits_nothing_on_its_way_down() -> None:
    below = (RTCDtlsTransport._send_rtp, aioice.Connection.send, aioice.Connection.sendto)
    sources = " ".join(inspect.getsource(each) for each in below)
    awaited = set(re.findall(r"await ([\w.]+)\(", sources))
    known = {"self.transport._send", "self.sendto", "active_pair.protocol.send_data"}
    assert awaited == known, "something on the way down awaits"
    assert "await" not in inspect.getsource(aioice.ice.StunProtocol.send_data)


def test_a_transceiver_keeps_its_codecs_where_they_were(pc: RTCPeerConnection) -> None:
    (transceiver,) = pc.getTransceivers()
    assert isinstance(transceiver._codecs, list), "RTCRtpTransceiver._codecs moved"
    source = inspect.getsource(RTCPeerConnection)
    assert "transceiver._codecs = common" in source, "codecs are negotiated elsewhere"


def test_a_receiver_starts_by_its_receive_method() -> None:
    source = inspect.getsource(RTCPeerConnection)
    assert "transceiver.receiver.receive(" in source, "receivers are started elsewhere"


async def test_a_silenced_receiver_starts_nothing(pc: RTCPeerConnection) -> None:
    transceiver: RTCRtpTransceiver = pc.getTransceivers()[0]
    aiortc_private.silence_receiver(transceiver)
    await transceiver.receiver.receive(RTCRtpReceiveParameters())
    assert transceiver.receiver.track is None


def test_ice_gathers_by_component(pc: RTCPeerConnection) -> None:
    (dtls,) = aiortc_private.dtls_transports(pc)
    connection = dtls.transport.iceGatherer._connection
    parameters = inspect.signature(connection.get_component_candidates).parameters
    assert list(parameters)[:2] == ["component", "addresses"]


async def test_a_machine_with_no_address_but_loopback_uses_it(
    pc: RTCPeerConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda **_: [])
    (dtls,) = aiortc_private.dtls_transports(pc)
    aiortc_private.allow_loopback(dtls.transport)
    await pc.setLocalDescription()
    addresses = {c.ip for c in dtls.transport.iceGatherer.getLocalCandidates()}
    assert addresses == {"127.0.0.1"}


async def test_a_machine_with_an_address_does_not_use_loopback(
    pc: RTCPeerConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda **_: ["127.0.0.2"])
    (dtls,) = aiortc_private.dtls_transports(pc)
    aiortc_private.allow_loopback(dtls.transport)
    await pc.setLocalDescription()
    addresses = {c.ip for c in dtls.transport.iceGatherer.getLocalCandidates()}
    assert addresses == {"127.0.0.2"}


async def test_rtp_and_rtcp_are_taken_and_the_rest_is_passed_on(pc: RTCPeerConnection) -> None:
    (dtls,) = aiortc_private.dtls_transports(pc)
    rtp, rtcp, record = b"\x80\x60" + bytes(20), b"\x80\xc8" + bytes(20), b"\x16\xfe" + bytes(20)
    taken: list[tuple[str, bytes]] = []
    refused: list[bool] = []
    taker = aiortc_private.Taker(
        rtp=lambda data, age: taken.append(("rtp", data)),
        rtcp=lambda data, age: taken.append(("rtcp", data)),
        round_trip=lambda seconds: None,
        screen=DatagramScreen(lambda: 0.0),
        refused=lambda: refused.append(True),
        poll=lambda read: False,
    )
    aiortc_private.take_datagrams(dtls.transport, taker, time.monotonic)
    await pc.setLocalDescription()
    connection = dtls.transport.iceGatherer._connection
    protocol = connection._protocols[0]
    theirs = Candidate("f", 1, "udp", 1, "192.0.2.1", 9, "host")
    await connection.add_remote_candidate(theirs)
    for data in (rtp, rtcp, record):
        protocol.datagram_received(data, ("192.0.2.1", 9))
    assert taken == [("rtp", rtp), ("rtcp", rtcp)]
    assert connection._queue.get_nowait() == (record, 1)
    assert refused == []
    for data, port in ((b"", 9), (record, 10), (b"\0\1" + bytes(30), 9)):
        protocol.datagram_received(data, ("192.0.2.1", port))
    assert connection._queue.empty()
    assert refused == [True] * 3


def test_ice_still_keeps_what_the_guard_asks_of_it(pc: RTCPeerConnection) -> None:
    (dtls,) = aiortc_private.dtls_transports(pc)
    connection = dtls.transport.iceGatherer._connection
    assert connection._remote_candidates == [], "aioice Connection._remote_candidates moved"
    assert connection._queue.qsize() == 0, "aioice Connection._queue moved"
    source = inspect.getsource(aioice.ice.Connection.request_received)
    assert "check_incoming" in source, "checks are taken elsewhere"
    assert "_network_host" in inspect.getsource(aioice.ice.Connection.check_incoming)


def test_sctp_still_keeps_what_the_guard_asks_of_it(pc: RTCPeerConnection) -> None:
    association = sctp_of(pc)
    assert association._inbound_streams == {}, "RTCSctpTransport._inbound_streams moved"
    assert association._data_channels is not None, "RTCSctpTransport._data_channels moved"
    assert association._last_received_tsn is None, "RTCSctpTransport._last_received_tsn moved"
    assert InboundStream().reassembly == [], "InboundStream.reassembly moved"


async def test_what_connects_as_it_is_closed_asks_for_no_consent(pc: RTCPeerConnection) -> None:
    (dtls,) = aiortc_private.dtls_transports(pc)
    connection = dtls.transport.iceGatherer._connection
    source = inspect.getsource(aioice.ice.Connection.connect)
    assert "create_task(self.query_consent())" in source, "consent is asked for elsewhere"
    aiortc_private.ask_no_more(dtls.transport)
    asking = connection.query_consent()
    with pytest.raises(StopIteration):
        asking.send(None)  # it has nothing to wait for


async def test_sockets_can_be_closed_without_the_connection(pc: RTCPeerConnection) -> None:
    (dtls,) = aiortc_private.dtls_transports(pc)
    await pc.setLocalDescription()
    protocols = dtls.transport.iceGatherer._connection._protocols
    assert protocols
    aiortc_private.close_sockets(dtls.transport)
    assert all(protocol.transport.is_closing() for protocol in protocols)


@pytest.mark.parametrize(
    "chunk",
    [
        b"\x82\x00\x00\x0c" + bytes(8),  # RE-CONFIG with a parameter of length 0
        b"\x01\x00\x00\x18" + bytes(20),  # INIT, likewise
        b"\x05\x00\x00\x00",  # a chunk of length 0
        b"\x00\x00\x00\xff",  # a chunk longer than the packet
    ],
)
async def test_an_sctp_packet_that_would_hang_the_loop_is_refused(
    pc: RTCPeerConnection, chunk: bytes
) -> None:
    refused: list[bool] = []
    aiortc_private.guard_sctp(sctp_of(pc), lambda: refused.append(True))
    await sctp_of(pc)._handle_data(bytes(12) + chunk)
    assert refused == [True]


async def test_what_sctp_stumbles_over_is_refused_and_no_more(pc: RTCPeerConnection) -> None:
    async def stumble(data: bytes) -> None:
        raise AssertionError

    sctp = sctp_of(pc)
    monkey: object = stumble
    sctp.__dict__["_handle_data"] = monkey
    refused: list[bool] = []
    aiortc_private.guard_sctp(sctp, lambda: refused.append(True))
    await sctp._handle_data(bytes(12))
    assert refused == [True]


def test_a_sender_that_is_silenced_never_starts(pc: RTCPeerConnection) -> None:
    transceiver = pc.addTransceiver("video", direction="sendonly")
    source = inspect.getsource(RTCPeerConnection._RTCPeerConnection__connect)  # type: ignore[attr-defined]
    assert "transceiver.sender.send(" in source, "RTCRtpSender is started elsewhere"
    stock = transceiver.sender.send
    aiortc_private.silence_sender(transceiver)
    assert transceiver.sender.send != stock


async def test_the_description_announces_the_source_and_name_that_are_sent_from(
    pc: RTCPeerConnection,
) -> None:
    transceiver = pc.addTransceiver("video", direction="sendonly")
    ssrc = aiortc_private.silence_sender(transceiver)
    await pc.setLocalDescription()
    name = aiortc_private.canonical_name(pc)
    assert f"a=ssrc:{ssrc} cname:{name}" in pc.localDescription.sdp


async def test_vp8_alone_is_kept_and_its_payload_type_told(pc: RTCPeerConnection) -> None:
    transceiver = pc.addTransceiver("video", direction="sendonly")
    await pc.setLocalDescription()
    payload_type = aiortc_private.keep_vp8(transceiver)
    assert [(c.name, c.payloadType) for c in transceiver._codecs] == [("VP8", payload_type)]
    transceiver._codecs = []
    assert aiortc_private.keep_vp8(transceiver) is None
