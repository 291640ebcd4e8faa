"""Tickets of claims that hold: what they opened is in memory alone, and not for long."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable

from consentry.people.claims import Unlocked

TICKET_SECONDS = 120.0

Later = Callable[[float, Callable[[], object]], object]
"""Calls the second in the first seconds."""


def in_the_loop(seconds: float, call: Callable[[], object]) -> None:
    asyncio.get_running_loop().call_later(seconds, call)


class TicketDrawer:
    """Templates that are open, by the ticket of the claim that opened them."""

    def __init__(self, later: Later = in_the_loop) -> None:
        self._later = later
        self._open: dict[str, Unlocked] = {}

    def issue(self, unlocked: Unlocked) -> str:
        """A ticket that opens ``unlocked`` until it is forgotten, or its time is over, or there is
        another for the same person."""
        self.forget_person(unlocked.person)
        ticket = secrets.token_urlsafe(16)
        self._open[ticket] = unlocked
        self._later(TICKET_SECONDS, lambda: self.forget(ticket))
        return ticket

    def opened(self, ticket: str) -> Unlocked | None:
        """What ``ticket`` opens."""
        return self._open.get(ticket)

    def all(self) -> list[Unlocked]:
        """Everything that is open now."""
        return list(self._open.values())

    def forget(self, ticket: str) -> None:
        """It opens nothing any more."""
        self._open.pop(ticket, None)

    def forget_person(self, person: str) -> None:
        """Nothing of theirs is open any more."""
        self._open = {t: kept for t, kept in self._open.items() if kept.person != person}
