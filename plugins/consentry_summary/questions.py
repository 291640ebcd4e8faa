"""Finds questions that the meeting left open."""

from __future__ import annotations

import re
from collections.abc import Sequence

from consentry_summary.lines import Finding, after, before, next_in_turn
from consentry_summary.sentences import Sentence
from consentry_summary.wording import content_words, headline, similarity, tidy


def find_questions(sentences: Sequence[Sentence]) -> list[Finding]:
    """Open questions in the order they came up."""
    found: list[Finding] = []
    for place in range(len(sentences)):
        for question in (_stated(sentences, place), _asked(sentences, place)):
            if question is not None:
                _keep(found, question)
    return found


def is_question(sentence: Sentence) -> bool:
    """By its mark, or by its first words where a recognizer left the mark out."""
    text = tidy(sentence.text, sentence.phrases)
    return (
        text.endswith("?") or re.search(sentence.phrases.question, text, re.IGNORECASE) is not None
    )


def _stated(sentences: Sequence[Sentence], place: int) -> Finding | None:
    """ "It is still open whether …", or "One question is open." and the question after it."""
    sentence = sentences[place]
    text, phrases = tidy(sentence.text, sentence.phrases), sentence.phrases
    if re.search(phrases.announces_open, sentence.text, re.IGNORECASE):
        following = next_in_turn(sentences, place)
        if following is not None and is_question(following):
            return Finding(_text(following), (sentence, following))
    match = re.search(phrases.still_open, text, re.IGNORECASE)
    if match is None or text.endswith("?") and not match.groupdict().get("what"):
        return None
    parts = match.groupdict()
    content = parts.get("what") or ""
    if not parts.get("whole") and len(content_words(content)) < 2:
        return None
    if _answered(sentences, place):
        return None
    words = headline(content) if content else headline(text)
    return Finding(words, (sentence,))


def _asked(sentences: Sequence[Sentence], place: int) -> Finding | None:
    """A question that somebody then says is not answered."""
    sentence = sentences[place]
    text, phrases = sentence.text, sentence.phrases
    strong = re.search(phrases.deferred, text, re.IGNORECASE) is not None
    weak = re.search(phrases.unsure, text, re.IGNORECASE) is not None
    if not (strong or weak) or is_question(sentence) and not strong:
        return None
    if not strong and _answered(sentences, place):
        return None
    for earlier in before(sentences, place, 8 if strong else 4):
        if re.search(earlier.phrases.still_open, earlier.text, re.IGNORECASE):
            return None
        if is_question(earlier) and _is_matter(earlier):
            if _decided_between(sentences, earlier, place):
                return None
            answered = _settled_between(sentences, earlier, place) and not weak
            return None if answered and not strong else Finding(_text(earlier), (earlier, sentence))
    return None


def _is_matter(sentence: Sentence) -> bool:
    text = tidy(sentence.text, sentence.phrases)
    if re.search(sentence.phrases.procedural, text, re.IGNORECASE):
        return False
    if re.search(sentence.phrases.deferred, text, re.IGNORECASE) and not text.endswith("?"):
        return False
    return len(content_words(text)) >= 1 and len(text.split()) >= 4


def _answered(sentences: Sequence[Sentence], place: int) -> bool:
    """Whether the next speaker knows it after all."""
    sentence = sentences[place]
    for reply in after(sentences, place, 3):
        if re.search(reply.phrases.deferred, reply.text, re.IGNORECASE):
            return False
        if reply.turn != sentence.turn and re.search(
            reply.phrases.answer, reply.text, re.IGNORECASE
        ):
            return not re.search(reply.phrases.unsure, reply.text, re.IGNORECASE)
    return False


def _settled_between(sentences: Sequence[Sentence], question: Sentence, place: int) -> bool:
    between = [
        each
        for each in before(sentences, place, 8)
        if each.at > question.at and each is not question
    ]
    return any(re.search(each.phrases.answer, each.text, re.IGNORECASE) for each in between)


def _decided_between(sentences: Sequence[Sentence], question: Sentence, place: int) -> bool:
    between = [each for each in sentences[:place] if each.at > question.at]
    return any(
        re.search(rf"{each.phrases.settled}|{each.phrases.decided}", each.text, re.IGNORECASE)
        and not re.search(each.phrases.undecided, each.text, re.IGNORECASE)
        for each in between
    )


def _text(sentence: Sentence) -> str:
    text = tidy(sentence.text, sentence.phrases).rstrip(".!")
    return headline(text if text.endswith("?") else f"{text}?")


def _keep(found: list[Finding], question: Finding) -> None:
    for place, known in enumerate(found):
        shared = set(known.segments) & set(question.segments)
        near = question.at - known.sentences[-1].end < 15.0
        alike = similarity(known.text, question.text)
        if shared and alike >= 0.3 or alike >= (0.3 if near else 0.6):
            cited = tuple(dict.fromkeys((*known.sentences, *question.sentences)))
            found[place] = Finding(known.text, cited)
            return
    found.append(question)
