"""How fast acts of consent become durable, and how fast one is proved in a log of a million."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from consentry.consent.ledger import Act, Entry
from consentry.ledger import merkle
from consentry.ledger.heads import HeadSigner, read_head
from consentry.ledger.log import Log, append_group
from consentry.ledger.records import Record
from consentry.receipts.building import Issuer
from consentry.receipts.call import CallReceipts, Office
from consentry.store.database import Database, sqlite_url
from consentry.store.keys import CallKeys, KeyRing
from consentry.store.migrating import KEYS

EVENTS = 20_000
GROUP = 100
"""Acts that come at once: a large call where everybody answers."""

MILLION = 1_000_000
PROOFS = 200
RECEIPTS = 50


def measure() -> Mapping[str, float | int]:
    """In a folder of its own, on the disk that the checkout is on."""
    with TemporaryDirectory(dir=Path.cwd(), prefix=".bench-ledger-") as folder:
        return asyncio.run(_measure(Path(folder)))


async def _measure(folder: Path) -> Mapping[str, float | int]:
    signer = HeadSigner(Ed25519PrivateKey.generate())
    async with Database(sqlite_url(folder / "keys.db"), KEYS) as keys:
        async with Database(sqlite_url(folder / "events.db")) as database:
            rate = await _append(database, keys, signer)
        async with Database(sqlite_url(folder / "million.db")) as database:
            await _fill(database, signer)
            proof = await _prove(database, signer)
            receipt = await _receive(database, keys, signer)
    return {
        "durable_events_per_s": round(rate),
        "proof_ms_at_1m": round(proof * 1000, 3),
        "receipt_ms_at_1m": round(receipt * 1000, 1),
    }


def _receipts(database: Database, keys: Database, log: Log, call: str) -> CallReceipts:
    """The ledger of a call, as a bot has it."""
    ring = KeyRing(bytes(32))
    office = Office(database, log, Issuer("Consentry"), time.time)
    return CallReceipts(office, call, CallKeys(ring, call, keys), lambda person: None)


async def _append(database: Database, keys: Database, signer: HeadSigner) -> float:
    """Entries a second, of a hundred people at once, each awaited until it is durable."""
    async with Log(database, signer, time.time) as log:
        ledger = _receipts(database, keys, log, "c-1")
        began = time.perf_counter()
        for _ in range(0, EVENTS, GROUP):
            acts = (_act(f"p{number}") for number in range(GROUP))
            await asyncio.gather(*(ledger.append(act) for act in acts))
        return EVENTS / (time.perf_counter() - began)


async def _receive(database: Database, keys: Database, signer: HeadSigner) -> float:
    """Median seconds that a receipt with eight acts takes."""
    async with Log(database, signer, time.time) as log:
        receipts = _receipts(database, keys, log, "c-2")
        people = [f"r{number}" for number in range(RECEIPTS)]
        for _ in range(8):
            await asyncio.gather(*(receipts.append(_act(person)) for person in people))
        taken = []
        for person in people:
            began = time.perf_counter()
            assert await receipts.of(person) is not None
            taken.append(time.perf_counter() - began)
    return statistics.median(taken)


async def _fill(database: Database, signer: HeadSigner) -> None:
    for start in range(0, MILLION, 50_000):
        entries = [_record(number) for number in range(start, start + 50_000)]
        await database.run(partial(append_group, entries=entries, signer=signer, at=0))


async def _prove(database: Database, signer: HeadSigner) -> float:
    """Median seconds from asking for a proof to having checked it."""
    async with Log(database, signer, time.time) as log:
        for number in range(3):
            await log.append(_record(number))  # a size that is no power of two
        head = read_head(await log.head() or "", signer.public_key)
        taken = []
        for number in range(PROOFS):
            index = number * 4987 % MILLION
            began = time.perf_counter()
            path = await log.inclusion(index, head.size)
            leaf = merkle.leaf_hash(_record(index))
            assert merkle.root_of_inclusion(index, head.size, leaf, path) == head.root
            taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def _act(person: str) -> Entry:
    return Entry(Act.GRANTED, 0.0, person, "captions", "0123456789ab.1")


def _record(number: int) -> bytes:
    act = Act.GRANTED if number % 2 else Act.REFUSED
    return Record(act, number, f"{number % 97:032x}", f"{number:032x}", "captions", "v.1").encode()
