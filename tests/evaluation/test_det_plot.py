"""The DET plot has normal deviates on both axes, and is an SVG that any reader takes."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from consentry.evaluation.det_plot import MARGIN, SIDE, TICKS, det_plot


def drawn(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    root = ElementTree.fromstring(det_plot(points, "DET, toy"))
    (line,) = root.iter("{http://www.w3.org/2000/svg}polyline")
    return [
        (float(x), float(y)) for x, y in re.findall(r"([\d.]+),([\d.]+)", line.attrib["points"])
    ]


def test_a_curve_of_two_normal_distributions_is_a_straight_line() -> None:
    from statistics import NormalDist

    same, others = NormalDist(0.4, 0.1), NormalDist(0.9, 0.1)
    cuts = (0.58, 0.62, 0.66, 0.70)
    points = [(others.cdf(cut), 1 - same.cdf(cut)) for cut in cuts]
    (x1, y1), (x2, y2), (x3, y3), (x4, y4) = drawn(points)
    slopes = [(y2 - y1) / (x2 - x1), (y3 - y2) / (x3 - x2), (y4 - y3) / (x4 - x3)]
    assert slopes == pytest.approx([1, 1, 1], rel=0.01), (
        "down to the right, where y grows downwards"
    )


def test_rates_of_0_and_1_are_at_the_edges() -> None:
    assert drawn([(0, 1), (1, 0)]) == [(MARGIN, MARGIN), (MARGIN + SIDE, MARGIN + SIDE)]


def test_the_axes_are_named_and_marked() -> None:
    text = det_plot([(0, 0)], "DET, toy")
    for word in ("False match rate (FMR)", "False non-match rate (FNMR)", "DET, toy"):
        assert word in text
    assert all(text.count(f">{100 * tick:g} %<") == 2 for tick in TICKS)
