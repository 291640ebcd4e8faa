"""Where more PINs come than can be checked, the page says to try again, and nobody has tried."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from consentry.people.claims import PinClaim
from consentry.people.desk import MAX_WAITING, PIN_TRIES
from tests.people.register import PIN
from tests.web.mine.pages import Mine, office_in


async def test_a_page_that_is_too_busy_says_so_and_counts_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with office_in(tmp_path) as office:
        ana = await office.register.enrolled()
        desk = office.register.desk
        flood = [
            asyncio.create_task(desk.claim(PinClaim(f"{number:08d}", "000000")))
            for number in range(MAX_WAITING + 1)
        ]
        await asyncio.sleep(0)
        for _ in range(PIN_TRIES):
            answer = await office.browser().post("/i", data={"number": ana.number, "pin": PIN})
            assert answer.status_code == 503
            assert "try again in a moment" in answer.text
        await asyncio.gather(*flood)
        mine = Mine(office.browser())
        assert (await mine.enter("/i", number=ana.number, pin=PIN)).status_code == 200
        assert len(caplog.records) == 2, "the crowd's beginning and its end, however many came"
