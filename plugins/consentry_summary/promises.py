"""What one sentence promises, asks for or leaves to be done, in any of the languages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from consentry.api import Participant
from consentry_summary import french, tasks, verb_second
from consentry_summary.due import Due, find_due, without_due
from consentry_summary.people import Roster, recased
from consentry_summary.sentences import Sentence
from consentry_summary.wording import headline, tidy

_STRANGER = re.compile(
    r"(?!(?:It|This|That|There|You|We|He|She|They|I|The|These|Those|Everything|What|Who)\b)"
    r"[A-Z][^\W\d_]+ (?:will|is going to) (?P<what>.+)"
)
"""Somebody who is not in the call, or whose name two people share: the line has no owner."""


@dataclass(frozen=True, slots=True)
class Promise:
    """Work somebody takes on."""

    what: str
    """As an entry in a list; empty if it only points back ("I'll do that")."""
    due: Due | None
    points_back: bool
    by_all: bool = False
    """ "We will …": it has no one owner."""


@dataclass(frozen=True, slots=True)
class Need:
    """Work somebody should take on."""

    what: str
    due: Due | None
    sentence: Sentence
    asked: Participant | None = None
    """Who was asked by name."""
    direct: bool = False
    """Somebody was told or asked to: a plain yes takes it on."""
    told: bool = False
    """Not a question: it stands unless it is refused."""
    hint: bool = False
    """Only said to be done: a promise may point to it, and an open request goes before it."""
    offered: bool = False
    """The speaker would do it, if others say yes."""


def promise(sentence: Sentence, today: date) -> Promise | None:
    """The work the speaker takes on here."""
    phrases = sentence.phrases
    text = tidy(sentence.text, phrases)
    if sentence.text.endswith("?") or re.search(phrases.blocked, text, re.IGNORECASE):
        return None
    due = find_due(text, today)
    bare = without_due(text, due)
    what = _promised(bare, sentence.language, due)
    if what is None and sentence.language == "en" and (due or sentence.speaker.shared):
        what = tasks.shared_promise(bare, due)
        if what is not None:
            return Promise(headline(what), due, points_back=False, by_all=True)
    pointer = re.search(phrases.pointer, bare, re.IGNORECASE)
    if pointer and (
        what is None or tasks.points_back(what) or _only(pointer, bare, sentence.language)
    ):
        return Promise("", due, points_back=True)
    if not what:
        return None
    return Promise(headline(what), due, points_back=tasks.points_back(what))


def _only(pointer: re.Match[str], text: str, language: str) -> bool:
    """Whether the sentence says no more than that; "mache ich die Folien" has an object."""
    rest = len(text.split()) - len(pointer.group().split())
    return rest <= (1 if language in ("de", "nl") else 2)


def _promised(text: str, language: str, due: Due | None) -> str | None:
    match language:
        case "de" | "nl":
            return verb_second.promised(text, language, due)
        case "fr":
            found = re.search(french.PROMISE, text, re.IGNORECASE)
            if found is None or re.search(french.TALK, found["what"], re.IGNORECASE):
                return None
            return found["what"]
        case _:
            return tasks.promised(text, due)


def by_another(
    sentence: Sentence, people: Roster, today: date
) -> tuple[Promise, Participant | None] | None:
    """ "Tom will send the minutes": what a participant other than the speaker is to do."""
    phrases = sentence.phrases
    text = recased(tidy(sentence.text, phrases), people.names)
    if sentence.text.endswith("?") or re.search(phrases.blocked, text, re.IGNORECASE):
        return None
    due = find_due(text, today)
    bare = without_due(text, due)
    for name, person in people.by_name.items():
        what = _of_another(bare, name, sentence.language, due)
        if what:
            return Promise(headline(what), due, points_back=tasks.points_back(what)), person
    stranger = _STRANGER.match(bare)
    if due and stranger and tasks.is_task(stranger["what"], due, sure=False):
        return Promise(headline(bare), due, points_back=False), None
    return None


def _of_another(text: str, name: str, language: str, due: Due | None) -> str | None:
    called = re.escape(name)
    if language in ("de", "nl"):
        return verb_second.by_another(text, name, language)
    future = re.search(
        rf"\b{called} (?:will|is going to|shall|has agreed to|agreed to|offered to|volunteered to|"
        rf"has offered to|va|has to|needs to) (?P<what>[^\W\d].*)",
        text,
    )
    if future:
        return future["what"] if tasks.is_task(future["what"], due, sure=due is not None) else None
    charge = re.search(
        rf"\b{called} (?P<what>(?:takes care of|takes over|takes on|is responsible for|is in "
        rf"charge of|handles) .+)",
        text,
    )
    if charge:
        return re.sub(
            r"^(?:is responsible for|is in charge of|handles|takes \w+(?: of)?)",
            "take care of",
            charge["what"],
        )
    given = re.search(
        rf"^(?P<what>.+?) (?:is|are|goes|gets|was) (?:assigned|given|going)? ?to {called}\b", text
    )
    return f"take care of {given['what']}" if given else None


def need(sentence: Sentence, people: Roster, today: date) -> Need | None:
    """The work this sentence asks somebody, or nobody yet, to do."""
    phrases = sentence.phrases
    text = recased(tidy(sentence.text, phrases), people.names)
    called = people.addressed(recased(sentence.text, people.names))
    asked = called[1] if called else None
    if called:
        text = re.sub(
            rf"(?:^(?:[\w']+,? ){{0,3}}?{re.escape(called[0])}[,:]? |,? "
            rf"{re.escape(called[0])}(?=[.?!]*$))",
            "",
            text,
        )
    due = find_due(text, today)
    bare = without_due(text, due).rstrip("?.! ")
    if re.search(phrases.blocked, bare, re.IGNORECASE):
        return None
    return _asked(bare, sentence, due, asked) or _unclaimed(bare, sentence, due)


def _asked(
    text: str, sentence: Sentence, due: Due | None, asked: Participant | None
) -> Need | None:
    phrases, language = sentence.phrases, sentence.language
    if language in ("de", "nl") and (what := verb_second.asked_directly(text, language)):
        return Need(headline(what), due, sentence, asked, direct=True)
    if match := re.search(phrases.mild_request, text, re.IGNORECASE):
        what = _task(match["what"], language, due)
        return Need(headline(what), due, sentence, asked, direct=True) if what else None
    if match := re.search(phrases.request, text, re.IGNORECASE):
        what = _task(match["what"], language, due)
        told = asked is not None
        return Need(headline(what), due, sentence, asked, direct=True, told=told) if what else None
    if asked is not None and language == "en" and (what := tasks.imperative(text)):
        return Need(headline(what), due, sentence, asked, direct=True, told=True)
    if match := re.search(phrases.offer, text, re.IGNORECASE):
        what = _task(match["what"], language, due)
        return Need(headline(what), due, sentence, direct=True, offered=True) if what else None
    return None


def _unclaimed(text: str, sentence: Sentence, due: Due | None) -> Need | None:
    phrases, language = sentence.phrases, sentence.language
    if match := re.search(phrases.need, text, re.IGNORECASE):
        if passive := match.groupdict().get("passive"):
            return Need(headline(passive), due, sentence)
        what = _task(match["what"], language, due)
        return Need(headline(what), due, sentence) if what else None
    if match := re.search(phrases.plan, text, re.IGNORECASE):
        what = _task(match["what"], language, due, sure=False)
        return Need(headline(what), due, sentence, hint=True) if what else None
    if match := re.search(phrases.topic, text, re.IGNORECASE):
        lead = {"de": "", "nl": "", "fr": ""}.get(language, "Take care of ")
        return Need(headline(lead + match["what"]), due, sentence)
    return None


def _task(what: str, language: str, due: Due | None, *, sure: bool = True) -> str | None:
    if language in ("de", "nl"):
        return verb_second.requested(what, language)
    if language == "fr":
        return None if re.search(french.TALK, what, re.IGNORECASE) else what
    plain = tasks.infinitive(
        re.sub(r"^(?:please|to|also|just|maybe|all|both) ", "", what, flags=re.IGNORECASE)
    )
    return plain if tasks.is_task(plain, due, sure=sure) else None
