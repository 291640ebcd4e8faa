"""Whose face may be looked at, and who may be on the list: from claims, and what ended them.

Written from docs/participants.md and docs/checkin.md, as rules.py is. Where time ends something it
allows a moment too much; whatever it forbids must never be.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from consentry.people.claims import Claimed
from tests.traces.rules import Rules

PURPOSE = "checkin"
WAITS = 120.0
"""Seconds that a claim waits for its person's yes."""
LASTS = 55.0
"""Seconds of a try: 30 until the first picture, and 25 after the plugin was asked."""
MOMENT = 0.5


@dataclass
class Standing:
    """A claim to be proved by a face, which nothing has ended."""

    claim: Claimed
    at: float
    asked: str | None = None
    """The id under which the plugin was asked."""
    proved: bool = False
    """The plugin said so."""


class Tries:
    """Of one call, from the bot's coming to its end. Times are seconds on the call's clock."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._standing: dict[str, Standing] = {}
        self._began: set[str] = set()
        """Whose try runs."""
        self._marks: dict[str, Claimed] = {}
        self._told: dict[str, float] = {}
        """When each person was told a verdict last."""

    # What happens.

    def claimed(self, person: str, claim: Claimed, now: float) -> None:
        """Somebody proved who they are; a claim ends what they tried before."""
        self.settle(now)
        if not self._rules.on(PURPOSE) or not self._rules.present(person):
            return
        self._end(person)
        if claim.assurance != "face":
            self._mark(person, claim)
        elif claim.ticket is not None and not claim.look_alike:
            self._standing[person] = Standing(claim, now)
            self.settle(now)

    def asked(self, person: str, id: str) -> None:
        """The plugin is asked to look at them."""
        self._standing[person].asked = id

    def answered(self, person: str, id: str, verdict: str) -> None:
        """The plugin gives its verdict on what it was asked, now or earlier."""
        standing = self._standing.get(person)
        if standing is not None and standing.asked == id and verdict == "checked_in":
            standing.proved = True

    def told(self, person: str, verdict: str, now: float) -> bool:
        """They are told the verdict; whether they may be told that."""
        standing = self._standing.get(person)
        self._told[person] = now
        self._end(person)
        if verdict == "checked_in" and standing is not None and standing.proved:
            self._mark(person, standing.claim)
        return verdict != "checked_in" or person in self._marks

    def left(self, person: str) -> None:
        """They are gone, or have everything erased."""
        self._end(person)
        self._marks.pop(person, None)

    def settle(self, now: float) -> None:
        """What consent and time end, ends."""
        if not self._rules.on(PURPOSE):
            self._marks.clear()
        for person, standing in list(self._standing.items()):
            if self._rules.may(PURPOSE, person, now, now):
                self._began.add(person)
                over = now > self._beginning(person) + LASTS + MOMENT
            else:
                over = person in self._began or now > standing.at + WAITS + MOMENT
            if over or not self._rules.on(PURPOSE) or self._rules.refuses(PURPOSE, person):
                self._end(person)

    # What may be.

    def may_look(self, person: str, captured: float, now: float) -> bool:
        """Whether a picture of theirs from then may be looked at now."""
        self.settle(now)
        return person in self._began and captured >= self._beginning(person)

    def may_take(self, person: str, now: float) -> bool:
        """Whether their camera may be taken now: after a verdict, until the bot has let it go."""
        told = self._told.get(person, -math.inf)
        return self.may_look(person, now, now) or now <= told + MOMENT

    def may_list(self, listed: Mapping[str, str], now: float) -> bool:
        """Whether these participants may be on the list under these names."""
        self.settle(now)
        right = all(w in self._marks and self._marks[w].name == n for w, n in listed.items())
        return right and len(set(listed.values())) == len(listed)

    def tickets(self, now: float) -> set[str | None]:
        """Those that may be open."""
        self.settle(now)
        return {standing.claim.ticket for standing in self._standing.values()}

    def _beginning(self, person: str) -> float:
        return max(self._standing[person].at, self._rules.since(PURPOSE, person))

    def _end(self, person: str) -> None:
        self._standing.pop(person, None)
        self._began.discard(person)

    def _mark(self, person: str, claim: Claimed) -> None:
        others = {w: c for w, c in self._marks.items() if c.person_id != claim.person_id}
        self._marks = {**others, person: claim}
