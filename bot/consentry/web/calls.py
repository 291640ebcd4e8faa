"""The calls that a bot is in now: by their ids, and by where they are."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from consentry.call.session import Session
from consentry.errors import SetupError
from consentry.meetings.address import place_of
from consentry.people.registry import People

log = logging.getLogger(__name__)

ASKED_EVERY = 1.0
"""Seconds between two looks whether another process deleted somebody."""


class Calls:
    """Sessions that last."""

    def __init__(self) -> None:
        self._sessions: dict[str, Session] = {}
        self._places: dict[str, Session] = {}

    @contextmanager
    def lasting(self, call: str, session: Session, address: str) -> Iterator[None]:
        """The call with this id, which people reach at ``address``, lasts as the block does."""
        place = place_of(address)
        self._sessions[call] = session
        if place is not None:
            self._places[place] = session
        try:
            yield
        finally:
            del self._sessions[call]
            if place is not None and self._places.get(place) is session:
                del self._places[place]

    def of(self, call: str) -> Session | None:
        """The session of the call with this id."""
        return self._sessions.get(call)

    def id_of(self, session: Session) -> str | None:
        """The id of the call whose session it is."""
        calls = (call for call, known in self._sessions.items() if known is session)
        return next(calls, None)

    def at(self, places: frozenset[str]) -> Session | None:
        """The session of a call in one of ``places``; None where the bot is in none of them, or
        in several: then none of them is known to be meant."""
        found = {id(session): session for p in places if (session := self._places.get(p))}
        return next(iter(found.values())) if len(found) == 1 else None

    def lists(self, person: str) -> bool:
        """Whether ``person`` (their id as enrolled) is listed as somebody in a call's room."""
        return any(session.attendance.lists(person) for session in self)

    async def depart(self, person: str) -> None:
        """They say that they have left the room, whichever it was."""
        for session in self:
            if session.attendance.lists(person):
                await session.attendance.departed(person)

    def __iter__(self) -> Iterator[Session]:
        return iter(tuple(self._sessions.values()))


@asynccontextmanager
async def forgetting(calls: Calls, people: People | None) -> AsyncIterator[None]:
    """While the block runs, whoever is deleted from ``people`` is checked in to no call any more:
    at once where this process deleted them, within a second where another did."""
    if people is None:
        yield
        return
    async with asyncio.TaskGroup() as tasks:
        watching = tasks.create_task(_forget(calls, people), name="deleted-people")
        try:
            yield
        finally:
            watching.cancel()


async def _forget(calls: Calls, people: People) -> None:
    failing = False
    while True:
        try:
            await forget_deleted(calls, people)
            failing = False
        except SetupError as exc:
            if not failing:
                log.error("it can't be told who was deleted: %s", exc)
            failing = True
        await people.deletion(ASKED_EVERY)


async def forget_deleted(calls: Calls, people: People) -> None:
    """Nobody is checked in to any call as somebody who is deleted. SetupError where the register
    can't be read."""
    for session in calls:
        here = session.attendance.people
        gone = frozenset([id for id in here if await people.person(id) is None])
        if gone:
            await session.attendance.deleted(gone)
