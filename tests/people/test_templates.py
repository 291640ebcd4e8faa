"""A template tells its person to whoever has the key, and nothing to anybody else."""

from __future__ import annotations

import secrets

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from consentry.engines.face.engine import Embedding
from consentry.engines.face.loading import FaceSpec, load
from consentry.errors import TemplateError
from consentry.people.templates import (
    LENGTH,
    Template,
    TemplateKey,
    distance,
    protect,
    rotation,
    seal,
    unseal,
)
from tests.engines.face.photos import photo
from tests.people.faces import made_up

ENGINE = "dlib resnet"
PEOPLE = 300
Scores = NDArray[np.float64]


def new_key(organization: bytes = b"here") -> TemplateKey:
    return TemplateKey.derive(secrets.token_bytes(32), organization)


def apart(one: Template, other: Template) -> float:
    """What somebody sees who has both templates and no key."""
    return float(np.linalg.norm(one.values - other.values))


def auc(same: Scores, different: Scores) -> float:
    """How often two of one person are nearer than two of strangers (Mann and Whitney)."""
    ordered = np.sort(different)
    further = len(ordered) - np.searchsorted(ordered, same, "right")
    as_far = np.searchsorted(ordered, same, "right") - np.searchsorted(ordered, same, "left")
    return float((further + as_far / 2).mean() / len(ordered))


def bounds(same: Scores, different: Scores, rng: np.random.Generator) -> tuple[float, float]:
    """95 %, by drawing people again and again: each is one row of both."""
    drawn = (rng.integers(0, len(same), len(same)) for _ in range(1000))
    low, high = np.percentile([auc(same[some], different[some]) for some in drawn], (2.5, 97.5))
    return float(low), float(high)


def test_with_the_key_distances_are_those_of_the_embeddings() -> None:
    rng = np.random.default_rng(1)
    ana, bob, key = made_up(rng), made_up(rng), new_key()
    photo = ana.photo()
    template = protect(photo, key, ENGINE)
    for probe in (photo, ana.photo(), bob.photo()):
        assert distance(template, probe, key) == pytest.approx(
            np.linalg.norm(photo - probe), abs=1e-5
        )
    assert distance(template, ana.photo(), key) < 0.6 < distance(template, bob.photo(), key)


def test_two_organizations_templates_of_one_person_are_no_closer_than_strangers() -> None:
    rng = np.random.default_rng(2026)
    people = [made_up(rng) for _ in range(PEOPLE)]
    # Each person holds one secret for both, which is the worst that can be.
    held = [rng.bytes(32) for _ in people]
    here, there = (
        [
            protect(one.photo(), TemplateKey.derive(secret, organization), ENGINE)
            for one, secret in zip(people, held, strict=True)
        ]
        for organization in (b"here", b"there")
    )
    same = np.array([apart(a, b) for a, b in zip(here, there, strict=True)])
    others = there[1:] + there[:1]
    different = np.array([apart(a, b) for a, b in zip(here, others, strict=True)])
    low, high = bounds(same, different, rng)
    assert low <= 0.5 <= high
    # The measure tells them apart where there is something to tell.
    bare = [(one.photo(), one.photo()) for one in people]
    near = np.array([np.linalg.norm(a - b) for a, b in bare])
    far = np.array([np.linalg.norm(a - bare[i - 1][1]) for i, (a, _) in enumerate(bare)])
    assert auc(near, far) > 0.99


def test_so_it_is_for_real_photos() -> None:
    engine, rng = load(FaceSpec()), np.random.default_rng(7)

    def embedded(name: str) -> Embedding:
        pixels = photo(name)
        return engine.embed(engine.align(pixels, engine.detect(pixels)[0]))

    one, again, another = (embedded(name) for name in ("obama", "obama2", "astronaut"))
    assert np.linalg.norm(one - again) < engine.threshold < np.linalg.norm(one - another)

    def seen(photo: Embedding, organization: bytes) -> list[Template]:
        keys = (TemplateKey.derive(rng.bytes(32), organization) for _ in range(200))
        return [protect(photo, key, engine.name) for key in keys]

    here, same, other = seen(one, b"here"), seen(again, b"there"), seen(another, b"there")
    near = np.array([apart(a, b) for a, b in zip(here, same, strict=True)])
    far = np.array([apart(a, b) for a, b in zip(here, other, strict=True)])
    low, high = bounds(near, far, rng)
    assert low <= 0.5 <= high


