"""One track's sound, in the decode worker: decoded, mended, and cut into blocks."""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from consentry.events import SAMPLE_RATE, AudioFrame, Gap, Participant, Samples
from consentry.metrics import DropReason, Metrics
from consentry.rtc.audio.opus import OpusDecoder, duration, has_redundancy, sound
from consentry.rtc.jitter import Lost, Restart
from consentry.rtc.rtp import TIMESTAMP_MODULUS, extend

RTP_RATE = 48_000
"""Of every Opus stream, whatever was encoded (RFC 7587 section 4.1)."""

BLOCK = SAMPLE_RATE * 80 // 1000
"""Samples in a block: 80 ms."""

LONGEST_BLOCK = SAMPLE_RATE * 100 // 1000
"""Samples in a block at most: what was concealed comes in several, and so do long packets."""

MAX_CONCEALED = 0.2
"""Seconds of loss that are concealed; more is a gap, and said to be one."""

MAX_PENDING = 0.06
"""Seconds after which samples that fill no block go out all the same."""

_STEP = RTP_RATE // SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class Heard:
    """The payload of a packet that arrived, with the capture time of its first sample."""

    payload: bytes
    timestamp: int
    at: float
    arrival: float


@dataclass(frozen=True, slots=True)
class Silent:
    """A packet in whose place nobody speaks; it was not opened."""


AudioItem = Heard | Silent | Lost | Restart


@dataclass(frozen=True, slots=True)
class Block:
    """What came out, and when the first packet in it had arrived."""

    event: AudioFrame | Gap
    arrival: float


class AudioDecoder:
    """Decodes the items of one track in their order. Close it, and nothing of it is left.

    :meth:`run` belongs to one thread; :meth:`close` may be called from any, and once it has
    returned, nothing is decoded any more.
    """

    def __init__(self, participant: Participant, metrics: Metrics) -> None:
        self._participant = participant
        self._metrics = metrics
        self._decoder = OpusDecoder()
        self._open = threading.Lock()
        self._closed = False
        self._lost = 0
        self._expected: int | None = None
        """RTP timestamp just after the last sample taken."""
        self._pending: list[Samples] = []
        self._pending_samples = 0
        self._pending_at = 0.0
        self._pending_since = 0.0
        self._began_at = -math.inf
        """When the last block began."""
        self._blocks: list[Block] = []
        self.decoded = 0
        """Packets decoded so far."""

    @property
    def pending(self) -> bool:
        """Whether samples wait for a block to be full."""
        return bool(self._pending)

    def run(self, items: Sequence[AudioItem], now: float) -> list[Block]:
        """The blocks that ``items`` complete; and what has waited long enough by ``now``."""
        for item in items:
            with self._open:
                if self._closed:
                    return []
                self._take(item)
        with self._open:
            if self._pending and now - self._pending_since >= MAX_PENDING:
                self._flush()
            blocks, self._blocks = self._blocks, []
        return blocks

    def close(self) -> None:
        """Free the decoder and forget every sample."""
        with self._open:
            self._closed = True
            self._pending.clear()
            self._blocks.clear()
            self._decoder.close()

    def _take(self, item: AudioItem) -> None:
        match item:
            case Heard():
                self._decode(item)
            case Lost(count):
                self._lost += count
            case Silent() | Restart():
                self._flush()
                self._expected, self._lost = None, 0

    def _decode(self, heard: Heard) -> None:
        self._bridge(heard)
        samples = self._decoder.decode(heard.payload)
        if samples is None:
            self._metrics.dropped[DropReason.UNDECODABLE].inc()
            self._metrics.decoder_failures.labels("opus").inc()
            self._lost += 1
            return
        self.decoded += 1
        self._expected = (heard.timestamp + len(samples) * _STEP) % TIMESTAMP_MODULUS
        self._append(samples, heard.at, heard.arrival)
        if self._pending_samples >= BLOCK:
            self._flush()

    def _bridge(self, heard: Heard) -> None:
        """Close the distance between the last sample and ``heard``, if there is one."""
        lost, self._lost = self._lost, 0
        if self._expected is None or heard.timestamp == self._expected:
            return
        jump = extend(heard.timestamp, self._expected, TIMESTAMP_MODULUS) - self._expected
        if abs(jump) < _STEP * 2:
            return
        missing = jump / RTP_RATE
        if lost and 0 < missing <= MAX_CONCEALED:
            self._conceal(heard, jump // _STEP)
            return
        self._flush()
        if lost and missing > 0:
            gap = Gap(self._participant, heard.at - missing, missing)
            self._blocks.append(Block(gap, heard.arrival))

    def _conceal(self, heard: Heard, missing: int) -> None:
        """Fill ``missing`` samples: the last packet from ``heard``'s redundancy, others guessed."""
        start = heard.at - missing / SAMPLE_RATE
        whole = round(duration(heard.payload) * SAMPLE_RATE)
        redundant = has_redundancy(heard.payload) and missing >= whole
        filled = missing - whole if redundant else missing
        steps = range(0, filled, SAMPLE_RATE // 50)
        for begin, end in pairwise([*steps, filled]):
            self._guess(end - begin, start + begin / SAMPLE_RATE, heard.arrival)
        if not redundant:
            return
        recovered = self._decoder.recover(heard.payload, whole)
        if recovered is not None:
            self._metrics.frames_recovered.inc()
            self._append(recovered, start + filled / SAMPLE_RATE, heard.arrival)

    def _guess(self, samples: int, at: float, arrival: float) -> None:
        if (guess := self._decoder.conceal(samples)) is not None:
            self._metrics.frames_concealed.inc()
            self._append(guess, at, arrival)

    def _append(self, samples: Samples, at: float, arrival: float) -> None:
        if not self._pending:
            self._pending_at, self._pending_since = at, arrival
        self._pending.append(samples)
        self._pending_samples += len(samples)

    def _flush(self) -> None:
        if self._pending:
            samples = sound(np.concatenate(self._pending))
            self._pending.clear()
            self._pending_samples = 0
            for piece in np.array_split(samples, -(-len(samples) // LONGEST_BLOCK)):
                self._add_block(piece, self._pending_at)
                self._pending_at += len(piece) / SAMPLE_RATE

    def _add_block(self, samples: Samples, at: float) -> None:
        # A report or a round trip puts the time of all that is to come right at once; back, no
        # further than to where the last block began: blocks come in the order of time.
        self._began_at = max(at, self._began_at)
        frame = AudioFrame(self._participant, samples, self._began_at)
        self._blocks.append(Block(frame, self._pending_since))
