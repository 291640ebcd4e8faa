"""How an item is sealed: under the keys of all it is about, so that each of them can end it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from consentry.errors import SetupError
from consentry.store import cipher
from consentry.store.cipher import KEY_BYTES

MARK_BYTES = 8
"""Of the mark that says under which key an item is."""
LENGTH_BYTES = 4


@dataclass(frozen=True, slots=True)
class Place:
    """Where an item is: what is read from another place was moved there, and is refused."""

    call: bytes
    plugin: str
    name: bytes
    """A keyed hash of the item's name."""
    people: tuple[bytes, ...]
    """The handles of those it is about, in order."""


@dataclass(frozen=True, slots=True)
class Item:
    """What a plugin keeps."""

    name: str
    about: frozenset[str]
    content: bytes = field(repr=False)


def seal(item: Item, place: Place, keys: Mapping[bytes, bytes]) -> bytes:
    """``item`` under AES-256-GCM; ``keys`` are the content keys of ``place.people``."""
    key, mark = _joint(place, keys)
    head = json.dumps({"name": item.name, "about": sorted(item.about)}).encode()
    plain = len(head).to_bytes(LENGTH_BYTES) + head + item.content
    return mark + cipher.sealed(key, plain, _bound(place))


def unseal(sealed: bytes, place: Place, keys: Mapping[bytes, bytes]) -> Item | None:
    """The item; ``None`` where it was made with another key of somebody, which has ended.
    SetupError where it is not what was put there."""
    key, mark = _joint(place, keys)
    if sealed[:MARK_BYTES] != mark:
        return None
    opened = cipher.opened(key, sealed[MARK_BYTES:], _bound(place))
    if opened is None:
        raise SetupError(
            "an item in the store is not what was put there: it was altered or moved; "
            "restore a backup of the store's database"
        )
    end = LENGTH_BYTES + int.from_bytes(opened[:LENGTH_BYTES])
    head = json.loads(opened[LENGTH_BYTES:end])
    return Item(head["name"], frozenset(head["about"]), opened[end:])


def _joint(place: Place, keys: Mapping[bytes, bytes]) -> tuple[bytes, bytes]:
    """A key that takes the keys of all to make (HKDF, RFC 5869), and what tells it from others."""
    together = b"".join(keys[handle] for handle in place.people)
    made = cipher.derived(together, b"consentry vault item", size=KEY_BYTES + MARK_BYTES)
    return made[:KEY_BYTES], made[KEY_BYTES:]


def _bound(place: Place) -> bytes:
    parts = (place.call, place.plugin.encode(), place.name, *place.people)
    return b"".join(len(part).to_bytes(LENGTH_BYTES) + part for part in parts)
