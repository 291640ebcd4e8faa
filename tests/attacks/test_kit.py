"""The kit's people pass, and none of its attacks does."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from consentry.checkin.challenge import SEQUENCES, draw
from consentry.checkin.comparison import same_person
from consentry.checkin.findings import look
from consentry.engines.face.loading import FaceSpec, load
from consentry.people.claims import Unlocked
from consentry.people.templates import TemplateKey, protect
from consentry.plugin import Prompt
from tests.attacks import kit
from tests.attacks.faces import head
from tests.attacks.head import Pose
from tests.attacks.played import Played, play
from tests.attacks.surface import HEIGHT, WIDTH
from tests.bench.checkin.films import embedding
from tests.engines.face.photos import photo

SPEC = FaceSpec()


def cast() -> kit.Cast:
    return kit.Cast(load(SPEC), photo("obama2"), photo("astronaut"), embedding("obama"))


def enrolled() -> Unlocked:
    key = TemplateKey.derive(bytes(32), b"organisation")
    return Unlocked("ana", protect(embedding("obama"), key, load(SPEC).name), key)


def checked_in(played: Played) -> bool:
    if not played.passed or played.best is None:
        return False
    return same_person(SPEC, played.best, enrolled(), ())


def attack(kind: str, seed: int) -> bool:
    """Whether this try of the attack would have been checked in."""
    scene = kit.KINDS[kind](cast(), Random(f"{kind} {seed}"))
    return checked_in(play(scene, draw(Random(f"prompts {seed}"))))


@pytest.mark.parametrize("kind", kit.KINDS)
def test_every_attack_shows_the_faces_it_is_about(kind: str) -> None:
    scene = kit.KINDS[kind](cast(), Random(1))
    picture = scene.picture(0.5)
    assert picture.shape == (HEIGHT, WIDTH, 3)
    assert look(SPEC, picture).faces == (2 if kind == "two_faces" else 1)


@pytest.mark.parametrize("number", range(0, len(SEQUENCES), 40))
def test_who_is_who_they_say_and_does_as_asked_is_checked_in(number: int) -> None:
    person = kit.genuine(head(load(SPEC), photo("obama2")), Random(number))
    played = play(person, [Prompt(kind) for kind in SEQUENCES[number]])
    assert checked_in(played)
    assert played.seconds < 4


def test_a_stranger_who_does_as_asked_is_not() -> None:
    person = kit.genuine(head(load(SPEC), photo("astronaut")), Random(1))
    played = play(person, draw(Random(1)))
    assert played.passed
    assert not checked_in(played)


@pytest.mark.parametrize("kind", kit.KINDS)
def test_no_attack_is_checked_in(kind: str) -> None:
    assert not attack(kind, 0)


@pytest.mark.long
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("kind", kit.KINDS)
def test_no_attack_is_checked_in_however_often_it_is_tried(kind: str) -> None:
    assert not any(attack(kind, seed) for seed in range(1, 21))


@pytest.mark.parametrize("name", ["obama", "obama2", "astronaut"])
def test_a_head_keeps_to_its_photo(name: str) -> None:
    one = head(load(SPEC), photo(name))
    straight, aside = one.render(Pose()), one.render(Pose(yaw=20))
    assert np.array_equal(straight, one.render(Pose()))
    border = np.abs(straight[:, :40].astype(int) - aside[:, :40]).mean()
    assert border < 3, "the background stays where it is"
