"""Scores of captions against ground truth: a text normalizer, word error rates, cpWER."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import jiwer
from meeteval.io.seglst import SegLST
from meeteval.wer import combine_error_rates, cpwer

Seglst = list[dict[str, Any]]
"""Rows of SegLST: session_id, speaker, words, start_time, end_time (in seconds)."""

_NUMBERS = {
    "en": "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen twenty",
    "de": "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn "
    "fünfzehn sechzehn siebzehn achtzehn neunzehn zwanzig",
    "nl": "nul een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien "
    "vijftien zestien zeventien achttien negentien twintig",
}
_TENS = {
    "en": {"thirty": "30", "forty": "40", "fifty": "50"},
    "de": {"dreißig": "30", "vierzig": "40", "fünfzig": "50"},
    "nl": {"dertig": "30", "veertig": "40", "vijftig": "50"},
}
_PERCENT = {"en": "percent", "de": "prozent", "nl": "procent"}
_CURRENCIES = {"€": "euros", "$": "dollars", "£": "pounds"}
_FILLERS = frozenset({"um", "uh", "er", "erm", "hmm", "mhm", "mm", "äh", "ähm"})
_ARTICLES = {"de": frozenset({"eins"}), "nl": frozenset({"een"})}
"""Number words that are other words as well, and stay."""


@dataclass(frozen=True, slots=True)
class Score:
    """Word errors over one or more recordings."""

    errors: int
    words: int

    @property
    def rate(self) -> float:
        return self.errors / self.words if self.words else float(self.errors > 0)

    def __add__(self, other: Score) -> Score:
        return Score(self.errors + other.errors, self.words + other.words)


def normalize(text: str, language: str = "en") -> str:
    """The words of ``text`` for comparison, by the rule of the evaluation corpus.

    Lower case; ``12%`` becomes ``12 percent``; currency signs become words; commas, points and
    colons inside numbers and apostrophes are dropped; other punctuation is a space; number words
    to fifty become digits; fillers and ellipses for lost audio are dropped.
    """
    language = language.split("-")[0]
    text = text.lower().replace("%", f" {_PERCENT.get(language, 'percent')} ")
    text = re.sub(r"([€$£])\s*([\d.,:]*\d)", lambda m: f"{m[2]} {_CURRENCIES[m[1]]}", text)
    for sign, word in _CURRENCIES.items():
        text = text.replace(sign, f" {word} ")
    text = re.sub(r"(?<=\d)[.,:](?=\d)", "", text)
    text = re.sub(r"['\u2019\u02bc]", "", text)
    words = re.sub(r"[^\w\s]|_", " ", text).split()
    numbers = _number_words(language)
    return " ".join(numbers.get(word, word) for word in words if word not in _FILLERS)


def word_errors(reference: str, hypothesis: str, language: str = "en") -> Score:
    """Word errors of one text against another, both normalized."""
    ref, hyp = normalize(reference, language), normalize(hypothesis, language)
    if not ref:
        return Score(len(hyp.split()), 0)
    out = jiwer.process_words(ref, hyp)
    return Score(out.substitutions + out.deletions + out.insertions, len(ref.split()))


def cp_errors(reference: Seglst, hypothesis: Seglst, language: str = "en") -> Score:
    """Word errors under the best assignment of hypothesis speakers to reference speakers.

    Concatenated minimum-permutation WER (Watanabe et al. 2020, CHiME-6), by meeteval.
    """
    sessions = {str(row["session_id"]) for row in reference}
    stray = [row for row in hypothesis if str(row["session_id"]) not in sessions]
    if stray:
        raise ValueError("the hypothesis has a session that the reference has not")
    rates = cpwer(
        SegLST(_normalized(reference, language)),
        SegLST(_normalized(_complete(reference, hypothesis), language)),
    )
    total = combine_error_rates(*rates.values())
    return Score(int(total.errors), int(total.length))


def cp_wer(reference: Seglst, hypothesis: Seglst, language: str = "en") -> float:
    """The rate of :func:`cp_errors`."""
    return cp_errors(reference, hypothesis, language).rate


def offline_errors(
    reference: Seglst, texts: Iterable[tuple[str, str]], language: str = "en"
) -> Score:
    """cpWER of whole tracks transcribed in one go: ``texts`` are (track, text)."""
    session = reference[0]["session_id"]
    hypothesis = [
        {"session_id": session, "speaker": track, "words": text, "start_time": 0, "end_time": 1}
        for track, text in texts
    ]
    return cp_errors(reference, hypothesis, language)


def percentile(values: Iterable[float], share: float) -> float:
    """The smallest value that ``share`` of ``values`` do not exceed; NaN of none."""
    ordered = sorted(values)
    if not ordered:
        return float("nan")
    return ordered[max(0, math.ceil(round(share * len(ordered), 9)) - 1)]


def _number_words(language: str) -> dict[str, str]:
    words = _NUMBERS.get(language, "").split()
    numbers = {word: str(i) for i, word in enumerate(words)} | _TENS.get(language, {})
    articles = _ARTICLES.get(language, frozenset())
    return {word: digits for word, digits in numbers.items() if word not in articles}


def _normalized(rows: Seglst, language: str) -> Seglst:
    return [{**row, "words": normalize(row["words"], language)} for row in rows]


def _complete(reference: Seglst, hypothesis: Seglst) -> Seglst:
    """``hypothesis`` with an empty row for each session that it says nothing in."""
    present = {row["session_id"] for row in hypothesis}
    missing = {row["session_id"] for row in reference} - present
    empty = {"speaker": "nobody", "words": "", "start_time": 0, "end_time": 0}
    return [*hypothesis, *({"session_id": session, **empty} for session in sorted(missing))]
