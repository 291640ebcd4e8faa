"""Where tries to check in by face begin, and where they are counted."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from random import Random

from consentry.checkin.attempt import Attempt
from consentry.checkin.challenge import draw, instead
from consentry.checkin.check import FaceWork, Try
from consentry.people.claims import Templates

TRIES = 5
WINDOW = 600.0
"""Seconds in which one person has :data:`TRIES` tries. Then it is the code."""


class FaceDesk:
    """The ``FaceChecks`` of one process: tries are counted across its calls and kiosks, by a clock
    of its own, since each of these has another.

    ``rng`` draws the challenges.
    """

    def __init__(
        self,
        work: FaceWork,
        templates: Templates,
        rng: Random,
        now: Callable[[], float],
    ) -> None:
        self._work = work
        self._templates = templates
        self._rng = rng
        self._now = now
        self._tries: dict[str, deque[float]] = {}

    def begin(self, ticket: str, at: float, *, listens: bool = False) -> Try | None:
        """A try, counted; ``None``: use the code."""
        claimed = self._templates.unlocked(ticket)
        if claimed is None or not self._count(claimed.person, self._now()):
            return None
        prompts = draw(self._rng, listens=listens)
        attempt = Attempt(prompts, at, instead=instead(self._rng, prompts))
        return Try(self._work, attempt, claimed, self._templates, ticket)

    def _count(self, person: str, now: float) -> bool:
        """Whether there is a try left; it is used up now."""
        for known, times in list(self._tries.items()):
            while times and now - times[0] > WINDOW:
                times.popleft()
            if not times:
                del self._tries[known]
        times = self._tries.setdefault(person, deque())
        if len(times) >= TRIES:
            return False
        times.append(now)
        return True
