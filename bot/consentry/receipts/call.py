"""Receipts of one call, of people who are in it, or were."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy import Connection

from consentry.consent.erasure import ErasureReport
from consentry.consent.ledger import Entry
from consentry.ledger.call import CallBook, CallLedger, Tombstone
from consentry.ledger.log import Log
from consentry.receipts.building import Facts, Holder, Issuer, build, payload
from consentry.receipts.check import TYPE
from consentry.receipts.evidence import facts_of, indices_of
from consentry.receipts.record import ErasureNotice, ReceiptRecord
from consentry.store.archive import Archive
from consentry.store.database import Database
from consentry.store.keys import CallKeys, PersonKey

Link = Callable[[str], str | None]
"""The page of a participant."""


@dataclass(frozen=True, slots=True)
class Office:
    """What all receipts of one bot are made with."""

    database: Database
    log: Log
    issuer: Issuer
    now: Callable[[], float]
    """Unix time in seconds."""

    def receipts(self, archive: Archive, link: Link) -> CallReceipts:
        """Of the call whose ``archive`` it is; ``link`` gives its people's pages."""
        return CallReceipts(self, archive.call, archive.keys, link)


@dataclass(frozen=True, slots=True)
class Issued:
    """A receipt, and its signed form."""

    record: ReceiptRecord
    jws: str


@dataclass(frozen=True, slots=True)
class _Buried:
    tombstone: Tombstone
    report: ErasureReport


class CallReceipts:
    """The ledger of one call, and what it shows of each person, with the proof.

    Implements :class:`consentry.consent.ledger.Ledger`. ``keys`` are those of the call; for one
    that is over, :meth:`reopen` brings them back.
    """

    def __init__(self, office: Office, call: str, keys: CallKeys, link: Link) -> None:
        self._office = office
        self._call = call
        self._keys = keys
        self._link = link
        self._acted: asyncio.Queue[str] = asyncio.Queue()
        self._buried: dict[str, asyncio.Future[_Buried]] = {}
        """Those whose last receipt is to be had, once their tombstone is there."""
        self._parting: set[str] = set()
        """Those of them who did not get it yet."""
        book = CallBook(office.log, call, keys, office.now, self._acted.put_nowait)
        self._ledger = CallLedger(book)

    async def append(self, entry: Entry) -> None:
        """Return once ``entry`` is durable; SetupError if it can't be made so."""
        await self._ledger.append(entry)

    def note(self, entry: Entry) -> None:
        """Write ``entry`` as soon as that can be done."""
        self._ledger.note(entry)

    def tombstone(self, entry: Entry) -> Callable[[ErasureReport], None]:
        """As :class:`consentry.consent.ledger.Ledger` says. With the tombstone all that tells
        whose the person's entries were is struck; :meth:`last` proves them once more."""
        person = entry.person
        assert person is not None  # a call is not erased
        return partial(self._bury, entry, person, self._keys.of(person))

    async def reopen(self, person: str | None = None) -> bool:
        """Bring back what is needed for ``person``, or for acts of the call as a whole, once the
        call is over; whether that is left. SetupError where it can't be read."""
        found = [await self._keys.load(one) for one in {None, person}]
        return None not in found

    async def acted(self) -> str:
        """Wait until something is durable, and return of whom."""
        return await self._acted.get()

    def waiting(self) -> list[str]:
        """Of whom something became durable that :meth:`acted` has not told yet."""
        people = []
        while not self._acted.empty():
            people.append(self._acted.get_nowait())
        return people

    async def of(self, person: str, newest: int | None = None) -> Issued | None:
        """The receipt of ``person``, with the ``newest`` of their acts or all of them; their last
        one where they erased it all; ``None`` where nothing is written of them. SetupError or
        LedgerError where the store can't be read."""
        if (key := self._keys.present(person)) is not None:
            asked = partial(self._facts, key, newest)
            if (facts := await self._office.database.run(asked)) is not None:
                return self._issued(person, key, facts)
        buried = self._buried.get(person)
        return await self.last(person) if buried is not None and buried.done() else None

    def parts(self, person: str) -> bool:
        """Whether the last receipt of ``person`` is there, and was not asked for yet."""
        return person in self._parting

    async def last(self, person: str, newest: int | None = None) -> Issued:
        """The receipt of ``person`` who erased everything in this call, with what they did until
        then, or the ``newest`` of it; however long the disk takes. To be had until the call ends,
        and never again."""
        buried = await asyncio.shield(self._buried[person])
        made = partial(self._last_facts, buried.tombstone, newest)
        facts = await self._office.database.run(made)
        report = buried.report
        notice = ErasureNotice(
            items=dict(report.items),
            retracted=dict(report.retracted),
            remains=list(report.remains),
        )
        self._parting.discard(person)
        return self._issued(person, buried.tombstone.key, replace(facts, erasure=notice))

    def _bury(self, entry: Entry, person: str, key: PersonKey, report: ErasureReport) -> None:
        buried: asyncio.Future[_Buried] = asyncio.get_running_loop().create_future()
        self._buried[person] = buried

        def done(tombstone: Tombstone) -> None:
            buried.set_result(_Buried(tombstone, report))
            self._parting.add(person)
            self._acted.put_nowait(person)

        self._ledger.bury(entry, key, done)

    def _facts(self, key: PersonKey, newest: int | None, connection: Connection) -> Facts | None:
        theirs = indices_of(connection, [key.index])
        return self._with_the_calls(connection, theirs, newest) if theirs else None

    def _last_facts(
        self, tombstone: Tombstone, newest: int | None, connection: Connection
    ) -> Facts:
        facts = self._with_the_calls(connection, tombstone.indices, newest)
        assert facts is not None  # the tombstone is there
        return facts

    def _with_the_calls(
        self, connection: Connection, theirs: list[int], newest: int | None
    ) -> Facts | None:
        """Of a person's entries the ``newest``, or all, and those of the call."""
        shown = theirs if newest is None else theirs[-newest:]
        whole = indices_of(connection, [self._keys.of(None).index])
        indices = sorted({*whole, *shown})
        facts = facts_of(connection, self._office.log.signer.public_key, indices)
        return facts and replace(facts, left_out=len(theirs) - len(shown))

    def _issued(self, person: str, key: PersonKey, facts: Facts) -> Issued:
        holder = Holder(self._call, person, key.commitment, self._link(person))
        at = round(self._office.now() * 1000)
        record = build(holder, self._office.issuer, facts, at)
        return Issued(record, self._office.log.signer.attest(TYPE, payload(record)))
