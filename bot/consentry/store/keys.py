"""One key for each person in each call, kept under a master key; destroying it is erasure."""

from __future__ import annotations

import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Connection, delete, insert, select

from consentry.errors import SetupError
from consentry.store.tables import person_key

KEY_BYTES = 32
NONCE_BYTES = 12
MIN_MASTER_BYTES = 16
"""Of what a self-hoster gives as the master key; 128 bits."""


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
        self._handles = _derived(master, b"consentry person handles")
        self._wrapping = AESGCM(_derived(master, b"consentry key wrapping"))
        self._signing = _derived(master, b"consentry ledger heads")

    def ledger_key(self) -> Ed25519PrivateKey:
        """What signs the heads of the ledger."""
        return Ed25519PrivateKey.from_private_bytes(self._signing)

    def handle(self, call: str, person: str) -> bytes:
        """Where the key of ``person`` in ``call`` is kept; tells nobody else whose it is."""
        return hmac.digest(self._handles, f"{call}\0{person}".encode(), "sha256")

    def wrap(self, handle: bytes, key: bytes) -> bytes:
        """``key`` as it is kept: AES-256-GCM under the master key, for that handle alone."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._wrapping.encrypt(nonce, key, handle)

    def unwrap(self, handle: bytes, wrapped: bytes) -> bytes:
        """The key; SetupError if the master key is another, or the row was altered."""
        try:
            return self._wrapping.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], handle)
        except (InvalidTag, ValueError):
            raise SetupError(
                "a key in the store can't be opened: the store's key is not the one it was made "
                "with; give that one back"
            ) from None


class CallKeys:
    """The keys of one call, made when they are first asked for, without waiting for the disk.

    Each is written with the first thing that was made with it (:meth:`save`). ``None`` stands for
    the call itself.
    """

    def __init__(self, ring: KeyRing, call: str) -> None:
        self._ring = ring
        self._call = call
        self._keys: dict[str | None, bytes] = {}

    def of(self, person: str | None) -> bytes:
        """The key of ``person``; a new one where they had none, or erased it."""
        return self._keys.setdefault(person, secrets.token_bytes(KEY_BYTES))

    def save(self, person: str | None, key: bytes, connection: Connection) -> None:
        """Keep ``key`` of ``person``, unless it is kept already, or was erased meanwhile."""
        if self._keys.get(person) != key:
            return
        handle = self._handle(person)
        kept = select(person_key.c.handle).where(person_key.c.handle == handle)
        if connection.execute(kept).first() is None:
            wrapped = self._ring.wrap(handle, key)
            connection.execute(insert(person_key).values(handle=handle, wrapped=wrapped))

    def forget(self, person: str) -> None:
        """Nothing that was made with the key of ``person`` can be read any more, once
        :meth:`destroy` has run too; at once, and before anything is waited for."""
        self._keys.pop(person, None)

    def destroy(self, person: str, connection: Connection) -> bool:
        """Erase what is kept of the key of ``person``; whether anything was."""
        gone = delete(person_key).where(person_key.c.handle == self._handle(person))
        return connection.execute(gone).rowcount > 0

    def _handle(self, person: str | None) -> bytes:
        return self._ring.handle(self._call, person or "")


def key_of(connection: Connection, ring: KeyRing, call: str, person: str | None) -> bytes | None:
    """The key that was kept of ``person`` in ``call``; ``None`` where there is none any more."""
    handle = ring.handle(call, person or "")
    kept = select(person_key.c.wrapped).where(person_key.c.handle == handle)
    wrapped = connection.execute(kept).scalar_one_or_none()
    return None if wrapped is None else ring.unwrap(handle, bytes(wrapped))


def _derived(master: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=purpose).derive(master)
