"""Jicofo's invitations as offers, answers as what Jicofo reads."""

from __future__ import annotations

import pytest
from aiortc.sdp import SessionDescription
from hypothesis import given, settings
from hypothesis import strategies as st

from consentry.connectors.jitsi.jingle import accept, read_candidates, read_offer
from consentry.connectors.jitsi.xml import Element, parse
from consentry.errors import SignalingError

from .conversation import OFFER, TRANSPORT, recorded


def recorded_invitation() -> Element:
    for frame in recorded("guest"):
        stanza = parse(frame)
        if (jingle := stanza.find("jingle")) is not None:
            return jingle
    raise AssertionError("no invitation was recorded")


def test_a_recorded_invitation_as_an_offer() -> None:
    offer = read_offer(recorded_invitation())
    description = SessionDescription.parse(offer.sdp)
    assert [media.kind for media in description.media] == ["audio", "video", "application"]
    audio, video, data = description.media
    assert [codec.mimeType for codec in audio.rtp.codecs][0] == "audio/opus"
    names = {codec.mimeType for codec in video.rtp.codecs}
    assert {"video/VP8", "video/VP9", "video/AV1", "video/H264", "video/rtx"} <= names
    assert audio.ice_candidates and audio.dtls is not None and audio.dtls.fingerprints
    assert data.sctp_port == 5000
    assert [extension.uri for extension in audio.rtp.headerExtensions] == [
        "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
    ]
    assert all("transport-cc" not in str(codec.rtcpFeedback) for codec in video.rtp.codecs)
    assert offer.contents == ("audio", "video", "data")
    assert offer.bridge_session


def test_a_bridge_without_data_channels_names_its_socket() -> None:
    socket = "<web-socket xmlns='http://jitsi.org/protocol/colibri' url='wss://meet.test/colibri'/>"
    content = OFFER.replace("</transport>", f"{socket}</transport>")
    offer = read_offer(parse(f"<jingle>{content}</jingle>"))
    assert offer.socket == "wss://meet.test/colibri" and "m=application" not in offer.sdp


def test_an_answer_as_jicofo_reads_it() -> None:
    answer = (
        "v=0\r\no=- 1 2 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE audio video data\r\n"
        "m=audio 4000 UDP/TLS/RTP/SAVPF 111\r\na=mid:audio\r\na=ice-ufrag:uf\r\na=ice-pwd:pw\r\n"
        "a=fingerprint:sha-256 AB:CD\r\na=setup:active\r\na=rtpmap:111 opus/48000/2\r\n"
        "a=candidate:1 1 udp 2130706431 192.0.2.7 4000 typ host\r\n"
        "a=candidate:2 1 udp 1694498815 192.0.2.8 4001 typ srflx raddr 192.0.2.7 rport 4000\r\n"
        "m=video 4000 UDP/TLS/RTP/SAVPF 100\r\na=mid:video\r\na=rtpmap:100 VP8/90000\r\n"
        "m=application 4000 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:data\r\n"
    )
    group, audio, video, data = accept(answer, ("audio", "video", "data"))
    assert [each.get("name") for each in group.children] == ["audio", "video", "data"]
    transport = audio.find("transport")
    assert transport is not None and transport.get("ufrag") == "uf"
    first, second = transport.all("candidate")
    assert (first.get("ip"), first.get("port"), first.get("type")) == ("192.0.2.7", "4000", "host")
    assert (second.get("rel-addr"), second.get("rel-port")) == ("192.0.2.7", "4000")
    fingerprint = transport.find("fingerprint")
    assert fingerprint is not None and fingerprint.get("setup") == "active"
    assert data.find("description") is None
    nothing = video.find("initial-last-n")
    assert nothing is not None and nothing.get("value") == "0", "no picture before it is asked for"


CANDIDATE = (
    "<candidate foundation='1' component='1' protocol='{}' priority='1' ip='192.0.2.1' port='1' "
    "type='host'/>"
)


def test_candidates_that_come_later() -> None:
    both = CANDIDATE.format("udp") + CANDIDATE.format("tcp")
    trickled = parse(f"<jingle><content name='audio'>{TRANSPORT.format(both)}</content></jingle>")
    assert read_candidates(trickled) == ("candidate:1 1 udp 1 192.0.2.1 1 typ host",)


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("ufrag='uf'", "ufrag='uf&#10;a=candidate:x'"),
        ("ufrag='uf'", ""),
        ("pwd='password'", "pwd='pass word'"),
        ("AB:CD", "AB:CD&#13;&#10;m=audio"),
        ("id='111'", "id='111 112'"),
        ("id='111'", ""),
        ("name='opus'", "name='opus&#10;a=x'"),
        ("clockrate='48000'", "clockrate='9e9'"),
        ("name='audio'>", "name='au dio'>"),
        ("hash='sha-256'", ""),
        ("<fingerprint", "<other"),
        ("</fingerprint>", "</other>"),
    ],
)
def test_nothing_in_an_invitation_breaks_out_of_its_line(good: str, bad: str) -> None:
    changed = OFFER.replace(good, bad)
    if good == "<fingerprint":
        changed = changed.replace("</fingerprint>", "</other>")
    with pytest.raises(SignalingError):
        read_offer(parse(f"<jingle>{changed}</jingle>"))


@pytest.mark.parametrize(
    "inner", ["", "<content/>", "<content name='audio'/>", OFFER * 4, OFFER + OFFER]
)
def test_an_invitation_to_nothing_is_refused(inner: str) -> None:
    with pytest.raises(SignalingError):
        read_offer(parse(f"<jingle>{inner}</jingle>"))


@settings(deadline=None)
@given(st.data())
def test_any_change_to_an_invitation_is_read_or_refused(data: st.DataObject) -> None:
    text = str(recorded_invitation())
    at = data.draw(st.integers(0, len(text) - 1))
    length = data.draw(st.integers(0, 40))
    changed = text[:at] + data.draw(st.text(max_size=10)) + text[at + length :]
    try:
        offer = read_offer(parse(changed))
    except SignalingError:
        return
    for line in offer.sdp.split("\r\n"):
        assert "\n" not in line and "\r" not in line
        assert line == "" or line[1] == "="
