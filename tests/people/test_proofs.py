"""What somebody agreed to when they enrolled can be proved, and that they were deleted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from consentry.people.claims import LinkClaim
from consentry.people.terms import FACE, face_offer
from consentry.receipts.check import check, read_receipt
from tests.people.faces import made_up
from tests.people.register import Register, made, register_in

PHOTO = made_up(np.random.default_rng(1)).photo()


@pytest.fixture
async def register(tmp_path: Path) -> AsyncIterator[Register]:
    async with register_in(tmp_path) as register:
        yield register


async def test_who_agrees_gets_a_receipt_with_the_words_they_read(register: Register) -> None:
    ana = await register.enrolled()
    await register.proofs.agreed(ana.id, "nl")
    issued = await register.proofs.receipt(ana.id)
    assert issued is not None
    assert check(read_receipt(issued.jws)).faults == []
    (record,) = issued.record.records
    assert record.asked == FACE
    assert [event.state for event in record.events] == ["consent_requested", "consent_given"]
    assert record.lawful_basis == ["eu-gdpr:A6-1-a", "eu-gdpr:A9-2-a"]
    assert record.privacy_notices[0].words == face_offer().text("nl")
    assert record.withdrawal_method.description == "Delete it on your own page"
    assert "Ana" not in issued.jws


async def test_who_deletes_their_face_has_taken_back_their_yes(register: Register) -> None:
    ana = await register.enrolled()
    await register.proofs.agreed(ana.id, "en")
    await register.proofs.withdraw(ana.id)
    issued = await register.proofs.receipt(ana.id)
    assert issued is not None
    assert issued.record.records[0].events[-1].state == "consent_withdrawn"
    assert check(read_receipt(issued.jws)).faults == []


async def test_who_is_deleted_gets_a_last_receipt_that_says_so(register: Register) -> None:
    ana = await register.enrolled()
    await register.proofs.agreed(ana.id, "en")
    await register.people.put_face(ana.id, made(PHOTO))
    issued = await register.proofs.erase(ana.id)
    assert issued is not None
    assert check(read_receipt(issued.jws)).faults == []
    assert [deed.act for deed in issued.record.acts] == ["erased"]
    assert issued.record.erasure is not None
    assert await register.desk.claim(LinkClaim(ana.link)) is None
    assert await register.proofs.receipt(ana.id) is None, "nothing here finds it again"


async def test_who_never_agreed_to_anything_is_deleted_all_the_same(register: Register) -> None:
    ana = await register.enrolled()
    issued = await register.proofs.erase(ana.id)
    assert issued is not None
    assert check(read_receipt(issued.jws)).faults == []
    assert await register.people.known() == []


async def test_each_has_a_receipt_of_their_own(register: Register) -> None:
    ana, bob = await register.enrolled(), await register.enrolled("Bob")
    await register.proofs.agreed(ana.id, "en")
    await register.proofs.agreed(bob.id, "de")
    for one in (ana, bob):
        issued = await register.proofs.receipt(one.id)
        assert issued is not None
        assert check(read_receipt(issued.jws)).faults == []
        assert issued.record.opening.person == one.id
        assert len(issued.record.records[0].events) == 2


async def test_a_yes_outlives_a_restart(tmp_path: Path) -> None:
    async with register_in(tmp_path) as register:
        ana = await register.enrolled()
        await register.proofs.agreed(ana.id, "en")
    async with register_in(tmp_path) as register:
        await register.proofs.withdraw(ana.id)
        issued = await register.proofs.receipt(ana.id)
        assert issued is not None
        assert len(issued.record.records[0].events) == 3
