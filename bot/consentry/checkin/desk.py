"""Where tries to check in by face begin, and where they are counted."""

from __future__ import annotations

from collections import deque
from functools import partial
from random import Random
from typing import Protocol

from consentry.checkin.attempt import Attempt
from consentry.checkin.challenge import draw
from consentry.checkin.check import FaceWork, Try
from consentry.people.claims import Unlocked

TRIES = 5
WINDOW = 600.0
"""Seconds in which one person has :data:`TRIES` tries. Then it is the code."""


class Templates(Protocol):
    """What tickets open; consentry.people's desk is one."""

    def unlocked(self, ticket: str) -> Unlocked | None:
        """The template of whoever has ``ticket``; ``None`` where there is none to compare with,
        for whatever reason."""
        ...

    def unlocked_now(self) -> list[Unlocked]:
        """Every template that is open now."""
        ...

    def forget(self, ticket: str) -> None:
        """There is a verdict."""
        ...


class FaceDesk:
    """The ``FaceChecks`` of one process: tries are counted across its calls.

    ``rng`` draws the challenges; ``listens`` says that somebody feeds ``hear``.
    """

    def __init__(
        self, work: FaceWork, templates: Templates, rng: Random, *, listens: bool = False
    ) -> None:
        self._work = work
        self._templates = templates
        self._rng = rng
        self._listens = listens
        self._tries: dict[str, deque[float]] = {}

    def begin(self, ticket: str, at: float) -> Try | None:
        """A try, counted; ``None``: use the code."""
        claimed = self._templates.unlocked(ticket)
        if claimed is None or not self._count(claimed.person, at):
            return None
        return Try(
            self._work,
            Attempt(draw(self._rng, listens=self._listens), at),
            claimed,
            self._templates.unlocked_now,
            partial(self._templates.forget, ticket),
        )

    def _count(self, person: str, at: float) -> bool:
        """Whether there is a try left; it is used up now."""
        for known, times in list(self._tries.items()):
            while times and at - times[0] > WINDOW:
                times.popleft()
            if not times:
                del self._tries[known]
        times = self._tries.setdefault(person, deque())
        if len(times) >= TRIES:
            return False
        times.append(at)
        return True
