"""The benches there are, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.bench import summary

Measures = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Material:
    """Where a bench finds what it measures on; each falls back to what the tests ship."""

    meetings: Path | None = None
    """A folder of meetings with ground truth."""
    captions: Path | None = None
    """A folder of captions the bot produced, one JSON file a meeting."""


@dataclass(frozen=True, slots=True)
class Bench:
    """One bench: what it measures, in a line, and how it is run."""

    title: str
    run: Callable[[Material], Measures]


def _summary(material: Material) -> Measures:
    meetings = summary.load_meetings(material.meetings or summary.MEETINGS)
    return summary.measure(meetings, material.captions).measures()


def benches() -> Mapping[str, Bench]:
    """Every bench by the name it is called with."""
    return {"summary": Bench("Decisions and action items found, and none made up", _summary)}
