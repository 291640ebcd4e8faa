"""Picks the few sentences that say what the meeting was about."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from consentry_summary.lines import Finding
from consentry_summary.questions import is_question
from consentry_summary.sentences import Sentence
from consentry_summary.wording import content_words, similarity, statement, tidy

LENGTH = 3
"""Sentences of an abstract, at most."""


def write_abstract(sentences: Sequence[Sentence], findings: Iterable[Finding]) -> list[Finding]:
    """What the meeting is about, then the sentences nearest to what it said most often."""
    told = {id(each) for finding in findings for each in finding.sentences}
    usable = [each for each in sentences if _informs(each)]
    subject = next(
        (each for each in usable[:6] if re.search(each.phrases.subject, each.text, re.IGNORECASE)),
        None,
    )
    counts = Counter(word for each in usable for word in content_words(each.text))
    rest = [each for each in usable if id(each) not in told and each is not subject]
    rest.sort(key=lambda each: -_weight(each, counts))
    picked = [subject] if subject else []
    for sentence in rest:
        if len(picked) == LENGTH:
            break
        if all(similarity(sentence.text, each.text) < 0.6 for each in picked):
            picked.append(sentence)
    picked.sort(key=lambda each: each.at)
    return [Finding(statement(tidy(each.text, each.phrases)), (each,)) for each in picked]


def _informs(sentence: Sentence) -> bool:
    text = tidy(sentence.text, sentence.phrases)
    if len(content_words(text)) < 4 or is_question(sentence):
        return False
    if re.search(sentence.phrases.subject, text, re.IGNORECASE):
        return True
    proposal = sentence.phrases.proposal
    return not re.search(rf"{sentence.phrases.courtesy}|{proposal}", text, re.IGNORECASE)


def _weight(sentence: Sentence, counts: Counter[str]) -> float:
    """Mean frequency of its words; figures count for it, the first person against it."""
    words = content_words(sentence.text)
    figures = 0.5 if re.search(r"\d", sentence.text) else 0.0
    person = 0.7 if re.search(r"\b(?:I|I'm|ich|ik|je|my|you)\b", sentence.text) else 0.0
    return sum(counts[word] for word in words) / (len(words) + 2) + figures - person
