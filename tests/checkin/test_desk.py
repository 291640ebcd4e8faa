"""Who may try, how often, and what is compared."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from random import Random

import numpy as np
import pytest

from consentry.checkin.comparison import MARGIN, same_person
from consentry.checkin.desk import TRIES, WINDOW, FaceDesk
from consentry.engines.face.engine import Embedding
from consentry.engines.face.loading import FaceSpec, load
from consentry.metrics import Metrics
from consentry.people.claims import Unlocked
from consentry.people.templates import TemplateKey, protect
from consentry.plugin import Progress, Prompt, Verdict
from consentry.testing import StillPicture
from tests.checkin.faces import NOBODY
from tests.checkin.runners import Script, Tickets, a_try, play, unlocked, usual, work
from tests.engines.face.photos import photo

SPEC = FaceSpec()


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def desk(
    templates: Tickets, metrics: Metrics | None = None, clock: Clock | None = None
) -> FaceDesk:
    empty = Script(lambda number, job, good: NOBODY)
    return FaceDesk(work(empty, metrics), templates, Random(1), clock or Clock())


def test_no_ticket_no_try() -> None:
    assert desk(Tickets("ana")).begin("ticket of ben", 0.0) is None


def test_there_are_five_tries_and_then_the_code_for_ten_minutes() -> None:
    clock = Clock()
    opened = desk(Tickets("ana", "ben"), clock=clock)
    tries = [opened.begin("ticket of ana", float(number)) for number in range(TRIES + 1)]
    assert [each is not None for each in tries] == [True] * TRIES + [False]
    assert opened.begin("ticket of ben", 9.0) is not None
    clock.now = WINDOW - 1
    assert opened.begin("ticket of ana", 9.0) is None
    clock.now = WINDOW + 1
    assert opened.begin("ticket of ana", 9.0) is not None


@pytest.mark.parametrize("listens", [True, False])
def test_a_number_is_asked_for_by_who_listens_alone(listens: bool) -> None:
    class Digits(Random):
        """Counts the digits that are drawn."""

        drawn = 0

        def randrange(self, start: int, stop: int | None = None, step: int = 1) -> int:
            self.drawn += 1
            return super().randrange(start, stop, step)

    rng = Digits(1)
    empty = Script(lambda number, job, good: NOBODY)
    opened = FaceDesk(work(empty, None), Tickets("ana"), rng, Clock())
    assert opened.begin("ticket of ana", 0.0, listens=listens) is not None
    assert rng.drawn == 4 * listens


def test_tries_in_calls_and_at_kiosks_are_counted_by_one_clock() -> None:
    opened = desk(Tickets("ana", "ben"))
    begun = [opened.begin("ticket of ana", 30.0 + number) for number in range(TRIES)]
    assert all(begun)
    assert opened.begin("ticket of ben", 100_000.0) is not None
    assert opened.begin("ticket of ana", 40.0) is None
    assert opened.begin("ticket of ana", 200_000.0) is None


@pytest.mark.parametrize("job", ["look", "same_person"])
async def test_whoever_takes_their_face_back_meanwhile_is_not_checked_in(job: str) -> None:
    tickets = Tickets("ana")

    def answer(number: int, done: str, good: object) -> object:
        if done == job:
            tickets.open.clear()
        return good

    script = Script(answer)
    check = a_try(work(script), script.attempt, tickets)
    assert await play(check) == Progress(None, Verdict.USE_CODE)
    assert script.jobs.count("same_person") == (job == "same_person")


async def test_a_photo_that_was_renewed_meanwhile_ends_the_try() -> None:
    tickets, script = Tickets("ana"), Script(usual)
    check = a_try(work(script), script.attempt, tickets)
    tickets.open["ticket of ana"] = unlocked("ana")
    assert await play(check) == Progress(None, Verdict.USE_CODE)
    assert script.jobs == []


async def test_a_try_that_ends_is_counted_and_its_ticket_forgotten_once() -> None:
    templates, metrics = Tickets("ana"), Metrics()
    check = desk(templates, metrics).begin("ticket of ana", 0.0)
    assert check is not None
    assert check.tick(0.1) == Progress(Prompt("look"), None)
    assert await play(check) == Progress(None, Verdict.USE_CODE)
    await check.close()
    assert templates.forgotten == ["ticket of ana"]
    assert metrics.value("checkins", verdict="use_code") == 1
    assert metrics.value("face_embeddings") == 0


async def test_whoever_closes_a_try_leaves_the_code() -> None:
    templates = Tickets("ana")
    check = desk(templates).begin("ticket of ana", 0.0)
    assert check is not None
    await check.close()
    assert await check.see(StillPicture.gray(0.5), 1.0) == Progress(None, Verdict.USE_CODE)
    assert templates.forgotten == ["ticket of ana"]


@cache
def embedding(name: str) -> Embedding:
    engine, pixels = load(SPEC), photo(name)
    return engine.embed(engine.align(pixels, engine.detect(pixels)[0]))


def enrolled(embedding: Embedding, person: str = "ana") -> Unlocked:
    key = TemplateKey.derive(person.encode().ljust(32), b"organisation")
    return Unlocked(person, protect(embedding, key, load(SPEC).name), key)


def test_somebody_is_known_by_another_photo() -> None:
    assert same_person(SPEC, photo("obama2"), enrolled(embedding("obama")), ())


def test_somebody_else_is_not() -> None:
    assert not same_person(SPEC, photo("astronaut"), enrolled(embedding("obama")), ())


@pytest.mark.parametrize(("share", "known"), [(0.85, True), (0.95, False)])
def test_what_is_close_to_the_threshold_is_a_doubt(share: float, known: bool) -> None:
    mine = embedding("obama2").copy()
    mine[0] += np.float32(share * load(SPEC).threshold)
    assert same_person(SPEC, photo("obama2"), enrolled(mine), ()) is known


def test_two_people_are_nobody() -> None:
    both = np.hstack([photo("obama")[:512, 200:712], photo("astronaut")])
    assert not same_person(SPEC, both, enrolled(embedding("obama")), ())


def test_who_is_as_close_to_somebody_whose_template_is_open_too_uses_the_code() -> None:
    mine = enrolled(embedding("obama"))
    far = enrolled(embedding("astronaut"), "ben")
    twin = enrolled(embedding("obama2") + np.float32(MARGIN / 50), "carl")
    assert same_person(SPEC, photo("obama2"), mine, [far])
    assert not same_person(SPEC, photo("obama2"), mine, [far, twin])


def test_a_template_of_another_engine_is_not_compared() -> None:
    mine = enrolled(embedding("obama"))
    other = replace(mine.template, engine="another")
    assert not same_person(SPEC, photo("obama2"), replace(mine, template=other), ())


@pytest.mark.parametrize(
    "pixels", [np.zeros((480, 640, 3), np.uint8), np.zeros((1, 1, 3), np.uint8)]
)
def test_nobody_is_nobody(pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> None:
    assert not same_person(SPEC, pixels, enrolled(embedding("obama")), ())
