"""What an offer may hold, and which addresses the bot lets others send it to."""

from __future__ import annotations

from pathlib import Path

import pytest

from consentry.errors import SignalingError
from consentry.rtc.guards import descriptions
from consentry.rtc.guards.descriptions import (
    MAX_BYTES,
    MAX_FINGERPRINTS,
    MAX_LINE,
    MAX_MEDIA,
    MAX_SOURCES,
    MAX_UNBUNDLED,
    Candidates,
    is_reachable,
)
from consentry.rtc.guards.limits import MAX_CANDIDATES, MAX_MDNS_NAMES
from tests.fuzz.target import SEEDS

OFFERS = sorted((SEEDS / "sdp").iterdir())
SESSION = "v=0\r\na=fingerprint:sha-256 00\r\n"
M_LINE = "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"


def screen(offer: str, *, loopback: bool = False) -> str:
    return descriptions.screen(offer, Candidates(loopback=loopback))


def with_line(line: str, count: int = 1) -> str:
    return SESSION + M_LINE + f"{line}\r\n" * count


def candidate(address: str, port: int = 9, transport: str = "udp") -> str:
    return f"a=candidate:1 1 {transport} 1 {address} {port} typ host"


@pytest.mark.parametrize("offer", OFFERS, ids=lambda file: file.name)
def test_a_real_offer_passes_with_all_that_it_means(offer: Path) -> None:
    text = offer.read_text()
    kept = screen(text).splitlines()
    left_out = [line for line in text.splitlines() if line not in kept]
    assert all(line.startswith("a=candidate") and "udp" not in line.lower() for line in left_out)


@pytest.mark.parametrize(
    "offer",
    [
        "v=0\r\n" + "a=x\r\n" * MAX_BYTES,
        "v=0\r\n" + "ä" * (MAX_BYTES - 10),
        "v=0\r\n" + M_LINE * (MAX_MEDIA + 1),
        with_line("a=" + "x" * MAX_LINE),
        with_line("a=x", 1000),
        with_line("a=ssrc:1 cname:x", MAX_SOURCES + 1),
        with_line("a=fingerprint:sha-256 00", MAX_FINGERPRINTS + 1),
        with_line("a=rtpmap:96 opus/48000", 65),
        "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF" + " 111" * 200,
        with_line("a=ice-ufrag:" + "x" * 300),
        with_line("a=ice-pwd:\ud7ff"),
        "v=0\r\n" + M_LINE,
        SESSION + M_LINE * (MAX_UNBUNDLED + 1),
        SESSION + "a=group:BUNDLE 7\r\n" + M_LINE + "a=mid:0\r\n",
        SESSION + (M_LINE + "a=mid:0\r\n") * 2,
        SESSION + "m=text 9 UDP/TLS/RTP/SAVPF 111\r\n",
        SESSION + "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n" * 2,
    ],
    ids=range(17),
)
def test_an_offer_that_is_too_much_is_refused_and_not_quoted(offer: str) -> None:
    with pytest.raises(SignalingError) as caught:
        screen(offer)
    assert "111" not in str(caught.value) and "xx" not in str(caught.value)


@pytest.mark.parametrize("address", ["192.0.2.1", "10.1.2.3", "2001:db8::1", "abc-1.local"])
def test_an_address_of_a_network_may_be_sent_to(address: str) -> None:
    assert is_reachable(address) is not False
    assert candidate(address) in screen(with_line(candidate(address)))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "::1",
        "::ffff:127.0.0.1",
        "169.254.169.254",
        "fe80::1",
        "224.0.0.251",
        "ff02::fb",
        "255.255.255.255",
        "0.0.0.0",
        "::",
        "metadata.google.internal",
        "localhost",
        "a.b.local",
        "host-of-nobody",
    ],
)
def test_a_name_or_an_address_that_no_participant_has_is_never_asked(address: str) -> None:
    assert is_reachable(address) is False
    assert not Candidates().admits(candidate(address).removeprefix("a="))
    assert address not in screen(with_line(candidate(address)))


def test_a_machine_that_has_only_itself_may_talk_to_itself() -> None:
    assert is_reachable("127.0.0.1", loopback=True)
    assert "127.0.0.1" in screen(with_line(candidate("127.0.0.1")), loopback=True)


def test_candidates_and_names_to_look_up_are_as_many_as_a_browser_has() -> None:
    many = "\r\n".join(candidate("192.0.2.1", port) for port in range(1000, 1300))
    assert screen(with_line(many)).count("a=candidate") == MAX_CANDIDATES
    names = "\r\n".join(candidate(f"n{n}.local") for n in range(50))
    assert screen(with_line(names)).count("a=candidate") == MAX_MDNS_NAMES


def test_a_candidate_said_again_counts_once() -> None:
    known = Candidates()
    offer = "\r\n".join(candidate("192.0.2.1", port) for port in range(1000, 1000 + MAX_CANDIDATES))
    for _ in range(3):
        kept = descriptions.screen(with_line(offer), known)
        assert kept.count("a=candidate") == MAX_CANDIDATES
    assert not known.admits(candidate("192.0.2.1", 2000).removeprefix("a="))


@pytest.mark.parametrize("text", ["", "candidate:", "candidate:1 1 udp", "1 1 udp 1 x 9 typ host"])
def test_what_is_no_candidate_is_not_admitted(text: str) -> None:
    assert not Candidates().admits(text)
