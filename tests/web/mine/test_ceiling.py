"""A PIN that was guessed at for too long takes none until its person opens their page otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from consentry.people.claims import LinkClaim, PinClaim
from consentry.people.pin import MAX_WRONG
from tests.people.register import PIN
from tests.web.mine.pages import Mine, office_in


@pytest.mark.parametrize("by", ["link", "invitation"])
async def test_ones_own_page_turns_ones_pin_on_again(tmp_path: Path, by: str) -> None:
    async with office_in(tmp_path) as office:
        register = office.register
        ana = await register.enrolled()
        await register.guessed(ana.number, MAX_WRONG)
        mine = Mine(office.browser())
        assert (await mine.enter("/i", number=ana.number, pin=PIN)).status_code == 403
        assert await register.desk.claim(LinkClaim(ana.link)), "a claim alone opens no page"
        assert await register.desk.claim(PinClaim(ana.number, PIN)) is None
        link = ana.link if by == "link" else await register.people.invite_again(ana.id)
        assert (await mine.enter("/i", link=link)).status_code == 200
        assert mine.said.startswith("Your PIN was off, after too many wrong ones.")
        assert await register.desk.claim(PinClaim(ana.number, PIN))


OFF = {
    "en": "Your number takes no PIN any more: too many were wrong. Set a new one.",
    "de": "Mit Ihrer Nummer geht keine PIN mehr: zu viele waren falsch. Legen Sie eine neue fest.",
    "nl": "Met je nummer werkt geen pincode meer: te veel waren er fout. Stel een nieuwe in.",
    "fr": "Votre numéro n’accepte plus de code PIN : trop étaient faux. Définissez-en un nouveau.",
}


@pytest.mark.parametrize("language", OFF)
async def test_a_page_that_is_open_meanwhile_says_so_and_what_to_do(
    tmp_path: Path, language: str
) -> None:
    async with office_in(tmp_path) as office:
        ana = await office.register.enrolled()
        mine = Mine(office.browser())
        await mine.enter("/i", link=ana.link)
        assert "PIN was off" not in mine.said
        await mine.send("/language", language=language)
        assert OFF[language] not in await mine.look()
        await office.register.guessed(ana.number, MAX_WRONG)
        assert OFF[language] in await mine.look()
        await mine.send("/pin", pin="802817")
        assert OFF[language] not in await mine.look()
        assert await office.register.desk.claim(PinClaim(ana.number, "802817"))
