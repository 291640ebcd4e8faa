"""What the bridge reads of packets, and what it leaves out when it passes one on."""

from __future__ import annotations

import struct

from hypothesis import given
from hypothesis import strategies as st

from tests.venues.jitsi.packets import SILENCE, audio_level, feedback_for, for_others, ssrc_of


def rtp(extensions: bytes | None, payload: bytes = b"opus") -> bytes:
    head = struct.pack("!BBHII", 0x80 if extensions is None else 0x90, 111, 7, 960, 0xABCD)
    if extensions is None:
        return head + payload
    padded = extensions + bytes(-len(extensions) % 4)
    return head + struct.pack("!HH", 0xBEDE, len(padded) // 4) + padded + payload


def test_how_loud_a_packet_is_stands_in_its_header() -> None:
    assert audio_level(rtp(bytes([0x10, 0x80 | 33]))) == 33
    assert audio_level(rtp(None)) == SILENCE
    assert ssrc_of(rtp(None)) == 0xABCD


def test_the_name_of_the_sender_s_m_line_is_not_passed_on() -> None:
    level, mid = bytes([0x10, 0x80 | 33]), bytes([0xA0]) + b"0"
    assert for_others(rtp(mid + level)) == rtp(level)
    assert for_others(rtp(mid)) == rtp(None)
    assert for_others(rtp(None)) == rtp(None)


@given(st.binary(max_size=64), st.binary(min_size=1, max_size=32))
def test_a_payload_arrives_whatever_the_header_extensions_are(noise: bytes, payload: bytes) -> None:
    passed_on = for_others(rtp(noise, payload))
    assert passed_on.endswith(payload)
    assert for_others(passed_on) == passed_on


def test_reports_wishes_and_losses_travel_on_alone() -> None:
    report = struct.pack("!BBHI", 0x81, 200, 12, 5) + bytes(20) + bytes(24)
    wish = struct.pack("!BBHII", 0x81, 206, 2, 5, 77)
    loss = struct.pack("!BBHIII", 0x81, 205, 3, 5, 78, 0)
    names = struct.pack("!BBHI", 0x81, 202, 2, 5) + bytes(4)
    found = list(feedback_for(report + names + wish + loss))
    assert [(f.ssrc, f.sender_report, f.key_frame) for f in found] == [
        (5, True, False),
        (77, False, True),
        (78, False, False),
    ]
    assert len(found[0].data) == 28