def test_nobody_is_told_by_the_length_of_their_embedding() -> None:
    rng = np.random.default_rng(3)
    lengths = {
        round(float(np.linalg.norm(protect(made_up(rng).photo(), new_key(), ENGINE).values)), 5)
        for _ in range(20)
    }
    assert lengths == {LENGTH}


def test_a_renewed_key_makes_another_template_and_the_old_one_is_dead() -> None:
    rng = np.random.default_rng(4)
    ana, old, new = made_up(rng), new_key(), new_key()
    photo = ana.photo()
    before, after = protect(photo, old, ENGINE), protect(photo, new, ENGINE)
    # As far apart as two directions drawn at random.
    assert apart(before, after) == pytest.approx(LENGTH * np.sqrt(2), rel=0.25)
    assert distance(before, photo, new) > 1
    with pytest.raises(TemplateError):
        unseal(seal(before, old, b"ana"), new, b"ana")


def test_it_opens_with_its_key_at_its_place() -> None:
    key, photo = new_key(), made_up(np.random.default_rng(5)).photo()
    sealed = seal(protect(photo, key, ENGINE), key, b"ana")
    opened = unseal(sealed, key, b"ana")
    assert opened.engine == ENGINE
    assert distance(opened, photo, key) == pytest.approx(0, abs=1e-5)
    altered = sealed[:-1] + bytes([sealed[-1] ^ 1])
    for data, place in ((sealed, b"bob"), (altered, b"ana"), (b"", b"ana")):
        with pytest.raises(TemplateError):
            unseal(data, key, place)


def test_a_rotation_keeps_lengths_and_angles() -> None:
    turned = rotation(new_key(), 129)
    assert np.allclose(turned @ turned.T, np.eye(129), atol=1e-12)


def test_a_rotation_is_the_same_on_every_machine() -> None:
    key = TemplateKey.derive(bytes(range(32)), b"organization")
    known = [
        [0.074554391, 0.839816232, 0.537727012],
        [0.773707145, -0.388911374, 0.500125181],
        [-0.629141396, -0.378756703, 0.67876687],
    ]
    assert np.allclose(rotation(key, 3), known, atol=1e-8)


BAD: list[Embedding] = [
    np.full(128, np.nan, np.float32),
    np.full(128, np.inf, np.float32),
    np.zeros((2, 64), np.float32),
    np.zeros(0, np.float32),
    np.full(128, 1.0, np.float32),
]


@pytest.mark.parametrize("bad", BAD, ids=["nan", "inf", "two rows", "empty", "long"])
def test_what_is_no_embedding_becomes_no_template(bad: Embedding) -> None:
    with pytest.raises(TemplateError):
        protect(bad, new_key(), ENGINE)


@pytest.mark.parametrize("bad", BAD[:4], ids=["nan", "inf", "two rows", "empty"])
def test_what_is_no_embedding_is_compared_with_nothing(bad: Embedding) -> None:
    key = new_key()
    template = protect(made_up(np.random.default_rng(6)).photo(), key, ENGINE)
    for probe in (bad, np.zeros(64, np.float32)):
        with pytest.raises(TemplateError):
            distance(template, probe, key)


@given(st.binary(max_size=300))
def test_bytes_that_are_no_template_are_refused(data: bytes) -> None:
    with pytest.raises(TemplateError):
        Template.decode(data)


def test_a_secret_of_another_size_makes_no_key() -> None:
    with pytest.raises(TemplateError):
        TemplateKey.derive(b"123456", b"here")


def test_nothing_secret_is_shown_in_a_log() -> None:
    key = new_key()
    template = protect(made_up(np.random.default_rng(7)).photo(), key, ENGINE)
    assert repr(key) == "TemplateKey()"
    assert repr(template) == f"Template(engine={ENGINE!r})"
