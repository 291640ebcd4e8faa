"""The dice of a bad network keep to the shares they were given, and to their seed."""

from __future__ import annotations

from itertools import groupby

import pytest

from tests.network.impairment import Bursts, Dice, Fate, Impairment, Independent, Loss

PACKETS = 20_000
FRAME = 0.02


def fates(impairment: Impairment, seed: int = 3, count: int = PACKETS) -> list[Fate]:
    dice = Dice(seed)
    return [dice.media(impairment, n * FRAME) for n in range(count)]


@pytest.mark.parametrize("share", [0.0, 0.001, 0.01, 0.05, 0.2, 1.0])
@pytest.mark.parametrize("mean_length", [None, 1.0, 3.0])
def test_as_many_packets_are_lost_as_was_asked(share: float, mean_length: float | None) -> None:
    if mean_length is not None and share == 1.0:
        return
    loss: Loss = Independent(share) if mean_length is None else Bursts(share, mean_length)
    lost = sum(fate.lost for fate in fates(Impairment(loss))) / PACKETS
    assert lost == pytest.approx(share, rel=0.6 if share < 0.05 else 0.2)


@pytest.mark.parametrize("mean_length", [2.0, 5.0])
def test_bursts_are_as_long_as_was_asked(mean_length: float) -> None:
    drawn = fates(Impairment(Bursts(0.05, mean_length)))
    bursts = [len(list(run)) for lost, run in groupby(fate.lost for fate in drawn) if lost]
    assert sum(bursts) / len(bursts) == pytest.approx(mean_length, rel=0.1)


def test_jitter_takes_all_of_its_range_and_stays_in_it() -> None:
    delays = [fate.delay for fate in fates(Impairment(delay=0.03, jitter=0.2))]
    assert 0.03 <= min(delays) < 0.035
    assert 0.225 < max(delays) <= 0.23
    assert sum(delays) / PACKETS == pytest.approx(0.13, rel=0.1)


def test_a_reordered_packet_is_overtaken_by_one_to_three() -> None:
    overtaken = [fate.overtakers for fate in fates(Impairment(reordered=0.05)) if fate.overtakers]
    assert len(overtaken) == pytest.approx(0.05 * PACKETS, rel=0.1)
    assert set(overtaken) == {1, 2, 3}


def test_duplicates_come_twice() -> None:
    copies = [fate.copies for fate in fates(Impairment(duplicated=0.1))]
    assert set(copies) == {1, 2}
    assert copies.count(2) == pytest.approx(0.1 * PACKETS, rel=0.1)


def test_the_same_seed_is_the_same_luck_and_another_one_is_not() -> None:
    bad = Impairment(Bursts(0.05, 3.0), 0.01, 0.2, 0.05, 0.05)
    assert fates(bad, seed=1, count=2000) == fates(bad, seed=1, count=2000)
    assert fates(bad, seed=1, count=2000) != fates(bad, seed=2, count=2000)


def test_a_switch_moves_the_luck_of_no_later_packet() -> None:
    lossy = Impairment(Independent(0.1))
    dice = Dice(7)
    mixed = [dice.media(Impairment() if n < 500 else lossy, n * FRAME) for n in range(1000)]
    assert mixed[500:] == fates(lossy, seed=7, count=1000)[500:]
    assert not any(fate.lost for fate in mixed[:500])


def test_control_is_spared_unless_it_is_asked_for() -> None:
    dice = Dice(5)
    spared = Impairment(Independent(1.0), delay=0.05)
    assert dice.control(spared, 0.0) == Fate(delay=0.05)
    assert dice.control(Impairment(Independent(1.0), spares_control=False), 0.0).lost


def test_control_takes_no_luck_from_media() -> None:
    lossy, dice = Impairment(Independent(0.3), spares_control=False), Dice(9)
    drawn = []
    for n in range(300):
        dice.control(lossy, n * FRAME)
        drawn.append(dice.media(lossy, n * FRAME))
    assert drawn == fates(lossy, seed=9, count=300)


@pytest.mark.parametrize(
    "wrong",
    [{"delay": -0.1}, {"delay": 5.0}, {"jitter": 9.0}, {"reordered": 1.5}, {"duplicated": -1.0}],
)
def test_a_network_worse_than_bad_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="between|goes to"):
        Impairment(**wrong)  # type: ignore[arg-type]


def test_a_loss_that_can_not_be_is_refused() -> None:
    with pytest.raises(ValueError, match="share"):
        Independent(1.2)
    with pytest.raises(ValueError, match="burst"):
        Bursts(0.05, 0.5)
