"""Error rates of comparing faces, with how far they can be trusted. Pure.

The words are those of ISO/IEC 19795-1 (biometric performance testing) and ISO/IEC 30107-3
(presentation attack detection).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]

MIN_PEOPLE = 10
"""Fewer say nothing about anybody else: no bounds are given."""

RESAMPLINGS = 2000

_SEED = 19795
"""The same data give the same bounds."""


@dataclass(frozen=True, slots=True)
class Rate:
    """``errors`` of ``trials``, with bounds for the rate at 95 % where there are data enough."""

    errors: int
    trials: int
    units: int
    """What the trials are really of: people, pairs of people, or videos."""
    low: float | None = None
    high: float | None = None

    @property
    def value(self) -> float | None:
        """The share that was counted; None of nothing."""
        return self.errors / self.trials if self.trials else None

    @property
    def established(self) -> bool:
        return self.high is not None

    def at_most(self, wanted: float) -> bool:
        """Whether the data establish that the rate is not above ``wanted``."""
        return self.high is not None and self.high <= wanted


@dataclass(frozen=True, slots=True, eq=False)
class Comparisons:
    """Distances by person: every photo with every other one."""

    people: int
    mated: tuple[NDArray[np.float64], ...]
    """For each person the distances between two photos of theirs."""
    non_mated: Mapping[tuple[int, int], NDArray[np.float64]]
    """For each two people, the lower number first, the distances between photos of theirs."""

    def false_non_matches(self, threshold: float) -> Rate:
        """FNMR: of photos of one person, how many are further apart than ``threshold``."""
        trials = np.array([len(each) for each in self.mated if len(each)], np.float64)
        errors = np.array([(each > threshold).sum() for each in self.mated if len(each)], float)
        units = len(trials)
        if units < MIN_PEOPLE:
            return Rate(int(errors.sum()), int(trials.sum()), units)
        weights = _resampled(units)
        rates = (weights @ errors) / (weights @ trials)
        return _bounded(errors.sum(), trials.sum(), units, rates)

    def false_matches(self, threshold: float) -> Rate:
        """FMR: of photos of two people, how many are no further apart than ``threshold``."""
        trials, errors = self._pairs(threshold)
        counts = int(np.triu(errors).sum()), int(np.triu(trials).sum())
        units = len(self.non_mated)
        if self.people < MIN_PEOPLE:
            return Rate(*counts, units)
        weights = _resampled(self.people)
        total = ((weights @ trials) * weights).sum(axis=1)
        wrong = ((weights @ errors) * weights).sum(axis=1)
        return _bounded(*counts, units, wrong[total > 0] / total[total > 0])

    def _pairs(self, threshold: float) -> tuple[Matrix, Matrix]:
        trials, errors = np.zeros((2, self.people, self.people))
        for (one, other), distances in self.non_mated.items():
            trials[one, other] = trials[other, one] = len(distances)
            errors[one, other] = errors[other, one] = (distances <= threshold).sum()
        return trials, errors

    def threshold_for(self, wanted: float) -> float | None:
        """The largest threshold at which the data establish an FMR of at most ``wanted``; None
        where they establish none."""
        distances = [each for each in self.non_mated.values() if len(each)]
        if not distances:
            return None
        # Below the nearest strangers nothing matches; each candidate lets in one pair more.
        ranked = np.unique(np.concatenate(distances))
        candidates = np.concatenate([np.nextafter(ranked[:1], 0), ranked])
        if not self.false_matches(float(candidates[0])).at_most(wanted):
            return None
        good, bad = 0, len(candidates)
        while bad - good > 1:
            middle = (good + bad) // 2
            if self.false_matches(float(candidates[middle])).at_most(wanted):
                good = middle
            else:
                bad = middle
        return float(candidates[good])

    def trade_off(self) -> list[tuple[float, float]]:
        """FMR and FNMR at every threshold: the curve of a DET plot. Empty without both kinds."""
        mated = np.sort(np.concatenate([np.empty(0), *self.mated]))
        non_mated = np.sort(np.concatenate([np.empty(0), *self.non_mated.values()]))
        if not len(mated) or not len(non_mated):
            return []
        thresholds = np.unique(np.concatenate([mated, non_mated]))
        matches = np.searchsorted(non_mated, thresholds, "right") / len(non_mated)
        misses = 1 - np.searchsorted(mated, thresholds, "right") / len(mated)
        return [(float(a), float(b)) for a, b in zip(matches, misses, strict=True)]


def compare(people: Sequence[Sequence[NDArray[np.float32]]]) -> Comparisons:
    """All comparisons between the embeddings of ``people``; who has none is left out."""
    stacks = [np.stack(each).astype(np.float64) for each in people if each]
    mated = []
    for stack in stacks:
        first, second = np.triu_indices(len(stack), 1)
        mated.append(np.linalg.norm(stack[first] - stack[second], axis=1))
    non_mated = {}
    for one in range(len(stacks)):
        for other in range(one + 1, len(stacks)):
            difference = stacks[one][:, None] - stacks[other][None]
            non_mated[one, other] = np.linalg.norm(difference, axis=2).ravel()
    return Comparisons(len(stacks), tuple(mated), non_mated)


def people_for(wanted: float) -> int:
    """How many people it takes to establish an FMR of ``wanted``, if none of them is mistaken for
    another: the rule of three over pairs of people."""
    people = MIN_PEOPLE
    while 3 / (people * (people - 1) / 2) > wanted:
        people += 1
    return people


def presentations(errors: int, trials: int) -> Rate:
    """The rate of one kind of presentation, each a unit of its own."""
    if trials < MIN_PEOPLE:
        return Rate(errors, trials, trials)
    generator = np.random.default_rng(_SEED)
    rates = generator.binomial(trials, errors / trials, RESAMPLINGS) / trials
    return _bounded(errors, trials, trials, rates)


def _resampled(units: int) -> Matrix:
    """``float64[RESAMPLINGS, units]``: how often each person is drawn, with replacement. Photos of
    one person are alike, so it is people that are drawn (ISO/IEC 19795-1, bootstrap)."""
    generator = np.random.default_rng(_SEED)
    return generator.multinomial(units, np.full(units, 1 / units), RESAMPLINGS).astype(np.float64)


def _bounded(errors: float, trials: float, units: int, rates: NDArray[np.float64]) -> Rate:
    """Bounds at 95 %: percentiles of ``rates``, and never closer to no error, or to errors alone,
    than the rule of three leaves open (Hanley and Lippman-Hand, JAMA 249(13), 1983)."""
    three = min(1.0, 3 / units)
    low, high = (float(np.percentile(rates, each)) for each in (2.5, 97.5))
    low, high = min(low, 1 - three), max(high, three)
    if not errors:
        high = three
    if errors == trials:
        low = 1 - three
    return Rate(int(errors), int(trials), units, low, high)
