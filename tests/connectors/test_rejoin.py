"""When a lost call is tried again."""

from __future__ import annotations

from consentry.connectors.rejoin import PATIENCE, Rejoin


def test_tries_come_at_once_first_and_then_every_five_seconds() -> None:
    rejoin = Rejoin()
    rejoin.lost(100.0)
    assert [rejoin.delay(100.0) for _ in range(7)] == [0.5, 1.0, 2.0, 4.0, 5.0, 5.0, 5.0]


def test_after_five_minutes_it_is_given_up() -> None:
    rejoin = Rejoin()
    rejoin.lost(100.0)
    rejoin.lost(300.0)
    assert rejoin.delay(100.0 + PATIENCE - 0.1) is not None
    assert rejoin.delay(100.0 + PATIENCE) is None


def test_the_next_loss_starts_anew() -> None:
    rejoin = Rejoin()
    rejoin.lost(0.0)
    assert [rejoin.delay(0.0), rejoin.delay(0.5)] == [0.5, 1.0]
    rejoin.joined()
    rejoin.lost(1000.0)
    assert rejoin.delay(1000.0) == 0.5
