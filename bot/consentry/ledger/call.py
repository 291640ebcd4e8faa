"""The ledger of one call: what people did in it becomes records that name nobody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection, delete, insert, select

from consentry.consent.ledger import Entry
from consentry.ledger.log import Also, Beside, Log, Logged
from consentry.ledger.records import Record, commitment
from consentry.store.keys import CallKeys, PersonKey
from consentry.store.tables import ledger_person, terms


def _nobody(person: str) -> None:
    return None


@dataclass(frozen=True, slots=True)
class CallBook:
    """What the ledger of one call is made of."""

    log: Log
    call: str
    keys: CallKeys
    now: Callable[[], float]
    """Unix time in seconds: an act is written down when it happens."""
    told: Callable[[str], None] = _nobody
    """Told of whom something was written, once it is durable."""


@dataclass(frozen=True, slots=True)
class Tombstone:
    """That somebody was erased, and the entries that were theirs until then."""

    key: PersonKey
    """With which those were made. Nothing keeps it any more."""
    indices: list[int]
    """Of those entries, and last of the tombstone's own."""


class CallLedger:
    """Implements :class:`consentry.consent.ledger.Ledger`.

    Whose a record is can be told with their key alone, which is durable before the first of them.
    """

    def __init__(self, book: CallBook) -> None:
        self._book = book
        self._kept: set[str] = set()
        """Digests of words that are in the database."""

    async def append(self, entry: Entry) -> None:
        """Return once ``entry`` is durable; SetupError if it can't be made so."""
        await self._book.log.append(*self._written(entry))

    def note(self, entry: Entry) -> None:
        """Write ``entry`` as soon as that can be done."""
        self._book.log.note(*self._written(entry))

    def bury(self, entry: Entry, key: PersonKey, done: Callable[[Tombstone], None]) -> None:
        """Write ``entry``, the last that is made with ``key``, as soon as that can be done, and
        strike its person's entries from the index of whose is whose; then tell ``done``."""
        tombstone = Tombstone(key, [])
        handle = key.index

        def strike(connection: Connection, index: int) -> None:
            theirs = (ledger_person.c.handle == handle) & (ledger_person.c.index < index)
            struck = select(ledger_person.c.index).where(theirs)
            found = connection.execute(struck.order_by(ledger_person.c.index)).scalars()
            # Again from the start where an earlier try failed.
            tombstone.indices[:] = [*(int(one) for one in found), index]
            connection.execute(delete(ledger_person).where(theirs))

        whole = self._book.keys.of(None)
        self._book.log.note(
            self._record(entry, whole, key),
            Beside(
                made_with={None: whole},
                kept_by=self._book.keys,
                also=strike,
                logged=lambda logged: done(tombstone),
            ),
        )

    def _written(self, entry: Entry) -> tuple[bytes, Beside]:
        book = self._book
        used = {person: book.keys.of(person) for person in (None, entry.person)}
        beside = Beside(
            made_with=used,
            kept_by=book.keys,
            also=self._words_of(entry),
            handle=used[entry.person].index,
            logged=partial(self._logged, entry),
        )
        return self._record(entry, used[None], used[entry.person]), beside

    def _record(self, entry: Entry, whole: PersonKey, key: PersonKey) -> bytes:
        call, person = self._book.call, entry.person
        return Record(
            act=entry.act,
            at=round(self._book.now() * 1000),
            call=commitment(whole.commitment, call),
            person=None if person is None else commitment(key.commitment, call, person),
            purpose=entry.purpose,
            version=entry.version,
            notice=entry.notice,
            language=entry.language,
            subject=entry.subject,
        ).encode()

    def _words_of(self, entry: Entry) -> Also:
        """Keeps the words that were shown, where they are not kept yet."""

        def keep(connection: Connection, index: int) -> None:
            if entry.notice is None or entry.words is None or entry.notice in self._kept:
                return
            known = select(terms.c.digest).where(terms.c.digest == entry.notice)
            if connection.execute(known).first() is None:
                row = {
                    "digest": entry.notice,
                    "language": entry.language or "und",
                    "words": entry.words,
                }
                connection.execute(insert(terms), [row])

        return keep

    def _logged(self, entry: Entry, logged: Logged) -> None:
        if entry.notice is not None and entry.words is not None:
            self._kept.add(entry.notice)
        if entry.person is not None:
            self._book.told(entry.person)
