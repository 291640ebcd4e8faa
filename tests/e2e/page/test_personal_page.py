"""The personal page in a real browser: on a phone, by keyboard, in German, by day and by night."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from consentry.receipts.check import check, read_receipt
from consentry.web.server import STATIC, WebServer
from tests.e2e.page import accessibility
from tests.e2e.page.browser import watch_errors
from tests.web.house import ANA, Call, House, house_in

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

PHONE = {"width": 360, "height": 640}
NARROW = {"width": 320, "height": 568}
PAGES = ("", "/words", "/receipt", "/erase")

LABELLED = """() => {
  const one = ["main", "h1"].every((tag) => document.querySelectorAll(tag).length === 1);
  const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  const named = [...document.querySelectorAll("[aria-labelledby]")]
    .every((e) => document.getElementById(e.getAttribute("aria-labelledby")));
  const levels = [...document.querySelectorAll("h1, h2, h3")].map((e) => Number(e.tagName[1]));
  const stepwise = levels.every((level, i) => level <= (levels[i - 1] ?? 0) + 1);
  return one && named && stepwise && new Set(ids).size === ids.length;
}"""


@dataclass
class Phone:
    """A call with Ana in it, and browsers for her page."""

    house: House
    call: Call
    browser: Browser
    stack: AsyncExitStack

    async def page(self, **options: Any) -> Page:
        """A new browser on her page, before the button is pressed; errors of the page's fail."""
        options = {"viewport": PHONE, "locale": "de-DE", "timezone_id": "Europe/Berlin"} | options
        context = await self.browser.new_context(**options)
        self.stack.push_async_callback(context.close)
        page = await context.new_page()
        page.set_default_timeout(15_000)
        self.stack.callback(watch_errors(page, "status of 403"))
        await page.goto(self.house.site.link("c-1", "a"))
        return page


@pytest_asyncio.fixture(loop_scope="session")
async def phone(browser: Browser, tmp_path: Path) -> AsyncIterator[Phone]:
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(house_in(tmp_path))
        house.app.router.routes.append(Mount("/static", StaticFiles(directory=STATIC)))
        server = await stack.enter_async_context(WebServer(house.app))
        house.site.links.base_url = server.url
        call = await stack.enter_async_context(house.call())
        await call.saw(ANA)
        await call.keep(ANA, "Guten Tag zusammen.", "Bis morgen.")
        await call.keep_together()
        yield Phone(house, call, browser, await stack.enter_async_context(AsyncExitStack()))


async def test_i_open_answer_and_look_on_a_phone_in_german(phone: Phone) -> None:
    page = await phone.page()
    await expect(page.get_by_role("heading", name="Ist das Ihre Seite?")).to_be_visible()
    await accessibility.check(page)
    await page.get_by_role("button", name="Das ist meine Seite").click()
    await expect(page.get_by_role("status")).to_be_focused()
    await expect(page.get_by_role("status")).to_contain_text("gehört jetzt Ihnen")
    card = page.get_by_role("article", name="Untertitel")
    await expect(card).to_contain_text("Wartet auf Ihre Antwort; nichts läuft")
    await card.get_by_role("button", name="Ja zu: Untertitel").click()
    await expect(page.get_by_role("status")).to_have_text("Sie haben Ja gesagt zu: Untertitel.")
    assert phone.call.stack.wanted["a"]
    await expect(card).to_contain_text("Läuft bei Ihnen")
    english = page.get_by_role("article", name="Names")
    await expect(english.locator(".sentence").locator("..")).to_have_attribute("lang", "en")
    await page.get_by_role("link", name="Meine eigenen Worte zeigen").click()
    await expect(page.get_by_text("Guten Tag zusammen.")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["en-GB", "de-DE", "nl-NL", "fr-FR"])
async def test_every_page_can_be_used_by_everybody(phone: Phone, locale: str, scheme: str) -> None:
    page = await phone.page(locale=locale, color_scheme=scheme, viewport=NARROW)
    await page.locator(".primary").click()
    link = page.url.partition("?")[0]
    for path in PAGES:
        await page.goto(link + path)
        assert await page.evaluate("document.documentElement.lang") == locale[:2]
        assert await page.evaluate(LABELLED), path
        await accessibility.check(page)


