"""When somebody checked in at the kiosk, as their own page says it."""

from __future__ import annotations

from collections.abc import Iterable

from consentry.people.roll import KeptArrival, Occasion
from consentry.words.catalog import Words


def in_words(kept: Iterable[KeptArrival], words: Words) -> list[str]:
    """A line for each."""
    return [
        words.say(
            "mine.arrival",
            when=words.moment(each.arrival.at),
            what=_what(each.arrival.occasion, words),
            day=words.day(each.until),
        )
        for each in kept
    ]


def _what(occasion: Occasion, words: Words) -> str:
    unnamed = "mine.arrival_without" if occasion.meeting is None else "mine.arrival_private"
    named = occasion.title or words.say(unnamed)
    return ", ".join(filter(None, (named, occasion.room)))
