"""The calls there were: when, what they were called, and whether their end was written down."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Connection, insert, select, update

from consentry.store.database import Database
from consentry.store.keys import KeyRing
from consentry.store.tables import call as calls


@dataclass(frozen=True, slots=True)
class CallFacts:
    """What is known of a call as a whole."""

    id: str
    title: str
    date: str
    """ISO 8601."""
    language: str | None = None
    """Of the meeting (BCP 47), where it was set."""
    room: str | None = None
    """A keyed hash of where it was: the next call there has the same (:meth:`Calls.room`)."""


@dataclass(frozen=True, slots=True)
class KnownCall:
    """A call that was written down. Times are Unix times in seconds."""

    facts: CallFacts
    began: float
    ended: float | None
    """None: it is on, or it was cut off."""


class Calls:
    """Begins and ends calls in the store. Every failure is a SetupError that names the database.

    ``now`` gives Unix time in seconds.
    """

    def __init__(self, database: Database, ring: KeyRing, now: Callable[[], float]) -> None:
        self._database = database
        self._ring = ring
        self._now = now

    def room(self, stack: str, address: str) -> str:
        """What stands for the place of a call, which may hold what lets people in."""
        key = self._ring.secret("rooms")
        return hmac.new(key, f"{stack}\0{address}".encode(), "sha256").hexdigest()

    async def begin(self, facts: CallFacts) -> bool:
        """Write down that a call begins. Returns whether an earlier one in the same room was cut
        off: its end was never written down, and what people had said no to in it is not known.
        """
        return await self._database.run(partial(self._begin, facts))

    async def end(self, call: str) -> None:
        """Write down that a call ended."""
        await self._database.run(partial(self._end, self._ring.handle(call, "")))

    async def known(self) -> list[KnownCall]:
        """Every call, the oldest first."""
        return await self._database.run(self._read)

    async def of(self, call: str) -> KnownCall | None:
        """What is known of ``call``; ``None``: nothing, or nothing any more."""
        which = calls.c.handle == self._ring.handle(call, "")
        found = await self._database.run(partial(self._read, which=which))
        return found[0] if found else None

    def _begin(self, facts: CallFacts, connection: Connection) -> bool:
        now = self._milliseconds()
        cut_off = [
            self._ring.handle(known.facts.id, "")
            for known in self._read(connection, calls.c.ended.is_(None))
            if facts.room is not None and known.facts.room == facts.room
        ]
        for earlier in cut_off:
            connection.execute(update(calls).where(calls.c.handle == earlier).values(ended=now))
        handle = self._ring.handle(facts.id, "")
        sealed = self._ring.seal(handle, json.dumps(asdict(facts)).encode())
        connection.execute(insert(calls).values(handle=handle, began=now, sealed=sealed))
        return bool(cut_off)

    def _end(self, handle: bytes, connection: Connection) -> None:
        ended = update(calls).where(calls.c.handle == handle)
        connection.execute(ended.values(ended=self._milliseconds()))

    def _read(
        self, connection: Connection, which: ColumnElement[bool] | None = None
    ) -> list[KnownCall]:
        asked = select(calls.c.handle, calls.c.began, calls.c.ended, calls.c.sealed)
        asked = asked if which is None else asked.where(which)
        rows = connection.execute(asked.order_by(calls.c.began, calls.c.handle)).mappings()
        return [self._known(row) for row in rows]

    def _known(self, row: Mapping[Any, Any]) -> KnownCall:
        opened = self._ring.unseal(bytes(row["handle"]), bytes(row["sealed"]))
        ended = None if row["ended"] is None else row["ended"] / 1000
        return KnownCall(CallFacts(**json.loads(opened)), row["began"] / 1000, ended)

    def _milliseconds(self) -> int:
        return round(self._now() * 1000)
