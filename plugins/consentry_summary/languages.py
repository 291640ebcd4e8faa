"""Which language a sentence is in, by its commonest words: recognizers mislabel short ones."""

from __future__ import annotations

import re
from collections.abc import Mapping

from consentry_summary.phrases import word_set

_COMMON: Mapping[str, frozenset[str]] = {
    "en": word_set(
        "the and is are was of to that it we you will have not for with this what be do can "
        "i'll let's on i my our they about but"
    ),
    "de": word_set(
        "der die das und ist sind nicht ich wir sie ein eine den dem des mit für auf zu haben "
        "wird noch dass auch bis wer was wann bei kann dann also"
    ),
    "nl": word_set(
        "het een en is zijn niet ik we wij van dat voor met op te hebben nog ook wordt wat wie "
        "wanneer bij kan dan dus naar aan goed maar"
    ),
    "fr": word_set(
        "le la les et est sont pas je nous vous un une des du de que pour avec sur ce qui on "
        "encore dans au aux vais"
    ),
}
SUPPORTED = frozenset(_COMMON)


def language_of(text: str, heard: str | None, default: str | None) -> str:
    """Two-letter code; ``heard`` is the recognizer's guess, ``default`` the meeting's language."""
    declared = next(
        (code[:2].lower() for code in (heard, default) if code and code[:2].lower() in SUPPORTED),
        "en",
    )
    words = re.findall(r"[\w']+", text.lower())
    scores = {code: sum(word in common for word in words) for code, common in _COMMON.items()}
    best = max(scores, key=lambda code: (scores[code], code == declared))
    return best if scores[best] >= 3 and scores[best] > 2 * scores[declared] else declared
