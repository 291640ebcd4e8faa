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
from tests.checkin.runners import Script, play, unlocked, work
from tests.engines.face.photos import photo

SPEC = FaceSpec()


class Templates:
    """Tickets that open templates, until they are forgotten."""

    def __init__(self, *people: str) -> None:
        self.open = {f"ticket of {person}": unlocked(person) for person in people}
        self.forgotten: list[str] = []

    def unlocked(self, ticket: str) -> Unlocked | None:
        return self.open.get(ticket)

    def unlocked_now(self) -> list[Unlocked]:
        return list(self.open.values())

    def forget(self, ticket: str) -> None:
        self.forgotten.append(ticket)


def desk(templates: Templates, metrics: Metrics | None = None) -> FaceDesk:
    empty = Script(lambda number, job, good: NOBODY)
    return FaceDesk(work(empty, metrics), templates, Random(1))


def test_no_ticket_no_try() -> None:
    assert desk(Templates("ana")).begin("ticket of ben", 0.0) is None


def test_there_are_five_tries_and_then_the_code_for_ten_minutes() -> None:
    opened = desk(Templates("ana", "ben"))
    tries = [opened.begin("ticket of ana", float(number)) for number in range(TRIES + 1)]
    assert [each is not None for each in tries] == [True] * TRIES + [False]
    assert opened.begin("ticket of ben", 9.0) is not None
    assert opened.begin("ticket of ana", WINDOW - 1) is None
    assert opened.begin("ticket of ana", WINDOW + 1) is not None


async def test_a_try_that_ends_is_counted_and_its_ticket_forgotten_once() -> None:
    templates, metrics = Templates("ana"), Metrics()
    check = desk(templates, metrics).begin("ticket of ana", 0.0)
    assert check is not None
    assert check.tick(0.1) == Progress(Prompt("look"), None)
    assert await play(check) == Progress(None, Verdict.USE_CODE)
    await check.close()
    assert templates.forgotten == ["ticket of ana"]
    assert metrics.value("checkins", verdict="use_code") == 1
    assert metrics.value("face_embeddings") == 0


async def test_whoever_closes_a_try_leaves_the_code() -> None:
    templates = Templates("ana")
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
