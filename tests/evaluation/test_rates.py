"""Rates are counted right, and trusted as far as the people behind them go."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.evaluation.rates import (
    MIN_PEOPLE,
    Comparisons,
    compare,
    people_for,
    presentations,
)


def on_a_line(*people: list[float]) -> Comparisons:
    """People whose photos are numbers."""
    return compare([[np.array([place], np.float32) for place in photos] for photos in people])


def crowd(people: int, spread: float = 0.0, photos: int = 2) -> Comparisons:
    """People 10 apart, each with photos ``spread`` apart."""
    return on_a_line(*([10.0 * i + spread * n for n in range(photos)] for i in range(people)))


def test_photos_of_one_person_are_compared_each_with_each() -> None:
    rate = on_a_line([0, 1, 3], [10], [20, 24]).false_non_matches(2.5)
    assert (rate.errors, rate.trials, rate.units) == (2, 4, 2), "3 and 4 are too far, 1 and 2 not"


def test_photos_of_two_people_are_compared_each_with_each() -> None:
    rate = on_a_line([0, 1], [2], [5]).false_matches(2.0)
    assert (rate.errors, rate.trials, rate.units) == (2, 5, 3), "2 and 1; of 2, 1, 5, 4 and 3"


def test_somebody_without_a_photo_that_was_taken_is_nobody() -> None:
    assert on_a_line([0, 1], []).people == 1


def test_few_people_establish_nothing() -> None:
    few = crowd(MIN_PEOPLE - 1)
    for rate in (few.false_matches(1), few.false_non_matches(1)):
        assert rate.errors == 0
        assert not rate.established
        assert not rate.at_most(0.9)


def test_no_error_is_bounded_by_the_rule_of_three() -> None:
    many = crowd(20)
    assert many.false_non_matches(1).high == pytest.approx(3 / 20)
    assert many.false_matches(1).high == pytest.approx(3 / 190)
    assert many.false_matches(1).low == 0


def test_errors_alone_are_bounded_likewise() -> None:
    rate = crowd(20, spread=2.0).false_non_matches(1)
    assert rate.value == 1
    assert rate.low == pytest.approx(1 - 3 / 20)
    assert rate.high == 1


def test_more_photos_of_the_same_people_establish_no_more() -> None:
    assert crowd(20, photos=2).false_matches(1).high == crowd(20, photos=6).false_matches(1).high


def test_errors_of_one_person_say_less_than_errors_of_many() -> None:
    calm, wild = [0.0, 0.1, 0.2, 0.3], [0.0, 5.0, 10.0, 15.0]
    one_of_many = on_a_line(*([wild] * 2 + [calm] * 18)).false_non_matches(1)
    once_each = on_a_line(*([[0.0, 0.1, 0.2, 5.0]] * 4 + [calm] * 16)).false_non_matches(1)
    assert one_of_many.errors == once_each.errors == 12
    assert one_of_many.high is not None
    assert once_each.high is not None
    assert one_of_many.high > once_each.high


def test_the_bounds_hold_what_they_promise() -> None:
    """Of 100 samples of people whose true rate is 10 %, about 95 have it in their bounds."""
    draws, held = np.random.default_rng(5), 0
    for _ in range(100):
        people = [[0.0, 5.0 if draws.random() < 0.1 else 0.5] for _ in range(60)]
        rate = on_a_line(*people).false_non_matches(1)
        assert rate.low is not None
        assert rate.high is not None
        held += rate.low <= 0.1 <= rate.high
    assert held >= 88


def test_the_same_data_give_the_same_bounds() -> None:
    assert crowd(12, 2.0).false_non_matches(1) == crowd(12, 2.0).false_non_matches(1)


def test_a_threshold_is_found_where_the_data_establish_it() -> None:
    places = [[float(p)] for p in np.cumsum(np.linspace(1, 9, 40))]
    data = on_a_line(*places)
    threshold = data.threshold_for(0.02)
    assert threshold is not None
    assert data.false_matches(threshold).at_most(0.02)
    assert threshold >= 1.0, "some strangers may be taken for another"
    next_one = min(d for each in data.non_mated.values() for d in each if d > threshold)
    assert not data.false_matches(float(next_one)).at_most(0.02), "it is the largest"


def test_no_threshold_is_made_up() -> None:
    assert crowd(77).threshold_for(0.001) is None
    assert on_a_line([0, 1]).threshold_for(0.5) is None
    found = crowd(78).threshold_for(0.001)
    assert found is not None
    assert crowd(78).false_matches(found).errors == 0


@pytest.mark.parametrize(("wanted", "people"), [(0.5, 10), (0.05, 12), (0.001, 78), (1e-4, 246)])
def test_how_many_people_a_rate_takes(wanted: float, people: int) -> None:
    assert people_for(wanted) == people


def test_the_trade_off_goes_from_no_match_to_all() -> None:
    curve = on_a_line([0, 1], [3, 7]).trade_off()
    assert curve[0] == (0.0, 0.5)
    assert curve[-1] == (1.0, 0.0)
    assert on_a_line([0, 1]).trade_off() == []
    assert on_a_line([0], [1]).trade_off() == []


@given(
    st.lists(
        st.lists(st.floats(-50, 50, width=32), min_size=1, max_size=4), min_size=2, max_size=12
    )
)
def test_the_trade_off_never_turns_back(people: list[list[float]]) -> None:
    curve = on_a_line(*people).trade_off()
    for (fmr, fnmr), (higher, lower) in zip(curve, curve[1:], strict=False):
        assert 0 <= fmr <= higher <= 1
        assert 1 >= fnmr >= lower >= 0


def test_presentations_are_each_a_unit() -> None:
    assert not presentations(0, 9).established
    assert presentations(0, 30).high == pytest.approx(0.1)
    rate = presentations(15, 30)
    assert rate.low is not None
    assert rate.high is not None
    assert 0.3 < rate.low < 0.5 < rate.high < 0.7
    assert presentations(0, 0).value is None
