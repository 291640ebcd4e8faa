"""One key for each person in each call, kept under a master key; destroying it is erasure."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, Delete, delete, insert, select

from consentry.errors import SetupError
from consentry.store.cipher import KEY_BYTES, derived, opened, sealed
from consentry.store.database import Database
from consentry.store.tables import person_key

MIN_MASTER_BYTES = 16
"""Of what a self-hoster gives as the master key; 128 bits."""

MAX_ASKED = 500
"""Keys asked for in one statement; databases limit its parameters."""


class KeyRing:
    """What follows from the master key. Nothing of it is kept in the database.

    SetupError if ``master`` is too short to keep anything secret.
    """

    def __init__(self, master: bytes) -> None:
        if len(master) < MIN_MASTER_BYTES:
            raise SetupError(
                f"the store's key has {len(master)} bytes; it takes {MIN_MASTER_BYTES} at least, "
                "such as `openssl rand -hex 32` makes"
            )
        self._handles = derived(master, b"consentry person handles")
        self._names = derived(master, b"consentry item names")
        self._secrets = derived(master, b"consentry secrets")
        self._calls = derived(master, b"consentry calls")
        self._wrapping = derived(master, b"consentry key wrapping")
        self._signing = derived(master, b"consentry ledger heads")

    def ledger_key(self) -> Ed25519PrivateKey:
        """What signs the heads of the ledger."""
        return Ed25519PrivateKey.from_private_bytes(self._signing)

    def handle(self, call: str, person: str) -> bytes:
        """Where the key of ``person`` in ``call`` is kept; tells nobody else whose it is."""
        return hmac.digest(self._handles, f"{call}\0{person}".encode(), "sha256")

    def hidden_name(self, call: bytes, plugin: str, name: str) -> bytes:
        """What stands for the name of an item: names may tell who, or what about."""
        parts = b"\0".join((call, plugin.encode(), name.encode()))
        return hmac.digest(self._names, parts, "sha256")

    def secret(self, purpose: str) -> bytes:
        """32 bytes for ``purpose`` alone, the same after a restart; such as what signs links."""
        return derived(self._secrets, purpose.encode())

    def wrap(self, handle: bytes, key: bytes) -> bytes:
        """``key`` as it is kept: AES-256-GCM under the master key, for that handle alone."""
        return sealed(self._wrapping, key, handle)

    def unwrap(self, handle: bytes, wrapped: bytes) -> bytes:
        """The key; SetupError if the master key is another, or the row was altered."""
        return _opened(self._wrapping, handle, wrapped, "a key in the store")

    def seal(self, handle: bytes, text: bytes) -> bytes:
        """What is known of a call, as it is kept."""
        return sealed(self._calls, text, handle)

    def unseal(self, handle: bytes, sealed: bytes) -> bytes:
        """What is known of a call; SetupError as :meth:`unwrap`."""
        return _opened(self._calls, handle, sealed, "what the store says of a call")


@dataclass(frozen=True, slots=True)
class PersonKey:
    """What belongs to one person of one call. Whatever was made with it is gone with it."""

    secret: bytes = field(repr=False)

    @property
    def commitment(self) -> bytes:
        """Makes what the ledger says of them theirs."""
        return derived(self.secret, b"consentry commitment")

    @property
    def index(self) -> bytes:
        """Under which their entries of the ledger are found: without the key nobody can tell."""
        return derived(self.secret, b"consentry ledger index")

    @property
    def content(self) -> bytes:
        """A part of what seals each item about them."""
        return derived(self.secret, b"consentry content")


Person = TypeVar("Person", bound=str | None)


class CallKeys:
    """The keys of one call. A new one is made without waiting for the disk, and is kept
    (:meth:`save`) before anything that was made with it.

    ``None`` stands for the call itself. ``database`` is the one of keys.
    """

    def __init__(self, ring: KeyRing, call: str, database: Database) -> None:
        self._ring = ring
        self._call = call
        self._database = database
        self._keys: dict[str | None, PersonKey] = {}
        self._saved: set[PersonKey] = set()
        self._ended: set[str | None] = set()
        """Who erased what there was of them: what is kept may be replaced."""
        self._forgotten = 0

    def of(self, person: str | None) -> PersonKey:
        """The key of ``person``; a new one where they had none, or erased it."""
        if person not in self._keys:
            self._keys[person] = PersonKey(secrets.token_bytes(KEY_BYTES))
        return self._keys[person]

    def present(self, person: str | None) -> PersonKey | None:
        """The key of ``person`` that is in use or was loaded, and not forgotten."""
        return self._keys.get(person)

    async def load(self, person: str | None) -> PersonKey | None:
        """The key that is kept of ``person``, for a call that is over; ``None``: there is none
        any more, or it is to be destroyed. SetupError where it can't be read."""
        kept = partial(kept_keys, ring=self._ring, handles=[self.handle(person)])
        while person not in self._keys and person not in self._ended:
            forgotten = self._forgotten
            found = list((await self._database.run(kept)).values())
            if self._forgotten != forgotten:
                continue  # it may be that key
            if not found:
                return None
            self._keys[person] = found[0]
            self._saved.add(found[0])
        return self._keys.get(person)

    def is_current(self, person: str | None, key: PersonKey) -> bool:
        """Whether ``key`` was not forgotten."""
        return self._keys.get(person) == key

    async def save(self, keys: Mapping[Person, PersonKey]) -> None:
        """Return once ``keys``, by person, are durable, but for what was forgotten meanwhile.
        SetupError where they can't be made so."""
        new = {person: key for person, key in keys.items() if key not in self._saved}
        if new:
            await self._database.run(partial(self._insert, new))
            self._saved |= {key for person, key in new.items() if self.is_current(person, key)}

    def forget(self, person: str) -> PersonKey | None:
        """Let go of the key of ``person`` at once, before anything is waited for: nothing more is
        made with it, and what was can't be read once :meth:`destroy` has run too."""
        self._forgotten += 1
        self._ended.add(person)
        key = self._keys.pop(person, None)
        if key is not None:
            self._saved.discard(key)
        return key

    async def destroy(self, person: str) -> bool:
        """Erase what is kept of the key of ``person`` that was forgotten, beyond recovery from
        the database's own files; whether anything was. SetupError where that fails."""
        found = await self._database.run(partial(self._delete, person))
        await self._database.scrub()
        return found

    def handle(self, person: str | None) -> bytes:
        """Where the key of ``person`` is kept."""
        return self._ring.handle(self._call, person or "")

    def _insert(self, keys: Mapping[Person, PersonKey], connection: Connection) -> None:
        # In the database's one thread: what is forgotten later is deleted later.
        for person, key in keys.items():
            if self.is_current(person, key):
                self._keep(person, key, connection)

    def _keep(self, person: str | None, key: PersonKey, connection: Connection) -> None:
        handle = self.handle(person)
        kept = kept_keys(connection, self._ring, [handle])
        if kept == {handle: key}:
            return
        if kept and person not in self._ended:
            raise SetupError("a key is kept already of somebody in that call; it was not loaded")
        connection.execute(_deletion(handle))
        connection.execute(
            insert(person_key).values(handle=handle, wrapped=self._ring.wrap(handle, key.secret))
        )

    def _delete(self, person: str, connection: Connection) -> bool:
        handle, current = self.handle(person), self._keys.get(person)
        if current is not None and kept_keys(connection, self._ring, [handle]) == {handle: current}:
            return True  # it has taken the old one's place: they said yes again meanwhile
        return connection.execute(_deletion(handle)).rowcount > 0


