"""The register where the content and the keys are in PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from consentry.people.claims import LinkClaim, PinClaim
from consentry.people.desk import LOCKED_SECONDS, PIN_TRIES
from consentry.receipts.check import check, read_receipt
from tests.people.faces import made_up
from tests.people.register import PIN, made, register_in
from tests.requirements import need
from tests.store.postgres import Server, serving

need("postgres")

PHOTO = made_up(np.random.default_rng(1)).photo()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as server:
        yield server


async def test_people_enroll_check_in_and_are_deleted(server: Server, tmp_path: Path) -> None:
    urls = {"database": server.database(), "keys": server.database()}
    async with register_in(tmp_path, **urls) as register:
        ana = await register.enrolled()
        assert await register.people.put_face(ana.id, made(PHOTO))
        claimed = await register.desk.claim(LinkClaim(ana.link))
        assert claimed is not None and claimed.ticket is not None
        wrong = (register.desk.claim(PinClaim(ana.number, "000000")) for _ in range(PIN_TRIES))
        assert await asyncio.gather(*wrong) == [None] * PIN_TRIES
        assert await register.desk.claim(PinClaim(ana.number, PIN)) is None
        register.clock.at += LOCKED_SECONDS
        assert await register.desk.claim(PinClaim(ana.number, PIN))
        issued = await register.proofs.erase(ana.id)
        assert issued is not None and check(read_receipt(issued.jws)).faults == []
        assert await register.people.known() == []
