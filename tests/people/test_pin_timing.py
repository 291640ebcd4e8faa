"""Whether a number is anybody's shows in nothing that a PIN takes: all get the same work."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from consentry.people import pin as pins
from consentry.people.claims import PinClaim
from consentry.people.desk import PIN_TRIES
from consentry.people.pin import MAX_WRONG
from consentry.store.database import Database
from tests.people.faces import made_up
from tests.people.register import PIN, Register, made, register_in

NOBODYS_NUMBER, WRONG = "11111111", "000000"


@pytest.fixture
async def register(tmp_path: Path) -> AsyncIterator[Register]:
    async with register_in(tmp_path) as register:
        yield register


@pytest.fixture
def work(register: Register, monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """What is done from now on: hashing, and transactions with each database."""
    done: Counter[str] = Counter()
    derive, run = pins._derive, Database.run

    def hashing(pin: str, salt: bytes) -> bytes:
        done["hashes"] += 1
        return derive(pin, salt)

    async def running(self: Database, work: Any) -> Any:
        done["keys" if self is register.store.keys else "content"] += 1
        return await run(self, work)

    monkeypatch.setattr(pins, "_derive", hashing)
    monkeypatch.setattr(Database, "run", running)
    return done


async def refused(register: Register, work: Counter[str], number: str, pin: str) -> Counter[str]:
    """What it takes to refuse this."""
    work.clear()
    assert await register.desk.claim(PinClaim(number, pin)) is None
    return Counter(work)


async def test_each_pin_that_is_refused_takes_the_same_work(
    register: Register, work: Counter[str]
) -> None:
    plain, known, off = [await register.enrolled(name) for name in ("Ana", "Ben", "Eve")]
    assert await register.people.put_face(known.id, made(made_up(np.random.default_rng(1)).photo()))
    await register.guessed(off.number, MAX_WRONG)
    nobodys = await refused(register, work, NOBODYS_NUMBER, WRONG)
    assert nobodys["hashes"] == 1 and nobodys["content"] and nobodys["keys"], "or it counts nothing"
    for number, pin in ((plain.number, WRONG), (known.number, WRONG), (off.number, PIN)):
        assert await refused(register, work, number, pin) == nobodys
    for _ in range(PIN_TRIES):
        await register.desk.claim(PinClaim(plain.number, WRONG))
    assert await refused(register, work, plain.number, PIN) == nobodys, "it is locked"
    assert await refused(register, work, "", "") == nobodys


async def test_a_right_pin_is_hashed_once_too(register: Register, work: Counter[str]) -> None:
    ana = await register.enrolled()
    work.clear()
    assert await register.desk.claim(PinClaim(ana.number, PIN))
    assert work["hashes"] == 1
