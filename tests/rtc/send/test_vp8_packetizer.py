"""VP8 frames in RTP payloads, read back by another reader."""

from __future__ import annotations

import pytest
from aiortc.codecs.vpx import VpxPayloadDescriptor

from consentry.rtc.send.vp8_packetizer import MAX_PAYLOAD, packetize


@pytest.mark.parametrize("length", [1, 1155, 1156, 1157, 5000, 30_001])
def test_a_frame_comes_out_as_it_went_in(length: int) -> None:
    frame = bytes(n % 251 for n in range(length))
    read = [VpxPayloadDescriptor.parse(payload) for payload in packetize(frame, 9)]
    assert b"".join(data for _, data in read) == frame
    assert [descriptor.partition_start for descriptor, _ in read] == [1] + [0] * (len(read) - 1)
    assert {descriptor.picture_id for descriptor, _ in read} == {9}
    assert {descriptor.partition_id for descriptor, _ in read} == {0}


def test_payloads_are_of_nearly_one_length_and_fit_a_packet() -> None:
    sizes = [len(payload) for payload in packetize(bytes(MAX_PAYLOAD + 1), 0)]
    assert max(sizes) <= MAX_PAYLOAD
    assert max(sizes) - min(sizes) <= 1


def test_picture_ids_wrap_at_fifteen_bits() -> None:
    (payload,) = packetize(b"frame", 0x8001)
    assert VpxPayloadDescriptor.parse(payload)[0].picture_id == 1
