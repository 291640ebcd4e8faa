"""A photo that will not do is met with advice that helps, and a good one with none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageFilter

from consentry.engines.face.engine import Box, Face, FaceEngine
from consentry.engines.face.loading import FaceSpec, load
from consentry.engines.face.quality import (
    CHECK_IN,
    ENROLMENT,
    Advice,
    Quality,
    advice,
    assess,
)
from consentry.events import Pixels
from consentry.words.catalog import LANGUAGES, words
from tests.engines.face.photos import photo

GOOD = Quality(faces=1, size=80, sharpness=0.1, light=0.4, contrast=0.5, frontal=0.9)


@pytest.fixture(scope="module")
def engine() -> FaceEngine:
    return load(FaceSpec())


def quality(engine: FaceEngine, pixels: Pixels) -> Quality:
    faces = engine.detect(pixels)
    return assess(pixels, faces, engine.mesh(pixels, faces[0]) if faces else None)


def changed(name: str, width: float = 1.0, blur: float = 0.0, light: float = 1.0) -> Pixels:
    """A photo made smaller, out of focus by ``blur`` hundredths of the face's width, darker."""
    image = Image.fromarray(photo(name))
    image = image.resize((round(image.width * width), round(image.height * width)))
    image = image.filter(ImageFilter.GaussianBlur(blur * 2.6 * width))
    return (np.asarray(image) * light).astype(np.uint8)


@pytest.mark.parametrize("name", ["astronaut", "obama", "obama2"])
def test_a_good_photo_needs_no_advice(engine: FaceEngine, name: str) -> None:
    assert advice(quality(engine, photo(name))) == []


def test_a_photo_without_a_face_is_told(engine: FaceEngine) -> None:
    assert advice(quality(engine, np.zeros((300, 300, 3), np.uint8))) == [Advice.NO_FACE]


def test_a_photo_of_two_is_told(engine: FaceEngine) -> None:
    one = photo("astronaut")[30:230, 130:330]
    assert advice(quality(engine, np.hstack([one, one]))) == [Advice.SEVERAL_FACES]


def test_a_face_too_far_away_is_told(engine: FaceEngine) -> None:
    assert advice(quality(engine, changed("obama", width=0.25))) == [Advice.TOO_SMALL]


def test_a_photo_out_of_focus_is_told(engine: FaceEngine) -> None:
    assert advice(quality(engine, changed("obama", blur=2))) == [Advice.BLURRED]
    assert advice(quality(engine, changed("obama", blur=2)), CHECK_IN) == []


def test_a_photo_in_the_dark_is_told(engine: FaceEngine) -> None:
    assert advice(quality(engine, changed("obama", light=0.12))) == [Advice.TOO_DARK]
    assert advice(quality(engine, changed("obama", light=0.35))) == [], "dim is no fault"


def test_a_photo_in_glaring_light_is_told(engine: FaceEngine) -> None:
    bleached = 255 - ((255 - photo("obama").astype(float)) * 0.15).astype(np.uint8)
    assert advice(quality(engine, bleached)) == [Advice.TOO_BRIGHT]


def test_a_face_without_a_surface_is_not_seen_from_the_front(engine: FaceEngine) -> None:
    pixels = photo("obama")
    assert advice(assess(pixels, engine.detect(pixels), None)) == [Advice.TURN_TO_CAMERA]


def test_a_turned_head_is_less_frontal(engine: FaceEngine) -> None:
    straight, turned = quality(engine, photo("obama")), quality(engine, photo("obama2"))
    assert turned.frontal < straight.frontal - 0.2
    assert straight.frontal > 0.85


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"size": 39.0}, Advice.TOO_SMALL),
        ({"frontal": 0.59}, Advice.TURN_TO_CAMERA),
        ({"light": 0.07}, Advice.TOO_DARK),
        ({"light": 0.89}, Advice.TOO_BRIGHT),
        ({"contrast": 0.11}, Advice.TOO_DARK),
        ({"contrast": 0.11, "light": 0.6}, Advice.TOO_BRIGHT),
        ({"sharpness": 0.009}, Advice.BLURRED),
        ({"faces": 0}, Advice.NO_FACE),
        ({"faces": 2}, Advice.SEVERAL_FACES),
    ],
)
def test_each_fault_has_its_advice(change: dict[str, float], told: Advice) -> None:
    assert advice(GOOD) == []
    assert advice(replace(GOOD, **change), ENROLMENT) == [told]  # type: ignore[arg-type]


def test_several_faults_are_told_the_greatest_first() -> None:
    poor = replace(GOOD, size=10, frontal=0.1, sharpness=0.001)
    assert advice(poor) == [Advice.TOO_SMALL, Advice.TURN_TO_CAMERA, Advice.BLURRED]


@pytest.mark.parametrize(
    "box", [Box(600, 600, 700, 700), Box(-90, 10, 0, 90), Box(5, 5, 5, 5), Box(*[float("nan")] * 4)]
)
def test_a_face_outside_of_the_picture_has_no_quality(box: Box) -> None:
    pixels = np.full((512, 512, 3), 128, np.uint8)
    face = Face(box, np.zeros((5, 2), np.float32), 0.9)
    assert assess(pixels, [face], None) == Quality(faces=1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_advice_has_words(language: str) -> None:
    assert all(words(language).say(f"photo.{one}") for one in Advice)
