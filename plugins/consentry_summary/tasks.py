"""English promises and requests: which of them are work to do after the call."""

from __future__ import annotations

import re

from consentry_summary import english
from consentry_summary.due import Due

_WILL = re.compile(rf"\b{english.WILL} (?:{english.ADVERBS} )*(?P<what>[a-z'].*)", re.IGNORECASE)
_ILL = re.compile(
    rf"^(?:(?:and|then|so|but) )*ill (?:{english.ADVERBS} )*(?P<what>[a-z'].*)", re.IGNORECASE
)
_LET_ME = re.compile(
    r"\blet me (?:also |just |then )*(?P<what>(?:handle|take care|take|do|deal with|look into|"
    r"organi[sz]e|arrange|"
    r"sort out|send|write|draft|book|prepare|order|set up|see to|drive|bring)\b.*)",
    re.IGNORECASE,
)
_CAN = re.compile(
    rf"\b(?:i can|i could|i'd like to|i would like to|i want to|i'll try to|i plan to) "
    rf"(?:{english.ADVERBS} )*(?P<what>[a-z'].*)",
    re.IGNORECASE,
)
_MUST = re.compile(
    rf"\bi (?:also |still |then |just )*(?:need to|have to|must|should|gotta|'ve got to) "
    rf"(?:{english.ADVERBS} )*(?P<what>[a-z'].*)",
    re.IGNORECASE,
)
_WE = re.compile(
    rf"\b(?:we'll|we will|we're going to|we are going to) (?:{english.ADVERBS} )*"
    r"(?P<what>(?!discuss|plan|do|take|make|work|see|get|talk|change|go|meet|need)[a-z']+ .*)",
    re.IGNORECASE,
)
_DOING = re.compile(
    r"\b(?:i'm|i am) (?:also |then )*(?P<verb>[a-z]+)ing (?P<rest>[a-z'].*)", re.IGNORECASE
)
_DO = re.compile(r"\bi (?:then |also )*(?P<what>[a-z]+ .*)", re.IGNORECASE)
_TAKE = re.compile(
    r"\bi (?:take|own|handle|do|take over|take care of) (?:the|that|this|it)\b.*", re.IGNORECASE
)
_LEAVE = re.compile(
    r"\b(?:leave (?P<what>(?:the|all|our) .+) to me|"
    r"put me down for (?P<share>(?:the|all|our) .+))$",
    re.IGNORECASE,
)
_ABOUT_TALK = re.compile(
    r"^(?:make it (?:short|quick|brief)|make (?:a|one) (?:quick |short )?(?:remark|comment|"
    r"point|suggestion)|take notes|"
    r"take a (?:moment|minute|second|break)|take the floor|take your|take (?:us|you) through|"
    r"do my best|get back to (?:my|work)|"
    r"put it|get (?:started|going|to (?:that|it)|straight|right)|come back to that|call it|"
    r"check my|"
    r"(?:talk|speak) (?:about|slow|loud|up)|share (?:my|the) screen|share the link|bring (?:up|us)|"
    r"get some (?:water|coffee)|drop (?:off|out)|work on it then|take that|take it (?:from "
    r"here|as)|"
    r"ask (?:a|one|another|you|again)|look forward|move on|(?:do|say) (?:it|that) (?:again|"
    r"quickly)|test you|"
    r"put (?:you|my)|follow (?:up )?later|call on|bring it up|order you|pick (?:up )?where|"
    r"take questions|"
    r"repeat (?:that|it|the question|what|myself|your)|check in with you all|take another look "
    r"now|go with)\b",
    re.IGNORECASE,
)
_CLEAR = re.compile(
    r"^(?:(?:talk|speak) (?:to|with)|share .+ with|let \w+ (?:\w+ )?know|give .+ (?:access|a call)|"
    r"add .+ to|move .+ (?:to|into)|show .+ how to|turn .+ into|go to|run (?:the|a|some)|"
    r"open (?:a|the) (?:ticket|issue|account)|close (?:a|the) (?:ticket|issue|account)|hand .+ "
    r"over|repeat the \w+)\b",
    re.IGNORECASE,
)
_NOT = re.compile(r"^(?:not|never|no longer|hardly)\b", re.IGNORECASE)
_SUBORDINATE = re.compile(
    r"\b(?:if|unless|whether|what|how|why|where|who|which|that|whatever|whenever|the \w+) $",
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    r"^\w+(?: \w+)? (?:it|that|this|them|those|one)"
    r"(?: (?:ready|done|finished|up|out|over|off|back))?"
    r"(?: (?:to|for|with|in|into|on|after|before|right|by|at|first|myself|then|later) ?.{0,40})?"
    r"[.!]?$",
    re.IGNORECASE,
)


def promised(text: str, due: Due | None) -> str | None:
    """What the speaker takes on, starting with the verb, or ``None``."""
    for pattern, sure in ((_WILL, True), (_ILL, True), (_LET_ME, True), (_CAN, False)):
        match = pattern.search(text)
        if match and not _SUBORDINATE.search(text[: match.start()]):
            return match["what"] if is_task(match["what"], due, sure=sure) else None
    if match := _LEAVE.search(text.rstrip(".! ")):
        return f"take care of {match['what'] or match['share']}"
    return _dated(text, due) if due is not None else _taken(text)


def _dated(text: str, due: Due) -> str | None:
    """Weaker forms, which count as a promise because they name a day."""
    if match := _MUST.search(text):
        return match["what"] if is_task(match["what"], due, sure=False) else None
    if match := _DOING.search(text):
        verb = _base(match["verb"].lower())
        return f"{verb} {match['rest']}" if verb else None
    if match := _DO.search(text):
        return match["what"] if is_task(match["what"], due, sure=False) else None
    return None


def _taken(text: str) -> str | None:
    match = _TAKE.search(text)
    return match.group().split(" ", 1)[1] if match else None


def _base(stem: str) -> str | None:
    """The task verb whose -ing form has this stem."""
    for verb in (stem, f"{stem}e", stem[:-1]):
        if verb in english.TASKS:
            return verb
    return None


def is_task(what: str, due: Due | None, *, sure: bool) -> bool:
    """Whether ``what`` (starting with a verb) is work, not talk about the talk.

    ``sure``: it was promised in so many words, so that an unknown verb is believed.
    """
    words = re.findall(r"[\w']+", what.lower())
    if not words or _NOT.match(what) or _ABOUT_TALK.match(what):
        return False
    verb = words[0]
    if verb in english.NEVER:
        return False
    if _CLEAR.match(what):
        return True
    if verb in english.TALK:
        return due is not None and sure and len(words) > 2
    return (sure and len(words) > 1) or verb in english.TASKS


def shared_promise(text: str, due: Due | None) -> str | None:
    """ "We will order …": somebody does, and nobody says who."""
    match = _WE.search(text)
    if match is None or _SUBORDINATE.search(text[: match.start()]):
        return None
    return match["what"] if is_task(match["what"], due, sure=False) else None


def points_back(what: str) -> bool:
    """Whether the object is a pronoun that only the sentence before explains."""
    return _PRONOUN.match(what) is not None


def imperative(text: str) -> str | None:
    """The task an order gives: "send me the slides"."""
    first = re.match(r"[a-z]+", text.lower())
    return (
        text
        if first and first.group() in english.TASKS and is_task(text, None, sure=False)
        else None
    )


def infinitive(what: str) -> str:
    """``what`` as it stands in a list: "would you mind sending" becomes "send"."""
    first, _, rest = what.partition(" ")
    if first.lower().endswith("ing") and (verb := _base(first.lower()[:-3])):
        return f"{verb} {rest}"
    return what