async def test_times_are_shown_in_my_own_time(phone: Phone) -> None:
    page = await phone.page()
    await page.locator(".primary").click()
    time = page.locator("time").first
    await expect(time).not_to_contain_text("UTC")
    assert "UTC" in (await time.get_attribute("title") or "")


async def test_without_javascript_all_of_it_works(phone: Phone) -> None:
    page = await phone.page(java_script_enabled=False)
    await page.get_by_role("button", name="Das ist meine Seite").click()
    await page.get_by_role("button", name="Nein zu: Untertitel").click()
    await expect(page.get_by_role("status")).to_contain_text("Sie haben Nein gesagt")
    await expect(page.locator("time").first).to_contain_text("UTC")
    await page.get_by_role("button", name="Français").click()
    await expect(page.get_by_role("status")).to_contain_text("écrit en français")
    assert phone.call.session.languages.of("a") == "fr"


async def test_it_can_be_used_with_the_keyboard_alone(phone: Phone) -> None:
    page = await phone.page()
    await page.locator(".primary").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_be_focused()
    yes = page.get_by_role("button", name="Ja zu: Untertitel")
    for _ in range(10):
        await page.keyboard.press("Tab")
        if await yes.evaluate("(button) => button === document.activeElement"):
            break
    ring = await yes.evaluate("(button) => getComputedStyle(button).outlineWidth")
    assert float(ring.removesuffix("px")) >= 3
    await page.keyboard.press("Space")
    await expect(page.get_by_role("status")).to_contain_text("Sie haben Ja gesagt")


async def test_i_take_my_data_and_have_it_erased(phone: Phone, tmp_path: Path) -> None:
    page = await phone.page()
    await page.locator(".primary").click()
    async with page.expect_download() as taken:
        await page.get_by_role("button", name="Meine Daten (JSON)").click()
    download = await taken.value
    assert download.suggested_filename == "my-data.json"
    data = json.loads(await read(download, tmp_path))
    assert [i["content"]["text"] for i in data["items"] if "segment/" in i["name"]] == [
        "Guten Tag zusammen.",
        "Bis morgen.",
    ]
    await page.reload()
    await page.get_by_role("link", name="Löschen …").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Alles von mir löschen?")
    await page.get_by_role("button", name="Jetzt alles löschen").click()
    await expect(page.get_by_role("status")).to_be_focused()
    await accessibility.check(page)
    async with page.expect_download() as saved:
        await page.get_by_role("button", name="Meinen Beleg speichern").click()
    jws = (await read(await saved.value, tmp_path)).decode()
    assert check(read_receipt(jws)).faults == []
    await page.get_by_role("link", name="Zurück zu meiner Seite").click()
    await expect(page.get_by_text("Von Ihnen ist jetzt nichts aufbewahrt.")).to_be_visible()


async def read(download: Any, folder: Path) -> bytes:
    path = folder / download.suggested_filename
    await download.save_as(path)
    content: bytes = path.read_bytes()
    return content


async def test_a_link_in_another_sites_chat_leads_to_my_page(phone: Phone) -> None:
    """The browser keeps the page's cookie back on the way from there, and sends it once here."""
    page = await phone.page()
    link = page.url
    await page.locator(".primary").click()
    await expect(page.get_by_role("status")).to_be_visible()
    body = f'<!doctype html><html lang="en"><title>Chat</title><a href="{link}">My page</a></html>'
    await page.route("http://chat.example/", lambda route: route.fulfill(body=body))
    await page.goto("http://chat.example/")
    await page.get_by_role("link", name="My page").click()
    await expect(page.get_by_role("heading", name="Was bei mir läuft")).to_be_visible()


async def test_another_browser_is_told_and_sees_nothing(phone: Phone) -> None:
    mine = await phone.page()
    await mine.locator(".primary").click()
    theirs = await phone.page()
    await expect(theirs.get_by_role("heading", level=1)).to_have_text(
        "Diese Seite ist in einem anderen Browser geöffnet"
    )
    await accessibility.check(theirs)
    assert "Untertitel" not in await theirs.content()
