"""Finds decisions: stated, or proposed and agreed to, and not taken back."""

from __future__ import annotations

import re
from collections.abc import Sequence

from consentry_summary.lines import Finding, after, before, next_in_turn, same_voice
from consentry_summary.sentences import Sentence
from consentry_summary.wording import content_words, headline, similarity, tidy

_WITHDRAWS = re.compile(
    r"\b(?:scratch|forget|take (?:that|it|this) back|undo|reverse|let's not|hold on|not so fast|"
    r"let's wait|hold off|sleep on|postpone|doch nicht|zurück|vertagen|verschieben|lieber|"
    r"toch niet|terug|uitstel\w*|wachten|reportons|repoussons|attendons)\b",
    re.IGNORECASE,
)
_NEW_TOPIC = re.compile(
    r"^(?:next|now|let's|any|another|moving|one more|the next|and you|what|who|als nächstes|"
    r"nächste|"
    r"jetzt|nun|volgende|nu|ensuite|i|ich|ik|je|you)\b(?! we)",
    re.IGNORECASE,
)
_WE = re.compile(
    r"(?:we(?:'ll|'re)?|let's|let us|dann \w+ wir|wir|wij|dan \w+ we|laten we|on|nous) "
    r"(?!have to|need to|should|could|know|don't|were|had|müssen|sollten|könnten|wissen|waren|"
    r"hatten|moeten|weten|waren|hadden|zouden)",
    re.IGNORECASE,
)
_MEETS = re.compile(
    r"\b(?:meet|talk|see|discuss|speak|treffen|sprechen|besprechen|sehen|praten|zien|bespreken|"
    r"reden|verrons|parlons)\b",
    re.IGNORECASE,
)
_TRIVIAL = re.compile(
    r"^(?:start|begin|go on|continue|move on|take a (?:short )?break|close|wrap up|stop here|"
    r"meet again)\b",
    re.IGNORECASE,
)


def find_decisions(sentences: Sequence[Sentence]) -> list[Finding]:
    """Decisions in the order they were made."""
    found: list[Finding] = []
    for place, sentence in enumerate(sentences):
        if re.search(sentence.phrases.undecided, sentence.text, re.IGNORECASE):
            if _WITHDRAWS.search(sentence.text):
                _withdraw(found, sentence)
            continue
        decision = (
            _stated(sentence)
            or _settled(sentences, place)
            or _carried(sentences, place)
            or _sealed(sentences, place)
        )
        if decision is not None:
            _keep(found, decision)
    return found


def _stated(sentence: Sentence) -> Finding | None:
    """ "We have decided to …" """
    phrases, text = sentence.phrases, tidy(sentence.text, sentence.phrases)
    if text.endswith("?") or re.search(phrases.past, text, re.IGNORECASE) or _hypothetical(text):
        return None
    match = re.search(phrases.decided, text, re.IGNORECASE)
    if match is None:
        return None
    parts = match.groupdict()
    what = parts.get("what") or parts.get("passive") or parts.get("chosen") or ""
    what = re.sub(r",? then$", "", what.rstrip(". "))
    if len(what.split()) < 2 or len(content_words(what)) < 1 + (sentence.language in ("de", "nl")):
        return None
    return Finding(headline(_clause(what, text, sentence.language)), (sentence,))


def _clause(what: str, text: str, language: str) -> str:
    """The decision alone in English; the sentence where the word order needs all of it."""
    return text if language in ("de", "nl") else what


def _settled(sentences: Sequence[Sentence], place: int) -> Finding | None:
    """ "Then it's decided": the content follows, or was proposed before."""
    sentence = sentences[place]
    match = re.search(sentence.phrases.settled, sentence.text, re.IGNORECASE)
    if match is None or sentence.text.endswith("?") or _hypothetical(sentence.text):
        return None
    if re.search(sentence.phrases.past, sentence.text, re.IGNORECASE):
        return None
    rest = tidy(sentence.text[match.end() :], sentence.phrases)
    if len(rest.split()) >= 4:
        return Finding(headline(rest), (sentence,))
    lead = tidy(sentence.text[: match.start()], sentence.phrases)
    if len(content_words(lead)) >= 2 and len(lead.split()) >= 3:
        return Finding(headline(lead), (sentence,))
    if place and sentences[place - 1].turn == sentence.turn and _resolves(sentences[place - 1]):
        said = sentences[place - 1]
        return Finding(headline(tidy(said.text, said.phrases)), (said, sentence))
    proposed = _proposed(sentences, place)
    following = next_in_turn(sentences, place)
    if following is not None and _is_matter(following, proposed):
        return Finding(headline(tidy(following.text, following.phrases)), (sentence, following))
    if proposed is not None:
        return Finding(_proposal_text(proposed), (proposed, sentence))
    resolved = next((each for each in before(sentences, place, 5) if _resolves(each)), None)
    if resolved is None:
        return None
    return Finding(headline(tidy(resolved.text, resolved.phrases)), (resolved, sentence))


