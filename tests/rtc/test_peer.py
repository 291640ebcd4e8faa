"""The bot's peer connection against offers good, odd and hostile."""

from __future__ import annotations

import random
import re
from collections.abc import AsyncIterator

import pytest
from aiortc import RTCBundlePolicy, RTCConfiguration, RTCPeerConnection

from consentry.errors import SignalingError
from consentry.events import Medium, Participant
from consentry.metrics import Metrics
from consentry.rtc.peer import Peer, PeerCallbacks
from consentry.rtc.receive import ReceivePath
from consentry.rtc.track import ReceiveContext
from consentry.rtc.worker import DecodeWorker

SAM = Participant("p1", "Sam")
AUDIO = frozenset({Medium.AUDIO})


def new_peer() -> Peer:
    metrics = Metrics()
    context = ReceiveContext(
        clock=lambda: 0.0,
        metrics=metrics,
        standing=lambda who, medium: "granted",
        emit=lambda event: None,
        worker=DecodeWorker(lambda: 0.0, metrics),
    )
    callbacks = PeerCallbacks(lambda: None, lambda text: None, lambda: None)
    return Peer(ReceivePath(context), callbacks, lambda mid: SAM)


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    peer = new_peer()
    yield peer
    await peer.close()


async def offer(*kinds: str, direction: str = "sendonly") -> str:
    pc = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
    for kind in kinds:
        pc.addTransceiver(kind, direction=direction)
    pc.createDataChannel("consentry")
    await pc.setLocalDescription()
    sdp: str = pc.localDescription.sdp
    await pc.close()
    return sdp


def directions(sdp: str) -> list[str]:
    known = {"a=inactive", "a=recvonly", "a=sendonly", "a=sendrecv"}
    return [line for line in sdp.splitlines() if line in known]


async def test_what_is_not_wanted_is_answered_inactive(peer: Peer) -> None:
    answer = await peer.answer(await offer("audio"))
    assert directions(answer) == ["a=inactive"]


async def test_wanted_audio_is_received_and_never_sent(peer: Peer) -> None:
    peer.path.want("p1", AUDIO)
    answer = await peer.answer(await offer("audio", direction="sendrecv"))
    assert directions(answer) == ["a=recvonly"]


async def test_only_one_microphone_is_taken_and_no_camera(peer: Peer) -> None:
    peer.path.want("p1", AUDIO)
    answer = await peer.answer(await offer("audio", "audio", "video"))
    assert directions(answer) == ["a=recvonly", "a=inactive", "a=inactive"]


async def test_of_two_cameras_the_one_that_sends_is_taken(peer: Peer) -> None:
    peer.path.want("p1", frozenset({Medium.VIDEO}))
    both = await offer("video", "video")
    answer = await peer.answer(both.replace("a=sendonly", "a=inactive", 1))
    assert directions(answer) == ["a=inactive", "a=recvonly"]
    assert peer.due == {("p1", Medium.VIDEO)}


async def test_opus_is_the_only_codec_and_redundancy_is_asked_for(peer: Peer) -> None:
    peer.path.want("p1", AUDIO)
    answer = await peer.answer(await offer("audio"))
    codecs = [line for line in answer.splitlines() if line.startswith("a=rtpmap")]
    assert codecs == ["a=rtpmap:96 opus/48000/2"]
    assert "useinbandfec=1" in answer


async def test_another_ice_user_is_another_connection(peer: Peer) -> None:
    first = await offer("audio")
    assert peer.continues(first)
    await peer.answer(first)
    assert peer.continues(first)
    assert not peer.continues(await offer("audio"))


async def test_an_offer_that_is_none_is_refused_without_quoting_it(peer: Peer) -> None:
    with pytest.raises(SignalingError) as caught:
        await peer.answer("v=0\r\nm=secret")
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None


async def test_a_candidate_that_is_none_is_refused(peer: Peer) -> None:
    await peer.answer(await offer("audio"))
    with pytest.raises(SignalingError):
        await peer.add_candidate("candidate:nonsense", "0", 0)
    await peer.add_candidate("candidate:1 1 udp 1 127.0.0.1 9 typ host", "0", 0)
    await peer.add_candidate("")


async def test_a_candidate_before_the_offer_is_ignored(peer: Peer) -> None:
    await peer.add_candidate("candidate:1 1 udp 1 127.0.0.1 9 typ host", "0", 0)


async def test_no_mutated_offer_raises_anything_but_a_signaling_error() -> None:
    sound = await offer("audio", "video")
    dice = random.Random(7)
    answered = 0
    for _ in range(40):
        lines = sound.splitlines()
        for _ in range(3):
            place = dice.randrange(len(lines))
            cut = dice.randrange(len(lines[place]) + 1)
            lines[place] = dice.choice(["", lines[place][:cut], lines[place] + "9" * 30])
        peer = new_peer()
        try:
            await peer.answer("\r\n".join(lines) + "\r\n")
            answered += 1
        except SignalingError:
            pass
        finally:
            await peer.close()
    assert 0 < answered < 40


@pytest.mark.parametrize("codec", ["VP9", "AV1"])
async def test_a_camera_in_a_codec_that_aiortc_does_not_know_is_taken_all_the_same(
    peer: Peer, codec: str
) -> None:
    text = re.sub(r"(VP8|H264)/90000", f"{codec}/90000", await offer("audio", "video"))
    peer.path.want("p1", frozenset({Medium.VIDEO}))
    answer = await peer.answer(text)
    assert directions(answer) == ["a=inactive", "a=recvonly"]
    video = answer[answer.index("m=video") :]
    assert f"{codec}/90000" in video
    assert "VP8" not in video


async def test_vp8_is_preferred_and_every_codec_that_can_be_decoded_is_answered(
    peer: Peer,
) -> None:
    text = await offer("video")
    text = text.replace("a=rtcp-fb:", "a=rtpmap:120 VP9/90000\r\na=rtcp-fb:", 1)
    text = text.replace("UDP/TLS/RTP/SAVPF 97", "UDP/TLS/RTP/SAVPF 120 97", 1)
    peer.path.want("p1", frozenset({Medium.VIDEO}))
    answer = await peer.answer(text)
    names = [line.split()[1] for line in answer.splitlines() if line.startswith("a=rtpmap")]
    assert names[0] == "VP8/90000"
    assert "VP9/90000" in names
    assert {"H264/90000", "rtx/90000"} <= set(names)


async def test_a_candidate_that_may_not_be_sent_to_is_left_out(peer: Peer) -> None:
    await peer.answer((await offer("audio")).replace("a=end-of-candidates\r\n", ""))
    for address in ("169.254.169.254", "evil.example", "224.0.0.251", "192.0.2.9"):
        await peer.add_candidate(f"candidate:1 1 udp 1 {address} 9 typ host", "0", 0)
    assert peer._pc.sctp is not None
    theirs = {c.ip for c in peer._pc.sctp.transport.transport.getRemoteCandidates()}
    assert "192.0.2.9" in theirs
    assert not theirs & {"169.254.169.254", "evil.example", "224.0.0.251"}


async def test_an_offer_of_ever_more_tracks_is_refused(peer: Peer) -> None:
    sound = await offer("audio")
    with pytest.raises(SignalingError):
        await peer.answer(sound + sound[sound.index("m=") :] * 100)
