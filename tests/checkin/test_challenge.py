"""What is asked is new each time, and asks for depth and for living features."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from consentry.checkin.challenge import EXPRESSIONS, SEQUENCES, TURNS, draw, instead, said


def test_every_sequence_asks_for_depth_and_for_living_features_and_repeats_nothing() -> None:
    assert len(SEQUENCES) == len(set(SEQUENCES)) == 120
    for each in SEQUENCES:
        assert len(set(each)) == 3
        assert TURNS & set(each)
        assert set(EXPRESSIONS) & set(each)


def test_every_sequence_is_as_likely_as_any_other() -> None:
    rng = Random(1)
    drawn = Counter(tuple(prompt.kind for prompt in draw(rng)) for _ in range(120 * 50))
    assert len(drawn) == 120
    assert max(drawn.values()) < 100


def test_a_number_is_asked_for_where_somebody_listens() -> None:
    *gestures, number = draw(Random(1), listens=True)
    assert len(gestures) == 3
    assert number.kind == "say"
    assert number.number is not None
    assert len(number.number) == 4
    assert number.number.isdigit()


def test_what_is_asked_of_who_cannot_be_heard_is_no_gesture_of_before() -> None:
    rng = Random(1)
    spare = set()
    for _ in range(500):
        prompts = draw(rng, listens=True)
        prompt = instead(rng, prompts)
        assert prompt.kind not in {each.kind for each in prompts} and prompt.number is None
        spare.add(prompt.kind)
    assert len(spare) == 8, "each gesture there is"


@pytest.mark.parametrize(
    "text",
    [
        "4827",
        "4 8 2 7.",
        "four eight two seven",
        "Vier, acht, zwei, sieben!",
        "vier acht twee zeven",
        "quatre huit deux sept",
        "It is 48, 27",
        "so: four 8 two seven, yes",
    ],
)
def test_a_number_is_heard_in_any_of_the_languages(text: str) -> None:
    assert said("4827", text)


@pytest.mark.parametrize("text", ["", "4 8 2", "7284", "four eight two one", "forty-eight"])
def test_another_number_is_not(text: str) -> None:
    assert not said("4827", text)
