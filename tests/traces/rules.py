"""Whose data may be used for what, worked out from a list of what happened.

Written from docs/participants.md and docs/architecture.md, without a look at how the bot does it:
nothing is kept but facts in their order, and each question is answered by reading them anew.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from consentry.consent.purpose import Mode


class Kind(Enum):
    """What can happen to consent."""

    CAME = auto()
    WENT = auto()
    OWNS = auto()
    LOST = auto()
    """The stack says that the call is no longer its owner's."""
    ON = auto()
    OFF = auto()
    SHOWN = auto()
    """The notice of the terms in force is on the person's screen."""
    YES = auto()
    """To the terms in force, written down."""
    NO = auto()


@dataclass(frozen=True)
class Fact:
    """One of them; ``person`` or ``purpose`` is empty where it is about none."""

    kind: Kind
    at: float
    person: str = ""
    purpose: str = ""


@dataclass(frozen=True)
class Asks:
    """How a purpose asks."""

    mode: Mode
    grace: float = 0.0


class Rules:
    """One call, from the bot's coming to its end. Times are seconds on the call's clock."""

    def __init__(self, purposes: Mapping[str, Asks]) -> None:
        self.purposes = purposes
        self._facts: list[Fact] = []

    def happened(self, kind: Kind, at: float, person: str = "", purpose: str = "") -> None:
        """Write it down, if it is news."""
        match kind:
            case Kind.CAME if self.present(person):
                return
            case Kind.ON if self._last(purpose, Kind.ON, Kind.OFF) is Kind.ON:
                return
        self._facts.append(Fact(kind, at, person, purpose))

    # Who is there, and whose call it is.

    def present(self, person: str) -> bool:
        moves = [f.kind for f in self._facts if f.person == person]
        return next((k for k in reversed(moves) if k in (Kind.CAME, Kind.WENT)), 0) is Kind.CAME

    @property
    def owner(self) -> str | None:
        return next((f.person for f in reversed(self._facts) if f.kind is Kind.OWNS), None)

    @property
    def lost(self) -> bool:
        return self._last("", Kind.OWNS, Kind.LOST) is Kind.LOST

    def switched_on(self, purpose: str) -> bool:
        """Whether an owner turned it on, and none off."""
        return self._last(purpose, Kind.ON, Kind.OFF) is Kind.ON

    def on(self, purpose: str) -> bool:
        """Whether the owner's key is turned, and the call still theirs."""
        return not self.lost and self.switched_on(purpose)

    # Whose data may be used.

    def may(self, purpose: str, person: str, captured: float, now: float) -> bool:
        """Whether what was captured of ``person`` then may be used now."""
        return self.on(purpose) and min(captured, now) >= self.since(purpose, person)

    def since(self, purpose: str, person: str) -> float:
        """From when on what is captured of ``person`` is covered, the owner's key apart."""
        if self.refuses(purpose, person):
            return math.inf
        asks, began = self.purposes[purpose], self._asked_anew(purpose, person)
        opened = [math.inf]
        for i, fact in enumerate(self._facts[began:], began):
            if (fact.person, fact.purpose) != (person, purpose):
                continue
            if fact.kind is Kind.YES:
                opened.append(fact.at)
            before = self._said(purpose, person, self._facts[:i])
            if (fact.kind, asks.mode) == (Kind.SHOWN, Mode.NOTICE) and before is not Kind.NO:
                opened.append(fact.at + asks.grace)
        return min(opened)

    def refuses(self, purpose: str, person: str) -> bool:
        """Whether the last they said is no."""
        return self._said(purpose, person, self._facts) is Kind.NO

    def answers(self, purpose: str, person: str) -> int:
        """Changes with whatever makes a notice that was shown to ``person`` an old one, but for
        their own yes, which is under way for a while."""
        told = (Kind.NO, Kind.CAME)
        own = [
            f
            for f in self._facts
            if f.person == person and f.kind in told and f.purpose in ("", purpose)
        ]
        return len(own) + 10_000 * self._rounds(purpose)

    def _rounds(self, purpose: str) -> int:
        return sum(self._asks_everybody(i, purpose) for i in range(len(self._facts)))

    def _asked_anew(self, purpose: str, person: str) -> int:
        """The index after whatever last took everything said before from its force."""
        for i in range(len(self._facts) - 1, -1, -1):
            fact = self._facts[i]
            own = fact.person == person and fact.kind is Kind.CAME
            said_no = (fact.person, fact.purpose, fact.kind) == (person, purpose, Kind.NO)
            if own or said_no or self._asks_everybody(i, purpose):
                return i + 1
        return 0

    def _asks_everybody(self, index: int, purpose: str) -> bool:
        fact = self._facts[index]
        match fact.kind:
            case Kind.ON | Kind.OFF:
                return fact.purpose == purpose
            case Kind.OWNS:
                before = [f for f in self._facts[:index] if f.kind in (Kind.OWNS, Kind.LOST)]
                owners = [f.person for f in before if f.kind is Kind.OWNS]
                lost = bool(before) and before[-1].kind is Kind.LOST
                return lost or owners[-1:] not in ([], [fact.person])
            case _:
                return False

    def _last(self, purpose: str, *kinds: Kind) -> Kind | None:
        found = (f.kind for f in reversed(self._facts) if f.kind in kinds and f.purpose == purpose)
        return next(found, None)

    @staticmethod
    def _said(purpose: str, person: str, facts: Iterable[Fact]) -> Kind | None:
        said = [
            f.kind
            for f in facts
            if (f.person, f.purpose) == (person, purpose) and f.kind in (Kind.YES, Kind.NO)
        ]
        return said[-1] if said else None
