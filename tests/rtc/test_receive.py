"""Who may send what, decided before anything is decrypted."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.events import AudioFrame, Medium, Participant
from consentry.metrics import Metrics
from consentry.rtc.audio import AudioEvent
from consentry.rtc.receive import ReceiveContext, ReceivePath
from tests.rtc.streams import SSRC, opus_payloads, tone

OPUS = frozenset({96})


class Wire:
    """A receive path, and a lock that counts how often it is opened."""

    def __init__(self) -> None:
        self.now = 0.0
        self.metrics = Metrics()
        self.events: list[AudioEvent] = []
        self.opened = 0
        self.standing = "granted"
        context = ReceiveContext(self._clock, self.metrics, self._standing, self.events.append)
        self.path = ReceivePath(Participant("p1", "Sam"), context)

    def _clock(self) -> float:
        return self.now

    def _standing(self, who: str, medium: Medium) -> str:
        assert (who, medium) == ("p1", Medium.AUDIO)
        return self.standing

    def unprotect(self, datagram: bytes) -> bytes | None:
        self.opened += 1
        return None if datagram.endswith(b"forged") else datagram

    def send(self, payload: bytes, number: int, ssrc: int = SSRC, payload_type: int = 96) -> None:
        self.now = number * 0.02
        header = struct.pack("!BBHII", 0x80, payload_type, number, number * 960, ssrc)
        self.path.take(header + payload, self.unprotect)

    def dropped(self, reason: str) -> float:
        return self.metrics.value("packets_dropped", reason=reason)


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def payloads(tmp_path: Path) -> list[bytes]:
    return opus_payloads(tmp_path, tone(1.0))


def test_without_consent_nothing_is_decrypted_and_no_decoder_exists(
    wire: Wire, payloads: list[bytes]
) -> None:
    wire.path.negotiated(OPUS, SSRC)
    for number, payload in enumerate(payloads):
        wire.send(payload, number)
    assert wire.opened == 0
    assert not wire.path.decoding
    assert wire.dropped("not_wanted") == len(payloads)
    assert wire.metrics.value("decoded_frames") == 0


def test_what_is_wanted_is_decrypted_decoded_and_counted(wire: Wire, payloads: list[bytes]) -> None:
    wire.path.negotiated(OPUS, SSRC)
    wire.path.want(audio=True)
    for number, payload in enumerate(payloads):
        wire.send(payload, number)
    assert wire.metrics.value("decoded_frames", consent="granted", medium="audio") == len(payloads)
    assert sum(isinstance(event, AudioFrame) for event in wire.events) == len(payloads) // 4


def test_a_withdrawal_takes_decoder_and_pending_samples_with_it(
    wire: Wire, payloads: list[bytes]
) -> None:
    wire.path.negotiated(OPUS, SSRC)
    wire.path.want(audio=True)
    for number in range(3):
        wire.send(payloads[number], number)
    wire.path.want(audio=False)
    wire.standing = "declined"
    assert not wire.path.decoding
    opened = wire.opened
    for number in range(3, 20):
        wire.send(payloads[number], number)
        wire.path.tick()
    assert wire.events == []
    assert wire.opened == opened
    assert wire.metrics.value("decoded_frames", consent="declined") == 0


def test_another_source_or_codec_than_was_negotiated_is_not_wanted(
    wire: Wire, payloads: list[bytes]
) -> None:
    wire.path.negotiated(OPUS, SSRC)
    wire.path.want(audio=True)
    wire.send(payloads[0], 0, ssrc=SSRC + 1)
    wire.send(payloads[0], 1, payload_type=0)
    assert wire.opened == 0
    assert wire.dropped("not_wanted") == 2


def test_without_a_source_in_the_offer_the_first_authentic_one_is_kept_to(
    wire: Wire, payloads: list[bytes]
) -> None:
    wire.path.negotiated(OPUS, None)
    wire.path.want(audio=True)
    wire.send(b"forged", 0, ssrc=SSRC + 1)
    wire.send(payloads[0], 1)
    wire.send(payloads[1], 2, ssrc=SSRC + 2)
    assert wire.dropped("not_authentic") == 1
    assert wire.dropped("not_wanted") == 1
    assert wire.metrics.value("packets_received") == 1


def test_a_new_negotiation_of_another_source_starts_a_new_decoder(
    wire: Wire, payloads: list[bytes]
) -> None:
    wire.path.negotiated(OPUS, SSRC)
    wire.path.want(audio=True)
    wire.send(payloads[0], 0)
    wire.path.negotiated(OPUS, SSRC + 1)
    assert not wire.path.decoding
    wire.send(payloads[1], 1, ssrc=SSRC + 1)
    assert wire.path.decoding


def test_once_the_connection_is_gone_so_is_the_decoder(wire: Wire, payloads: list[bytes]) -> None:
    wire.path.negotiated(OPUS, SSRC)
    wire.path.want(audio=True)
    wire.send(payloads[0], 0)
    wire.path.interrupt()
    assert not wire.path.decoding
    wire.send(payloads[1], 1)
    assert wire.metrics.value("packets_received") == 1


@given(st.lists(st.binary(min_size=12, max_size=60), max_size=30))
def test_no_datagram_whatever_raises(datagrams: list[bytes]) -> None:
    wire = Wire()
    wire.path.negotiated(frozenset(range(128)), None)
    wire.path.want(audio=True)
    for datagram in datagrams:
        wire.path.take(datagram, lambda data: data)
    wire.path.tick()
