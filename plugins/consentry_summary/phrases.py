"""The cues by which one language marks decisions, promises and questions."""

from __future__ import annotations

from dataclasses import dataclass

ANY = r"(?P<what>.+)"
"""The part of a cue that carries its content."""


@dataclass(frozen=True, slots=True)
class Phrases:
    """Regular expressions, matched without regard to case; ``what`` names the content."""

    openers: str
    """What people say before they say something."""
    fillers: str
    starters: str
    """Where a new statement starts in the middle of a run-on sentence."""
    subordinators: str
    """Before a starter these make it a part of the sentence."""
    accept: str
    refuse: str
    pointer: str
    """A promise that points back: "I'll do that"."""
    blocked: str
    """Conditions, hedges and reported speech: no promise is made."""
    retracted: str
    """Takes back what the speaker just said."""
    request: str
    mild_request: str
    """A request that is a question: it counts when it is accepted."""
    need: str
    """Work nobody has taken yet; counts when somebody takes it."""
    plan: str
    """What all of us, or the speaker, are to do, with no promise to do it."""
    topic: str
    offer: str
    """ "Shall I …?" """
    decided: str
    settled: str
    """Says that something is decided, but not what."""
    sealed: str
    """A short yes that makes a decision of what somebody else just said."""
    proposal: str
    motion: str
    """Asks for agreement to the content."""
    agreement: str
    """Says yes to a motion."""
    undecided: str
    past: str
    question: str
    """How a question starts, where the question mark got lost."""
    procedural: str
    """Questions about the meeting, not its matter."""
    deferred: str
    unsure: str
    answer: str
    still_open: str
    """States an open question: ``what``."""
    announces_open: str
    """The question comes next."""
    subject: str
    """States what the meeting is about."""
    courtesy: str
    """Greetings, thanks and small talk: never in the abstract."""


def word_set(text: str) -> frozenset[str]:
    """The words of ``text``: a word list is easiest to read in one string."""
    return frozenset(text.split())
