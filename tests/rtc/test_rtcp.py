"""RTCP, written for aiortc to read and read as aiortc writes it."""

from __future__ import annotations

import aiortc.rtp as stock
from hypothesis import given
from hypothesis import strategies as st

from consentry.rtc.rtcp import (
    Bye,
    KeyFrameRequest,
    Nack,
    ReceiverReport,
    ReportBlock,
    SenderReport,
    nack,
    picture_loss,
    read,
    receiver_report,
    sender_report,
    source_description,
)

BLOCK = ReportBlock(0xCAFE, 25, 100, 70_000, 240, 0x1234_5678, 65_536)
INFO = stock.RtcpReceiverInfo(
    ssrc=0xCAFE,
    fraction_lost=25,
    packets_lost=100,
    highest_sequence=70_000,
    jitter=240,
    lsr=0x1234_5678,
    dlsr=65_536,
)
CLOCK = stock.RtcpSenderInfo(
    ntp_timestamp=(3_900_000_000 << 32) | (1 << 31),
    rtp_timestamp=48_000,
    packet_count=50,
    octet_count=4_000,
)


def test_a_sender_report_gives_the_senders_time() -> None:
    packet = stock.RtcpSrPacket(ssrc=7, sender_info=CLOCK, reports=[INFO])
    expected = SenderReport(7, 3_900_000_000.5, 48_000, 50, 4_000, (BLOCK,))
    assert read(bytes(packet)) == [expected]


def test_a_compound_packet_is_read_to_its_end() -> None:
    parts: list[stock.AnyRtcpPacket] = [
        stock.RtcpRrPacket(ssrc=7, reports=[INFO]),
        stock.RtcpSdesPacket(chunks=[stock.RtcpSourceInfo(ssrc=7, items=[(1, b"someone")])]),
        stock.RtcpByePacket(sources=[7, 8]),
    ]
    assert read(b"".join(bytes(part) for part in parts)) == [
        ReceiverReport(7, (BLOCK,)),
        Bye((7, 8)),
    ]


def test_what_is_lost_is_named_by_its_numbers() -> None:
    packet = stock.RtcpRtpfbPacket(fmt=1, ssrc=7, media_ssrc=9, lost=[1_000, 1_003, 1_020])
    assert read(bytes(packet)) == [Nack(9, (1_000, 1_003, 1_020))]


def test_pli_and_fir_both_ask_for_a_key_frame() -> None:
    lost = stock.RtcpPsfbPacket(fmt=1, ssrc=7, media_ssrc=9)
    intra = stock.RtcpPsfbPacket(fmt=4, ssrc=7, media_ssrc=0, fci=b"\0\0\0\x09\x01\0\0\0")
    assert read(bytes(lost) + bytes(intra)) == [KeyFrameRequest(9), KeyFrameRequest(9)]


def test_aiortc_reads_what_is_sent() -> None:
    (report,) = stock.RtcpPacket.parse(receiver_report(7, [BLOCK]))
    assert report == stock.RtcpRrPacket(ssrc=7, reports=[INFO])
    ours = sender_report(SenderReport(7, 3_900_000_000.5, 48_000, 50, 4_000))
    assert stock.RtcpPacket.parse(ours) == [stock.RtcpSrPacket(ssrc=7, sender_info=CLOCK)]
    (description,) = stock.RtcpPacket.parse(source_description(7, "someone"))
    assert isinstance(description, stock.RtcpSdesPacket)
    assert description.chunks[0].items == [(1, b"someone")]
    (loss,) = stock.RtcpPacket.parse(picture_loss(7, 9))
    assert loss == stock.RtcpPsfbPacket(fmt=1, ssrc=7, media_ssrc=9)


@given(st.lists(st.integers(0, 65_535), min_size=1, max_size=40, unique=True))
def test_whatever_is_asked_for_again_aiortc_understands(lost: list[int]) -> None:
    (packet,) = stock.RtcpPacket.parse(nack(7, 9, lost))
    assert isinstance(packet, stock.RtcpRtpfbPacket)
    # aiortc forgets to wrap what a mask says of numbers past 65,535
    assert sorted(number % 65_536 for number in packet.lost) == sorted(lost)
    assert read(nack(7, 9, lost)) == [Nack(9, tuple(number % 65_536 for number in packet.lost))]


def test_neighbors_share_an_entry() -> None:
    assert len(nack(7, 9, range(65_530, 65_540))) == 16
    assert read(nack(7, 9, [65_535, 0, 1])) == [Nack(9, (65_535, 0, 1))]


@given(st.binary(max_size=200))
def test_no_bytes_whatever_raise(data: bytes) -> None:
    read(data)


@given(st.binary(max_size=60), st.integers(0, 31), st.sampled_from([200, 201, 203, 205, 206]))
def test_no_body_of_a_known_packet_raises(body: bytes, count: int, kind: int) -> None:
    body = body[: len(body) // 4 * 4]
    read(bytes([0x80 | count, kind, 0, len(body) // 4]) + body)
