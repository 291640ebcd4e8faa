"""The cells of the bench: which network, which sound, which receiver; and what became of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tests.bench.loss.call import Kind, Outcome, Phase, Stream, play
from tests.bench.loss.delivery import Delivery
from tests.bench.loss.sound import Sound
from tests.network.impairment import Bursts, Impairment, Independent

TRACKS = 10
"""Streams of a cell, each with luck of its own."""

CONTROLS = 3
"""Streams over a good network, beside those of a recovery."""

SECONDS = 20.0
RARE_SECONDS = 40.0
"""Of a cell in which a thousandth is lost: 20,000 packets lose 20."""

BEFORE, BAD, AFTER = 5.0, 10.0, 12.0
"""Seconds of the network of a recovery: good, bad, good again."""

WINDOW = 0.2
"""Seconds of sound that are looked at together to see whether a stream has recovered."""

TOLERANCE = 0.02
"""Seconds by which the lag may exceed the undisturbed one: a packet's length."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One network for one receiver."""

    name: str
    impairment: Impairment
    redundancy: bool = True
    kind: Kind = "ours"
    seconds: float = SECONDS


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a cell's streams, added up; times in seconds."""

    cell: Cell
    frames: int
    lost: int
    undelivered: int
    lags: tuple[float, float, float, float]
    """50th, 95th and 99th percentile, and the longest."""
    restored_heard: int
    """Lost frames whose sound was given on all the same."""
    restored_counted: float
    late_network: float
    """95th percentile of the time by which the network was late itself."""

    @property
    def ratio(self) -> float:
        """Undelivered frames for each one that the wire lost."""
        return self.undelivered / self.lost if self.lost else float("nan")


def _loss(share: float) -> Impairment:
    return Impairment(Independent(share))


_ALL_OF_IT = Impairment(Independent(0.05), jitter=0.05, reordered=0.05)
_WORST = Impairment(Bursts(0.1, 3.0), jitter=0.2, reordered=0.05)


def cells() -> list[Cell]:
    """The grid: each cause alone, then together; without redundancy; and stock aiortc."""
    return [
        Cell("clean", _loss(0.0)),
        Cell("loss 0.1 %", _loss(0.001), seconds=RARE_SECONDS),
        Cell("loss 0.1 %, no FEC", _loss(0.001), redundancy=False, seconds=RARE_SECONDS),
        *(Cell(f"loss {share:g} %", _loss(share / 100)) for share in (1, 2, 5, 10, 20)),
        Cell("bursts 5 %", Impairment(Bursts(0.05, 3.0))),
        Cell("jitter 50 ms", Impairment(jitter=0.05)),
        Cell("jitter 200 ms", Impairment(jitter=0.2)),
        Cell("reordering 5 %", Impairment(reordered=0.05)),
        Cell("jitter 200 ms, reordering 5 %", Impairment(jitter=0.2, reordered=0.05)),
        Cell("loss 1 %, jitter 200 ms", Impairment(Independent(0.01), jitter=0.2)),
        Cell("loss 1 %, reordering 5 %", Impairment(Independent(0.01), reordered=0.05)),
        Cell("loss 5 %, jitter 50 ms, reordering 5 %", _ALL_OF_IT),
        Cell("bursts 10 %, jitter 200 ms, reordering 5 %", _WORST),
        *(
            Cell(f"loss {share} %, no FEC", _loss(share / 100), redundancy=False)
            for share in (1, 5, 20)
        ),
        *(
            Cell(f"loss {share:g} %, stock", _loss(share / 100), kind="stock")
            for share in (0.1, 1, 5)
        ),
    ]


def rounds() -> list[list[Cell]]:
    """The grid in the order of playing: two of ours at a time, stock's one by one."""
    ours = [cell for cell in cells() if cell.kind == "ours"]
    stock = [cell for cell in cells() if cell.kind == "stock"]
    ours.sort(key=lambda cell: cell.seconds)
    return [ours[at : at + 2] for at in range(0, len(ours), 2)] + [[cell] for cell in stock]


def run(together: Sequence[Cell], sounds: Mapping[bool, Sound], seed: int) -> list[Result]:
    """Play cells of one kind at once; ``sounds`` by whether they have redundancy."""
    streams = [
        Stream(sounds[cell.redundancy], (Phase(cell.seconds, cell.impairment),))
        for cell in together
        for _ in range(TRACKS)
    ]
    outcomes = play(together[0].kind, streams, seed)
    return [
        add_up(cell, outcomes[at * TRACKS : (at + 1) * TRACKS]) for at, cell in enumerate(together)
    ]


def add_up(cell: Cell, outcomes: Sequence[Outcome]) -> Result:
    """The figures of a cell's streams together."""
    deliveries = [outcome.delivery() for outcome in outcomes]
    lost = np.concatenate([each.lost for each in deliveries])
    undelivered = np.concatenate([each.undelivered for each in deliveries])
    lags = np.concatenate([each.lags for each in deliveries])
    late = np.concatenate([outcome.lateness() for outcome in outcomes])
    middle, most, nearly_all, longest = np.percentile(lags, (50, 95, 99, 100))
    return Result(
        cell,
        frames=len(lost),
        lost=int(lost.sum()),
        undelivered=int(undelivered.sum()),
        lags=(float(middle), float(most), float(nearly_all), float(longest)),
        restored_heard=int((lost & ~undelivered).sum()),
        restored_counted=sum(outcome.recorded.recovered for outcome in outcomes),
        late_network=float(np.percentile(late, 95)),
    )


def recovery(kind: Kind, sound: Sound, seed: int) -> float:
    """Seconds from the end of a bad network until every stream is as before, for good.

    A stream that never is, within :data:`AFTER` seconds, counts with all of them. Others, whose
    network is good throughout, say what the machine itself does meanwhile.
    """
    phases = (Phase(BEFORE, Impairment()), Phase(BAD, _WORST), Phase(AFTER, Impairment()))
    good = Stream(sound, (Phase(BEFORE + BAD + AFTER, Impairment()),))
    outcomes = play(kind, [Stream(sound, phases)] * TRACKS + [good] * CONTROLS, seed)
    deliveries = [outcome.delivery() for outcome in outcomes]
    undisturbed = np.concatenate([each.between(0.0, BEFORE).lags for each in deliveries])
    level = float(np.percentile(undisturbed, 95)) + TOLERANCE
    ends = [each.between(BEFORE + BAD, float("inf")) for each in deliveries]
    return max(recovered_after(end, ends[TRACKS:], level) for end in ends[:TRACKS])


def recovered_after(delivery: Delivery, controls: Sequence[Delivery], level: float) -> float:
    """Seconds from the first packet to the end of the last window that was not as it should be.

    It should be complete, and no later than ``level`` seconds, or than the latest of ``controls``
    at that time.
    """
    last_bad = 0.0
    for start in np.arange(0.0, delivery.sent[-1] - delivery.sent[0], WINDOW).tolist():
        window = delivery.between(start, start + WINDOW)
        beside = [control.between(start, start + WINDOW) for control in controls]
        lag = np.median(window.lags) if len(window.lags) else float("inf")
        worst = max((np.max(each.lags, initial=0.0) for each in beside), default=0.0)
        incomplete = window.undelivered.any() and not any(each.undelivered.any() for each in beside)
        if incomplete or lag > max(level, float(worst) + TOLERANCE):
            last_bad = start + WINDOW
    return last_bad
