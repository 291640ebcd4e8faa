"""How an item is sealed: under the keys of all it is about, so that each of them can end it."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from consentry.errors import SetupError

KEY_BYTES = 32
NONCE_BYTES = 12
MARK_BYTES = 8
"""Of the mark that says under which key an item is."""
_HEAD_BYTES = MARK_BYTES + NONCE_BYTES
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
    nonce = secrets.token_bytes(NONCE_BYTES)
    head = json.dumps({"name": item.name, "about": sorted(item.about)}).encode()
    plain = len(head).to_bytes(LENGTH_BYTES) + head + item.content
    return mark + nonce + AESGCM(key).encrypt(nonce, plain, _bound(place))


def unseal(sealed: bytes, place: Place, keys: Mapping[bytes, bytes]) -> Item | None:
    """The item; ``None`` where it was made with another key of somebody, which has ended.
    SetupError where it is not what was put there."""
    key, mark = _joint(place, keys)
    if sealed[:MARK_BYTES] != mark:
        return None
    nonce, text = sealed[MARK_BYTES:_HEAD_BYTES], sealed[_HEAD_BYTES:]
    try:
        opened = AESGCM(key).decrypt(nonce, text, _bound(place))
    except (InvalidTag, ValueError):
        raise SetupError(
            "an item in the store is not what was put there: it was altered or moved; "
            "restore a backup of the store's database"
        ) from None
    end = LENGTH_BYTES + int.from_bytes(opened[:LENGTH_BYTES])
    head = json.loads(opened[LENGTH_BYTES:end])
    return Item(head["name"], frozenset(head["about"]), opened[end:])


def _joint(place: Place, keys: Mapping[bytes, bytes]) -> tuple[bytes, bytes]:
    """A key that takes the keys of all to make (HKDF, RFC 5869), and what tells it from others."""
    together = b"".join(keys[handle] for handle in place.people)
    length = KEY_BYTES + MARK_BYTES
    made = HKDF(SHA256(), length, salt=None, info=b"consentry vault item").derive(together)
    return made[:KEY_BYTES], made[KEY_BYTES:]


def _bound(place: Place) -> bytes:
    parts = (place.call, place.plugin.encode(), place.name, *place.people)
    return b"".join(len(part).to_bytes(LENGTH_BYTES) + part for part in parts)
