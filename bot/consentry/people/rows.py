"""What the tables of people are asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from consentry.store.tables import person, person_face, person_way, pin_try


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody. Times in Unix milliseconds, here and below."""

    id: str
    created: int
    sealed: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class WayRow:
    """One way of theirs."""

    id: str
    person: str
    kind: str
    lookup: bytes = field(repr=False)
    created: int
    expires: int | None
    sealed: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class FaceRow:
    """Their face template."""

    person: str
    generation: str
    created: int
    sealed: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Window:
    """How many tries there are in how much time."""

    tries: int
    milliseconds: int
    """Since the last of them."""


def people(connection: Connection, id: str | None = None) -> list[PersonRow]:
    """Everybody, the oldest first; or only who has ``id``."""
    asked = select(person.c.id, person.c.created, person.c.sealed)
    asked = asked if id is None else asked.where(person.c.id == id)
    rows = connection.execute(asked.order_by(person.c.created, person.c.id))
    return [PersonRow(row.id, int(row.created), bytes(row.sealed)) for row in rows]


def put_person(connection: Connection, row: PersonRow, seen: bytes) -> bool:
    """Write down what is known of somebody anew; False where they are gone, or it is not what was
    ``seen`` any more."""
    where = (person.c.id == row.id) & (person.c.sealed == seen)
    return connection.execute(update(person).where(where).values(sealed=row.sealed)).rowcount > 0


def add_person(connection: Connection, row: PersonRow) -> None:
    values = {"id": row.id, "created": row.created, "sealed": row.sealed}
    connection.execute(insert(person).values(values))


def delete_person(connection: Connection, id: str) -> bool:
    """Delete all there is of somebody; whether there was anything."""
    return connection.execute(delete(person).where(person.c.id == id)).rowcount > 0


def ways(connection: Connection, of: str | None = None) -> list[WayRow]:
    """All ways, the oldest first; or only those of one person."""
    asked = select(person_way)
    asked = asked if of is None else asked.where(person_way.c.person == of)
    rows = connection.execute(asked.order_by(person_way.c.created, person_way.c.id)).mappings()
    return [_way(row) for row in rows]


def find_way(connection: Connection, lookup: bytes) -> WayRow | None:
    """The way that has ``lookup``."""
    found = connection.execute(select(person_way).where(person_way.c.lookup == lookup)).mappings()
    row = found.first()
    return None if row is None else _way(row)


def add_way(connection: Connection, row: WayRow) -> bool:
    """Add it; False where its person is gone, or somebody has that lookup."""
    known = people(connection, row.person)
    if not known or find_way(connection, row.lookup) is not None:
        return False
    values = {name: getattr(row, name) for name in row.__slots__}
    connection.execute(insert(person_way).values(values))
    return True


def sealed_way(connection: Connection, id: str) -> bytes | None:
    """What is known of a way, which nobody else changes before this transaction ends."""
    asked = select(person_way.c.sealed).where(person_way.c.id == id).with_for_update()
    sealed = connection.execute(asked).scalar_one_or_none()
    return None if sealed is None else bytes(sealed)


def reseal_way(connection: Connection, id: str, sealed: bytes) -> None:
    connection.execute(update(person_way).where(person_way.c.id == id).values(sealed=sealed))


def delete_ways(connection: Connection, of: str, kind: str | None, id: str | None = None) -> int:
    """Delete the ways of somebody that are of ``kind``, or have ``id``; how many."""
    which = person_way.c.person == of
    which = which if kind is None else which & (person_way.c.kind == kind)
    which = which if id is None else which & (person_way.c.id == id)
    return connection.execute(delete(person_way).where(which)).rowcount


def face(connection: Connection, of: str) -> FaceRow | None:
    """The face template of somebody."""
    found = connection.execute(select(person_face).where(person_face.c.person == of))
    row = found.mappings().first()
    if row is None:
        return None
    return FaceRow(row["person"], row["generation"], int(row["created"]), bytes(row["sealed"]))


def put_face(connection: Connection, row: FaceRow, seen: bytes | None = None) -> bool:
    """Keep it in place of what was there; False where its person is gone, or what is known of them
    is not what was ``seen`` any more."""
    asked = select(person.c.sealed).where(person.c.id == row.person).with_for_update()
    known = connection.execute(asked).scalar_one_or_none()
    if known is None or (seen is not None and bytes(known) != seen):
        return False
    delete_face(connection, row.person)
    values = {name: getattr(row, name) for name in row.__slots__}
    connection.execute(insert(person_face).values(values))
    return True


def delete_face(connection: Connection, of: str) -> bool:
    return connection.execute(delete(person_face).where(person_face.c.person == of)).rowcount > 0


def count_try(connection: Connection, lookup: bytes, now: int, window: Window) -> int:
    """Count a try that is made now, and return the how many-th it is in its window. Those that are
    too many don't make it longer."""
    connection.execute(delete(pin_try).where(pin_try.c.until <= now))
    known = select(pin_try.c.count).where(pin_try.c.lookup == lookup).with_for_update()
    count = connection.execute(known).scalar_one_or_none()
    until = now + window.milliseconds
    if count is None:
        connection.execute(insert(pin_try).values(lookup=lookup, count=1, until=until))
        return 1
    values = {"count": count + 1} | ({"until": until} if count < window.tries else {})
    connection.execute(update(pin_try).where(pin_try.c.lookup == lookup).values(values))
    return int(count) + 1


def forget_tries(connection: Connection, lookup: bytes) -> None:
    connection.execute(delete(pin_try).where(pin_try.c.lookup == lookup))


def _way(row: Mapping[Any, Any]) -> WayRow:
    lookup, sealed = bytes(row["lookup"]), bytes(row["sealed"])
    return WayRow(**{**row, "lookup": lookup, "sealed": sealed})