def add_keys(connection: Connection, wrapped: Mapping[bytes, bytes]) -> None:
    """Keep ``wrapped`` keys, by handle, where there is none yet."""
    known = wrapped_keys(connection, list(wrapped))
    new = [{"handle": at, "wrapped": key} for at, key in wrapped.items() if at not in known]
    if new:
        connection.execute(insert(person_key), new)


def wrapped_keys(connection: Connection, handles: Sequence[bytes]) -> dict[bytes, bytes]:
    """Those keys that are kept, by handle, as they are kept."""
    asked = select(person_key.c.handle, person_key.c.wrapped)
    found: dict[bytes, bytes] = {}
    for start in range(0, len(handles), MAX_ASKED):
        some = handles[start : start + MAX_ASKED]
        rows = connection.execute(asked.where(person_key.c.handle.in_(some)))
        found |= {bytes(handle): bytes(wrapped) for handle, wrapped in rows}
    return found


def kept_keys(
    connection: Connection, ring: KeyRing, handles: Sequence[bytes]
) -> dict[bytes, PersonKey]:
    """Those keys that are kept, by handle."""
    wrapped = wrapped_keys(connection, handles)
    return {at: PersonKey(ring.unwrap(at, key)) for at, key in wrapped.items()}


def _deletion(handle: bytes) -> Delete:
    return delete(person_key).where(person_key.c.handle == handle)


def _opened(key: bytes, handle: bytes, kept: bytes, what: str) -> bytes:
    content = opened(key, kept, handle)
    if content is None:
        raise SetupError(
            f"{what} can't be opened: the store's key is not the one it was made "
            "with; give that one back"
        )
    return content
