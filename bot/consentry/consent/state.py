"""
Who agreed to what. Pure state: no I/O, no clock, no asyncio.

Two keys turn together. The owner enables a purpose for the call; each
participant answers for themselves. Data of a participant may be used for a
purpose if, at the moment it was captured,

    the purpose was enabled, not paused, and
    opt_in:  the participant had said yes to the terms as they stand;
    notice:  the notice had been on their screen for the grace period,
             and they had not said no.

    asked ──noticed──▶ grace ──time──▶ running          (notice)
    asked ──yes──▶ running                              (opt_in, and notice)
    any ──no──▶ refused ──yes──▶ running
    running ──off→on, new terms, new owner, rejoin──▶ asked      refused stays refused

A yes takes two steps, :meth:`Consent.propose` and :meth:`Consent.commit`, so that
it can be made durable between them; whatever happens to that person and purpose in
between voids it. A no takes one step and can't fail.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from consentry.consent.purpose import DEFAULT_GRACE, ENGLISH, Mode
from consentry.errors import ConsentError


class Standing(StrEnum):
    """Where one person stands towards one purpose."""

    OFF = "off"
    ASKED = "asked"
    GRACE = "grace"
    RUNNING = "running"
    REFUSED = "refused"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Shown:
    """The terms of a purpose as they are shown in one language."""

    digest: str
    """SHA-256 of ``text``, in hex."""
    text: str
    """All of it, as JSON."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What is asked for one purpose in this call."""

    purpose: str
    version: str
    """Of the words shown; any change of them is another version."""
    mode: Mode = Mode.OPT_IN
    grace: float = DEFAULT_GRACE
    """Seconds between a notice on the screen and the start, in ``notice`` mode."""
    shown: Mapping[str, Shown] = field(default_factory=dict, hash=False)
    """What stands in the notice, by language."""

    def read_in(self, language: str) -> tuple[str, Shown | None]:
        """What readers of ``language`` are shown, and the language it is in: English where there
        are no words in theirs."""
        found = language if language in self.shown else ENGLISH
        return found, self.shown.get(found)


@dataclass(frozen=True, slots=True)
class Grant:
    """A yes that was given and is not in force yet."""

    person: str
    purpose: str
    version: str
    turn: int


@dataclass(slots=True)
class _Answer:
    refused: bool = False
    noticed: bool = False
    since: float = math.inf
    """Data captured from then on may be used."""
    turn: int = 0
    """Counts what happened to this answer, so that a late commit is noticed."""


@dataclass(slots=True)
class _Purpose:
    terms: Terms
    enabled: bool = False
    epoch: int = 0
    answers: dict[str, _Answer] = field(default_factory=dict)

    @property
    def version(self) -> str:
        return f"{self.terms.version}.{self.epoch}"

    def ask_again(self) -> None:
        self.epoch += 1
        for answer in self.answers.values():
            _reset(answer)


def _reset(answer: _Answer) -> None:
    answer.noticed = False
    answer.since = math.inf
    answer.turn += 1


