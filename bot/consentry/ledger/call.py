"""The ledger of one call: what people did in it becomes records that name nobody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from consentry.consent.ledger import Entry
from consentry.ledger.log import Before, Log
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

    Whose a record is can be told with their key alone, which is durable before the first of them.
    """

    def __init__(self, book: CallBook) -> None:
        self._book = book

    async def append(self, entry: Entry) -> None:
        """Return once ``entry`` is durable; SetupError if it can't be made so."""
        record, before = self._written(entry)
        await self._book.log.append(record, before=before)

    def note(self, entry: Entry) -> None:
        """Write ``entry`` as soon as that can be done."""
        record, before = self._written(entry)
        self._book.log.note(record, before=before)

    def _written(self, entry: Entry) -> tuple[bytes, Before]:
        book = self._book
        used = {person: book.keys.of(person) for person in (None, entry.person)}
        whole, key = used[None].commitment, used[entry.person].commitment
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
        return record.encode(), partial(book.keys.save, used)
