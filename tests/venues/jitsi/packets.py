"""The little that a bridge reads of RTP and RTCP (RFC 3550, 4585, 6464)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from aiortc.rtp import RTCP_PSFB_PLI, RtcpPsfbPacket

AUDIO_LEVEL_ID = 1
"""Of the header extension, as Jicofo offers it."""
KEPT_IDS = (AUDIO_LEVEL_ID, 11)
"""Header extensions that a bridge passes on; what names an m-line of the sender's it may not."""
SILENCE = 127
"""-dBov of a packet without a sound."""
LOUD = 60

_SENDER_REPORT, _TRANSPORT_FEEDBACK, _PAYLOAD_FEEDBACK = 200, 205, 206
_NACK, _PLI, _FIR = 1, 1, 4
_ONE_BYTE = 0xBEDE


@dataclass(frozen=True, slots=True)
class Feedback:
    """One RTCP packet that concerns somebody else."""

    data: bytes
    ssrc: int
    """Of the media it is about."""
    sender_report: bool = False
    key_frame: bool = False


def ssrc_of(packet: bytes) -> int:
    return int.from_bytes(packet[8:12], "big")


def audio_level(packet: bytes) -> int:
    """-dBov by RFC 6464; SILENCE where the packet does not say."""
    levels = [data[0] & 0x7F for number, data in _extensions(packet) if number == AUDIO_LEVEL_ID]
    return levels[0] if levels else SILENCE


def for_others(packet: bytes) -> bytes:
    """``packet`` as a bridge passes it on: with those header extensions that concern others."""
    if not packet[0] & 0x10:
        return packet
    start = 12 + 4 * (packet[0] & 0x0F)
    payload = start + 4 + 4 * int.from_bytes(packet[start + 2 : start + 4], "big")
    kept = b"".join(
        bytes([number << 4 | len(data) - 1]) + data
        for number, data in _extensions(packet)
        if number in KEPT_IDS
    )
    kept += bytes(-len(kept) % 4)
    head = bytes([packet[0] if kept else packet[0] & 0xEF]) + packet[1:start]
    block = struct.pack("!HH", _ONE_BYTE, len(kept) // 4) + kept if kept else b""
    return head + block + packet[payload:]


def _extensions(packet: bytes) -> Iterator[tuple[int, bytes]]:
    """Number and data of each header extension: RFC 8285, both forms."""
    if not packet[0] & 0x10:
        return
    start = 12 + 4 * (packet[0] & 0x0F)
    profile, words = struct.unpack_from("!HH", packet, start)
    position, end = start + 4, min(start + 4 + 4 * words, len(packet) - 1)
    while position < end:
        if packet[position] == 0:
            position += 1
            continue
        if profile == _ONE_BYTE:
            number, size = packet[position] >> 4, (packet[position] & 15) + 1
        else:
            number, size, position = packet[position], packet[position + 1], position + 1
        position += 1
        if size:
            yield number, packet[position : position + size]
        position += size


def feedback_for(data: bytes) -> Iterator[Feedback]:
    """What of the compound packet ``data`` travels on."""
    position = 0
    while position + 12 <= len(data):
        count, kind, words = struct.unpack_from("!BBH", data, position)
        end = position + 4 + 4 * words
        packet, count = data[position:end], count & 0x1F
        position = end
        if kind == _SENDER_REPORT and len(packet) >= 28:
            yield Feedback(_report_alone(packet), int.from_bytes(packet[4:8], "big"), True)
        elif kind == _PAYLOAD_FEEDBACK and count == _PLI:
            yield Feedback(packet, int.from_bytes(packet[8:12], "big"), key_frame=True)
        elif kind == _PAYLOAD_FEEDBACK and count == _FIR and len(packet) >= 20:
            yield Feedback(packet, int.from_bytes(packet[12:16], "big"), key_frame=True)
        elif kind == _TRANSPORT_FEEDBACK and count == _NACK:
            yield Feedback(packet, int.from_bytes(packet[8:12], "big"))


def _report_alone(packet: bytes) -> bytes:
    """A sender report without the reports on what its sender receives."""
    return b"\x80" + packet[1:2] + struct.pack("!H", 6) + packet[4:28]


def key_frame_request(sender: int, ssrc: int) -> bytes:
    return bytes(RtcpPsfbPacket(RTCP_PSFB_PLI, sender, ssrc))


@dataclass(slots=True)
class Loudness:
    """How much one endpoint spoke lately."""

    loud: int = 0
    packets: int = 0

    def heard(self, level: int) -> None:
        self.packets += 1
        self.loud += level < LOUD

    def settle(self) -> float:
        """The part of the packets since the last time that were loud: 0 to 1."""
        part = self.loud / self.packets if self.packets else 0.0
        self.loud = self.packets = 0
        return part if part > 0.5 else 0.0