class Consent:
    """The consent of everybody in one call, to every purpose that could run in it.

    Times are seconds on the call's clock. Unknown purposes and people raise ConsentError.
    """

    def __init__(self, terms: Iterable[Terms]) -> None:
        self._purposes = {t.purpose: _Purpose(t) for t in terms}
        self._present: set[str] = set()
        self.owner: str | None = None
        self.paused = False

    @property
    def purposes(self) -> tuple[str, ...]:
        return tuple(self._purposes)

    # The owner's key.

    def confirm_owner(self, person: str) -> None:
        """``person`` proved to own the call. A new owner: everybody is asked again."""
        if self.owner not in (None, person) or self.paused:
            for purpose in self._purposes.values():
                purpose.ask_again()
        self.owner, self.paused = person, False

    def owner_lost(self) -> None:
        """The stack says that ownership moved: nothing runs until it is confirmed again."""
        self.paused = True

    def enable(self, purpose: str, by: str) -> None:
        """Turn ``purpose`` on for the call; ConsentError unless ``by`` is the confirmed owner, and
        the call still theirs."""
        self._require_owner(by)
        if self.paused:
            text = "the call has changed hands; say /owner CODE again first"
            raise ConsentError(text, "changed_hands")
        entry = self._purpose(purpose)
        if not entry.enabled:
            entry.enabled = True
            entry.ask_again()

    def disable(self, purpose: str, by: str) -> None:
        """Turn ``purpose`` off for everybody; ConsentError unless ``by`` is the confirmed owner."""
        self._require_owner(by)
        entry = self._purpose(purpose)
        entry.enabled = False
        entry.ask_again()

    def change(self, terms: Terms) -> None:
        """The words, mode or grace of a purpose changed: whoever had said yes is asked again."""
        entry = self._purpose(terms.purpose)
        entry.terms = terms
        entry.ask_again()

    # A participant's key.

    def joined(self, person: str) -> None:
        """``person`` is in the call; coming back counts as new, but for what they refused."""
        self._present.add(person)
        for entry in self._purposes.values():
            _reset(entry.answers.setdefault(person, _Answer()))

    def left(self, person: str) -> None:
        """``person`` is gone. What they said under their yes stays usable in this call."""
        self._present.discard(person)

    def noticed(self, person: str, purpose: str, version: str, at: float) -> None:
        """The notice with these terms is on ``person``'s screen. Old terms are ignored."""
        entry, answer = self._find(person, purpose)
        if not entry.enabled or version != entry.version or answer.noticed:
            return
        answer.noticed = True
        if entry.terms.mode is Mode.NOTICE and not answer.refused:
            answer.since = min(answer.since, at + entry.terms.grace)

    def refuse(self, person: str, purpose: str) -> None:
        """``person`` says no, first or after a yes. Effective at once, whatever the terms."""
        _, answer = self._find(person, purpose)
        _reset(answer)
        answer.refused = True

    def propose(self, person: str, purpose: str, version: str) -> Grant:
        """``person`` says yes to these terms; ConsentError where they are not the present ones."""
        entry, answer = self._find(person, purpose)
        if not entry.enabled:
            raise ConsentError(f"{purpose!r} is off in this call", "off", purpose=purpose)
        if version != entry.version:
            text = f"the terms of {purpose!r} changed since they were shown"
            raise ConsentError(text, "terms_changed", purpose=purpose)
        return Grant(person, purpose, version, answer.turn)

    def commit(self, grant: Grant, at: float) -> bool:
        """Put a proposed yes into force from ``at`` on; False if anything happened meanwhile."""
        entry, answer = self._find(grant.person, grant.purpose)
        current = (entry.version, answer.turn) == (grant.version, grant.turn)
        if not (entry.enabled and current and grant.person in self._present):
            return False
        answer.refused, answer.noticed = False, True
        answer.since = min(answer.since, at)
        return True

    # What holds.

    def enabled(self, purpose: str) -> bool:
        """Whether the owner's key is turned for ``purpose``; an unknown purpose never is."""
        entry = self._purposes.get(purpose)
        return entry is not None and entry.enabled and not self.paused

    def allows(self, purpose: str, person: str, at: float) -> bool:
        """Whether ``person``'s data captured at ``at`` may be used for ``purpose`` now."""
        if not self.enabled(purpose):
            return False
        answer = self._purposes[purpose].answers.get(person)
        return answer is not None and not answer.refused and at >= answer.since

    def refused(self, purpose: str, person: str) -> bool:
        """Whether ``person``'s last word on ``purpose`` was no, be it on or off."""
        answer = self._purpose(purpose).answers.get(person)
        return answer is not None and answer.refused

    def standing(self, purpose: str, person: str, now: float) -> Standing:
        """What ``person`` is shown for ``purpose``."""
        entry, answer = self._find(person, purpose)
        if not entry.enabled:
            return Standing.OFF
        if answer.refused:
            return Standing.REFUSED
        if self.paused:
            return Standing.PAUSED
        if now >= answer.since:
            return Standing.RUNNING
        return Standing.GRACE if math.isfinite(answer.since) else Standing.ASKED

    def version(self, purpose: str) -> str:
        """Of the terms in force; an answer must quote it."""
        return self._purpose(purpose).version

    def terms(self, purpose: str) -> Terms:
        return self._purpose(purpose).terms

    def next_change(self, now: float) -> float:
        """When time alone will next start something; infinity if it won't."""
        return min((s for s in self._starts() if s > now), default=math.inf)

    def _starts(self) -> Iterator[float]:
        for entry in self._purposes.values():
            if entry.enabled:
                yield from (a.since for a in entry.answers.values() if not a.refused)

    def _require_owner(self, person: str) -> None:
        if self.owner is None or person != self.owner:
            text = "only the owner of the call can do that; say /owner CODE first"
            raise ConsentError(text, "owner_only")

    def _purpose(self, purpose: str) -> _Purpose:
        try:
            return self._purposes[purpose]
        except KeyError:
            known = ", ".join(self._purposes) or "none"
            text = f"there is no such purpose here; there are: {known}"
            raise ConsentError(text, "unknown_purpose", known=known) from None

    def _find(self, person: str, purpose: str) -> tuple[_Purpose, _Answer]:
        entry = self._purpose(purpose)
        try:
            return entry, entry.answers[person]
        except KeyError:
            raise ConsentError("that person is not in the call", "not_here") from None
