"""The proof of what people agreed to when they enrolled, and that it was deleted."""

from __future__ import annotations

from consentry.consent.erasure import ErasureReport
from consentry.consent.ledger import Act, Entry
from consentry.people.registry import People
from consentry.people.terms import FACE, face_entry
from consentry.receipts.building import PEOPLE
from consentry.receipts.call import CallReceipts, Issued, Office
from consentry.store.opening import Store


def _no_page(person: str) -> None:
    """A receipt of the register names no page: whoever has one can open it."""


class Proofs:
    """Writes into the ledger what people do about their face template, and hands out receipts;
    without an ``office`` there is no ledger, and no receipt."""

    def __init__(self, store: Store, people: People, office: Office | None) -> None:
        self._people = people
        self._office = office
        self._archive = store.archive(PEOPLE)

    async def agreed(self, person: str, language: str) -> None:
        """They were shown the terms in ``language``, and said yes; durable on return. SetupError
        where it can't be written: then it does not count."""
        await self._append(face_entry(Act.NOTICED, person, language))
        await self._append(face_entry(Act.GRANTED, person, language))

    async def standing(self, person: str) -> str | None:
        """The version of the terms to which their yes stands; ``None``: they said none, or took it
        back."""
        issued = await self.receipt(person)
        records = issued.record.records if issued else []
        last = [record.events[-1] for record in records if record.asked == FACE]
        return last[-1].version if last and last[-1].state == "consent_given" else None

    async def withdraw(self, person: str) -> None:
        """End their template, and write down that a yes of theirs is taken back. Where that could
        not be written the template has ended all the same, and the next call writes it."""
        await self._people.delete_face(person)
        if await self.standing(person) is not None:
            await self._append(face_entry(Act.WITHDRAWN, person))
        await self._people.delete_face(person)  # one that was made while the yes still stood

    async def settle(self, person: str) -> None:
        """A way of theirs ended: a template that nothing else opened ended with it, and so did
        their yes."""
        known = await self._people.person(person)
        if known is not None and known.face is None:
            await self.withdraw(person)

    async def receipt(self, person: str) -> Issued | None:
        """What they were shown and said, with the proof; ``None``: nothing is written of them."""
        if (receipts := self._receipts()) is None:
            return None
        await receipts.reopen(person)
        return await receipts.of(person)

    async def erase(self, person: str) -> Issued | None:
        """Delete somebody and destroy their keys; their last receipt, where there is a ledger."""
        receipts, bury = self._receipts(), None
        if receipts is not None:
            await receipts.reopen(person)
            if self._archive.keys.present(person) is not None:
                bury = receipts.tombstone(Entry(Act.ERASED, 0.0, person))
        await self._people.delete(person)
        self._archive.forget_now(person)
        if receipts is None or bury is None:
            return None
        bury(ErasureReport(0.0, items={PEOPLE: 1}))
        return await receipts.last(person)

    async def _append(self, entry: Entry) -> None:
        if (receipts := self._receipts()) is not None:
            await receipts.reopen(entry.person)
            await receipts.append(entry)

    def _receipts(self) -> CallReceipts | None:
        """Made anew each time: what it remembers of somebody who was deleted ends with it."""
        return None if self._office is None else self._office.receipts(self._archive, _no_page)
