"""What speaks against a try by itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from consentry.checkin.findings import distinct, look
from consentry.checkin.signals import (
    ASIDE,
    FROZEN,
    SAME,
    STRAIGHT,
    Bounds,
    continues,
    frozen,
    good_enough,
    likeness,
    same,
    screened,
)
from consentry.engines.face.engine import Box, Face
from consentry.engines.face.loading import FaceSpec, load
from tests.attacks.faces import head
from tests.attacks.head import Pose
from tests.checkin.faces import NOBODY, SEVERAL, face, somebody_else
from tests.engines.face.photos import photo

SPEC = FaceSpec()
POSES = (Pose(), Pose(yaw=20), Pose(pitch=-15), Pose(roll=18), Pose(closed=1), Pose(mouth=0.12))


@pytest.mark.parametrize(
    "changed",
    [{"width": 60.0}, {"sharpness": 1.0}, {"light": 20.0}, {"light": 240.0}, {"faces": 2}],
)
def test_a_face_that_is_small_blurred_dark_bright_or_not_alone_is_not_good_enough(
    changed: dict[str, float],
) -> None:
    assert good_enough(face(), Bounds())
    assert not good_enough(replace(face(), **changed), Bounds())  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["obama", "obama2", "astronaut"])
def test_whatever_somebody_does_they_stay_who_they_are(name: str) -> None:
    one = head(load(SPEC), photo(name))
    rest = look(SPEC, one.render(Pose()))
    assert all(continues(rest, look(SPEC, one.render(pose))) for pose in POSES)
    assert rest.chip is not None
    assert same(rest.chip, look(SPEC, one.render(Pose(yaw=2, pitch=-2, x=8))), SAME)


@pytest.mark.parametrize("name", ["obama", "obama2", "astronaut"])
def test_whoever_makes_a_gesture_is_still_like_who_looked_straight_ahead(name: str) -> None:
    engine = load(SPEC)
    one, stranger = head(engine, photo(name)), "astronaut" if name != "astronaut" else "obama"
    rest = look(SPEC, one.render(Pose())).chip
    assert rest is not None
    other = head(engine, photo(stranger))
    for pose in POSES:
        bound = ASIDE if pose.yaw or pose.pitch else STRAIGHT
        assert same(rest, look(SPEC, one.render(pose)), bound)
        assert not same(rest, look(SPEC, other.render(pose)), ASIDE)


def test_another_person_in_their_place_is_noticed_in_any_pose() -> None:
    engine = load(SPEC)
    one, other = head(engine, photo("obama2")), head(engine, photo("astronaut"))
    for pose in POSES:
        assert not continues(look(SPEC, one.render(Pose())), look(SPEC, other.render(pose)))


def test_another_photo_of_the_same_person_is_noticed_too() -> None:
    engine = load(SPEC)
    shown = [look(SPEC, head(engine, photo(name)).render(Pose())) for name in ("obama", "obama2")]
    assert shown[0].chip is not None
    assert not same(shown[0].chip, shown[1], STRAIGHT)


def found(left: float, top: float, side: float) -> Face:
    return Face(Box(left, top, left + side, top + side), np.zeros((5, 2), np.float32), 0.9)


def test_a_face_that_is_found_twice_is_one_and_two_people_are_two() -> None:
    mine, again, theirs = found(100, 100, 200), found(150, 80, 180), found(320, 100, 150)
    assert distinct([mine, again]) == [mine]
    assert distinct([mine, theirs, again]) == [mine, theirs]


def test_a_face_does_not_leap_or_grow() -> None:
    here = face()
    assert here.points is not None
    away = np.array([0.7 * here.width, 0, 0], np.float32)
    aside = replace(here, points=here.points + away)
    assert not continues(here, aside)
    assert not continues(here, replace(here, width=here.width * 1.8))
    assert not continues(here, somebody_else())


def test_a_camera_whose_pictures_change_in_size_shows_the_same_face() -> None:
    found = replace(face(), side=640)
    assert found.points is not None
    half = replace(found, points=found.points * np.float32(0.5), width=found.width / 2, side=320)
    assert continues(found, half) and continues(half, found)
    assert not continues(found, replace(half, side=640)), "it moved and shrank in the view"
    assert not continues(found, replace(found, side=320)), "it came closer in the view"


def test_what_nobody_is_in_breaks_off_nothing() -> None:
    assert continues(face(), NOBODY)
    assert continues(SEVERAL, face())


def test_a_picture_that_stands_is_frozen_and_noise_is_not() -> None:
    chip = face().chip
    assert chip is not None
    assert frozen([chip] * FROZEN)
    assert not frozen([chip] * (FROZEN - 1))
    noisy = chip.copy()
    noisy[5, 5] += 1
    assert not frozen([*[chip] * (FROZEN - 1), noisy])


def test_likeness_does_not_mind_the_light() -> None:
    chip = face().chip
    assert chip is not None
    darker = (chip * 0.7).astype(np.uint8)
    assert likeness(chip, darker) > 0.98
    assert likeness(chip, np.zeros_like(chip)) == 0


def test_fine_stripes_over_a_face_are_a_screen() -> None:
    shown = head(load(SPEC), photo("obama")).render(Pose())
    assert not screened(look(SPEC, shown))
    stripes = 1 + 0.15 * np.cos(2 * np.pi * np.arange(shown.shape[1]) / 2.7)[None, :, None]
    assert screened(look(SPEC, np.clip(shown * stripes, 0, 255).astype(np.uint8)))
