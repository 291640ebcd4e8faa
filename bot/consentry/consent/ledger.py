"""Where acts of consent are written down: the seam for a durable ledger."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Act(StrEnum):
    NOTICED = "noticed"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    ENABLED = "enabled"
    DISABLED = "disabled"
    OWNER_CONFIRMED = "owner_confirmed"
    OWNER_CHANGED = "owner_changed"


@dataclass(frozen=True, slots=True)
class Entry:
    """One act. Holds ids, never names or content."""

    act: Act
    at: float
    """Seconds on the call's clock."""
    person: str
    purpose: str | None = None
    version: str | None = None
    """Of the terms the act was about."""


class Ledger(Protocol):
    """Takes entries in order. A grant waits for it; a refusal does not."""

    async def append(self, entry: Entry) -> None:
        """Return once ``entry`` is durable; raise SetupError if it can't be made so."""
        ...


class MemoryLedger:
    """Lasts as long as the call, as everything does unless storage is set up."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    async def append(self, entry: Entry) -> None:
        self.entries.append(entry)
