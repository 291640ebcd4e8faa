"""RTCP (RFC 3550 section 6, RFC 4585, RFC 5104): what the bot reads of it, and what it says."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

SENDER_REPORT, RECEIVER_REPORT, SOURCE_DESCRIPTION, BYE = 200, 201, 202, 203
TRANSPORT_FEEDBACK, PAYLOAD_FEEDBACK = 205, 206
GENERIC_NACK = 1
PICTURE_LOSS, FULL_INTRA_REQUEST = 1, 4
NTP_FRACTION = 1 << 32
MAX_BLOCKS = 31
"""Report blocks in one packet: its count has five bits."""


@dataclass(frozen=True, slots=True)
class ReportBlock:
    """How one source arrives at its receiver (RFC 3550 section 6.4.1)."""

    source: int
    fraction_lost: int
    """Since the last report, in 1/256."""
    lost: int
    highest_sequence: int
    jitter: int
    """In units of the RTP timestamp."""
    last_report: int = 0
    """The middle 32 bits of the NTP time in the last sender report; 0: there was none."""
    delay: int = 0
    """Since that one arrived, in 1/65536 s."""


@dataclass(frozen=True, slots=True)
class SenderReport:
    """The sender's clock: ``timestamp`` of its RTP stream was at ``ntp``."""

    source: int
    ntp: float
    """Seconds since 1900, by the sender's own clock."""
    timestamp: int
    packets: int
    octets: int
    reports: tuple[ReportBlock, ...] = ()


@dataclass(frozen=True, slots=True)
class ReceiverReport:
    """How what ``reporter`` receives arrives there."""

    reporter: int
    reports: tuple[ReportBlock, ...]


@dataclass(frozen=True, slots=True)
class Nack:
    """These packets of ``source`` did not arrive: send them again (RFC 4585 section 6.2.1)."""

    source: int
    lost: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class KeyFrameRequest:
    """``source`` can't be decoded any more: start anew (PLI or FIR)."""

    source: int


@dataclass(frozen=True, slots=True)
class Bye:
    """These sources end."""

    sources: tuple[int, ...]


Rtcp = SenderReport | ReceiverReport | Nack | KeyFrameRequest | Bye


def read(data: bytes) -> list[Rtcp]:
    """Everything in a compound packet that the bot has a use for.

    Never raises: what is unknown is passed over, and where a length lies, the rest is.
    """
    found: list[Rtcp] = []
    at = 0
    while at + 4 <= len(data):
        first, kind, words = struct.unpack_from("!BBH", data, at)
        end = at + 4 + 4 * words
        if first >> 6 != 2 or end > len(data):
            break
        padding = data[end - 1] if first & 0x20 else 0
        with suppress(struct.error):  # shorter than its kind must be
            found += _packet(kind, first & 0x1F, data[at + 4 : end - padding])
        at = end
    return found


def receiver_report(reporter: int, blocks: Sequence[ReportBlock]) -> bytes:
    """A packet with up to 31 blocks (RFC 3550 section 6.4.2)."""
    body = struct.pack("!I", reporter) + b"".join(map(_pack_block, blocks[:MAX_BLOCKS]))
    return _pack(min(len(blocks), MAX_BLOCKS), RECEIVER_REPORT, body)


def sender_report(report: SenderReport) -> bytes:
    """The clock of a source of ours (RFC 3550 section 6.4.1); without blocks."""
    seconds = int(report.ntp)
    fraction = int((report.ntp - seconds) * NTP_FRACTION)
    numbers = (report.timestamp, report.packets, report.octets)
    body = struct.pack(
        "!6I", report.source, seconds, fraction, *(number & 0xFFFFFFFF for number in numbers)
    )
    return _pack(0, SENDER_REPORT, body)


def source_description(source: int, canonical_name: str) -> bytes:
    """Who a source of ours is: its CNAME (RFC 3550 section 6.5.1)."""
    name = canonical_name.encode()[:255]
    chunk = struct.pack("!IBB", source, 1, len(name)) + name + b"\0"
    return _pack(1, SOURCE_DESCRIPTION, chunk + bytes(-len(chunk) % 4))


def nack(sender: int, source: int, lost: Iterable[int]) -> bytes:
    """Ask ``source`` for the packets with these sequence numbers again."""
    pairs: list[tuple[int, int]] = []
    for number in lost:
        if pairs and 0 < (ahead := (number - pairs[-1][0]) & 0xFFFF) <= 16:
            pairs[-1] = pairs[-1][0], pairs[-1][1] | 1 << (ahead - 1)
        else:
            pairs.append((number & 0xFFFF, 0))
    body = struct.pack("!II", sender, source) + b"".join(struct.pack("!HH", *p) for p in pairs)
    return _pack(GENERIC_NACK, TRANSPORT_FEEDBACK, body)


def picture_loss(sender: int, source: int) -> bytes:
    """Ask ``source`` for a key frame (RFC 4585 section 6.3.1)."""
    return _pack(PICTURE_LOSS, PAYLOAD_FEEDBACK, struct.pack("!II", sender, source))


def _pack(count: int, kind: int, body: bytes) -> bytes:
    return struct.pack("!BBH", 0x80 | count, kind, len(body) // 4) + body


def _pack_block(block: ReportBlock) -> bytes:
    return struct.pack(
        "!IIIIII",
        block.source,
        block.fraction_lost << 24 | block.lost & 0xFFFFFF,
        block.highest_sequence & 0xFFFFFFFF,
        block.jitter & 0xFFFFFFFF,
        block.last_report,
        block.delay & 0xFFFFFFFF,
    )


def _packet(kind: int, count: int, body: bytes) -> list[Rtcp]:
    if kind == SENDER_REPORT:
        source, seconds, fraction, timestamp, packets, octets = struct.unpack_from("!6I", body)
        ntp = seconds + fraction / NTP_FRACTION
        reports = _blocks(body[24:], count)
        return [SenderReport(source, ntp, timestamp, packets, octets, reports)]
    if kind == RECEIVER_REPORT:
        return [ReceiverReport(struct.unpack_from("!I", body)[0], _blocks(body[4:], count))]
    if kind == BYE:
        return [Bye(struct.unpack_from(f"!{count}I", body))]
    if kind == TRANSPORT_FEEDBACK and count == GENERIC_NACK:
        return [Nack(struct.unpack_from("!4xI", body)[0], _lost(body[8:]))]
    if kind == PAYLOAD_FEEDBACK and count == PICTURE_LOSS:
        return [KeyFrameRequest(struct.unpack_from("!4xI", body)[0])]
    if kind == PAYLOAD_FEEDBACK and count == FULL_INTRA_REQUEST:
        entries = range(8, len(body) - 7, 8)
        return [KeyFrameRequest(struct.unpack_from("!I", body, at)[0]) for at in entries]
    return []


def _blocks(body: bytes, count: int) -> tuple[ReportBlock, ...]:
    blocks = []
    for at in range(0, min(count, len(body) // 24) * 24, 24):
        source, loss, *rest = struct.unpack_from("!6I", body, at)
        blocks.append(ReportBlock(source, loss >> 24, loss & 0xFFFFFF, *rest))
    return tuple(blocks)


def _lost(body: bytes) -> tuple[int, ...]:
    numbers: list[int] = []
    for at in range(0, len(body) - 3, 4):
        first, mask = struct.unpack_from("!HH", body, at)
        numbers.append(first)
        numbers += [(first + 1 + bit) & 0xFFFF for bit in range(16) if mask >> bit & 1]
    return tuple(numbers)
