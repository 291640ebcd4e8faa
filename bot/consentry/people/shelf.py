"""Keys of people and their face templates in the database of keys, and what is looked up."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from functools import partial

from sqlalchemy import Connection, delete

from consentry.people.person import Kind
from consentry.people.pin import digits
from consentry.receipts.building import PEOPLE
from consentry.store.cipher import KEY_BYTES
from consentry.store.keys import PersonKey, add_keys, kept_keys
from consentry.store.opening import Store
from consentry.store.tables import person_key


class KeyShelf:
    """Keys, by whose they are. They are read each time: one that another process destroyed opens
    nothing here either. SetupError where the database fails."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lookups = store.ring.secret("people lookups")
        self.organization = store.ring.secret("people organization")
        """The salt of all its templates: no other organization has it."""

    async def of(self, people: Sequence[str]) -> dict[str, PersonKey]:
        """Those that there are."""
        handles = {self._handle(person): person for person in people}
        asked = partial(kept_keys, ring=self._store.ring, handles=list(handles))
        found = await self._store.keys.run(asked)
        return {handles[handle]: key for handle, key in found.items()}

    async def make(self, name: str) -> PersonKey:
        """A new key; it is durable on return."""
        key, handle = PersonKey(secrets.token_bytes(KEY_BYTES)), self._handle(name)
        wrapped = {handle: self._store.ring.wrap(handle, key.secret)}
        await self._store.keys.run(partial(add_keys, wrapped=wrapped))
        return key

    async def destroy(self, names: Sequence[str]) -> None:
        """Erase them beyond recovery from the database's own files."""
        handles = [self._handle(name) for name in names]

        def work(connection: Connection) -> None:
            connection.execute(delete(person_key).where(person_key.c.handle.in_(handles)))

        await self._store.keys.run(work)
        await self._store.keys.scrub()

    def lookup(self, kind: Kind, shown: bytes) -> bytes:
        """Under which a way is found by what is shown: a token's hash, a number, a credential."""
        return hmac.digest(self._lookups, kind.value.encode() + b"\0" + shown, "sha256")

    def token_lookup(self, kind: Kind, secret: bytes) -> bytes:
        """Of a link or an invitation."""
        return self.lookup(kind, hashlib.sha256(secret).digest())

    def number_lookup(self, number: str) -> bytes:
        """Of the number that goes with a PIN, however it was typed."""
        return self.lookup(Kind.PIN, digits(number).encode())

    def _handle(self, name: str) -> bytes:
        return self._store.ring.handle(PEOPLE, name)


def face_key(person: str, generation: str) -> str:
    """What the key of one face template is called: a renewed one has another."""
    return f"{person}/{generation}"
