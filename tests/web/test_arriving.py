"""Checking in on one's own page: a code as easily as anything; what was wrong is never said."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from consentry.config.people import Chosen
from consentry_checkin import CheckInByCode
from tests.call.check_ins import ANA, BEN
from tests.people.faces import made_up
from tests.people.register import PIN, made
from tests.web.arrivals import Arrivals, arrivals_in

PHOTO = made_up(np.random.default_rng(1)).photo()


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Arrivals]:
    async with arrivals_in(tmp_path) as house:
        await house.call.begins(ANA, BEN)
        yield house


async def test_a_pin_checks_in_at_once_and_no_yes_about_faces_is_asked_for(house: Arrivals) -> None:
    ana, page = await house.register.enrolled(), await house.arrive()
    html = await page.check_in(number=ana.number, pin=PIN)
    assert "You are checked in." in html
    assert house.call.listed() == {"a": ("Ana", None)}


async def test_a_link_checks_in_and_what_it_opened_is_shut_again(house: Arrivals) -> None:
    ana, page = await house.register.enrolled(), await house.arrive()
    await house.register.people.put_face(ana.id, made(PHOTO))
    assert "You are checked in." in await page.check_in(link=ana.link)
    assert house.register.desk.unlocked_now() == []
    assert not house.call.taken(ANA)


async def test_codes_and_passkeys_stand_before_the_face(house: Arrivals) -> None:
    html = await (await house.arrive()).show("/checkin")
    places = [
        html.index(name)
        for name in ("With my passkey", "number and PIN", "With my face, if I like")
    ]
    assert places == sorted(places)


async def test_a_face_is_looked_at_in_the_call_after_the_persons_yes(house: Arrivals) -> None:
    ana, page = await house.register.enrolled(), await house.arrive()
    await house.register.people.put_face(ana.id, made(PHOTO))
    assert "you are asked there" in await page.check_in(link=ana.link, by="face")
    assert not house.call.taken(ANA) and house.call.listed() == {}
    await house.call.agrees(ANA)
    assert house.call.taken(ANA)
    assert len(house.register.desk.unlocked_now()) == 1


async def test_who_agreed_already_is_sent_to_the_call(house: Arrivals) -> None:
    ana, page = await house.register.enrolled(), await house.arrive()
    await house.register.people.put_face(ana.id, made(PHOTO))
    await house.call.agrees(ANA)
    assert "Go back to the call" in await page.check_in(link=ana.link, by="face")
    assert house.call.taken(ANA)


@pytest.mark.parametrize("look_alike", [True, False], ids=["look-alike", "no face"])
async def test_where_a_face_proves_nothing_a_code_is_asked_for(
    house: Arrivals, look_alike: bool
) -> None:
    ana, page = await house.register.enrolled(), await house.arrive()
    await house.register.people.declare_look_alike(ana.id, look_alike)
    html = await page.check_in(link=ana.link, by="face")
    assert "Please use your code." in html
    assert "With my number and PIN" in html, "it is there to be used"
    assert "You are checked in." in await page.check_in(number=ana.number, pin=PIN)


async def test_whatever_is_wrong_is_answered_alike(house: Arrivals) -> None:
    ana, page = await house.register.enrolled(), await house.arrive()
    wrong: list[dict[str, str]] = [
        {"number": ana.number, "pin": "000000"},
        {"number": "00000000", "pin": PIN},
        {"link": "A" * 43},
        {"link": "A" * 43, "by": "face"},
        {"assertion": "{}", "challenge": "x"},
        {},
    ]
    pages = {await page.check_in(**fields) for fields in wrong}
    assert len(pages) == 1
    assert "That did not work." in pages.pop()
    assert house.call.listed() == {}


async def test_nobody_checks_in_where_the_owner_has_not_turned_it_on(house: Arrivals) -> None:
    ana, page = await house.register.enrolled(), await house.arrive()
    await house.call.turns_off()
    assert "has not turned it on" in await page.show("/checkin")
    assert "has not turned it on" in await page.check_in(link=ana.link)
    assert house.call.listed() == {}


async def test_where_nobody_looks_at_faces_they_are_not_offered(tmp_path: Path) -> None:
    chosen = frozenset({Chosen.PIN, Chosen.LINK})
    async with arrivals_in(tmp_path, CheckInByCode(), chosen) as house:
        await house.call.begins(ANA, BEN)
        ana, page = await house.register.enrolled(), await house.arrive()
        html = await page.show("/checkin")
        assert "number and PIN" in html
        assert not any(word in html for word in ("face", "amera", "asskey"))
        assert "Please use your code." in await page.check_in(link=ana.link, by="face")
        assert house.call.listed() == {}
        await house.call.refuses(ANA)
        assert "Say yes there first" in await page.check_in(number=ana.number, pin=PIN)
        await house.call.agrees(ANA)
        assert "You are checked in." in await page.check_in(number=ana.number, pin=PIN)
        assert house.call.listed() == {"a": ("Ana", None)}
        assert house.register.desk.unlocked_now() == []


async def test_a_form_of_another_site_checks_nobody_in(house: Arrivals) -> None:
    ana, page = await house.register.enrolled(), await house.arrive()
    html = await page.check_in(token="0" * 64, link=ana.link)
    assert "too old" in html
    assert house.call.listed() == {}


async def test_who_comes_to_check_in_is_not_led_past_it(house: Arrivals) -> None:
    """The first to open the link is asked whether it is theirs, and goes on to where they were."""
    browser = (await house.arrive()).browser
    address = house.links.address(house.links.renew("c-1", "b"))
    shown = await browser.get(f"{address}/checkin")
    assert 'name="then" value="/checkin"' in shown.text
    gone_on = await browser.post(f"{address}/claim", data={"then": "/checkin"})
    assert gone_on.headers["location"].endswith("/checkin?outcome=claimed")


async def test_where_somebody_goes_on_to_is_theirs_to_say_between_two_pages(
    house: Arrivals,
) -> None:
    browser = (await house.arrive()).browser
    address = house.links.address(house.links.renew("c-1", "b"))
    gone_on = await browser.post(f"{address}/claim", data={"then": "//elsewhere.example"})
    assert "elsewhere" not in gone_on.headers["location"]
