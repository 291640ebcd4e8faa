"""What there is of one person in one call: the seam between their page and the store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from consentry.receipts.call import Issued
from consentry.store.archive import Held


@dataclass(frozen=True, slots=True)
class PastCall:
    """What is remembered of a call that is over."""

    title: str
    day: date


@dataclass(frozen=True, slots=True)
class Farewell:
    """What came of an erasure."""

    jws: str | None
    """The last receipt, signed; ``None`` where the bot keeps no ledger."""
    remains: tuple[str, ...] = ()
    """Where others may still hold some of it (``remains.`` in the catalogs)."""


class PersonFile(Protocol):
    """One person's file, during the call and after it.

    SetupError or LedgerError where the store can't be read or written.
    """

    async def call(self) -> PastCall | None:
        """The call it is of; ``None`` where nothing is known of it any more."""
        ...

    async def receipt(self) -> Issued | None:
        """All they were asked and said; ``None`` where nothing is written of them."""
        ...

    async def held(self) -> Sequence[Held]:
        """What is kept that is about them."""
        ...

    async def exported(self, form: str) -> None:
        """Write down that they took a copy in this form; durable on return."""
        ...

    async def erase(self) -> Farewell:
        """Erase what is kept, once the call is over: a call that lasts has more to erase."""
        ...


Files = Callable[[str, str], PersonFile | None]
"""From a call's and a person's id; ``None`` where this bot keeps nothing."""


def nothing_kept(call: str, person: str) -> None:
    """The files of a bot without a store."""
