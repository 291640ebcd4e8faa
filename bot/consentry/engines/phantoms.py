"""Tells speech from what a recognizer makes up on silence, noise and loops."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

MAX_COMPRESSION = 2.4
"""Text that gzips better than this repeats itself (Radford et al. 2022, section 4.5)."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the decoder reports about its own text."""

    mean_log_probability: float
    """Natural logarithm, per token."""
    no_speech: float
    """Probability of the no-speech token at the start, 0 to 1."""
    seconds: float
    """Length of the audio."""
    looped: bool = False
    """It ran into the limit of tokens per second."""


# Credits of subtitles that the recognizer was trained on. Nobody says these in a meeting, and they
# appear on noise: Koenecke et al. 2024, "Careless Whisper"; Baranski et al. 2025, arXiv:2501.11378.
_CREDITS = re.compile(
    r"amara\.?\s?org|subtitles? by|captions? by|transcri(?:bed|ption) by|subtitled by"
    r"|untertitel(?:ung)?\b.{0,20}\b(?:zdf|ard|wdr|swr|ndr|funk|community|im auftrag)"
    r"|ondertitel(?:s|ing)\b.{0,30}\b(?:gemeenschap|ingediend|npo|tt888)|tv gelderland"
    r"|sous-titr|sottotitoli|subt[ií]tulos|legendas pela|napisy stworzone|редактор субтитров"
    r"|thank(?:s| you) (?:so much )?for watching|please subscribe|like and subscribe"
    r"|don'?t forget to (?:like|subscribe)|see you in the next video"
    r"|vielen dank f[uü]rs? zu(?:schauen|sehen)|bedankt voor het kijken|merci d'avoir regard"
    r"|gracias por ver|obrigado por assistir|www\.\S+\.(?:com|org|de|nl)",
    re.IGNORECASE,
)

# What people do say, and what the recognizer says first when it hears nothing.
_FILLERS = frozenset(
    phrase.strip()
    for line in (
        "you, thank you, thanks, thank you very much, thank you so much, bye, bye bye, okay, ok",
        "so, oh, the, i, yeah, yes, no, hmm, hm, mm, mhm, uh, um, ah, huh, shh, ugh, wow, hey",
        "right, well, and, what, good, one, two, i'm sorry, sorry, let's go, see you",
        "we'll be right back, be right back, see you next time, see you later, good night",
        "danke, vielen dank, ja, nein, tschüss, so so, und, das, äh, bedankt, dank u wel",
        "dank je wel, doei, nee, en, merci, gracias, sí, oui, ciao, grazie, obrigado",
    )
    for phrase in line.split(",")
)

_TAG = re.compile(r"[\[(*♪♫][^\])*♪♫]*[\])*♪♫]+|[♪♫]+")
_NOT_WORD = re.compile(r"[^\w\s']+")


def without_tags(text: str) -> str:
    """``text`` without descriptions of sounds: ``[Music]``, ``(coughs)``, ``*sniff*``."""
    return re.sub(r"\s{2,}", " ", _TAG.sub(" ", text)).strip()


def repeats(text: str) -> bool:
    """Whether ``text`` is a loop: the same run of one to six words, over and over."""
    data = text.encode()
    if len(data) >= 60 and len(data) / len(zlib.compress(data)) > MAX_COMPRESSION:
        return True
    words = _words(text)
    return any(_longest_run(words, size) > _allowed(size) for size in range(1, 7))


def is_phantom(text: str, evidence: Evidence) -> bool:
    """Whether ``text`` was made up rather than said."""
    words = _words(text)
    if not words or _CREDITS.search(text):
        return True
    if repeats(text):
        return True
    weak = evidence.mean_log_probability < -1.0
    if evidence.no_speech > 0.6 and evidence.mean_log_probability < -0.7:
        return True
    if " ".join(words) in _FILLERS:
        doubtful = evidence.no_speech > 0.5 and evidence.mean_log_probability < -0.6
        return doubtful or evidence.mean_log_probability < -0.9
    return weak and (evidence.looped or evidence.mean_log_probability < -1.4)


def _words(text: str) -> list[str]:
    return _NOT_WORD.sub(" ", text.lower()).split()


def _allowed(size: int) -> int:
    """People do say "no no no no" and "wait a second, wait a second"."""
    return 5 if size == 1 else 3


def _longest_run(words: list[str], size: int) -> int:
    """How often one run of ``size`` words stands in a row, at most."""
    return max((_run_from(words, i, size) for i in range(len(words) - size + 1)), default=0)


def _run_from(words: list[str], start: int, size: int) -> int:
    run = 1
    while words[start + run * size : start + (run + 1) * size] == words[start : start + size]:
        run += 1
    return run
