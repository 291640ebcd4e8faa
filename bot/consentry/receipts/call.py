"""Receipts of one call, of people who are in it, or were."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy import Connection

from consentry.consent.erasure import Erasure
from consentry.consent.ledger import Act, Entry
from consentry.ledger.call import CallBook, CallLedger, Tombstone
from consentry.ledger.log import Log
from consentry.receipts.building import Facts, Holder, Issuer, build, payload
from consentry.receipts.check import TYPE
from consentry.receipts.evidence import facts_of, indices_of
from consentry.receipts.record import ErasureNotice, ReceiptRecord
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


@dataclass(frozen=True, slots=True)
class Issued:
    """A receipt, and its signed form."""

    record: ReceiptRecord
    jws: str


class CallReceipts:
    """What was written of each person in one call, with the proof. Its :attr:`ledger` is the one
    that is proved.

    ``keys`` are those of the call; for one that is over, :meth:`reopen` brings them back.
    """

    def __init__(self, office: Office, call: str, keys: CallKeys, link: Link) -> None:
        self._office = office
        self._call = call
        self._keys = keys
        self._link = link
        self._acted: asyncio.Queue[str] = asyncio.Queue()
        book = CallBook(office.log, call, keys, office.now, self._acted.put_nowait)
        self.ledger = CallLedger(book)

    async def reopen(self, person: str) -> bool:
        """Bring back what is needed for ``person`` once the call is over; whether anything of
        them is left. SetupError where it can't be read."""
        found = [await self._keys.load(one) for one in (None, person)]
        return None not in found

    async def acted(self) -> str:
        """Wait until something is durable, and return of whom."""
        return await self._acted.get()

    async def of(self, person: str, newest: int | None = None) -> Issued | None:
        """The receipt of ``person``, with the ``newest`` of their acts or all of them; ``None``
        where nothing is written of them, or they erased it. SetupError or LedgerError where the
        store can't be read."""
        key = self._keys.present(person)
        if key is None:
            return None
        handles = [self._keys.handle(one) for one in (None, person)]
        facts = await self._office.database.run(partial(self._facts, handles, newest))
        return None if facts is None else self._issued(person, key, facts)

    def farewell(self, person: str) -> Callable[[Erasure], Awaitable[Issued]]:
        """To be called before the key of ``person`` is forgotten; what it returns, once all else
        of theirs is erased. That writes the tombstone and strikes whose their entries were, and
        returns their last receipt when this is durable, however long the disk takes."""
        key = self._keys.of(person)
        return partial(self._bury, person, key)

    async def _bury(self, person: str, key: PersonKey, erasure: Erasure) -> Issued:
        buried: asyncio.Future[Tombstone] = asyncio.get_running_loop().create_future()

        def done(tombstone: Tombstone) -> None:
            if not buried.done():
                buried.set_result(tombstone)

        self.ledger.bury(Entry(Act.ERASED, 0.0, person), key, done)
        tombstone = await buried
        facts = await self._office.database.run(partial(self._last_facts, tombstone))
        notice = ErasureNotice(
            items=dict(erasure.items),
            retracted=dict(erasure.retracted),
            remains=list(erasure.remains),
        )
        return self._issued(person, key, replace(facts, erasure=notice))

    def _facts(
        self, handles: list[bytes], newest: int | None, connection: Connection
    ) -> Facts | None:
        whole, person = handles
        theirs = indices_of(connection, [person])
        if not theirs:
            return None
        shown = theirs if newest is None else theirs[-newest:]
        indices = sorted({*indices_of(connection, [whole]), *shown})
        facts = facts_of(connection, self._office.log.signer.public_key, indices)
        return facts and replace(facts, left_out=len(theirs) - len(shown))

    def _last_facts(self, tombstone: Tombstone, connection: Connection) -> Facts:
        whole = indices_of(connection, [self._keys.handle(None)])
        indices = sorted({*whole, *tombstone.indices})
        facts = facts_of(connection, self._office.log.signer.public_key, indices)
        assert facts is not None  # the tombstone is there
        return facts

    def _issued(self, person: str, key: PersonKey, facts: Facts) -> Issued:
        holder = Holder(self._call, person, key.commitment, self._link(person))
        at = round(self._office.now() * 1000)
        record = build(holder, self._office.issuer, facts, at)
        return Issued(record, self._office.log.signer.attest(TYPE, payload(record)))
