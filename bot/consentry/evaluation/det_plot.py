"""Draws a DET plot: FMR against FNMR, both axes in normal deviates, as SVG.

Martin et al., "The DET curve in assessment of detection task performance", Eurospeech 1997.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist

SIDE, MARGIN = 480, 70
"""Pixels of the plot, and around it."""

TICKS = (0.0001, 0.001, 0.01, 0.05, 0.2, 0.4)
"""Of both axes."""

_LOWEST, _HIGHEST = 0.00005, 0.6


def det_plot(points: Sequence[tuple[float, float]], title: str) -> str:
    """An SVG of ``points``, each an FMR and an FNMR. A rate of 0 is drawn at the edge."""
    whole = SIDE + 2 * MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {whole}" '
        'font-family="sans-serif" font-size="13">',
        f'<rect width="{whole}" height="{whole}" fill="white"/>',
        f'<text x="{whole / 2}" y="32" text-anchor="middle" font-size="16">{title}</text>',
    ]
    for tick in TICKS:
        at, label = _place(tick), f"{100 * tick:g} %"
        x, y = MARGIN + at, MARGIN + SIDE - at
        parts += [
            f'<path d="M{x:.1f} {MARGIN}V{MARGIN + SIDE}M{MARGIN} {y:.1f}H{MARGIN + SIDE}" '
            'stroke="#ccc" fill="none"/>',
            f'<text x="{x:.1f}" y="{MARGIN + SIDE + 20}" text-anchor="middle">{label}</text>',
            f'<text x="{MARGIN - 8}" y="{y + 4:.1f}" text-anchor="end">{label}</text>',
        ]
    line = " ".join(f"{MARGIN + _place(a):.1f},{MARGIN + SIDE - _place(b):.1f}" for a, b in points)
    middle = MARGIN + SIDE / 2
    parts += [
        f'<rect x="{MARGIN}" y="{MARGIN}" width="{SIDE}" height="{SIDE}" fill="none" '
        'stroke="black"/>',
        f'<polyline points="{line}" fill="none" stroke="#0b5" stroke-width="2.5"/>',
        f'<text x="{middle}" y="{whole - 20}" text-anchor="middle">False match rate (FMR)</text>',
        f'<text transform="translate(18 {middle}) rotate(-90)" text-anchor="middle">'
        "False non-match rate (FNMR)</text>",
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _place(rate: float) -> float:
    """Pixels from the origin."""
    deviate = NormalDist().inv_cdf
    low, high = deviate(_LOWEST), deviate(_HIGHEST)
    return SIDE * (deviate(min(max(rate, _LOWEST), _HIGHEST)) - low) / (high - low)
