"""Who may send what, decided before anything is decrypted."""

from __future__ import annotations

import struct
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.events import AudioFrame, Gap, Medium, Participant
from consentry.rtc.audio.stream import MAX_READY
from consentry.rtc.guards.limits import BURST_BYTES, LEAST_PACKET_BYTES, MAX_SSRCS
from consentry.rtc.rtcp import Nack, ReceiverReport, SenderReport, read, sender_report
from consentry.rtc.track import Track
from consentry.rtc.video.codecs import VideoCodec
from consentry.rtc.worker import Job
from tests.rtc.streams import SSRC, opus_payloads, tone
from tests.rtc.wire import Wire

SAM = Participant("p1", "Sam")
AUDIO = frozenset({Medium.AUDIO})
TRACK = Track(SAM, Medium.AUDIO, "0", {96: "opus"}, ssrc=SSRC)
NOTHING: frozenset[Medium] = frozenset()
IN_A_BATCH = 8


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def payloads(tmp_path: Path) -> list[bytes]:
    return opus_payloads(tmp_path, tone(1.0))


@pytest.fixture
def batch(wire: Wire, payloads: list[bytes]) -> Job:
    """Packets of somebody who agreed, handed to the thread, which has not begun with them."""
    wire.path.negotiated([TRACK])
    wire.path.want("p1", AUDIO)
    for number in range(IN_A_BATCH):
        wire.arrives(payloads[number], number)
    (track,) = wire.bench.active
    job = track.job(wire.now)
    assert job is not None
    return job


def test_without_consent_nothing_is_decrypted_and_no_decoder_exists(
    wire: Wire, payloads: list[bytes]
) -> None:
    wire.path.negotiated([TRACK])
    for number, payload in enumerate(payloads):
        wire.arrives(payload, number)
    assert wire.opened == 0
    assert not wire.path.decoding
    assert wire.dropped("not_wanted") == len(payloads)
    assert wire.metrics.value("decoded_frames") == 0


def test_what_is_wanted_is_decrypted_decoded_and_counted(wire: Wire, payloads: list[bytes]) -> None:
    wire.path.negotiated([TRACK])
    wire.path.want("p1", AUDIO)
    for number, payload in enumerate(payloads):
        wire.arrives(payload, number)
        wire.decode()
    assert wire.metrics.value("decoded_frames", consent="granted", medium="audio") == len(payloads)
    assert sum(isinstance(event, AudioFrame) for event in wire.events) == len(payloads) // 4


def test_a_withdrawal_takes_decoder_and_pending_samples_with_it(
    wire: Wire, payloads: list[bytes]
) -> None:
    wire.path.negotiated([TRACK])
    wire.path.want("p1", AUDIO)
    for number in range(3):
        wire.arrives(payloads[number], number)
        wire.decode()
    wire.arrives(payloads[3], 3)
    wire.standing = "declined"
    wire.path.want("p1", NOTHING)
    assert not wire.path.decoding
    opened = wire.opened
    for number in range(4, 20):
        wire.arrives(payloads[number], number)
        wire.path.tick()
        wire.decode()
    assert wire.events == []
    assert wire.opened == opened
    assert wire.metrics.value("decoded_frames", consent="declined") == 0


def test_another_source_or_codec_than_was_negotiated_is_not_wanted(
    wire: Wire, payloads: list[bytes]
) -> None:
    wire.path.negotiated([TRACK])
    wire.path.want("p1", AUDIO)
    wire.arrives(payloads[0], 0, ssrc=SSRC + 1)
    wire.arrives(payloads[0], 1, payload_type=0)
    assert wire.opened == 0
    assert wire.dropped("not_wanted") == 2


def test_without_a_source_in_the_offer_the_first_authentic_one_is_kept_to(
    wire: Wire, payloads: list[bytes]
) -> None:
    wire.path.negotiated([replace(TRACK, ssrc=None)])
    wire.path.want("p1", AUDIO)
    wire.arrives(b"forged", 0, ssrc=SSRC + 1)
    wire.arrives(payloads[0], 1)
    wire.arrives(payloads[1], 2, ssrc=SSRC + 2)
    assert wire.dropped("not_authentic") == 1
    assert wire.dropped("not_wanted") == 1
    assert wire.metrics.value("packets_received") == 1


def test_a_new_negotiation_of_another_source_starts_a_new_decoder(
    wire: Wire, payloads: list[bytes]
) -> None:
    wire.path.negotiated([TRACK])
    wire.path.want("p1", AUDIO)
    wire.arrives(payloads[0], 0)
    wire.path.negotiated([replace(TRACK, ssrc=SSRC + 1)])
    assert not wire.path.decoding
    wire.arrives(payloads[1], 1, ssrc=SSRC + 1)
    assert wire.path.decoding


def test_once_the_connection_is_gone_so_is_the_decoder(wire: Wire, payloads: list[bytes]) -> None:
    wire.path.negotiated([TRACK])
    wire.path.want("p1", AUDIO)
    wire.arrives(payloads[0], 0)
    wire.path.interrupt()
    assert not wire.path.decoding
    wire.arrives(payloads[1], 1)
    assert wire.metrics.value("packets_received") == 1


