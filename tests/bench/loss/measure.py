"""All figures of the bench, and every cell's where they are to be kept."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from tests.bench.loss import words
from tests.bench.loss.cells import Result, recovery, rounds, run
from tests.bench.loss.sound import sound, tones

SEED = 20

SOUND_SECONDS = 45.0
"""Longer than any cell."""


def measure(meetings: Path, model: str, keep: Path | None) -> dict[str, float | int]:
    """Some ten minutes: every cell, both recoveries, and the words."""
    sounds = {
        redundancy: sound(tones(SOUND_SECONDS), redundancy=redundancy)
        for redundancy in (True, False)
    }
    results = [
        result
        for number, together in enumerate(rounds())
        for result in run(together, sounds, SEED + number)
    ]
    said = words.measure(meetings, model, SEED)
    recoveries = {
        "recovery_s": recovery("ours", sounds[True], SEED),
        "stock_recovery_s": recovery("stock", sounds[True], SEED),
    }
    if keep is not None:
        _keep(results, keep)
    return {
        **ours([each for each in results if each.cell.kind == "ours"]),
        "recovery_s": round(recoveries["recovery_s"], 2),
        "wer_points_at_5_loss": round(said.points, 2),
        "wer_no_loss": round(said.clean.rate, 4),
        **stock([each for each in results if each.cell.kind == "stock"]),
        "stock_recovery_s": round(recoveries["stock_recovery_s"], 2),
        "network_late_p95_ms": _milliseconds(max(each.late_network for each in results)),
    }


def ours(results: Sequence[Result]) -> dict[str, float]:
    """The figures of the bot's own receiver."""
    redundant = [each for each in results if each.cell.redundancy]
    plain = [each for each in results if not each.cell.redundancy]
    lossy = [each for each in redundant if each.lost]
    heard = sum(each.restored_heard for each in redundant)
    counted = sum(each.restored_counted for each in redundant)
    return {
        "undelivered_vs_wire_worst": _worst(redundant),
        "undelivered_vs_wire_worst_no_fec": _worst(plain),
        "undelivered_vs_wire_at_1_loss": round(_named(results, "loss 1 %").ratio, 3),
        "undelivered_vs_wire_at_5_loss": round(_named(results, "loss 5 %").ratio, 3),
        "undelivered_at_no_loss": round(
            max(each.undelivered / each.frames for each in redundant if not each.lost), 5
        ),
        "lag_p95_ms": _milliseconds(max(each.lags[1] for each in results)),
        "lag_p95_ms_undisturbed": _milliseconds(_named(results, "clean").lags[1]),
        "lag_p99_ms": _milliseconds(max(each.lags[2] for each in results)),
        "restored_share": round(heard / max(1, sum(each.lost for each in lossy)), 3),
        "restored_counted_vs_heard": round(counted / max(1, heard), 3),
    }


def stock(results: Sequence[Result]) -> dict[str, float]:
    """The figures of aiortc's receiver."""
    return {
        "stock_undelivered_vs_wire_worst": _worst(results),
        "stock_undelivered_at_1_loss": round(_share(_named(results, "loss 1 %, stock")), 4),
        "stock_lag_p95_ms": _milliseconds(max(each.lags[1] for each in results)),
    }


def _share(result: Result) -> float:
    return result.undelivered / result.frames


def _worst(results: Iterable[Result]) -> float:
    return round(max(each.ratio for each in results if each.lost), 3)


def _named(results: Iterable[Result], name: str) -> Result:
    return next(each for each in results if each.cell.name == name)


def _milliseconds(seconds: float) -> float:
    return round(1000 * seconds, 1)


def _keep(results: Sequence[Result], folder: Path) -> None:
    """Write every cell's figures for whoever tunes the receive path: ``<folder>/loss.json``."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [{**asdict(each), "cell": each.cell.name} for each in results]
    Path(folder, "loss.json").write_text(json.dumps(rows, indent=1), encoding="utf-8")
