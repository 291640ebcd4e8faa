"""Says what was measured, in the words of the standards, and what could not be established."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from consentry.evaluation.measuring import Measured
from consentry.evaluation.rates import MIN_PEOPLE, Comparisons, Rate, people_for

NOT_ESTABLISHED = "not established"


@dataclass(frozen=True, slots=True)
class Units:
    """What a rate is of."""

    needed: str
    counted: str


TWICE = Units("people with two photos", "people")
PAIRS = Units("people", "pairs of people")
VIDEOS = Units("videos", "videos")


def lines(measured: Measured, wanted: float) -> list[str]:
    """The report for people; ``wanted`` is the FMR to find a threshold for."""
    at, data = measured.threshold, measured.comparisons
    acquired = measured.photos - sum(measured.failures.values())
    reasons = ", ".join(f"{n} {why}" for why, n in sorted(measured.failures.items()))
    out = [
        f"engine {measured.engine}, threshold {at:g}",
        f"{measured.people} people, {measured.photos} photos",
        f"FTA   failure to acquire: {measured.photos - acquired} of {measured.photos} photos"
        + (f" ({reasons})" if reasons else ""),
        f"FNMR  false non-match rate: {told(data.false_non_matches(at), TWICE)}",
        f"FMR   false match rate: {told(data.false_matches(at), PAIRS)}",
        *_distances(data),
        _advice(data, wanted),
    ]
    if measured.genuine.trials or measured.attacks:
        out += _presentations(measured)
    if measured.left_out:
        out.append(f"{measured.left_out} files were left out: no photo of a person, no video")
    return out


def told(rate: Rate, units: Units) -> str:
    """One rate, with its bounds or why there are none."""
    if not rate.trials:
        return f"{NOT_ESTABLISHED}: nothing to compare"
    counted = f"{rate.errors} of {rate.trials}"
    if rate.low is None or rate.high is None:
        return f"{counted}, {NOT_ESTABLISHED}: bounds take {MIN_PEOPLE} {units.needed}"
    if not rate.errors:
        over = f"{rate.units} {units.counted}"
        return f"{counted}, at most {_percent(rate.high)} (rule of three over {over})"
    value = rate.errors / rate.trials
    return f"{counted}, {_percent(value)} (95 %: {_percent(rate.low)} to {_percent(rate.high)})"


def as_json(measured: Measured, wanted: float) -> dict[str, Any]:
    """The report for programs."""
    data, at = measured.comparisons, measured.threshold
    return {
        "engine": measured.engine,
        "threshold": at,
        "people": measured.people,
        "photos": measured.photos,
        "failures_to_acquire": dict(measured.failures),
        "fnmr": _plain(data.false_non_matches(at)),
        "fmr": _plain(data.false_matches(at)),
        "wanted_fmr": wanted,
        "threshold_for_wanted_fmr": data.threshold_for(wanted),
        "people_for_wanted_fmr": people_for(wanted),
        "det": data.trade_off(),
        "bpcer": _plain(measured.genuine),
        "apcer": {
            kind: {name or "all": _plain(rate) for name, rate in species.items()}
            for kind, species in measured.attacks.items()
        },
        "left_out": measured.left_out,
    }


def _distances(data: Comparisons) -> list[str]:
    mated = np.concatenate([np.empty(0), *data.mated])
    others = np.concatenate([np.empty(0), *data.non_mated.values()])
    out = []
    if len(mated):
        out.append(f"      the same person: distances {mated.min():.2f} to {mated.max():.2f}")
    if len(others):
        out.append(f"      two people: distances {others.min():.2f} to {others.max():.2f}")
    return out


def _advice(data: Comparisons, wanted: float) -> str:
    threshold = data.threshold_for(wanted)
    if threshold is None:
        needed = people_for(wanted)
        reason = (
            f"it takes {needed} people at least, and here are {data.people}"
            if data.people < needed
            else "some of the people are too alike, or one person is in two folders"
        )
        return f"threshold for an FMR of {_percent(wanted)}: {NOT_ESTABLISHED}; {reason}"
    missed = told(data.false_non_matches(threshold), TWICE)
    return (
        f"threshold for an FMR of {_percent(wanted)}: {threshold:.3f}; "
        f"write it into `face:`. FNMR there: {missed}"
    )


def _presentations(measured: Measured) -> list[str]:
    out = [
        "by the passive signals alone, the challenge off:",
        f"BPCER people: {told(measured.genuine, VIDEOS)}",
    ]
    for kind, species in sorted(measured.attacks.items()):
        out.append(f"APCER {kind}: {told(_worst(species), VIDEOS)}")
        if len(species) > 1:
            out += [
                f"      {name or 'other'}: {told(rate, VIDEOS)}"
                for name, rate in sorted(species.items())
            ]
    return out


def _worst(species: Mapping[str, Rate]) -> Rate:
    """APCER of a kind is that of its most successful species (ISO/IEC 30107-3)."""
    return max(species.values(), key=lambda rate: (rate.errors / rate.trials, rate.high or 1.0))


def _plain(rate: Rate) -> dict[str, Any]:
    return {
        "errors": rate.errors,
        "trials": rate.trials,
        "units": rate.units,
        "value": rate.value,
        "low": rate.low,
        "high": rate.high,
        "established": rate.established,
    }


def _percent(share: float) -> str:
    return f"{100 * share:.2g} %" if share < 0.1 else f"{100 * share:.1f} %"
