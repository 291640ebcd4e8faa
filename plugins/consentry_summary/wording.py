"""Makes the words of a line out of the words that were said."""

from __future__ import annotations

import re

from consentry_summary.phrases import Phrases, word_set

_STOP = word_set(
    "the a an and or but of to in on at for with from by is are was be will would can could should "
    "shall have has had do does did it its this that these those we you they he she i me my "
    "our your "
    "their him her us them so then just also very really about as if not no yes there what who "
    "how when "
    "der die das den dem des ein eine einen einer einem und oder aber von zu im am mit für auf "
    "aus bei "
    "ist sind war wird werden haben hat ich wir sie er es ihr uns mir dir sich nicht noch auch "
    "dann also "
    "dass wer was wie wann de het een en of maar van naar voor op bij is zijn was wordt worden "
    "heeft "
    "hebben ik wij jij je ze hij het ons mij niet nog ook dan dus dat wie wat hoe le la les un "
    "une des du "
    "et ou mais est sont je nous vous il elle on ne pas que qui"
)


def tidy(text: str, phrases: Phrases) -> str:
    """``text`` without fillers and without what people say before they say something."""
    plain = re.sub(phrases.fillers, " ", text.replace("’", "'"), flags=re.IGNORECASE)
    plain = re.sub(r"\s+([,.!?])", r"\1", re.sub(r"\s+", " ", plain)).strip(" ,;-")
    shorter = re.sub(rf"^{phrases.openers}", "", plain, flags=re.IGNORECASE)
    return shorter or plain


def headline(text: str) -> str:
    """``text`` with a capital and without a full stop, as an entry in a list."""
    plain = re.sub(r"\s+", " ", text).strip(" ,;:.!-–")
    plain = re.sub(r"\s+([,.!?])", r"\1", plain)
    return plain[:1].upper() + plain[1:]


def statement(text: str) -> str:
    """``text`` with a capital and a full stop, as a sentence of its own."""
    plain = headline(text)
    return plain if plain.endswith("?") else f"{plain}."


def content_words(text: str) -> frozenset[str]:
    """The words that carry meaning, cut to six letters so that endings do not matter."""
    words = re.findall(r"[^\W_]+", text.lower().replace("'", ""))
    return frozenset(word[:6] for word in words if word not in _STOP and len(word) > 1)


def similarity(one: str, other: str) -> float:
    """Of the content words of the shorter text, the share that the other has, 0 to 1."""
    left, right = content_words(one), content_words(other)
    return len(left & right) / min(len(left), len(right)) if left and right else 0.0
