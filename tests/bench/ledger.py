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

from consentry.consent.ledger import Act
from consentry.ledger import merkle
from consentry.ledger.heads import HeadSigner, read_head
from consentry.ledger.log import Log, append_group
from consentry.ledger.records import Record
from consentry.store.database import Database, sqlite_url

EVENTS = 20_000
GROUP = 100
"""Acts that come at once: a large call where everybody answers."""

MILLION = 1_000_000
PROOFS = 200


def measure() -> Mapping[str, float | int]:
    """In a folder of its own, on the disk that the checkout is on."""
    with TemporaryDirectory(dir=Path.cwd(), prefix=".bench-ledger-") as folder:
        return asyncio.run(_measure(Path(folder)))


async def _measure(folder: Path) -> Mapping[str, float | int]:
    signer = HeadSigner(Ed25519PrivateKey.generate())
    async with Database(sqlite_url(folder / "events.db")) as database:
        rate = await _append(database, signer)
    async with Database(sqlite_url(folder / "million.db")) as database:
        await _fill(database, signer)
        proof = await _prove(database, signer)
    return {"durable_events_per_s": round(rate), "proof_ms_at_1m": round(proof * 1000, 3)}


async def _append(database: Database, signer: HeadSigner) -> float:
    """Entries a second, each awaited until it is durable, a hundred at a time."""
    async with Log(database, signer, time.time) as log:
        began = time.perf_counter()
        for start in range(0, EVENTS, GROUP):
            entries = (_record(number) for number in range(start, start + GROUP))
            await asyncio.gather(*(log.append(entry) for entry in entries))
        return EVENTS / (time.perf_counter() - began)


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


def _record(number: int) -> bytes:
    act = Act.GRANTED if number % 2 else Act.REFUSED
    return Record(act, number, f"{number % 97:032x}", f"{number:032x}", "captions", "v.1").encode()