def _resolves(sentence: Sentence) -> bool:
    """Whether it says what all of us do."""
    text = tidy(sentence.text, sentence.phrases)
    if text.endswith("?") or len(content_words(text)) < 2 or _MEETS.search(text):
        return False
    if any(
        re.search(cue, text, re.IGNORECASE)
        for cue in (sentence.phrases.past, sentence.phrases.courtesy, sentence.phrases.deferred)
    ):
        return False
    return _WE.match(text) is not None


def _sealed(sentences: Sequence[Sentence], place: int) -> Finding | None:
    """ "So we start in May." "Agreed." """
    sentence = sentences[place]
    text = sentence.text.strip()
    if len(text.split()) > 4 or not re.match(sentence.phrases.sealed, text, re.IGNORECASE):
        return None
    for each in before(sentences, place, 2):
        if not same_voice(each, sentence) and _resolves(each):
            return Finding(headline(tidy(each.text, each.phrases)), (each, sentence))
    return None


def _is_matter(following: Sentence, proposed: Sentence | None) -> bool:
    text = tidy(following.text, following.phrases)
    if len(text.split()) < 4 or text.endswith("?") or _NEW_TOPIC.match(text):
        return False
    if re.search(following.phrases.courtesy, text, re.IGNORECASE):
        return False
    return proposed is None or similarity(text, proposed.text) >= 0.25


def _proposed(sentences: Sequence[Sentence], place: int) -> Sentence | None:
    for each in before(sentences, place, 9):
        phrases = each.phrases
        if re.search(phrases.settled, each.text, re.IGNORECASE):
            continue
        match = re.search(phrases.motion, each.text, re.IGNORECASE) or re.search(
            phrases.proposal, each.text, re.IGNORECASE
        )
        procedural = re.search(phrases.procedural, each.text, re.IGNORECASE) and each.text.endswith(
            "?"
        )
        if match and not (procedural and not re.search(phrases.motion, each.text, re.IGNORECASE)):
            content = next((part for part in match.groupdict().values() if part), "")
            if len(content.split()) >= 2 and not _TRIVIAL.match(content.strip()):
                return each
    return None


def _proposal_text(sentence: Sentence) -> str:
    phrases, text = sentence.phrases, tidy(sentence.text, sentence.phrases)
    match = re.search(phrases.motion, text, re.IGNORECASE) or re.search(
        phrases.proposal, text, re.IGNORECASE
    )
    if match is None or sentence.language in ("de", "nl"):
        return headline(text.rstrip("?"))
    content = next((part for part in match.groupdict().values() if part), text)
    return headline(re.sub(r"^(?:that|to) ", "", content.rstrip("?")))


def _carried(sentences: Sequence[Sentence], place: int) -> Finding | None:
    """ "Shall we agree on …?" with a yes from somebody else."""
    sentence = sentences[place]
    match = re.search(sentence.phrases.motion, sentence.text, re.IGNORECASE)
    if match is None or _hypothetical(sentence.text):
        return None
    if re.search(sentence.phrases.settled, sentence.text, re.IGNORECASE):
        return None
    content = next((part for part in match.groupdict().values() if part), "")
    if len(content.split()) < 2 or _TRIVIAL.match(content.strip()):
        return None
    for reply in after(sentences, place, 3):
        if same_voice(reply, sentence) or not re.search(
            reply.phrases.agreement, reply.text, re.IGNORECASE
        ):
            continue
        if re.search(reply.phrases.refuse, reply.text, re.IGNORECASE):
            return None
        return Finding(_proposal_text(sentence), (sentence, reply))
    return None


def _hypothetical(text: str) -> bool:
    return (
        re.search(
            r"\b(?:if|once|when|unless|whether|wenn|falls|ob|sobald|als we|zodra|wish|should "
            r"have|would have|could have)\b.{0,30}"
            r"\b(?:decide|agree|entscheid|beschließ|beslis|besluit)",
            text,
            re.IGNORECASE,
        )
        is not None
    )


def _withdraw(found: list[Finding], sentence: Sentence) -> None:
    """Take back the decision just made."""
    if found and sentence.at - found[-1].sentences[-1].end <= 30.0:
        found.pop()


def _keep(found: list[Finding], decision: Finding) -> None:
    for place, known in enumerate(found):
        shared = set(known.segments) & set(decision.segments)
        if similarity(known.text, decision.text) >= (0.3 if shared else 0.6):
            cited = tuple(dict.fromkeys((*known.sentences, *decision.sentences)))
            found[place] = Finding(known.text, cited)
            return
    found.append(decision)
