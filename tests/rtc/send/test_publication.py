"""The bot's own video on one connection, against a peer that watches."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiortc import RTCBundlePolicy, RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from consentry.events import Medium, Participant
from consentry.metrics import Metrics
from consentry.rtc import aiortc_private, rtcp
from consentry.rtc.peer import Peer, PeerCallbacks, PeerOptions
from consentry.rtc.receive import ReceivePath
from consentry.rtc.send.sender import VideoSender
from consentry.rtc.track import ReceiveContext
from consentry.rtc.worker import DecodeWorker

SAM = Participant("p1", "Sam")


class Watching:
    """Who watches, and what they said."""

    def __init__(self) -> None:
        self.viewers: list[VideoSender] = []
        self.heard: list[rtcp.Rtcp] = []
        self.connected = asyncio.Event()
        self.told = asyncio.Event()

    def add(self, viewer: VideoSender) -> None:
        if viewer not in self.viewers:
            self.viewers.append(viewer)

    def remove(self, viewer: VideoSender) -> None:
        if viewer in self.viewers:
            self.viewers.remove(viewer)

    def hear(self, viewer: VideoSender, packet: rtcp.Rtcp) -> None:
        self.heard.append(packet)
        self.told.set()


def new_peer(watching: Watching | None) -> Peer:
    metrics = Metrics()
    context = ReceiveContext(
        clock=lambda: 0.0,
        metrics=metrics,
        standing=lambda who, medium: "granted",
        emit=lambda event: None,
        worker=DecodeWorker(lambda: 0.0, metrics),
    )
    connected = watching.connected.set if watching is not None else lambda: None
    callbacks = PeerCallbacks(connected, lambda text: None, lambda: None)
    return Peer(ReceivePath(context), callbacks, lambda mid: SAM, PeerOptions(viewers=watching))


@pytest.fixture
def watching() -> Watching:
    return Watching()


@pytest.fixture
async def peer(watching: Watching) -> AsyncIterator[Peer]:
    peer = new_peer(watching)
    yield peer
    await peer.close()


@pytest.fixture
async def viewer() -> AsyncIterator[RTCPeerConnection]:
    """Somebody's page: a microphone and a camera that are off, and eyes."""
    pc = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
    for kind, direction in (("audio", "inactive"), ("video", "inactive"), ("video", "recvonly")):
        pc.addTransceiver(kind, direction=direction)
    pc.createDataChannel("consentry")
    for transport in aiortc_private.dtls_transports(pc):
        aiortc_private.allow_loopback(transport.transport)
    yield pc
    await pc.close()


async def answered(viewer: RTCPeerConnection, peer: Peer) -> list[str]:
    """Offer to ``peer``; the m-lines of its answer."""
    await viewer.setLocalDescription()
    answer = await peer.answer(viewer.localDescription.sdp)
    await viewer.setRemoteDescription(RTCSessionDescription(sdp=answer, type="answer"))
    return answer.split("m=")[1:]


def direction(line: str) -> str:
    known = ("sendrecv", "sendonly", "recvonly", "inactive")
    return next(text[2:] for text in line.splitlines() if text[2:] in known)


async def test_whoever_offers_to_watch_is_sent_vp8_and_nothing_else(
    viewer: RTCPeerConnection, peer: Peer
) -> None:
    audio, camera, tile = [m for m in await answered(viewer, peer) if m[:11] != "application"]
    assert [direction(m) for m in (audio, camera, tile)] == ["inactive", "inactive", "sendonly"]
    codecs = [text.split()[1] for text in tile.splitlines() if text.startswith("a=rtpmap")]
    assert codecs == ["VP8/90000"]


async def test_a_bot_with_no_picture_answers_inactive(viewer: RTCPeerConnection) -> None:
    peer = new_peer(None)
    lines = await answered(viewer, peer)
    assert {direction(m) for m in lines if m[:11] != "application"} == {"inactive"}
    await peer.close()


async def test_the_line_for_the_picture_is_not_taken_for_a_camera(
    viewer: RTCPeerConnection, peer: Peer
) -> None:
    peer.path.want("p1", frozenset({Medium.VIDEO}))
    viewer.getTransceivers()[1].direction = "sendonly"
    _, camera, tile = [m for m in await answered(viewer, peer) if m[:11] != "application"]
    assert [direction(m) for m in (camera, tile)] == ["recvonly", "sendonly"]


async def test_the_answer_names_the_source_and_its_owner(
    viewer: RTCPeerConnection, peer: Peer, watching: Watching
) -> None:
    *_, tile = [m for m in await answered(viewer, peer) if m[:11] != "application"]
    peer.tick()
    assert watching.viewers == [], "nothing can arrive yet"
    await watching.connected.wait()
    peer.tick()
    peer.tick()
    (sender,) = watching.viewers
    assert f"a=ssrc:{sender.ssrc} cname:" in tile


async def test_negotiating_again_goes_on_with_the_same_stream(
    viewer: RTCPeerConnection, peer: Peer, watching: Watching
) -> None:
    await answered(viewer, peer)
    await watching.connected.wait()
    peer.tick()
    (before,) = watching.viewers
    await answered(viewer, peer)
    peer.tick()
    assert watching.viewers == [before]


async def test_whoever_looks_away_is_sent_no_more(
    viewer: RTCPeerConnection, peer: Peer, watching: Watching
) -> None:
    await answered(viewer, peer)
    await watching.connected.wait()
    peer.tick()
    viewer.getTransceivers()[2].direction = "inactive"
    await answered(viewer, peer)
    assert watching.viewers == []


async def test_a_connection_that_ends_watches_no_more(
    viewer: RTCPeerConnection, peer: Peer, watching: Watching
) -> None:
    await answered(viewer, peer)
    await watching.connected.wait()
    peer.tick()
    assert watching.viewers
    await peer.close()
    assert watching.viewers == []


async def test_what_a_viewer_asks_for_is_heard(
    viewer: RTCPeerConnection, peer: Peer, watching: Watching
) -> None:
    await answered(viewer, peer)
    await watching.connected.wait()
    peer.tick()
    (sender,) = watching.viewers
    (transport,) = aiortc_private.dtls_transports(viewer)
    aiortc_private.DtlsSrtp(transport).send(rtcp.picture_loss(1, sender.ssrc))
    await watching.told.wait()
    assert watching.heard == [rtcp.KeyFrameRequest(sender.ssrc)]
