"""What speaks against a try without anybody being asked for anything. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from consentry.checkin.findings import Findings

Chip = NDArray[np.uint8]

LIKENESS = 0.45
"""Correlation of a face with itself a moment before, at least, whatever it does meanwhile: from
20 degrees left to 20 degrees right 0.42 to 0.52 is left; two people have 0.37 at most, and mostly
none (measured on the photos of tests/data/faces, as all here)."""

SAME = 0.8
"""Correlation of a face with itself where it looks straight ahead both times: 0.95 and more."""

STRAIGHT, ASIDE = 0.7, 0.5
"""The same where it does something with its eyes and mouth, 0.8 and more; and where it is turned
or nods, 0.57 and more. Whoever makes the gestures is whoever looked straight ahead."""

TONE = 40.0
"""Gray levels by which the mean of a channel may change from one picture to the next."""

LEAP = 0.6
"""Widths of the face by which it may move from one picture to the next."""

FROZEN = 4
"""Pictures in a row in which not one pixel of the face changes: no camera makes those."""

GRID = 40.0
"""How far a fine regular pattern may stand out."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a face has to be like to be looked at for who it is."""

    width: float = 80.0
    sharpness: float = 3.0
    light: tuple[float, float] = (35.0, 225.0)


def good_enough(findings: Findings, bounds: Bounds) -> bool:
    """Whether there is one face, large, sharp and lit."""
    darkest, brightest = bounds.light
    return (
        findings.faces == 1
        and findings.width >= bounds.width
        and findings.sharpness >= bounds.sharpness
        and darkest <= findings.light <= brightest
    )


def continues(before: Findings, now: Findings) -> bool:
    """Whether the face is the one of the picture before: somebody else's, slipped in for the
    moment that counts, is in another place, of another color or of another look. Browsers change
    the size of pictures as they go: places are those of the view."""
    if before.points is None or now.points is None or before.chip is None or now.chip is None:
        return True
    resized = before.side / now.side
    moved = np.linalg.norm((before.points - resized * now.points)[:, :2].mean(axis=0))
    if moved > LEAP * before.width or not 0.6 < resized * now.width / before.width < 1.7:
        return False
    tones = now.chip.mean(axis=(0, 1)) - before.chip.mean(axis=(0, 1))
    return float(np.abs(tones).max()) <= TONE and likeness(before.chip, now.chip) >= LIKENESS


def same(before: Chip, now: Findings, bound: float) -> bool:
    """Whether the face is the one that looked straight ahead ``before``."""
    return now.chip is not None and likeness(before, now.chip) >= bound


def likeness(one: Chip, other: Chip) -> float:
    """Correlation of two chips, at a quarter of their resolution; 1: the same."""
    a, b = _coarse(one), _coarse(other)
    scale = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float((a * b).sum()) / scale if scale > 0 else 0.0


def frozen(chips: Sequence[Chip]) -> bool:
    """Whether the last pictures are one and the same."""
    last = chips[-FROZEN:]
    return len(last) == FROZEN and all(np.array_equal(last[0], each) for each in last[1:])


def screened(findings: Findings) -> bool:
    """Whether the face has the pattern of a screen or of print."""
    return findings.grid > GRID


def _coarse(chip: Chip) -> NDArray[np.float32]:
    side = chip.shape[0] // 4
    small = chip.astype(np.float32).reshape(side, 4, side, 4, 3).mean(axis=(1, 3))
    middle = small[2:-2, 2:-2]
    return np.asarray(middle - middle.mean(axis=(0, 1)), np.float32)
