"""Counts RTP packets at this process's sockets as the kernel sees them: none of our code between.

SRTP leaves the RTP header in the clear (RFC 3711 section 3.1), so streams can be told apart without
a key.
"""

from __future__ import annotations

import ctypes
import math
import socket
import struct
import threading
import time
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Self

import psutil
import pytest

ETH_P_ALL = 0x0003
"""linux/if_ether.h"""
SO_ATTACH_FILTER = 26
SO_TIMESTAMPNS = 35
"""asm-generic/socket.h"""
SNAPPED = 96
"""Bytes of a packet that are looked at: an IPv6 header with one extension, UDP, and RTP's 12."""
PORTS_EVERY = 0.1
"""Seconds between two looks at which sockets are open."""
RECEIVE_BYTES = 8 << 20
OPUS_FRAMES = frozenset({120, 240, 480, 960, 1920, 2880})
"""RTP timestamp steps of Opus: 2.5 to 60 ms at 48 kHz (RFC 7587 section 4.2)."""

# Classic BPF: what came in (not the copy that lo shows going out), IPv4 or IPv6, UDP.
# Each is (code, jump if true, jump if false, operand); linux/filter.h for the extension.
_FILTER = [
    (0x28, 0, 0, 0xFFFFF000 + 4),  # ldh packet type
    (0x15, 0, 8, 0),  # PACKET_HOST, or none of it
    (0x30, 0, 0, 0),  # ldb the version nibble
    (0x54, 0, 0, 0xF0),
    (0x15, 0, 2, 0x40),
    (0x30, 0, 0, 9),  # IPv4: protocol
    (0x15, 2, 3, 17),
    (0x30, 0, 0, 6),  # IPv6: next header
    (0x15, 0, 1, 17),
    (0x06, 0, 0, SNAPPED),  # take the first bytes
    (0x06, 0, 0, 0),  # let go
]


def need_raw_sockets() -> None:
    """Skip the test that asks where this process may not look at packets."""
    try:
        socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL)).close()
    except (AttributeError, PermissionError):
        pytest.skip("counting packets takes Linux, and root or CAP_NET_RAW")


def ports_of_this_process() -> frozenset[int]:
    """UDP ports that are bound here now."""
    connections = psutil.Process().net_connections("udp")
    return frozenset(each.laddr.port for each in connections if each.laddr)


@dataclass(frozen=True, slots=True)
class Seen:
    """One RTP packet on its way to a port."""

    at: float
    port: int
    ssrc: int
    number: int
    timestamp: int


@dataclass
class Stream:
    """One SSRC on its way to one port."""

    times: list[float] = field(default_factory=list)
    steps: Counter[int] = field(default_factory=Counter)
    """How far timestamps are apart between packets with numbers in a row."""
    last: Seen | None = None

    def add(self, seen: Seen) -> None:
        if self.last is not None and seen.number == (self.last.number + 1) & 0xFFFF:
            self.steps[(seen.timestamp - self.last.timestamp) & 0xFFFFFFFF] += 1
        self.last = seen
        self.times.append(seen.at)

    @property
    def audio(self) -> bool:
        """Whether its timestamps go on as Opus's do; video's at 90 kHz do not."""
        return bool(self.steps) and self.steps.most_common(1)[0][0] in OPUS_FRAMES

    def between(self, begin: float, end: float) -> int:
        return bisect_right(self.times, end) - bisect_left(self.times, begin)


@dataclass
class Held:
    """When each port was the bot's, by looks now and then: one it closed can be another's soon."""

    looked: float = -math.inf
    _now: frozenset[int] = frozenset()
    _spans: dict[int, list[tuple[float, float]]] = field(default_factory=dict)

    def look(self, ports: frozenset[int], at: float) -> None:
        """``ports`` are the bot's at the time ``at``; what changed did so since the last look."""
        for port in ports - self._now:
            self._spans.setdefault(port, []).append((self.looked, math.inf))
        for port in self._now - ports:
            began, _ = self._spans[port].pop()
            self._spans[port].append((began, at))
        self._now, self.looked = ports, at

    def within(self, port: int, begin: float, end: float) -> Iterator[tuple[float, float]]:
        """The parts of that time in which ``port`` was the bot's."""
        for first, last in self._spans.get(port, ()):
            if max(first, begin) < min(last, end):
                yield max(first, begin), min(last, end)


