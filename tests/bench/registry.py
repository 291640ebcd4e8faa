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
    rounds: int | None = None
    """How often each receiver is measured, or each stack visited; the bench's own number if it is
    not said."""
    seconds: float | None = None
    """How long each round is measured."""
    only: tuple[str, ...] = ()
    """Of what is measured one after the other, these alone; all where there are none."""


@dataclass(frozen=True, slots=True)
class Bench:
    """One bench: what it measures, in a line, and how it is run."""

    title: str
    run: Callable[[Material], Measures]
    draw: Callable[[Measures], None] | None = None
    """Makes the picture that goes with the table in the docs."""


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


def _media(load: str) -> Callable[[Material], Measures]:
    def run(material: Material) -> Measures:
        from tests.bench.media import benches as media

        loads = {"audio": media.ALL_SPEAK, "av": media.TWO_SPEAK}
        meetings = material.meetings or live.MEETINGS
        return media.media(loads[load], meetings, material.rounds, material.seconds)

    return run


def _tracks(material: Material) -> Measures:
    from tests.bench.media import benches as media

    return media.tracks(material.meetings or live.MEETINGS, material.rounds, material.seconds)


def _connectors(material: Material) -> Measures:
    from tests.bench.connectors import measure

    return measure.measure(material.rounds, material.only)


def _draw_tracks(measures: Measures) -> None:
    from tests.bench.media import plot

    plot.draw(measures)


def _ledger(material: Material) -> Measures:
    from tests.bench import ledger

    return ledger.measure()


def _checkin(material: Material) -> Measures:
    from tests.bench.checkin import measure

    return measure.measure(material.rounds, material.only)


def _ways(material: Material) -> Measures:
    from tests.bench import ways

    return ways.measure(material.rounds)


def _slow_reader(material: Material) -> Measures:
    from tests.bench.media import benches as media

    return media.slow_reader(material.meetings or live.MEETINGS, material.seconds)


def benches() -> Mapping[str, Bench]:
    """Every bench by the name it is called with."""
    return {
        "checkin": Bench("Check-in by face: who gets in, and how soon", _checkin),
        "ways": Bench("Checking in by a code and by a face: steps and time", _ways),
        "captions": Bench("What participants read against what was said", _captions),
        "ledger": Bench("Acts of consent made durable, and proved", _ledger),
        "connectors": Bench(
            "Each stack: how soon it is heard, and what is left behind", _connectors
        ),
        "loss": Bench("What arrives over a bad network, and how late", _loss),
        "media-audio": Bench("25 people speaking: processor time and memory", _media("audio")),
        "media-av": Bench("25 people with cameras: processor time and memory", _media("av")),
        "tracks": Bench("Processor time for each track, by their number", _tracks, _draw_tracks),
        "slow-reader": Bench("Memory where nobody keeps up with reading", _slow_reader),
        "summary": Bench("Decisions and action items found, and none made up", _summary),
    }
