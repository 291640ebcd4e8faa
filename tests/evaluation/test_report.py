"""The report on data that establish something."""

from __future__ import annotations

import numpy as np
import pytest

from consentry.evaluation.measuring import Measured
from consentry.evaluation.rates import Rate, compare, presentations
from consentry.evaluation.report import PAIRS, as_json, lines, told


def measured(people: int, spread: float, alike: int = 0) -> Measured:
    """People 10 apart with two photos each; ``alike`` of them are like the one before."""
    places = [10.0 * (i - (0 < i <= alike)) for i in range(people)]
    embeddings = [[np.array([p], np.float32), np.array([p + spread], np.float32)] for p in places]
    return Measured(
        engine="toy",
        threshold=1.0,
        people=people,
        photos=2 * people,
        failures={},
        comparisons=compare(embeddings),
        genuine=presentations(0, 0),
        attacks={},
        left_out=3,
    )


def test_no_error_among_many_is_bounded() -> None:
    told_lines = lines(measured(80, 0.5), 0.001)
    assert told_lines[3] == (
        "FNMR  false non-match rate: 0 of 80, at most 3.8 % (rule of three over 80 people)"
    )
    assert told_lines[4] == (
        "FMR   false match rate: 0 of 12640, at most 0.095 % "
        "(rule of three over 3160 pairs of people)"
    )
    assert told_lines[-2].startswith("threshold for an FMR of 0.1 %: ")
    assert "write it into `face:`. FNMR there: 0 of 80" in told_lines[-2]
    assert told_lines[-1] == "3 files were left out: no photo of a person, no video"


def test_errors_come_with_their_bounds() -> None:
    assert told(Rate(12, 400, 50, 0.0123, 0.06), PAIRS) == "12 of 400, 3 % (95 %: 1.2 % to 6 %)"
    assert told(Rate(0, 0, 0), PAIRS) == "not established: nothing to compare"


@pytest.mark.parametrize(
    ("people", "alike", "reason"),
    [(20, 0, "it takes 78 people at least, and here are 20"), (80, 12, "some of the people are")],
)
def test_why_there_is_no_threshold(people: int, alike: int, reason: str) -> None:
    data = measured(people, 0.0, alike)
    assert f"not established; {reason}" in lines(data, 0.001)[-2]
    assert as_json(data, 0.001)["threshold_for_wanted_fmr"] is None
