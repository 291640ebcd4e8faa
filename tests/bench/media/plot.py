"""Draws processor time by tracks, as measured, into docs/images."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from tests.bench.media.benches import COUNTS

PICTURE = Path(__file__).parents[3] / "docs" / "images" / "cpu-by-tracks.svg"
LINES = (
    ("", "Consentry", "#0b6e4f", "-"),
    ("stock_", "aiortc", "#8a5a00", "--"),
    ("chromium_", "headless Chromium", "#44546a", ":"),
)


def draw(measures: Mapping[str, float | int], file: Path = PICTURE) -> None:
    """Percent of a core over the number of tracks, one line for each receiver measured."""
    figure = Figure(figsize=(7.2, 3.8), layout="constrained")
    FigureCanvasSVG(figure)
    axes = figure.add_subplot()
    for prefix, label, color, style in LINES:
        found = {n: measures.get(f"{prefix}cpu_per_track_{n}") for n in COUNTS}
        points = [(n, n * each) for n, each in found.items() if each is not None]
        if not points:
            continue
        axes.plot(*zip(*points, strict=True), style, color=color, marker="o", markersize=4)
        axes.annotate(
            f"{label} {points[-1][1]:.0f} %",
            points[-1],
            xytext=(8, 0),
            textcoords="offset points",
            color=color,
            va="center",
        )
    axes.set_xlabel("Opus tracks, all speaking")
    axes.set_ylabel("processor time, % of one core")
    axes.set_xticks(COUNTS)
    axes.set_xlim(0, COUNTS[-1] * 1.4)
    axes.set_ylim(0, None)
    axes.grid(axis="y", color="#dddddd")
    axes.spines[["top", "right"]].set_visible(False)
    with mpl.rc_context({"svg.hashsalt": file.stem, "svg.fonttype": "none"}):
        figure.savefig(file, metadata={"Date": None})
