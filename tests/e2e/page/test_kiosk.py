"""The kiosk as people use it: with a PIN, a passkey, a phone, by keyboard alone, and offline."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.e2e.page import accessibility
from tests.e2e.page.kiosk import PIN, Door, Tablet, open_door

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(180),
]

LEFT = """() => [
  ...Object.keys(localStorage), ...Object.keys(sessionStorage),
  ...[...document.querySelectorAll("input")].map((input) => input.value),
].filter(Boolean)"""


@pytest_asyncio.fixture(loop_scope="session")
async def door(browser: Browser, tmp_path: Path) -> AsyncIterator[Door]:
    async with AsyncExitStack() as stack:
        yield await open_door(tmp_path, browser, stack)


async def is_welcomed(page: Page) -> None:
    await expect(page.get_by_role("heading", name="Welcome, Ana")).to_be_focused()
    await expect(page.get_by_role("main")).to_contain_text("You are checked in.")
    await expect(page.get_by_role("main")).to_contain_text("Planning")
    await expect(page.get_by_role("main")).to_contain_text("Next here: Review, at ")


async def is_back(page: Page) -> None:
    """At the start, with nothing of anybody on the device."""
    await expect(page.get_by_role("heading", name="Meetings in Lise Meitner")).to_be_focused()
    assert await page.evaluate(LEFT) == []
    assert "Ana" not in await page.content()
    assert {cookie["name"] for cookie in await page.context.cookies()} == {"consentry_kiosk"}


async def test_with_number_and_pin_on_the_screens_own_keys(door: Door) -> None:
    tablet = await door.tablet()
    page = tablet.page
    await page.clock.install()
    await tablet.chooses()
    await accessibility.check(page)
    await tablet.types(door.ana.number)
    await tablet.types("000000")
    await page.get_by_role("button", name="Check in", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text(["That did not work."])
    await tablet.types(PIN)
    await page.get_by_role("button", name="Check in", exact=True).click()
    await is_welcomed(page)
    await accessibility.check(page)
    await page.clock.fast_forward(15_000)
    await is_back(page)


async def test_with_a_passkey(door: Door) -> None:
    tablet = await door.tablet()
    await tablet.passkey()
    await tablet.chooses()
    await tablet.page.get_by_role("button", name="Use a passkey").click()
    await is_welcomed(tablet.page)
    await tablet.page.get_by_role("button", name="Done").click()
    await is_back(tablet.page)


async def test_with_a_passkey_of_somebody_unknown(door: Door) -> None:
    tablet = await door.tablet()
    await tablet.passkey()
    await door.enrollment.people.delete(door.ana.person.id)
    await tablet.chooses()
    await tablet.page.get_by_role("button", name="Use a passkey").click()
    await expect(tablet.page.get_by_role("alert")).to_contain_text(["That did not work."])


@pytest.mark.parametrize("way", ["link", "remembered", "pin"])
async def test_with_ones_own_phone(door: Door, way: str) -> None:
    tablet = await door.tablet()
    await tablet.chooses()
    context = await door.browser.new_context(viewport={"width": 390, "height": 844})
    phone = await context.new_page()
    await phone.goto(f"{door.url}/kiosk/here#{tablet.visits[-1]}")
    await expect(phone.get_by_role("main")).to_contain_text("Planning. Lise Meitner.")
    await expect(tablet.page.get_by_role("status")).to_contain_text("Go on with your phone.")
    await accessibility.check(phone)
    if way == "link":
        await phone.get_by_label("Paste your link").fill(f"{door.url}/i#{door.ana.link}")
    if way == "remembered":
        await phone.evaluate(
            "(link) => localStorage.setItem('consentry-link', link)", door.ana.link
        )
        await phone.reload()
    if way in ("link", "remembered"):
        await phone.get_by_role("button", name="Use my link").click()
    else:
        await phone.get_by_label("Your number").fill(door.ana.number)
        await phone.get_by_label("Your PIN").fill(PIN)
        await phone.get_by_role("button", name="Check in", exact=True).click()
    await expect(phone.get_by_role("status")).to_have_text(
        "You are checked in. You can close this page."
    )
    await is_welcomed(tablet.page)
    await context.close()


async def test_a_code_that_was_scanned_too_late_opens_nothing(door: Door) -> None:
    tablet = await door.tablet()
    await tablet.chooses()
    await tablet.page.get_by_role("button", name="Back to the start").click()
    await is_back(tablet.page)
    phone = await tablet.page.context.new_page()
    await phone.goto(f"{door.url}/kiosk/here#{tablet.visits[-1]}")
    await expect(phone.get_by_role("status")).to_contain_text("This code is no longer good.")


async def press_until(page: Page, name: str) -> None:
    """Tab until the control with this name has the focus."""
    wanted = page.get_by_role("button", name=name, exact=name != "Planning")
    for _ in range(30):
        await page.keyboard.press("Tab")
        if await wanted.evaluate_all("(found) => found.includes(document.activeElement)"):
            return
    raise AssertionError(f"Tab never came to {name!r}")


async def test_by_the_keyboard_alone(door: Door) -> None:
    page = (await door.tablet()).page
    await page.get_by_role("button", name="Planning").wait_for()
    await press_until(page, "Planning")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Say who you are")).to_be_focused()
    await press_until(page, "Use a passkey")
    await page.keyboard.press("Tab")
    await page.keyboard.type(door.ana.number)
    await page.keyboard.press("Tab")
    await page.keyboard.type(PIN)
    await page.keyboard.press("Enter")
    await is_welcomed(page)
    await page.keyboard.press("Escape")
    await is_back(page)


async def test_a_network_that_is_gone_takes_nobody_along_and_comes_back(door: Door) -> None:
    tablet = await door.tablet()
    page = tablet.page
    await tablet.chooses()
    await page.get_by_label("Your PIN").fill(PIN)
    await page.context.set_offline(True)
    await expect(page.get_by_role("status").filter(visible=True)).to_have_text(
        "No connection. It comes back by itself."
    )
    await is_back(page)
    await page.context.set_offline(False)
    await expect(page.get_by_text("No connection.")).to_be_hidden()
    await tablet.chooses()
    assert len(set(tablet.visits)) == 2


async def test_whoever_went_away_is_asked_and_then_forgotten(door: Door) -> None:
    tablet = await door.tablet()
    page = tablet.page
    await page.clock.install()
    await tablet.chooses()
    await page.get_by_label("Your number").fill(door.ana.number)
    await tablet.waits(60)
    still = page.get_by_role("dialog", name="Are you still there?")
    await expect(still).to_be_visible()
    await accessibility.check(page)
    await tablet.stays()
    await expect(page.get_by_label("Your number")).to_have_value(door.ana.number)
    await tablet.waits(60)
    await expect(still).to_be_visible()
    await tablet.waits(20)
    await is_back(page)


async def test_the_next_one_finds_the_language_of_the_device(door: Door) -> None:
    page = (await door.tablet()).page
    await page.get_by_role("link", name="Deutsch").click()
    await expect(page.get_by_role("heading", name="Besprechungen in Lise Meitner")).to_be_visible()
    await page.get_by_role("button", name="Planning").click()
    await expect(page.get_by_role("heading", name="Sagen Sie, wer Sie sind")).to_be_focused()
    await accessibility.check(page)
    await page.get_by_role("button", name="Zurück zum Anfang").click()
    await is_back(page)


@pytest.mark.parametrize("size", [(800, 1280), (1280, 800), (320, 568)])
async def test_every_screen_fits_every_device(door: Door, size: tuple[int, int]) -> None:
    tablet: Tablet = await door.tablet(viewport={"width": size[0], "height": size[1]})
    await accessibility.check(tablet.page)
    await tablet.chooses()
    await accessibility.check(tablet.page)
