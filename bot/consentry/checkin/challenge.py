"""What somebody is asked to do: drawn anew for each try, so that nobody can have it on record."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from random import Random
from typing import get_args

from consentry.checkin.gestures import Expression, Gesture, Motion
from consentry.plugin import Prompt

STEPS = 3
"""Gestures asked for in one try."""

MOTIONS: tuple[Motion, ...] = get_args(Motion)
EXPRESSIONS: tuple[Expression, ...] = get_args(Expression)
TURNS: frozenset[Gesture] = frozenset({"turn_left", "turn_right"})
"""What pictures can be made to do least of all, flat or bent."""

SEQUENCES: tuple[tuple[Gesture, ...], ...] = tuple(
    each
    for each in itertools.permutations((*MOTIONS, *EXPRESSIONS), STEPS)
    if TURNS & set(each) and set(EXPRESSIONS) & set(each)
)
"""All there are, 120: each needs depth and living features, and repeats nothing."""

DIGITS = 4

WORDS: Mapping[str, int] = {
    word: digit
    for digit, words in enumerate(
        (
            "zero oh null nul zéro",
            "one eins een één un",
            "two zwei zwo twee deux",
            "three drei drie trois",
            "four vier quatre",
            "five fünf vijf cinq",
            "six sechs zes",
            "seven sieben zeven sept",
            "eight acht huit",
            "nine neun negen neuf",
        )
    )
    for word in words.split()
}
"""Digits as a caption may spell them in English, German, Dutch and French."""


def draw(rng: Random, *, listens: bool = False) -> tuple[Prompt, ...]:
    """The prompts of one try, every sequence as likely as any other. Where somebody ``listens``,
    a number to read aloud comes last."""
    prompts = [Prompt(kind) for kind in rng.choice(SEQUENCES)]
    if listens:
        number = "".join(str(rng.randrange(10)) for _ in range(DIGITS))
        prompts.append(Prompt("say", number))
    return tuple(prompts)


def instead(rng: Random, prompts: Sequence[Prompt]) -> Prompt:
    """A gesture that is not among ``prompts``, for whoever can't be heard."""
    asked = {prompt.kind for prompt in prompts}
    return Prompt(rng.choice([kind for kind in (*MOTIONS, *EXPRESSIONS) if kind not in asked]))


def said(number: str, text: str) -> bool:
    """Whether ``text``, as captions write it, holds the digits of ``number`` in their order."""
    words = re.findall(r"\d|[^\W\d_]+", text.lower())
    heard = "".join(
        word if word.isdigit() else str(WORDS[word])
        for word in words
        if word.isdigit() or word in WORDS
    )
    return number in heard
