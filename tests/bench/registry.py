"""The benches there are, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.bench import live, summary

Measures = Mapping[str, float | int]


@dataclass(frozen=True, slots=True)
class Material:
    """Where a bench finds what it measures on; each falls back to what the tests ship."""

    meetings: Path | None = None
    """A folder of meetings with ground truth."""
    captions: Path | None = None
    """A folder of captions the bot produced, one JSON file a meeting."""
    keep: Path | None = None
    """A folder to which this run is written: captions in that format, or every cell of a grid."""
    model: str = "base"
    """Of speech recognition: ``base`` or ``tiny.en``."""


@dataclass(frozen=True, slots=True)
class Bench:
    """One bench: what it measures, in a line, and how it is run."""

    title: str
    run: Callable[[Material], Measures]


def _captions(material: Material) -> Measures:
    from tests.bench import captions

    return captions.measure(material.meetings or live.MEETINGS, material.model, material.keep)


def _loss(material: Material) -> Measures:
    from tests.bench.loss import measure

    return measure.measure(material.meetings or live.MEETINGS, material.model, material.keep)


def _summary(material: Material) -> Measures:
    root = material.meetings or live.MEETINGS
    if material.captions is None and (folders := live.meeting_folders(root)):
        return live.summary_scores(folders, material.model).measures()
    return summary.measure(summary.load_meetings(root), material.captions).measures()


def benches() -> Mapping[str, Bench]:
    """Every bench by the name it is called with."""
    return {
        "captions": Bench("What participants read against what was said", _captions),
        "loss": Bench("What arrives over a bad network, and how late", _loss),
        "summary": Bench("Decisions and action items found, and none made up", _summary),
    }
