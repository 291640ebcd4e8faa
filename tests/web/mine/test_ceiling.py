"""A PIN that was guessed at for too long takes none until its person opens their page otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from consentry.people.claims import LinkClaim, PinClaim
from consentry.people.desk import MAX_WRONG
from tests.people.register import PIN
from tests.web.mine.pages import Mine, office_in


@pytest.mark.parametrize("by", ["link", "invitation"])
async def test_ones_own_page_turns_ones_pin_on_again(tmp_path: Path, by: str) -> None:
    async with office_in(tmp_path) as office:
        register = office.register
        ana = await register.enrolled()
        found = await register.people.find_number(ana.number)
        assert found is not None
        for _ in range(MAX_WRONG):
            await register.people.count_wrong(found)
        mine = Mine(office.browser())
        assert (await mine.enter("/i", number=ana.number, pin=PIN)).status_code == 403
        assert await register.desk.claim(LinkClaim(ana.link)), "a claim alone opens no page"
        assert await register.desk.claim(PinClaim(ana.number, PIN)) is None
        link = ana.link if by == "link" else await register.people.invite_again(ana.id)
        assert (await mine.enter("/i", link=link)).status_code == 200
        assert await register.desk.claim(PinClaim(ana.number, PIN))