@given(st.lists(st.binary(min_size=12, max_size=60), max_size=30))
def test_no_datagram_whatever_raises(datagrams: list[bytes]) -> None:
    wire = Wire()
    wire.path.negotiated([replace(TRACK, codecs=dict.fromkeys(range(128), "opus"), ssrc=None)])
    wire.path.want("p1", AUDIO)
    for datagram in datagrams:
        wire.path.take(datagram)
        wire.path.take_rtcp(datagram)
        wire.decode()
    wire.path.tick()
    wire.path.report()


def test_what_was_taken_before_a_refusal_is_not_decoded_after_it(
    wire: Wire, payloads: list[bytes]
) -> None:
    wire.path.negotiated([TRACK])
    wire.path.want("p1", AUDIO)
    for number in range(5):
        wire.arrives(payloads[number], number)
    wire.standing = "declined"
    wire.decode()
    assert wire.metrics.value("decoded_frames") == 0
    assert wire.dropped("no_consent") == 5


def test_a_batch_in_the_thread_gives_nothing_once_the_track_is_unwanted(
    wire: Wire, batch: Job
) -> None:
    wire.path.want("p1", NOTHING)
    batch()()
    assert wire.events == []
    assert wire.metrics.value("decoded_frames") == 0


def test_one_connection_carries_the_tracks_of_many_and_each_decides(
    wire: Wire, payloads: list[bytes]
) -> None:
    mia = Track(Participant("p2", "Mia"), Medium.AUDIO, "1", {96: "opus"}, ssrc=SSRC + 1)
    wire.path.negotiated([TRACK, mia])
    wire.path.want("p1", AUDIO)
    for number, payload in enumerate(payloads):
        wire.arrives(payload, number)
        wire.arrives(payload, number, ssrc=SSRC + 1)
        wire.decode()
    speakers = {event.participant for event in wire.events}
    assert speakers == {SAM}
    assert wire.path.decoding == {("p1", Medium.AUDIO)}
    assert wire.opened == wire.dropped("not_wanted") == len(payloads)


def test_rtcp_is_not_opened_while_nothing_is_wanted(wire: Wire) -> None:
    wire.path.negotiated([TRACK])
    wire.path.take_rtcp(sender_report(SenderReport(SSRC, 1e9, 0, 1, 1)))
    assert wire.opened == 0


@pytest.mark.parametrize(("reports_time", "moved"), [(True, -0.3), (False, 0.0)])
def test_reports_that_a_server_makes_up_do_not_move_the_time(
    payloads: list[bytes], reports_time: bool, moved: float
) -> None:
    wire = Wire(reports_time=reports_time)
    wire.path.negotiated([TRACK])
    wire.path.want("p1", AUDIO)
    held_up = {10: 0.0, 20: 0.3, 30: 0.0}  # how late a report before this packet says that it is
    for number, payload in enumerate(payloads):
        if (late := held_up.get(number)) is not None:
            report = SenderReport(SSRC, 1e9 + number * 0.02 + late, number * 960, 1, 1)
            wire.path.take_rtcp(sender_report(report))
        wire.arrives(payload, number)
        wire.decode()
    frames = [event for event in wire.events if isinstance(event, AudioFrame)]
    lead = frames[-1].at - frames[0].at - sum(frame.duration for frame in frames[:-1])
    assert lead == pytest.approx(moved, abs=0.05)


def test_senders_hear_how_their_packets_arrive(wire: Wire, payloads: list[bytes]) -> None:
    wire.path.negotiated([TRACK])
    wire.path.want("p1", AUDIO)
    for number in (0, 1, 3):
        wire.arrives(payloads[number], number)
    wire.path.report()
    (report,) = read(wire.sent[0])
    assert isinstance(report, ReceiverReport)
    (block,) = report.reports
    assert (block.source, block.lost, block.highest_sequence) == (SSRC, 1, 3)


def test_what_is_missing_is_asked_for_once_where_that_was_agreed(
    wire: Wire, payloads: list[bytes]
) -> None:
    wire.path.negotiated([replace(TRACK, nack=True)])
    wire.path.want("p1", AUDIO)
    for number in (0, 2, 3):
        wire.arrives(payloads[number], number)
        wire.path.tick()
    assert [read(packet) for packet in wire.sent] == [[Nack(SSRC, (1,))]]
    assert wire.metrics.value("retransmissions_requested") == 1


def test_silence_is_never_opened_and_breaks_nothing(wire: Wire, payloads: list[bytes]) -> None:
    wire.path.negotiated([replace(TRACK, level=1)])
    wire.path.want("p1", AUDIO)
    for number, payload in enumerate(payloads):
        wire.now = number * 0.02
        level = 127 if 10 <= number < 45 else 30
        header = struct.pack("!BBHII", 0x90, 96, number, number * 960, SSRC)
        extension = struct.pack("!HHBBxx", 0xBEDE, 1, 0x10, level)
        wire.path.take(header + extension + payload)
        wire.decode()
    skipped = 35 - 15 - 10 + 1  # less the hang-over and the pre-roll
    assert abs(wire.dropped("silent") - skipped) <= 1
    assert wire.opened == len(payloads) - wire.dropped("silent")
    assert not any(isinstance(event, Gap) for event in wire.events)
    assert wire.metrics.value("frames_concealed") == 0


