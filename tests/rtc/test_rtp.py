"""RTP as it comes from the wire, and as nobody should send it."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.rtc.rtp import (
    SEQUENCE_MODULUS,
    RtpPacket,
    extend,
    header_extension,
    is_rtcp,
    is_rtp,
    parse_rtp,
    peek,
)

HEADER = struct.pack("!BBHII", 0x80, 0x80 | 111, 7, 960, 0xCAFE)


def test_a_plain_packet_is_read() -> None:
    assert parse_rtp(HEADER + b"opus") == RtpPacket(111, 7, 960, 0xCAFE, b"opus", marker=True)


def test_ssrc_and_payload_type_can_be_told_before_decryption() -> None:
    assert peek(HEADER + b"sealed") == (0xCAFE, 111)


def test_contributing_sources_an_extension_and_padding_are_left_out() -> None:
    first = 0x80 | 0x20 | 0x10 | 2
    header = struct.pack("!BBHII", first, 111, 7, 960, 0xCAFE) + b"CSRCCSRC"
    extension = struct.pack("!HH", 0xBEDE, 1) + b"\x10\x7f\x00\x00"
    packet = parse_rtp(header + extension + b"opus" + b"\x00\x00\x03")
    assert packet is not None
    assert packet.payload == b"opus"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        HEADER[:11],
        b"\x40" + HEADER[1:],
        b"\x8f" + HEADER[1:],
        b"\x90" + HEADER[1:],
        b"\x90" + HEADER[1:] + b"\xbe\xde\xff\xff",
        b"\xa0" + HEADER[1:] + b"\x00",
        b"\xa0" + HEADER[1:] + b"\xff",
    ],
)
def test_a_header_that_promises_more_than_there_is_makes_no_packet(data: bytes) -> None:
    assert parse_rtp(data) is None


@given(st.binary(max_size=200))
def test_no_bytes_whatever_raise(data: bytes) -> None:
    parse_rtp(data)
    if is_rtp(data):
        peek(data)
    assert not (is_rtp(data) and is_rtcp(data))


def test_rtcp_stun_and_dtls_are_no_rtp() -> None:
    rest = bytes(40)
    assert is_rtcp(b"\x80\xc8" + rest) and not is_rtp(b"\x80\xc8" + rest)
    assert not is_rtp(b"\x00\x01" + rest)
    assert not is_rtp(b"\x16\xfe" + rest)


@given(st.integers(0, 1 << 20), st.integers(-30_000, 30_000))
def test_a_wrapped_number_is_found_again_near_the_last_one(last: int, step: int) -> None:
    value = last + step
    assert extend(value % SEQUENCE_MODULUS, last, SEQUENCE_MODULUS) == value


def extended(profile: int, elements: bytes) -> bytes:
    """A datagram with a header extension, whose lengths are right."""
    body = elements + bytes(-len(elements) % 4)
    header = bytes([0x90]) + HEADER[1:12]
    return header + struct.pack("!HH", profile, len(body) // 4) + body + b"sealed"


def test_an_element_of_a_one_byte_extension_is_found_among_others() -> None:
    datagram = extended(0xBEDE, b"\x00\x31ab\x10\x8f")
    assert header_extension(datagram, 3) == b"ab"
    assert header_extension(datagram, 1) == b"\x8f"
    assert header_extension(datagram, 2) is None


def test_an_element_of_a_two_byte_extension_is_found_too() -> None:
    assert header_extension(extended(0x1000, b"\x05\x00\x11\x02ab"), 17) == b"ab"


def test_an_extension_whose_lengths_lie_has_no_elements() -> None:
    assert header_extension(extended(0xBEDE, b"\x1fab"), 1) is None
    assert header_extension(extended(0x1000, b"\x01\xffab"), 1) is None
    assert header_extension(extended(0xBEDE, b"\x10a")[:17], 1) is None


@given(st.binary(max_size=60), st.integers(1, 14))
def test_no_datagram_makes_the_search_for_an_extension_raise(datagram: bytes, name: int) -> None:
    header_extension(datagram, name)
