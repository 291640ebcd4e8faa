"""What leaves one direction of a bad path: when, in what order, and what the log says of it."""

from __future__ import annotations

import struct

import pytest

from tests.network.direction import CAPACITY, PATIENCE, Direction
from tests.network.impairment import Impairment, Independent

FRAME = 0.02
STUN = b"\x00\x01" + bytes(18)


def rtp(sequence_number: int, ssrc: int = 7) -> bytes:
    return struct.pack("!BBHII", 0x80, 96, sequence_number % 65_536, sequence_number, ssrc) + b"x"


def numbers(datagrams: list[bytes]) -> list[int]:
    return [struct.unpack_from("!H", datagram, 2)[0] for datagram in datagrams]


def carried(direction: Direction, count: int, ssrc: int = 7) -> list[tuple[float, bytes]]:
    """Send ``count`` packets, one every 20 ms; what left, and when."""
    out: list[tuple[float, bytes]] = []
    for step in range(count * 20 + 2000):
        now = step / 1000
        if step % 20 == 0 and step // 20 < count:
            direction.push(rtp(step // 20, ssrc), now)
        for departure in direction.pop(now):
            if departure.passage is not None and departure.passage.left is None:
                departure.passage.left = now
            out.append((now, departure.datagram))
    return out


def test_a_perfect_path_passes_everything_at_once() -> None:
    out = carried(Direction(Impairment(), 1), 100)
    assert numbers([datagram for _, datagram in out]) == list(range(100))
    assert [at for at, _ in out] == pytest.approx([n * FRAME for n in range(100)])


def test_a_delay_is_kept_to_the_millisecond() -> None:
    out = carried(Direction(Impairment(delay=0.06), 1), 50)
    assert [at - n * FRAME for n, (at, _) in enumerate(out)] == pytest.approx([0.06] * 50, abs=2e-3)


def test_jitter_keeps_the_order_and_never_exceeds_its_range() -> None:
    out = carried(Direction(Impairment(delay=0.01, jitter=0.2), 1), 500)
    assert numbers([datagram for _, datagram in out]) == list(range(500))
    delays = [at - n * FRAME for n, (at, _) in enumerate(out)]
    assert min(delays) >= 0.01
    assert max(delays) <= 0.212
    assert max(delays) - min(delays) > 0.15


def test_reordered_packets_are_overtaken_by_at_most_three_and_none_is_lost() -> None:
    direction = Direction(Impairment(reordered=0.05), 1)
    arrived = numbers([datagram for _, datagram in carried(direction, 1000)])
    assert sorted(arrived) == list(range(1000))
    late = [n for place, n in enumerate(arrived) if any(m > n for m in arrived[:place])]
    assert len(late) == pytest.approx(50, abs=20)
    overtakers = [sum(m > n for m in arrived[: arrived.index(n)]) for n in late]
    # One held back while another is may be passed by both that one's overtakers and its own.
    assert set(overtakers) <= {1, 2, 3, 4}


def test_a_reordered_packet_that_none_follows_goes_out_all_the_same() -> None:
    direction = Direction(Impairment(reordered=1.0), 1)
    direction.push(rtp(1), 0.0)
    assert not list(direction.pop(0.0))
    due = direction.next_due()
    assert due == pytest.approx(PATIENCE)
    assert numbers([departure.datagram for departure in direction.pop(PATIENCE)]) == [1]
    assert direction.next_due() is None


def test_packets_of_another_source_overtake_nobody() -> None:
    direction = Direction(Impairment(reordered=1.0), 1)
    direction.push(rtp(1), 0.0)
    list(direction.pop(0.0))
    direction.impairment = Impairment()
    for n in range(10):
        direction.push(rtp(n, ssrc=8), 0.01)
    assert numbers([d.datagram for d in direction.pop(0.01)]) == list(range(10))


def test_a_duplicate_comes_twice_and_is_logged_once() -> None:
    direction = Direction(Impairment(duplicated=1.0), 1)
    assert len(carried(direction, 20)) == 40
    assert len(direction.log) == 20


def test_the_log_says_what_the_wire_lost_and_when_the_rest_left() -> None:
    direction = Direction(Impairment(Independent(0.2), delay=0.03), 1)
    arrived = set(numbers([datagram for _, datagram in carried(direction, 500)]))
    assert [passage.sequence_number for passage in direction.log] == list(range(500))
    assert {p.sequence_number for p in direction.log if not p.lost} == arrived
    assert 60 < 500 - len(arrived) < 140
    for n, passage in enumerate(direction.log):
        assert passage.came == pytest.approx(n * FRAME)
        assert (passage.left is None) == passage.lost
        assert passage.left is None or passage.left == pytest.approx(n * FRAME + 0.03, abs=2e-3)


def test_stun_passes_where_every_packet_is_lost() -> None:
    direction = Direction(Impairment(Independent(1.0)), 1)
    direction.push(STUN, 0.0)
    direction.push(rtp(1), 0.0)
    assert [departure.datagram for departure in direction.pop(0.0)] == [STUN]


def test_a_flood_is_held_back_no_further_than_the_capacity() -> None:
    direction = Direction(Impairment(delay=1.0), 1)
    for n in range(CAPACITY + 100):
        direction.push(rtp(n), 0.0)
    assert sum(passage.lost for passage in direction.log) == 100
    assert len(list(direction.pop(2.0))) == CAPACITY
