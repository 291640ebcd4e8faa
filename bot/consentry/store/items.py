"""What the tables of the vault are asked: items, whom they are about, and when they expire."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Select, delete, insert, select

from consentry.store.sealing import Place
from consentry.store.tables import call, vault_item, vault_person


@dataclass(frozen=True, slots=True)
class Sealed:
    """An item as it is kept."""

    place: Place
    sealed: bytes
    expires: int | None
    """Unix time in milliseconds; ``None``: never."""


_ITEMS = (
    select(
        vault_item.c.id,
        vault_item.c.call,
        vault_item.c.plugin,
        vault_item.c.name,
        vault_item.c.sealed,
        vault_item.c.expires,
        vault_person.c.handle,
    )
    .join(vault_person, vault_person.c.item == vault_item.c.id)
    .order_by(vault_item.c.id, vault_person.c.handle)
)


def put_item(connection: Connection, item: Sealed) -> None:
    """Keep ``item`` in place of what was there."""
    place = item.place
    delete_item(connection, place)
    made = connection.execute(
        insert(vault_item).values(
            call=place.call,
            plugin=place.plugin,
            name=place.name,
            sealed=item.sealed,
            expires=item.expires,
        )
    ).inserted_primary_key
    assert made is not None
    people = [{"item": made[0], "handle": handle} for handle in place.people]
    connection.execute(insert(vault_person), people)


def delete_item(connection: Connection, place: Place) -> None:
    """Remove the item that has that name, if it is there."""
    connection.execute(
        delete(vault_item).where(
            vault_item.c.call == place.call,
            vault_item.c.plugin == place.plugin,
            vault_item.c.name == place.name,
        )
    )


def items_of_person(connection: Connection, handle: bytes) -> list[Sealed]:
    """All that is about the person with this handle, the oldest first."""
    return list(_sealed(connection, _ITEMS.where(vault_item.c.id.in_(_about(handle)))))


def items_of_call(connection: Connection, call: bytes, plugin: str) -> list[Sealed]:
    """All that ``plugin`` keeps of a call, the oldest first."""
    asked = _ITEMS.where(vault_item.c.call == call, vault_item.c.plugin == plugin)
    return list(_sealed(connection, asked))


def all_items(connection: Connection) -> Iterator[Sealed]:
    """Everything that is kept, the oldest first."""
    return _sealed(connection, _ITEMS)


def erase_person(connection: Connection, handle: bytes) -> dict[str, int]:
    """Delete all that is about the person with this handle; how many items, by plugin."""
    theirs = vault_item.c.id.in_(_about(handle))
    counts: dict[str, int] = {}
    for (plugin,) in connection.execute(select(vault_item.c.plugin).where(theirs)):
        counts[plugin] = counts.get(plugin, 0) + 1
    connection.execute(delete(vault_item).where(theirs))
    return counts


def delete_expired(connection: Connection, now: int, calls: int) -> int:
    """Delete what expired by ``now``; how many items. And what is known of calls that ended before
    ``calls`` and left none. Both in Unix milliseconds."""
    count = connection.execute(delete(vault_item).where(vault_item.c.expires <= now)).rowcount
    left = select(vault_item.c.call)
    connection.execute(delete(call).where(call.c.ended < calls, call.c.handle.not_in(left)))
    return count


def _about(handle: bytes) -> Select[Any]:
    return select(vault_person.c.item).where(vault_person.c.handle == handle)


def _sealed(connection: Connection, asked: Select[Any]) -> Iterator[Sealed]:
    rows = connection.execute(asked).mappings()
    for _, group in groupby(rows, key=lambda row: row["id"]):
        together = list(group)
        item = together[0]
        people = tuple(bytes(row["handle"]) for row in together)
        place = Place(bytes(item["call"]), item["plugin"], bytes(item["name"]), people)
        yield Sealed(place, bytes(item["sealed"]), item["expires"])
