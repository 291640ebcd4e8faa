"""A store with a log, and people who answer in a call: what receipts are made from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from consentry.consent.ledger import Act, Entry
from consentry.ledger.heads import HeadSigner
from consentry.ledger.log import Log
from consentry.receipts.building import Issuer
from consentry.receipts.call import CallReceipts, Office
from consentry.store.archive import Archive, Cellar
from consentry.store.database import Database, sqlite_url
from consentry.store.keys import KeyRing
from consentry.store.migrating import CONTENT, KEYS

RING = KeyRing(b"a master key of some length")
ISSUER = Issuer("Consentry", "Verein Beispiel", "privacy@example.org", "NL", "DE")
NOON = 1_767_268_800.0

LINK = "https://meet.example/me/token"


def words(purpose: str = "captions", *, biometric: bool = False, mode: str = "opt_in") -> str:
    """Of the terms of a purpose, as they are hashed."""
    shown = {
        "name": purpose,
        "title": "Live captions",
        "sentence": "Writes what you say, for everybody to read.",
        "data": "your voice",
        "why": "People who can't hear can read.",
        "retention": "until the call ends",
        "recipients": "everyone in this call",
        "biometric": biometric,
        "mode": mode,
        "grace_seconds": 0.0,
        "media": ["audio"],
    }
    return json.dumps(shown, sort_keys=True)


@dataclass
class Store:
    """Two databases in a folder, and the log in one of them."""

    database: Database
    keys: Database
    log: Log
    clock: list[float]
    _archives: dict[str, Archive] = field(default_factory=dict)

    def office(self) -> Office:
        return Office(self.database, self.log, ISSUER, self.now)

    def now(self) -> float:
        return self.clock[0]

    def call(self, call: str = "c-1") -> CallReceipts:
        """The receipts of a call, by keys that are its own."""
        keys = self.archive(call).keys
        return CallReceipts(self.office(), call, keys, lambda person: LINK)

    def archive(self, call: str = "c-1") -> Archive:
        """What is kept of a call."""
        if call not in self._archives:
            cellar = Cellar(self.database, self.keys, RING, self.now)
            self._archives[call] = Archive(cellar, call)
        return self._archives[call]


@asynccontextmanager
async def opened(folder: Path, kind: type[Database] = Database) -> AsyncIterator[Store]:
    clock = [NOON]
    async with (
        Database(sqlite_url(folder / "keys.db"), KEYS) as keys,
        kind(sqlite_url(folder / "consentry.db"), CONTENT) as database,
        Log(database, HeadSigner(RING.ledger_key()), lambda: clock[0]) as log,
    ):
        yield Store(database, keys, log, clock)


def noticed(person: str, purpose: str = "captions", text: str | None = None) -> Entry:
    """The notice of ``purpose`` was on the screen of ``person``."""
    shown = words(purpose) if text is None else text
    digest = hashlib.sha256(shown.encode()).hexdigest()
    version = f"{digest[:12]}.1"
    return Entry(Act.NOTICED, 0.0, person, purpose, version, digest, language="en", words=shown)


def said(act: Act, person: str, purpose: str = "captions") -> Entry:
    """``person`` answered."""
    digest = hashlib.sha256(words(purpose).encode()).hexdigest()
    return Entry(act, 0.0, person, purpose, f"{digest[:12]}.1")
