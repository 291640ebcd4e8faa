"""What became of each 20 ms that was sent: lost on the wire, delivered or not, and how late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from consentry.events import AudioFrame
from consentry.rtc.rtp import TIMESTAMP_MODULUS
from tests.bench.loss.sound import FRAME, TICKS, Prints, Sound, alike, likeness, prints
from tests.network.direction import Passage

_REACH = 25
"""Frames around the place that a block's capture time names, among which it is looked for."""

_CONTINUES = 0.5
"""What following the block before is worth, in correlations: a block is mostly guessed at times."""

Times = NDArray[np.float64]
Flags = NDArray[np.bool_]


Emitted = tuple[float, AudioFrame]
"""A block and when the receiver gave it on; both times are monotonic seconds."""


@dataclass(frozen=True, slots=True, eq=False)
class Delivery:
    """One stream, frame by frame in the order of sending; NaN where a time never came."""

    sent: Times
    left: Times
    """When the network handed the packet to the receiver's socket."""
    emitted: Times
    """When the receiver gave on the block with this frame's own sound in it."""

    @property
    def lost(self) -> Flags:
        """By the network."""
        return np.isnan(self.left)

    @property
    def undelivered(self) -> Flags:
        """Neither decoded nor restored."""
        return np.isnan(self.emitted)

    @property
    def lags(self) -> Times:
        """Seconds from the receiver's socket to the block, of what came and was delivered."""
        lags = self.emitted - self.left
        return np.asarray(lags[~np.isnan(lags)])

    def between(self, start: float, end: float) -> Delivery:
        """What was sent from ``start`` to ``end``, in seconds from the first packet."""
        since = self.sent - self.sent[0]
        inside = (since >= start) & (since < end)
        return Delivery(self.sent[inside], self.left[inside], self.emitted[inside])


def wire(log: Sequence[Passage]) -> tuple[Times, Times]:
    """When each frame came to the network and left it; the log is in the order of sending."""
    frames = _indices([passage.timestamp for passage in log], log[0].timestamp)
    sent, left = _never(frames[-1] + 1), _never(frames[-1] + 1)
    for frame, passage in zip(frames, log, strict=True):
        sent[frame] = passage.came
        left[frame] = np.nan if passage.left is None else passage.left
    return sent, left


def by_sound(log: Sequence[Passage], sound: Sound, blocks: Sequence[Emitted]) -> Delivery:
    """Find in the ``blocks`` which frames of ``sound`` can be heard."""
    sent, left = wire(log)
    known = prints(sound.clean)
    emitted = _never(len(sent))
    follows = 0
    for emitted_at, block in blocks:
        count = len(block.samples) // FRAME
        heard = prints(block.samples[: count * FRAME].reshape(count, FRAME))
        near = int(np.searchsorted(sent, block.at))
        place = _place(heard, known, near, follows)
        follows = place + count
        first, last = max(0, place), min(place + count, len(sent), len(known))
        if first >= last:
            continue
        found = alike(heard.part(first - place, last - place), known.part(first, last))
        fresh = found & np.isnan(emitted[first:last])
        emitted[first:last][fresh] = emitted_at
    return Delivery(sent, left, emitted)


def by_timestamp(
    log: Sequence[Passage], timestamps: Sequence[int], emitted_at: Sequence[float]
) -> Delivery:
    """The frames with these ``timestamps`` were decoded and given on, each at its time.

    They count from the first packet, which must have been among them.
    """
    sent, left = wire(log)
    emitted = _never(len(sent))
    for frame, at in zip(_indices(timestamps, 0), emitted_at, strict=True):
        if 0 <= frame < len(emitted) and np.isnan(emitted[frame]):
            emitted[frame] = at
    return Delivery(sent, left, emitted)


def _place(heard: Prints, known: Prints, near: int, follows: int) -> int:
    """The frame with which a block begins: where it sounds right, not far from ``near``."""

    def worth(place: int) -> float:
        return likeness(heard, known, place) + (_CONTINUES if place == follows else 0.0)

    places = [follows, *range(near - _REACH, near + _REACH)]
    best: int = max(places, key=worth)
    return best


def _indices(timestamps: Sequence[int], first: int) -> list[int]:
    return [(timestamp - first) % TIMESTAMP_MODULUS // TICKS for timestamp in timestamps]


def _never(count: int) -> Times:
    return np.full(count, np.nan)
