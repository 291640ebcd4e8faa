"""A person's file from the store: their receipt, what is kept of them, and its erasure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from consentry.call.session import Session
from consentry.consent.erasure import ErasureReport
from consentry.consent.ledger import Act, Entry
from consentry.receipts.call import CallReceipts, Issued, Link
from consentry.store.archive import Archive, Held
from consentry.store.calls import Calls
from consentry.store.opening import Store
from consentry.web.person_file import Farewell, PastCall


@dataclass(frozen=True, slots=True)
class StoredFile:
    """Implements :class:`consentry.web.person_file.PersonFile`."""

    person: str
    archive: Archive
    receipts: CallReceipts | None
    calls: Calls

    async def call(self) -> PastCall | None:
        if (known := await self.calls.of(self.archive.call)) is None:
            return None
        return PastCall(known.facts.title, date.fromisoformat(known.facts.date))

    async def receipt(self) -> Issued | None:
        if self.receipts is None:
            return None
        await self.receipts.reopen(self.person)
        return await self.receipts.of(self.person)

    async def held(self) -> Sequence[Held]:
        return await self.archive.held(self.person)

    async def exported(self, form: str) -> None:
        if self.receipts is not None and await self.receipts.reopen(self.person):
            await self.receipts.append(Entry(Act.EXPORTED, 0.0, self.person, subject=form))

    async def erase(self) -> Farewell:
        """Of a call that is over: nothing is on anybody's screen any more."""
        bury = None
        if self.receipts is not None and await self.receipts.reopen(self.person):
            bury = self.receipts.tombstone(Entry(Act.ERASED, 0.0, self.person))
        erased = await self.archive.erase(self.person)
        report = ErasureReport(0.0, items=erased.items, remains=("exports", "recordings"))
        if self.receipts is None or bury is None:
            return Farewell(None, report.remains)
        bury(report)
        last = await self.receipts.last(self.person)
        return Farewell(last.jws, report.remains)


@dataclass(frozen=True, slots=True)
class StoredFiles:
    """The files of a bot's calls: of one that lasts, with the receipts that are being written."""

    store: Store
    sessions: Callable[[str], Session | None]
    receipts: Callable[[Archive, Link], CallReceipts | None]
    """Of a call that is over."""

    def __call__(self, call: str, person: str) -> StoredFile:
        archive, session = self.store.archive(call), self.sessions(call)
        receipts = session.receipts if session else self.receipts(archive, _no_page)
        return StoredFile(person, archive, receipts, self.store.calls)


def _no_page(person: str) -> None:
    """A receipt of a call that is over names no page: it is read on it."""
