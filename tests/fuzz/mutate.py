"""Changes to an input that keep enough of it for a parser to go on; the same for the same dice."""

from __future__ import annotations

import random

from tests.fuzz.target import Shape, pack, unpack

MAX_BYTES = 16 * 1024
MAX_PACKETS = 64
NUMBERS = (0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 127, 128, 255, 256, 1023, 32767, 32768, 65534, 65535)
HEADER = 24
"""Most of what a parser decides on stands in the first bytes."""
WORDS = (
    "0", "-1", "65535", "65536", "4294967296", "99999999999999999999", "audio", "video",
    "application", "*", "", " ", ":", "a=", "m=", "\x00", "\ud7ff", "ö", "127.0.0.1",
    "169.254.169.254", "evil.example", "a.local", "::", "VP8/90000", "opus/48000/2",
)  # fmt: skip


def mutate(data: bytes, others: list[bytes], shape: Shape, dice: random.Random) -> bytes:
    """One mutation or several of ``data``; ``others`` are inputs to borrow from."""
    for _ in range(dice.choice((1, 1, 1, 2, 3, 8))):
        match shape:
            case Shape.BYTES:
                data = _bytes(data, others, dice)
            case Shape.PACKETS:
                data = _packets(data, others, dice)
            case Shape.TEXT:
                data = _text(data, others, dice)
    return data[:MAX_BYTES]


def _bytes(data: bytes, others: list[bytes], dice: random.Random) -> bytes:
    if not data:
        return dice.randbytes(dice.randrange(64))
    changed = bytearray(data)
    near = dice.randrange(min(len(data), HEADER) if dice.random() < 0.6 else len(data))
    match dice.randrange(9):
        case 0:
            changed[near] ^= 1 << dice.randrange(8)
        case 1:
            changed[near] = dice.randrange(256)
        case 2:  # a length that lies
            number = dice.choice(NUMBERS)
            changed[near : near + 2] = number.to_bytes(2)
        case 3:
            changed[near : near + 4] = dice.choice(NUMBERS).to_bytes(4)
        case 4:
            del changed[near:]
        case 5:
            del changed[near : near + dice.randrange(1, 17)]
        case 6:
            changed[near:near] = dice.randbytes(dice.randrange(1, 17))
        case 7:
            other = dice.choice(others) if others else data
            cut = dice.randrange(len(other) + 1)
            changed[near:] = other[cut:]
        case _:
            changed += changed[near : near + dice.randrange(1, 256)]
    return bytes(changed)


def _packets(data: bytes, others: list[bytes], dice: random.Random) -> bytes:
    packets = unpack(data)
    if not packets:
        packets = unpack(dice.choice(others)) if others else [b""]
    at = dice.randrange(len(packets)) if packets else 0
    match dice.randrange(9):
        case 0:
            del packets[at]
        case 1:
            packets.insert(dice.randrange(len(packets) + 1), packets[at])
        case 2:
            other = dice.randrange(len(packets))
            packets[at], packets[other] = packets[other], packets[at]
        case 3:
            packets[at : at + 1] = [packets[at]] * dice.randrange(1, 8)
        case 4 if others:
            packets[at:at] = unpack(dice.choice(others))[: dice.randrange(1, 9)]
        case _:
            pool = [p for p in packets if p]
            packets[at] = _bytes(packets[at], pool, dice)
    return pack(packet[:65535] for packet in packets[:MAX_PACKETS])


def _text(data: bytes, others: list[bytes], dice: random.Random) -> bytes:
    text = data[:MAX_BYTES].decode(errors="replace")
    lines = text.splitlines(keepends=True) or [""]
    at = dice.randrange(len(lines))
    match dice.randrange(9):
        case 0:
            del lines[at]
        case 1:
            lines.insert(dice.randrange(len(lines) + 1), lines[at])
        case 2:
            lines[at : at + 1] = [lines[at][:MAX_BYTES]] * dice.choice((2, 8, 64, 500))
        case 3 if others:
            other = dice.choice(others).decode(errors="replace").splitlines(keepends=True) or [""]
            lines[at] = dice.choice(other)
        case 4:
            cut = dice.randrange(len(lines[at]) + 1)
            lines[at] = lines[at][:cut]
        case 5:
            lines[at] = lines[at].rstrip("\r\n") + dice.choice(WORDS) * dice.choice((1, 9)) + "\r\n"
        case _:
            lines[at] = _word(lines[at], dice)
    return "".join(lines)[:MAX_BYTES].encode(errors="replace")


def _word(line: str, dice: random.Random) -> str:
    for mark in dice.sample((" ", ":", "/", ";", "=", ",", '"'), 7):
        if mark in line:
            words = line.split(mark)
            words[dice.randrange(len(words))] = dice.choice(WORDS)
            return mark.join(words)
    return dice.choice(WORDS)
