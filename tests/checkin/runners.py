"""Processes for the work of tries that are no processes."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

import numpy as np

from consentry.checkin.attempt import Attempt
from consentry.checkin.check import FaceWork, Runs, Try
from consentry.checkin.findings import Findings
from consentry.engines.face.loading import FaceSpec
from consentry.metrics import Metrics
from consentry.people.claims import Unlocked
from consentry.people.templates import TemplateKey, protect
from consentry.plugin import Progress, Prompt
from consentry.testing import StillPicture
from tests.checkin.faces import face

P = ParamSpec("P")
T = TypeVar("T")

PROMPTS = tuple(Prompt(kind) for kind in ("turn_left", "blink", "look_up"))
KEY = TemplateKey.derive(bytes(32), b"organisation")
EMBEDDING = np.eye(128, dtype=np.float32)[0]


def unlocked(person: str = "ana", engine: str = "dlib-resnet") -> Unlocked:
    """Somebody's open template."""
    return Unlocked(person, protect(EMBEDDING, KEY, engine), KEY)


class Tickets:
    """Tickets that open templates, until they are forgotten."""

    def __init__(self, *people: str) -> None:
        self.open = {f"ticket of {person}": unlocked(person) for person in people}
        self.forgotten: list[str | None] = []

    def unlocked(self, ticket: str) -> Unlocked | None:
        return self.open.get(ticket)

    def unlocked_now(self) -> list[Unlocked]:
        return list(self.open.values())

    def forget(self, ticket: str | None) -> None:
        self.forgotten.append(ticket)


class Script:
    """Answers in place of workers: what is looked at shows whoever does all that is asked, and
    ``answer`` says what comes of each job, by its number and its name."""

    def __init__(self, answer: Callable[[int, str, object], object]) -> None:
        self.jobs: list[str] = []
        self.attempt = Attempt(PROMPTS, 0.0)
        self._answer = answer
        self._read: Prompt | None = None

    async def run_first(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        self.jobs.append(fn.__name__)
        usual: object = True if fn.__name__ == "same_person" else self._shown()
        answered = self._answer(len(self.jobs) - 1, fn.__name__, usual)
        if isinstance(answered, BaseException):
            raise answered
        return answered  # type: ignore[return-value]

    def _shown(self) -> Findings:
        """They read what is asked, and do it from the next picture on."""
        prompt = self.attempt.progress.prompt
        if prompt != self._read:
            self._read = prompt
            return face()
        kinds = {each.kind for each in PROMPTS}
        doing = prompt.kind if prompt is not None and prompt.kind in kinds else None
        return face(doing)  # type: ignore[arg-type]


def usual(number: int, job: str, answer: object) -> object:
    """Nothing goes wrong."""
    return answer


def work(runs: Runs, metrics: Metrics | None = None) -> FaceWork:
    return FaceWork(runs, FaceSpec(), metrics or Metrics())


def a_try(work: FaceWork, attempt: Attempt, tickets: Tickets | None = None) -> Try:
    """Of Ana, whose template is open."""
    tickets = tickets or Tickets("ana")
    return Try(work, attempt, tickets.open["ticket of ana"], tickets, "ticket of ana")


async def play(check: Try, pictures: int = 60) -> Progress:
    """Show it pictures, eight a second, until there is a verdict."""
    progress = check.tick(0.0)
    for number in range(1, pictures + 1):
        if progress.verdict is not None:
            break
        progress = await check.see(StillPicture.gray(0.5), number * 0.125)
    return progress