class WireTap:
    """A :class:`consentry.testing.venue.Wire`: listens while it is entered.

    ``ports`` are the bot's, asked again and again: by default those of this process, to which
    neither a browser nor a server belongs.
    """

    def __init__(self, ports: Callable[[], frozenset[int]] = ports_of_this_process) -> None:
        self._ports = ports
        self._held = Held()
        self._streams: dict[tuple[int, int], Stream] = {}
        self._lock = threading.Lock()
        self._closing = threading.Event()

    def __enter__(self) -> Self:
        self._socket = _packet_socket()
        self._reading = threading.Thread(target=self._read, name="wire-tap")
        self._reading.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._closing.set()
        self._reading.join()
        self._socket.close()

    def now(self) -> float:
        """The kernel's clock for packets: seconds since 1970."""
        return time.time()

    def voices(self, begin: float, end: float) -> Mapping[int, int]:
        """Packets of each audio SSRC that came to the bot's ports between the two times."""
        with self._lock:
            self._held.look(self._ports(), self.now())
            found: Counter[int] = Counter()
            for (port, ssrc), stream in self._streams.items():
                spans = self._held.within(port, begin, end) if stream.audio else ()
                if n := sum(stream.between(*span) for span in spans):
                    found[ssrc] += n
            return found

    def _read(self) -> None:
        while not self._closing.is_set():
            if self.now() - self._held.looked > PORTS_EVERY:
                with self._lock:
                    self._held.look(self._ports(), self.now())
            for seen in self._arrived():
                with self._lock:
                    self._streams.setdefault((seen.port, seen.ssrc), Stream()).add(seen)

    def _arrived(self) -> Iterator[Seen]:
        """What came within the socket's time-out."""
        try:
            packet, notes, _, _ = self._socket.recvmsg(SNAPPED, 64)
        except TimeoutError:
            return
        for level, kind, data in notes:
            if (level, kind) == (socket.SOL_SOCKET, SO_TIMESTAMPNS):
                seconds, nanoseconds = struct.unpack("qq", data)
                if seen := rtp_in(packet, seconds + nanoseconds / 1e9):
                    yield seen


def rtp_in(packet: bytes, at: float) -> Seen | None:
    """The RTP packet within an IP packet; None if it is something else that goes over UDP.

    STUN and DTLS start with other bits (RFC 7983 section 7); RTCP is told by its type (RFC 5761
    section 4).
    """
    if not packet:
        return None
    udp = 40 if packet[0] >> 4 == 6 else 4 * (packet[0] & 0x0F)
    rtp = packet[udp + 8 :]
    if len(rtp) < 12 or not 128 <= rtp[0] <= 191 or 192 <= rtp[1] <= 223:
        return None
    (port,) = struct.unpack_from("!H", packet, udp + 2)
    number, timestamp, ssrc = struct.unpack_from("!HII", rtp, 2)
    return Seen(at, port, ssrc, number, timestamp)


def _packet_socket() -> socket.socket:
    """Every interface's UDP packets, cut short, each with the time it came."""
    raw = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL))
    program = b"".join(struct.pack("HBBI", *step) for step in _FILTER)
    buffer = ctypes.create_string_buffer(program)
    where = struct.pack("HL", len(_FILTER), ctypes.addressof(buffer))
    raw.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, where)
    raw.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
    raw.setblocking(False)
    with suppress(BlockingIOError):
        while raw.recv(1):
            pass  # what slipped in before the filter was there
    raw.settimeout(PORTS_EVERY)
    return raw


@contextmanager
def tapped(ports: Callable[[], frozenset[int]] = ports_of_this_process) -> Iterator[WireTap]:
    """A tap while the block runs; the test is skipped where packets can't be looked at."""
    need_raw_sockets()
    with WireTap(ports) as tap:
        yield tap
