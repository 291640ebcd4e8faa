"""Genuine people, every attack of the kit and strangers: who is checked in.

The genuine people are puppets made from photos; what an attacker's puppet would do that follows the
prompts in real time is the same, and is not told apart.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from random import SystemRandom

import numpy as np
import uvloop

from consentry.checkin.attempt import Attempt
from consentry.checkin.challenge import draw
from consentry.checkin.check import FaceWork, Try
from consentry.engines.face.loading import FaceSpec, load, prepare
from consentry.metrics import Metrics
from consentry.people.claims import Unlocked
from consentry.people.templates import TemplateKey, protect
from consentry.plugin import Prompt, Verdict
from consentry.testing import StillPicture
from consentry.workers import Workers
from tests.attacks.kit import KINDS
from tests.bench.checkin.call import Call, Outcome, Timed, connected
from tests.bench.checkin.films import (
    ASTRONAUT,
    GENUINE,
    IMPOSTOR,
    PORTRAIT,
    SPEC,
    SPEECH,
    Film,
    embedding,
)

ROUNDS = 1
"""How often the list of tries is played; a round takes about seven minutes."""

GENUINE_TRIES, ATTACK_TRIES, PLAIN_TRIES, IMPOSTOR_TRIES = 42, 3, 1, 6
"""In a round: of genuine people, of each attack with the challenge and without, of strangers."""

PEOPLE = (PORTRAIT, SPEECH, ASTRONAUT)
STRANGE_PICTURES = 1000

Measures = dict[str, float | int]


def films(rounds: int, kinds: Sequence[str]) -> list[Film]:
    """All tries with the challenge on."""
    wanted = [(GENUINE, GENUINE_TRIES), (IMPOSTOR, IMPOSTOR_TRIES)]
    wanted += [(kind, ATTACK_TRIES) for kind in kinds]
    return _many(wanted, rounds)


def plain_films(rounds: int, kinds: Sequence[str]) -> list[Film]:
    """The tries without one: what matching and passive signals alone are worth."""
    return _many([(kind, PLAIN_TRIES) for kind in kinds], rounds)


def _many(wanted: Iterable[tuple[str, int]], rounds: int) -> list[Film]:
    return [
        Film(kind, PEOPLE[index % len(PEOPLE)], index)
        for kind, number in wanted
        for index in range(number * rounds)
    ]


def measure(rounds: int | None, only: Sequence[str]) -> Measures:
    """Play everything; ``only`` names the kinds of attack, all where it is empty."""
    kinds = [kind for kind in KINDS if not only or kind in only]
    return uvloop.run(_measure(rounds or ROUNDS, kinds))


async def _measure(rounds: int, kinds: Sequence[str]) -> Measures:
    metrics = Metrics()
    async with Workers(1, prepare=partial(prepare, SPEC)) as workers:
        await workers.warm_up()
        templates = {name: await workers.run(_enroll, SPEC, name) for name in PEOPLE}
        bench = _Bench(Timed(workers), templates, metrics)
        async with connected(metrics) as call:
            asked = await bench.play(call, films(rounds, kinds), challenged=True)
            plain = await bench.play(call, plain_films(rounds, kinds), challenged=False)
        before = metrics.value("face_embeddings")
        await bench.ignore(STRANGE_PICTURES)
        computed = metrics.value("face_embeddings") - before
    return {**_figures(asked, plain, kinds), "embeddings_of_undecided": int(computed)}


class _Bench:
    """Tries of enrolled people, one after another."""

    def __init__(self, workers: Timed, templates: Mapping[str, Unlocked], metrics: Metrics) -> None:
        self._workers = workers
        self._templates = templates
        self._work = FaceWork(workers, SPEC, metrics)
        self._rng = SystemRandom()

    async def play(self, call: Call, films: Sequence[Film], *, challenged: bool) -> list[Outcome]:
        outcomes = []
        for film in films:
            await call.show(film)
            began, self._workers.seconds = time.monotonic(), 0.0
            prompts = draw(self._rng) if challenged else ()
            check = self._try(film.enrolled, prompts, began)
            verdict, seconds = await call.attempt(check, began)
            outcomes.append(Outcome(film, verdict, seconds, self._workers.seconds))
            sys.stderr.write(f"{film.kind} {film.enrolled}: {verdict} in {seconds:.1f} s\n")
        return outcomes

    async def ignore(self, pictures: int) -> None:
        """Show the tries of somebody that many pictures of a stranger, who was asked nothing and
        does nothing."""
        scene = Film(IMPOSTOR, PORTRAIT, 0).scene()
        shown = [scene.picture(index / 8) for index in range(16)]
        check = None
        for index in range(pictures):
            at = index / 8
            if check is None or check.tick(at).verdict is not None:
                check = self._try(PORTRAIT, draw(self._rng), at)
            picture = shown[index % len(shown)].copy()
            picture[0, 0] = index % 256
            await check.see(StillPicture(picture), at)

    def _try(self, person: str, prompts: Sequence[Prompt], at: float) -> Try:
        claimed = self._templates[person]
        return Try(self._work, Attempt(prompts, at), claimed, Open(claimed), person)


class Open:
    """The one template of a try, open for as long as it lasts."""

    def __init__(self, claimed: Unlocked) -> None:
        self._claimed = claimed

    def unlocked(self, ticket: str) -> Unlocked | None:
        return self._claimed

    def unlocked_now(self) -> list[Unlocked]:
        return [self._claimed]

    def forget(self, ticket: str | None) -> None:
        """The next try has one of its own."""


def _enroll(spec: FaceSpec, name: str) -> Unlocked:
    """The template of the person on a photo, as their own secret would open it."""
    key = TemplateKey.derive(name.encode().ljust(32), b"bench")
    return Unlocked(name, protect(embedding(name), key, load(spec).name), key)


def _figures(asked: Sequence[Outcome], plain: Sequence[Outcome], kinds: Sequence[str]) -> Measures:
    genuine = [each for each in asked if each.film.kind == GENUINE]
    strangers = [each for each in asked if each.film.kind == IMPOSTOR]
    attacks = [each for each in asked if each.film.kind in KINDS]
    measures: Measures = {
        "genuine_accepted": _accepted(genuine),
        "genuine_tries": len(genuine),
        "attacks_accepted": _accepted(attacks),
        "attack_tries": len(attacks),
        "impostors_accepted": _accepted(strangers),
        "impostor_tries": len(strangers),
        "verdict_p95_s": _p95([each.seconds for each in genuine]),
        "engine_p95_s": _p95([each.engine_seconds for each in genuine]),
        "refused_p95_s": _p95([each.seconds for each in (*attacks, *strangers)]),
    }
    for kind in kinds:
        with_, without = (
            [each for each in outcomes if each.film.kind == kind] for outcomes in (asked, plain)
        )
        measures[f"{kind}_accepted"] = _accepted(with_)
        measures[f"{kind}_tries"] = len(with_)
        measures[f"{kind}_accepted_without_challenge"] = _accepted(without)
        measures[f"{kind}_tries_without_challenge"] = len(without)
    return measures


def _accepted(outcomes: Iterable[Outcome]) -> int:
    return sum(each.verdict is Verdict.CHECKED_IN for each in outcomes)


def _p95(seconds: Sequence[float]) -> float:
    return round(float(np.percentile(seconds, 95)), 2) if seconds else 0.0
