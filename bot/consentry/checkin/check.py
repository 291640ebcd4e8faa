"""One try over the workers: pictures in, progress out, and on any doubt the code."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import ParamSpec, Protocol, TypeVar

from consentry.checkin.attempt import Attempt
from consentry.checkin.comparison import same_person
from consentry.checkin.findings import look
from consentry.engines.face.loading import FaceSpec
from consentry.errors import ConsentryError
from consentry.events import Picture, Pixels
from consentry.metrics import Metrics
from consentry.people.claims import Templates, Unlocked
from consentry.plugin import Progress

P = ParamSpec("P")
T = TypeVar("T")

logger = logging.getLogger(__name__)

PATIENCE = 2.5
"""Seconds that one picture, or the comparison, may take: who waits longer uses the code."""

LARGEST = 1280
"""Pixels of the longer side that a worker is sent."""


class Runs(Protocol):
    """Processes for the work; :class:`consentry.workers.Workers` has them."""

    def run_first(
        self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> Awaitable[T]: ...


@dataclass(frozen=True, slots=True)
class FaceWork:
    """What looks at the pictures of all tries."""

    workers: Runs
    spec: FaceSpec
    metrics: Metrics


class Try:
    """A ``FaceCheck`` of the person whose template ``ticket`` opened, for as long as it does: who
    is deleted, or takes their face back, is not checked in by what was begun before."""

    def __init__(
        self,
        work: FaceWork,
        attempt: Attempt,
        claimed: Unlocked,
        templates: Templates,
        ticket: str,
    ) -> None:
        self._work = work
        self._attempt = attempt
        self._claimed: Unlocked | None = claimed
        self._templates = templates
        self._ticket = ticket
        self._best: Pixels | None = None
        self._busy = False

    async def see(self, picture: Picture, at: float) -> Progress:
        """Take a picture; see :class:`consentry.plugin.FaceCheck`."""
        if self._busy or self._attempt.verdict is not None:
            return self.tick(at)
        self._busy = True
        try:
            await self._see(picture, at)
        except Exception as exc:  # a model, a worker, a picture: whatever it is, it is no check-in
            kind = type(exc).__name__
            if isinstance(exc, ConsentryError | TimeoutError):
                logger.warning("a try to check in could not be looked at (%s)", kind)
            else:
                logger.error("a try to check in failed (%s)", kind)
            self._attempt.fail()
        except BaseException:
            self._attempt.fail()
            raise
        finally:
            self._busy = False
            self._conclude()
        return self._attempt.progress

    def hear(self, text: str, at: float) -> None:
        """Take what the person was heard to say."""
        self._attempt.hear(text, at)

    def unheard(self, at: float) -> Progress:
        """Nothing comes from their microphone."""
        progress = self._attempt.unheard(at)
        self._conclude()
        return progress

    def tick(self, at: float) -> Progress:
        """Where the try stands."""
        progress = self._attempt.tick(at)
        self._conclude()
        return progress

    async def close(self) -> None:
        """Forget it."""
        self._attempt.fail()
        self._conclude()

    async def _see(self, picture: Picture, at: float) -> None:
        if not self._open():
            self._attempt.fail()
            return
        pixels = _sized(picture.rgb())
        work = self._work
        async with asyncio.timeout(PATIENCE):
            findings = await work.workers.run_first(look, work.spec, pixels)
        self._attempt.see(findings, at)
        if self._attempt.best_at == at:
            self._best = pixels
        if self._attempt.passed:
            self._attempt.matched(self._open() and await self._compare() and self._open())

    def _open(self) -> bool:
        """Whether the template is still the person's to be compared with."""
        claimed = self._claimed
        return claimed is not None and self._templates.unlocked(self._ticket) == claimed

    async def _compare(self) -> bool:
        claimed, best = self._claimed, self._best
        if claimed is None or best is None:
            return False
        work, now = self._work, self._templates.unlocked_now()
        others = [other for other in now if other.person != claimed.person]
        work.metrics.face_embeddings.inc()
        async with asyncio.timeout(PATIENCE):
            same = await work.workers.run_first(same_person, work.spec, best, claimed, others)
        return same is True

    def _conclude(self) -> None:
        """Once there is a verdict, count it, and forget whose try it was."""
        verdict = self._attempt.verdict
        if verdict is None or self._claimed is None:
            return
        self._claimed = self._best = None
        self._work.metrics.checkins.labels(verdict).inc()
        self._templates.forget(self._ticket)


def _sized(pixels: Pixels) -> Pixels:
    """``pixels``, of a large picture every second, third… of them."""
    step = -(-max(pixels.shape[:2]) // LARGEST)
    return pixels[::step, ::step].copy() if step > 1 else pixels
