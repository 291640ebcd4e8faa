"""Keeps partial captions calm: what two guesses agreed on stays."""

from __future__ import annotations


class Draft:
    """
    The partial text of one utterance, guess by guess.

    The words that two successive guesses agree on are confirmed (local agreement, Liu et al. 2020,
    arXiv:2005.11185); a guess that contradicts them is not shown, and neither is one that only
    takes words away.
    """

    def __init__(self) -> None:
        self._last: list[str] = []
        self._confirmed: list[str] = []
        self._shown: list[str] = []

    def update(self, guess: str) -> str | None:
        """The text to show after ``guess``; ``None`` if it stays as it is."""
        words = _without_ending(guess).split()
        agreed = _agreement(self._last, words)
        self._last = words
        if _agreement(self._confirmed, words) < len(self._confirmed):
            return None
        if agreed > len(self._confirmed):
            self._confirmed = words[:agreed]
        if len(words) < len(self._shown) or words == self._shown:
            return None
        self._shown = words
        return " ".join(words)


def _without_ending(guess: str) -> str:
    """``guess`` without what the recognizer writes where the sound stops."""
    return guess.rstrip(".… -\u2013\u2014")


def _agreement(one: list[str], other: list[str]) -> int:
    """How many words both begin with, whatever their case and punctuation."""
    count = 0
    for a, b in zip(one, other, strict=False):
        if _bare(a) != _bare(b):
            break
        count += 1
    return count


def _bare(word: str) -> str:
    return "".join(c for c in word.lower() if c.isalnum()) or word
