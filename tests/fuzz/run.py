"""Puts inputs into one target and says what came of it: crashes, dead decoders, stalls, growth."""

from __future__ import annotations

import random
import resource
import signal
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType

from tests.fuzz.mutate import mutate
from tests.fuzz.target import Target

STALL_SECONDS = 0.1
"""Of CPU: longer than that, and everybody's audio is late."""

HANG_SECONDS = 10.0
"""Of CPU; then the input is interrupted."""

CHECK_EVERY = 1000
MAX_GROWTH = 96 * 1024 * 1024
"""Bytes that a target's process may grow after its first inputs: caches and pools, no leak."""

WARM = 2000
MAX_FINDINGS = 10


@dataclass(frozen=True, slots=True)
class Finding:
    """An input that did harm; ``kind``: ``raised``, ``dead``, ``stalled``, ``grew`` or ``died``."""

    kind: str
    text: str
    data: bytes


@dataclass(slots=True)
class Outcome:
    target: str
    inputs: int = 0
    slowest: float = 0.0
    """CPU seconds of one input."""
    grown: int = 0
    """Bytes."""
    findings: list[Finding] = field(default_factory=list)


class Trial:
    """One target and what came of its inputs so far."""

    def __init__(self, target: Target) -> None:
        self.outcome = Outcome(target.name)
        self._target = target
        self._subject = target.open()
        self._before = 0

    @property
    def hopeless(self) -> bool:
        """Whether it has failed often enough."""
        return len(self.outcome.findings) >= MAX_FINDINGS

    def take(self, data: bytes) -> None:
        """Feed one input, and see every so often whether all still works."""
        self._feed(data)
        self.outcome.inputs += 1
        if self.outcome.inputs == WARM:
            self._before = peak_memory()
        if self.outcome.inputs % CHECK_EVERY == 0:
            self.check(data)

    def check(self, data: bytes = b"") -> None:
        """See whether good input still has its effect, and whether memory stays in bounds."""
        try:
            self._subject.check()
        except Exception:
            self._found(Finding("dead", _last_frames(), data))
        if self._before:
            self.outcome.grown = peak_memory() - self._before
            if self.outcome.grown > MAX_GROWTH:
                self.outcome.findings.append(
                    Finding("grew", f"{self.outcome.grown >> 20} MiB", data)
                )
                self._before = peak_memory()

    def close(self) -> None:
        self._subject.close()

    def _feed(self, data: bytes) -> None:
        for again in (False, True):
            started = time.process_time()
            try:
                with _interrupted():
                    self._subject.feed(data)
            except Exception:  # any at all is what is looked for
                self._found(Finding("raised", _last_frames(), data))
                return
            took = time.process_time() - started
            if took < STALL_SECONDS or again:
                break  # once may be the garbage collector's
        self.outcome.slowest = max(self.outcome.slowest, took)
        if took >= STALL_SECONDS:
            self._found(Finding("stalled", f"{took * 1000:.0f} ms", data))

    def _found(self, finding: Finding) -> None:
        self.outcome.findings.append(finding)
        self._subject.close()
        self._subject = self._target.open()


def run(target: Target, inputs: int, seed: int) -> Outcome:
    """Feed the regressions, the seeds, and mutations of them up to ``inputs`` in all."""
    trial = Trial(target)
    try:
        for data in mutations(target, inputs, seed):
            trial.take(data)
            if trial.hopeless:
                break
        trial.check()
    finally:
        trial.close()
    return trial.outcome


def mutations(target: Target, inputs: int, seed: int) -> Iterator[bytes]:
    """Inputs, the same for the same ``seed``."""
    dice = random.Random(f"{target.name} {seed}")
    seeds = target.seeds()
    known = [*target.regressions(), *seeds]
    yield from known[:inputs]
    for _ in range(inputs - len(known)):
        yield mutate(dice.choice(seeds), seeds, target.shape, dice)


def peak_memory() -> int:
    """Bytes this process ever had resident."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@contextmanager
def _interrupted() -> Iterator[None]:
    """Raise TimeoutError in the block if it hangs: a loop without end must become a finding."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise TimeoutError("it hangs")

    before = signal.signal(signal.SIGVTALRM, interrupt)
    signal.setitimer(signal.ITIMER_VIRTUAL, HANG_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _last_frames() -> str:
    return "".join(traceback.format_exc().splitlines(keepends=True)[-6:])
