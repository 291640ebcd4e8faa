"""Which browser opened a personal link first: it is the only one the link works in."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from enum import Enum, auto
from typing import Protocol

from sqlalchemy import Connection, delete, insert, select, update

from consentry.store.database import Database
from consentry.store.tables import personal_link
from consentry.web.links import Link

ENDED = b""
"""Stands for the browser of a link that another one replaced."""


class Holder(Enum):
    """Whose a link is."""

    NOBODY = auto()
    """It has not been opened yet."""
    ME = auto()
    SOMEBODY = auto()
    """Another browser."""
    ENDED = auto()
    """Nobody's any more."""


class Claims(Protocol):
    """Keeps a hash of each browser's secret. SetupError where it can't be kept or read."""

    async def holder(self, link: Link, secret: str | None) -> Holder:
        """Whose ``link`` is, asked by the browser that has ``secret``."""
        ...

    async def claim(self, link: Link, secret: str) -> bool:
        """Make ``link`` the browser's that has ``secret``; False where it is somebody's."""
        ...

    async def end(self, link: Link) -> None:
        """``link`` is to work nowhere any more."""
        ...


class MemoryClaims:
    """Lasts as long as the process: where there is no store."""

    def __init__(self) -> None:
        self._claims: dict[str, bytes] = {}

    async def holder(self, link: Link, secret: str | None) -> Holder:
        return holder(self._claims.get(link.id), secret)

    async def claim(self, link: Link, secret: str) -> bool:
        return self._claims.setdefault(link.id, digest(secret)) == digest(secret)

    async def end(self, link: Link) -> None:
        self._claims[link.id] = ENDED


class StoredClaims:
    """In the store, so that they outlive a restart as the links do. ``now`` is Unix time."""

    def __init__(self, database: Database, now: Callable[[], float]) -> None:
        self._database = database
        self._now = now

    async def holder(self, link: Link, secret: str | None) -> Holder:
        def read(connection: Connection) -> bytes | None:
            return _claim_of(connection, link.id)

        return holder(await self._database.run(read), secret)

    async def claim(self, link: Link, secret: str) -> bool:
        def write(connection: Connection) -> bytes:
            found = _claim_of(connection, link.id)
            if found is None:
                self._put(connection, link, digest(secret))
            return digest(secret) if found is None else found

        return hmac.compare_digest(await self._database.run(write), digest(secret))

    async def end(self, link: Link) -> None:
        def write(connection: Connection) -> None:
            if _claim_of(connection, link.id) is None:
                self._put(connection, link, ENDED)
            else:
                where = personal_link.c.id == link.id
                connection.execute(update(personal_link).where(where).values(claim=ENDED))

        await self._database.run(write)

    def _put(self, connection: Connection, link: Link, claim: bytes) -> None:
        """Keep ``claim`` as long as the link lasts; those of links that expired go."""
        expired = personal_link.c.expires < round(self._now() * 1000)
        connection.execute(delete(personal_link).where(expired))
        row = {"id": link.id, "claim": claim, "expires": link.expires * 1000}
        connection.execute(insert(personal_link).values(row))


def _claim_of(connection: Connection, id: str) -> bytes | None:
    found = select(personal_link.c.claim).where(personal_link.c.id == id)
    claim = connection.execute(found).scalar_one_or_none()
    return None if claim is None else bytes(claim)


def digest(secret: str) -> bytes:
    """What is kept of a browser's secret: it can't be told from it."""
    return hashlib.sha256(secret.encode()).digest()


def holder(claim: bytes | None, secret: str | None) -> Holder:
    """Whose a link with this ``claim`` is to the browser that has ``secret``."""
    if claim is None:
        return Holder.NOBODY
    if claim == ENDED:
        return Holder.ENDED
    mine = secret is not None and hmac.compare_digest(claim, digest(secret))
    return Holder.ME if mine else Holder.SOMEBODY
