"""The ledger of one call: what people did in it becomes records that name nobody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection

from consentry.consent.ledger import Entry
from consentry.ledger.log import Also, Log
from consentry.ledger.records import Record, commitment
from consentry.store.keys import CallKeys


@dataclass(frozen=True, slots=True)
class CallBook:
    """What the ledger of one call is made of."""

    log: Log
    call: str
    keys: CallKeys
    now: Callable[[], float]
    """Unix time in seconds: an act is written down when it happens."""


class CallLedger:
    """Implements :class:`consentry.consent.ledger.Ledger`.

    Whose a record is can be told with their key alone, which is written with the first of them.
    """

    def __init__(self, book: CallBook) -> None:
        self._book = book

    async def append(self, entry: Entry) -> None:
        """Return once ``entry`` is durable; SetupError if it can't be made so."""
        await self._book.log.append(*self._written(entry))

    def note(self, entry: Entry) -> None:
        """Write ``entry`` as soon as that can be done."""
        self._book.log.note(*self._written(entry))

    def _written(self, entry: Entry) -> tuple[bytes, Also]:
        book = self._book
        whole, key = book.keys.of(None), book.keys.of(entry.person)
        record = Record(
            act=entry.act,
            at=round(book.now() * 1000),
            call=commitment(whole, book.call),
            person=None if entry.person is None else commitment(key, book.call, entry.person),
            purpose=entry.purpose,
            version=entry.version,
            notice=entry.notice,
            subject=entry.subject,
        )

        def keys(connection: Connection) -> None:
            book.keys.save(None, whole, connection)
            book.keys.save(entry.person, key, connection)

        return record.encode(), keys
