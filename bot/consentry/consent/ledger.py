"""Where acts of consent are written down: the seam for a durable ledger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from consentry.consent.erasure import ErasureReport


class Act(StrEnum):
    NOTICED = "noticed"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    ENABLED = "enabled"
    DISABLED = "disabled"
    OWNER_CONFIRMED = "owner_confirmed"
    OWNER_CHANGED = "owner_changed"
    CALL_BEGAN = "call_began"
    CALL_ENDED = "call_ended"
    PLUGIN_LOADED = "plugin_loaded"
    EXPORTED = "exported"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Entry:
    """One act. Holds ids, never names or content."""

    act: Act
    at: float
    """Seconds on the call's clock."""
    person: str | None
    """``None`` where the act is the call's."""
    purpose: str | None = None
    version: str | None = None
    """Of the terms the act was about."""
    notice: str | None = None
    """SHA-256 of the words of those terms, in hex, where they were shown."""
    language: str | None = None
    """Of those words (BCP 47)."""
    words: str | None = None
    """Those words themselves, as they were hashed. They are kept once, beside the log."""
    subject: str | None = None
    """What else it is about: a plugin's version, the fingerprint of a key."""


class Ledger(Protocol):
    """Takes entries, and keeps their order. A grant waits for it; a refusal does not."""

    async def append(self, entry: Entry) -> None:
        """Return once ``entry`` is durable; raise SetupError if it can't be made so."""
        ...

    def note(self, entry: Entry) -> None:
        """Write ``entry`` as soon as that can be done; never waits, never raises."""
        ...

    def tombstone(self, entry: Entry) -> Callable[[ErasureReport], None]:
        """To be called while the key of the entry's person is there. What it returns notes
        ``entry``, as made with that key, once all that was made from them is gone."""
        ...


class MemoryLedger:
    """Lasts as long as the call: for a demo, and for tests."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    async def append(self, entry: Entry) -> None:
        self.entries.append(entry)

    def note(self, entry: Entry) -> None:
        self.entries.append(entry)

    def tombstone(self, entry: Entry) -> Callable[[ErasureReport], None]:
        return lambda report: self.note(entry)