def test_a_track_whose_packets_pile_up_loses_the_oldest(wire: Wire, payloads: list[bytes]) -> None:
    wire.path.negotiated([TRACK])
    wire.path.want("p1", AUDIO)
    for number in range(MAX_READY + 30):
        wire.arrives(payloads[number % len(payloads)], number)
    wire.now += 0.1
    wire.decode()
    decoded = wire.metrics.value("decoded_frames")
    assert decoded <= MAX_READY
    assert wire.metrics.value("worker_dropped") == MAX_READY + 30 - decoded
    audio = [event for event in wire.events if isinstance(event, AudioFrame)]
    assert audio[-1].end == pytest.approx((MAX_READY + 30 - 1) * 0.02)


def test_a_flood_is_dropped_before_it_is_decrypted(wire: Wire, payloads: list[bytes]) -> None:
    wire.path.negotiated([TRACK])
    wire.path.want("p1", AUDIO)
    wire.arrives(payloads[0], 0)
    for _ in range(5000):
        wire.arrives(payloads[0], 1)
    assert wire.opened == 1 + BURST_BYTES // LEAST_PACKET_BYTES
    assert wire.dropped("flood") == 5001 - wire.opened
    for number, payload in enumerate(payloads):
        wire.arrives(payload, 100 + number)
        wire.decode()
    assert wire.metrics.value("decoded_frames", consent="granted") >= len(payloads)


def test_reports_of_ever_new_sources_are_left_unopened(wire: Wire, payloads: list[bytes]) -> None:
    wire.path.negotiated([TRACK])
    wire.path.want("p1", AUDIO)
    wire.arrives(payloads[0], 0)
    for source in range(2 * MAX_SSRCS):
        wire.path.take_rtcp(b"\x80\xc9\x00\x01" + source.to_bytes(4))
    assert wire.opened == 1 + MAX_SSRCS
    assert wire.dropped("flood") == MAX_SSRCS


def test_what_could_be_somebody_elses_is_bound_to_nobody(wire: Wire, payloads: list[bytes]) -> None:
    nameless = replace(TRACK, ssrc=None)
    declined = Track(Participant("p2", "Mia"), Medium.AUDIO, "1", {96: "opus"}, ssrc=SSRC + 1)
    for hers in (declined, replace(declined, ssrc=None)):
        wire.path.negotiated([nameless, hers])
        wire.path.want("p1", AUDIO)
        for number, payload in enumerate(payloads[:12]):
            wire.arrives(payload, number, ssrc=SSRC + 1)
            wire.decode()
    assert wire.events == []
    assert wire.opened == 0
    assert wire.metrics.value("decoded_frames") == 0


def test_a_source_that_changes_its_medium_leaves_nothing_behind(
    wire: Wire, payloads: list[bytes]
) -> None:
    camera = Track(SAM, Medium.VIDEO, "1", {97: "vp8"})
    wire.path.negotiated([replace(TRACK, ssrc=None), camera])
    wire.path.want("p1", AUDIO | {Medium.VIDEO})
    wire.arrives(payloads[0], 0)
    wire.arrives(payloads[0], 1, payload_type=97)
    assert wire.path.decoding == {("p1", Medium.AUDIO)}
    wire.path.want("p1", NOTHING)
    assert wire.path.decoding == frozenset()
    assert wire.metrics.value("decoders") == 0


def test_a_stream_that_should_have_been_closed_shows_in_the_count(wire: Wire, batch: Job) -> None:
    wire.standing = "declined"  # and nobody told the path
    batch()()
    assert wire.metrics.value("decoded_frames", consent="declined") == IN_A_BATCH


def test_what_is_not_authentic_is_no_sign_of_life(wire: Wire, payloads: list[bytes]) -> None:
    wire.path.negotiated([TRACK])
    wire.path.want("p1", AUDIO)
    wire.arrives(payloads[0], 0)
    for number in range(1, 50):
        wire.arrives(b"forged", number)
    assert wire.path.last_packet_at("p1", Medium.AUDIO) == 0.0


def test_what_pictures_come_in_is_known_once_one_comes(wire: Wire) -> None:
    wire.path.negotiated([Track(SAM, Medium.VIDEO, "0", {96: "vp9"}, ssrc=SSRC)])
    wire.path.want("p1", frozenset({Medium.VIDEO}))
    assert wire.path.codec("p1") is None
    wire.arrives(b"\x90\x80", 0)
    assert wire.path.codec("p1") is VideoCodec.VP9
    wire.path.want("p1", NOTHING)
    assert wire.path.codec("p1") is None
