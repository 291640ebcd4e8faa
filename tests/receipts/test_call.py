"""What a participant holds afterwards: their answers, with the proof, and nothing of others."""

from __future__ import annotations

import json
from pathlib import Path

from sqlalchemy import select

from consentry.consent.erasure import ErasureReport
from consentry.consent.ledger import Act, Entry
from consentry.receipts.call import Issued
from consentry.receipts.check import check, read_receipt
from consentry.store.tables import ledger_person
from tests.receipts.store import LINK, RING, Store, noticed, opened, said

BEGAN = Entry(Act.CALL_BEGAN, 0.0, None, subject="galene ab12 cd34")
LOADED = Entry(Act.PLUGIN_LOADED, 0.0, None, "captions", subject="0.1.0 whisper-base 56a6d811")


def faults(issued: Issued | None) -> list[str]:
    assert issued is not None
    return check(read_receipt(issued.jws)).faults


async def answered(store: Store) -> Issued:
    """Mia says yes to captions and no to the summary; Bob, too, says no."""
    receipts = store.call()
    for entry in (BEGAN, LOADED, noticed("mia"), noticed("mia", "summary"), noticed("bob")):
        await receipts.append(entry)
    await receipts.append(said(Act.GRANTED, "mia"))
    await receipts.append(said(Act.REFUSED, "mia", "summary"))
    await receipts.append(said(Act.REFUSED, "bob"))
    issued = await receipts.of("mia")
    assert issued is not None
    return issued


async def test_a_receipt_says_what_was_asked_and_answered(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        issued = await answered(store)
    assert not faults(issued)
    record = issued.record
    states = {
        consent.processes.purpose.identifier: [event.state for event in consent.events]
        for consent in record.records
        if consent.processes
    }
    assert states == {
        "captions": ["consent_requested", "consent_given"],
        "summary": ["consent_requested", "consent_refused"],
    }
    assert [deed.act for deed in record.acts] == ["call_began", "plugin_loaded"]
    assert record.bot.identifier == "ab12 cd34"
    [notice] = record.records[0].privacy_notices
    assert json.loads(notice.words)["sentence"].startswith("Writes what you say")
    assert record.records[0].withdrawal_method.exercised_at == LINK


async def test_a_receipt_holds_nothing_of_anybody_else(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        receipts = store.call()
        await receipts.append(said(Act.ENABLED, "bob"))
        await receipts.append(said(Act.GRANTED, "bob"))
        await receipts.append(said(Act.REFUSED, "mia"))
        mine, theirs = await receipts.of("mia"), await receipts.of("bob")
    assert mine is not None and theirs is not None
    subject = theirs.record.records[0].pii_principal.identifier
    assert "bob" not in mine.record.model_dump_json()
    assert subject not in mine.record.model_dump_json()
    assert [entry.index for entry in mine.record.log.entries] == [2]


async def test_whoever_did_nothing_has_no_receipt(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        receipts = store.call()
        await receipts.append(BEGAN)
        assert await receipts.of("mia") is None


async def test_a_receipt_can_be_had_after_the_call(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        during = await answered(store)
    async with opened(tmp_path) as store:
        receipts = store.call()
        assert await receipts.reopen("mia")
        after = await receipts.of("mia")
    assert after is not None and not faults(after)
    assert after.record.records == during.record.records


async def test_a_short_receipt_says_how_much_it_leaves_out(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        receipts = store.call()
        await receipts.append(noticed("mia"))
        for act in (Act.GRANTED, Act.WITHDRAWN) * 10:
            await receipts.append(said(act, "mia"))
        short = await receipts.of("mia", newest=4)
    assert short is not None and not faults(short)
    assert short.record.left_out == 17
    assert len(short.record.records[0].events) == 4


async def test_whoever_is_told_of_acts_hears_of_them_once_they_are_durable(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        receipts = store.call()
        receipts.note(said(Act.REFUSED, "mia"))
        assert await receipts.acted() == "mia"
        assert not faults(await receipts.of("mia"))


async def test_erasure_leaves_a_tombstone_and_a_last_receipt(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        await answered(store)
        receipts = store.call()
        assert await receipts.reopen("mia")
        erased = receipts.tombstone(Entry(Act.ERASED, 9.0, "mia"))
        erased(ErasureReport(9.0, {"caption": 7}, {"storage": 3}, ("chat",)))
        last = await receipts.last("mia")
        assert not faults(last)
        assert last.record.erasure is not None
        assert last.record.erasure.items == {"storage": 3}
        assert [deed.act for deed in last.record.acts][-1] == "erased"
        assert {event.state for one in last.record.records for event in one.events} > {
            "consent_given",
            "consent_refused",
        }
    async with opened(tmp_path) as store:
        again = store.call()
        await again.reopen("mia")
        assert await again.of("mia") is None, "nothing tells any more which entries were theirs"


async def test_a_new_yes_after_an_erasure_has_nothing_to_do_with_the_old(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        receipts = store.call()
        await receipts.append(said(Act.GRANTED, "mia"))
        erased = receipts.tombstone(Entry(Act.ERASED, 9.0, "mia"))
        await store.archive().erase("mia")
        erased(ErasureReport(9.0))
        last = await receipts.last("mia")
        await receipts.append(said(Act.GRANTED, "mia"))
        new = await receipts.of("mia")
    assert new is not None and not faults(new)
    old, fresh = (r.record.records[0].pii_principal.identifier for r in (last, new))
    assert old != fresh
    assert [entry.index for entry in new.record.log.entries] == [2]


async def test_without_the_key_the_index_does_not_tell_whose_entries_are_whose(
    tmp_path: Path,
) -> None:
    """So that a backup from before an erasure does not tell either."""
    async with opened(tmp_path) as store:
        await store.call().append(said(Act.REFUSED, "mia"))
        rows = await store.database.run(
            lambda c: [bytes(at) for at in c.execute(select(ledger_person.c.handle)).scalars()]
        )
        key = await store.archive().keys.load("mia")
    assert key is not None
    assert rows == [key.index]
    assert RING.handle("c-1", "mia") not in rows, "that follows from the master key alone"


async def test_a_clock_that_was_set_back_does_not_turn_the_order_around(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        receipts = store.call()
        await receipts.append(said(Act.GRANTED, "mia"))
        store.clock[0] -= 3600
        await receipts.append(said(Act.WITHDRAWN, "mia"))
        issued = await receipts.of("mia")
    assert issued is not None and not faults(issued)
    given, withdrawn = issued.record.records[0].events
    assert (given.state, withdrawn.state) == ("consent_given", "consent_withdrawn")
    assert given.event_time > withdrawn.event_time
    assert given.entry < withdrawn.entry
