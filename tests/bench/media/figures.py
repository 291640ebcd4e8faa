"""From rounds to the figures of a bench: medians, and the ratios of medians."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

from tests.bench.media.rounds import Round

Figures = dict[str, float | int]


class NothingCounts(RuntimeError):
    """Nothing was done that could be measured."""


def counted(played: Mapping[str, Sequence[Round]]) -> dict[str, list[Round]]:
    """The rounds that did their work, by receiver; a receiver with none is left out.

    NothingCounts if that is ours.
    """
    good = {name: [r for r in rounds if not r.failures] for name, rounds in played.items()}
    if not good["ours"]:
        reasons = "; ".join(sorted({text for each in played["ours"] for text in each.failures}))
        raise NothingCounts(f"ours: no round did its work ({reasons})")
    return {name: rounds for name, rounds in good.items() if rounds}


def usage_figures(played: Mapping[str, Sequence[Round]]) -> Figures:
    """Processor time and memory of each receiver that did its work, and ours by theirs."""
    good = counted(played)
    found: Figures = {}
    for name, rounds in good.items():
        cpu = [each.cpu for each in rounds]
        found[f"cpu_{name}"] = round(median(cpu), 2)
        found[f"cpu_{name}_min"], found[f"cpu_{name}_max"] = round(min(cpu), 2), round(max(cpu), 2)
    for name in good.keys() - {"ours"}:
        found |= _ratios(good["ours"], good[name], name)
    for name, rounds in good.items():
        found[f"rss_{name}_mb"] = round(median(each.rss_mb for each in rounds), 1)
        found[f"pss_{name}_mb"] = round(median(each.pss_mb for each in rounds), 1)
    found["sender_late_p99_ms"] = round(max(e.late_p99_ms for r in good.values() for e in r), 2)
    found["sender_late_share"] = round(max(e.late_share for r in good.values() for e in r), 4)
    found["rounds"] = min(map(len, good.values()))
    found["rounds_failed"] = sum(map(len, played.values())) - sum(map(len, good.values()))
    return found


def _ratios(ours: Sequence[Round], theirs: Sequence[Round], name: str) -> Figures:
    cpu = median(each.cpu for each in ours) / median(each.cpu for each in theirs)
    # The spread that the two spreads allow: best of ours by worst of theirs, and the reverse.
    low = min(each.cpu for each in ours) / max(each.cpu for each in theirs)
    high = max(each.cpu for each in ours) / min(each.cpu for each in theirs)
    rss = median(each.rss_mb for each in ours) / median(each.rss_mb for each in theirs)
    return {
        f"cpu_vs_{name}": round(cpu, 3),
        f"cpu_vs_{name}_min": round(low, 3),
        f"cpu_vs_{name}_max": round(high, 3),
        f"rss_vs_{name}": round(rss, 3),
    }


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Of the least-squares line through (x, y) points."""
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread
