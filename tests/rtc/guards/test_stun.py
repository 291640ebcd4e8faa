"""What a socket of ICE gets to see of what strangers send to it."""

from __future__ import annotations

import struct

import pytest

from consentry.rtc.guards.limits import DATAGRAM_BURST, MAX_CANDIDATES, MAX_QUEUED_DATAGRAMS
from consentry.rtc.guards.stun import Arrival, DatagramScreen, is_sound
from tests.fuzz.targets.stun import check

HANDSHAKE = b"\x16\xfe\xfd" + bytes(60)


def attribute(name: int, value: bytes, length: int | None = None) -> bytes:
    size = len(value) if length is None else length
    return struct.pack("!HH", name, size) + value + bytes(-len(value) % 4)


def message(*attributes: bytes, kind: int = 0x0001) -> bytes:
    body = b"".join(attributes)
    return struct.pack("!HHI", kind, len(body), 0x2112A442) + bytes(12) + body


class Gatekeeper:
    """A screen whose clock stands still."""

    def __init__(self) -> None:
        self._screen = DatagramScreen(lambda: 0.0)

    def admits(
        self, datagram: bytes, known: bool = True, candidates: int = 1, waiting: int = 0
    ) -> bool:
        return self._screen.admits(Arrival(datagram, known, candidates, waiting))


@pytest.fixture
def gate() -> Gatekeeper:
    return Gatekeeper()


def test_a_check_passes_whoever_sends_it_since_its_password_is_looked_at_later(
    gate: Gatekeeper,
) -> None:
    assert gate.admits(check())
    assert gate.admits(check(), known=False)


def test_a_check_from_ever_more_addresses_passes_no_more(gate: Gatekeeper) -> None:
    assert not gate.admits(check(), known=False, candidates=MAX_CANDIDATES)
    assert gate.admits(check(), known=True, candidates=MAX_CANDIDATES)


def test_dtls_passes_from_addresses_that_ice_knows(gate: Gatekeeper) -> None:
    assert gate.admits(HANDSHAKE)
    assert not gate.admits(HANDSHAKE, known=False), "anybody could end the handshake"


def test_what_nobody_reads_does_not_pile_up(gate: Gatekeeper) -> None:
    assert not gate.admits(HANDSHAKE, waiting=MAX_QUEUED_DATAGRAMS)


@pytest.mark.parametrize("datagram", [b"", b"\0", b"\x40" + bytes(30), bytes(40), b"\xff" * 40])
def test_what_is_neither_stun_nor_dtls_does_not_pass(gate: Gatekeeper, datagram: bytes) -> None:
    assert not gate.admits(datagram)


def test_a_flood_is_dropped_and_what_comes_later_is_not() -> None:
    now = 0.0
    screen = DatagramScreen(lambda: now)
    arrival = Arrival(HANDSHAKE, known=True, candidates=1, waiting=0)
    passed = sum(screen.admits(arrival) for _ in range(3 * int(DATAGRAM_BURST)))
    assert passed == DATAGRAM_BURST
    now = 1.0
    assert screen.admits(arrival)


@pytest.mark.parametrize(
    ("datagram", "why"),
    [
        (message(kind=0x0101)[:-1] + b"\0\0", "a length that lies"),
        (message(attribute(0x0006, b"user"), attribute(0x0024, b"ab")), "half a priority"),
        (message(attribute(0x0006, b"user", length=400)), "an attribute beyond the end"),
        (message(attribute(0x0006, b"user")) + b"\0", "a byte too many"),
        (message(attribute(0x0006, b"user")), "a check without a priority, which aioice needs"),
        (message(attribute(0x8028, b"abc")), "a fingerprint of three bytes"),
    ],
)
def test_a_stun_message_that_lies_is_not_sound(datagram: bytes, why: str) -> None:
    assert not is_sound(datagram), why


def test_an_answer_needs_no_priority() -> None:
    assert is_sound(message(attribute(0x0020, bytes(8)), kind=0x0101))
