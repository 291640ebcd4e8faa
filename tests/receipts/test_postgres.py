"""Receipts and the check of a backup, where the content is in PostgreSQL."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from consentry.config.sections import StorageSection
from consentry.consent.erasure import ErasureReport
from consentry.consent.ledger import Act, Entry
from consentry.errors import SetupError
from consentry.ledger.heads import HeadSigner
from consentry.ledger.log import Log
from consentry.receipts.backup import look_into
from consentry.receipts.call import CallReceipts, Office
from consentry.receipts.check import check, read_receipt
from consentry.receipts.record import Opening
from consentry.store.opening import store_of
from tests.receipts.store import ISSUER, noticed, said
from tests.requirements import need
from tests.store.postgres import Server, serving

need("postgres")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


async def test_a_receipt_and_an_erasure_that_a_backup_shows(server: Server, tmp_path: Path) -> None:
    """The key is destroyed and the items stay, as they do in a backup."""
    url = server.database()
    section = StorageSection.model_validate({"directory": tmp_path, "database": url})
    store = store_of(section)
    signer = HeadSigner(store.ring.ledger_key())
    async with store, Log(store.database, signer, time.time) as log:
        archive = store.archive("c-1")
        office = Office(store.database, log, ISSUER, time.time)
        receipts = CallReceipts(office, "c-1", archive.keys, lambda person: None)
        await receipts.append(noticed("mia", "storage"))
        await receipts.append(said(Act.GRANTED, "mia", "storage"))
        for name, person in (("a", "mia"), ("b", "ben")):
            await archive.vault("storage", None).put(name, b"words", frozenset({person}))
        during = await receipts.of("mia")
        assert during is not None and not check(read_receipt(during.jws)).faults

        bury = receipts.tombstone(Entry(Act.ERASED, 0.0, "mia"))
        archive.forget_now("mia")
        await archive.keys.destroy("mia")
        bury(ErasureReport(0.0))
        last = await receipts.last("mia")
        assert not check(read_receipt(last.jws)).faults
        found = look_into(url, last.record.opening, store)
    assert (found.theirs, found.theirs_opened) == (1, 0)
    assert (found.others, found.others_opened) == (1, 1)
    assert found.erased


def test_a_url_that_leads_nowhere_is_refused(tmp_path: Path) -> None:
    with store_of(StorageSection(directory=tmp_path)) as store:
        opening = Opening(call="c", person="p", key="AA")
        with pytest.raises(SetupError) as caught:
            look_into(f"postgresql+psycopg://me:secret@/none?host={tmp_path}", opening, store)
    assert "secret" not in str(caught.value)
