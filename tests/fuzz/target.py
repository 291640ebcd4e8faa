"""What is fuzzed: one way into the bot, and how to tell that it survived."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

SEEDS = Path(__file__).parent / "seeds"
REGRESSIONS = Path(__file__).parent / "regressions"


class Shape(StrEnum):
    """What an input is, so that a mutation keeps some of it."""

    BYTES = "bytes"
    PACKETS = "packets"
    """Each with its length (16 bits) before it; see :func:`pack`."""
    TEXT = "text"


class Subject(Protocol):
    """A way in, open. Inputs go into the same one: what one leaves behind, the next meets."""

    def feed(self, data: bytes) -> None:
        """Put one input in; what is raised is a finding."""
        ...

    def check(self) -> None:
        """Raise AssertionError unless good input still has its effect."""
        ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Target:
    """A way in by its name, which is that of its seeds' folder too."""

    name: str
    shape: Shape
    open: Callable[[], Subject]
    instrumented: tuple[str, ...] = ()
    """Modules whose branches guide libFuzzer; without any, mutation alone is faster."""

    def seeds(self) -> list[bytes]:
        return _files(SEEDS / self.name)

    def regressions(self) -> list[bytes]:
        """Inputs that once broke it."""
        return _files(REGRESSIONS / self.name)


def pack(packets: Iterable[bytes]) -> bytes:
    """Packets as one input."""
    return b"".join(struct.pack("!H", len(packet)) + packet for packet in packets)


def unpack(data: bytes) -> list[bytes]:
    """The packets in an input; a length that lies takes what there is."""
    packets, at = [], 0
    while at + 2 <= len(data):
        length = int.from_bytes(data[at : at + 2])
        packets.append(data[at + 2 : at + 2 + length])
        at += 2 + length
    return packets


def _files(folder: Path) -> list[bytes]:
    return [file.read_bytes() for file in sorted(folder.glob("*")) if file.is_file()]
