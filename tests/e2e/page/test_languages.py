"""The dialog and the badge speak the language of the notice."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from consentry.controls import Decide
from tests.e2e.page.accessibility import check
from tests.e2e.page.room import PHONE, Room
from tests.e2e.page.terms import CAPTIONS, SUMMARY

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

GERMAN = CAPTIONS.model_copy(update={"title": "Untertitel", "language": "de"})


async def test_it_asks_in_the_language_of_the_notice(room: Room) -> None:
    bot = await room.bot()
    page = await room.enter("Sam", viewport=PHONE)
    sam = await bot.person("Sam")
    bot.ask(sam, GERMAN, SUMMARY, language="de")
    dialog = page.get_by_role("dialog", name="Clark fragt Sie zuerst")
    await dialog.wait_for()
    assert await page.locator("consentry-consent dialog").get_attribute("lang") == "de"
    await expect(dialog).to_contain_text("Beginnt nur, wenn Sie Ja sagen.")
    await expect(dialog).to_contain_text("your voice (Mikrofon)")
    english = page.locator('[data-purpose="summary"] .sentence')
    await expect(english).to_have_attribute("lang", "en")
    await expect(page.locator('[data-purpose="captions"] .sentence')).not_to_have_attribute(
        "lang", "de"
    )
    await check(page)
    await page.get_by_role("button", name="Ja, Untertitel").click()
    [answer] = await bot.heard(sam, Decide)
    assert (answer.purpose, answer.answer) == ("captions", "yes")


async def test_it_changes_language_with_the_notice_and_asks_nothing_again(room: Room) -> None:
    page, bot, sam = await room.asked(CAPTIONS)
    await page.get_by_role("button", name="No, Live captions").click()
    await bot.heard(sam, Decide)
    bot.notice(sam, GERMAN, language="de")
    await expect(page.locator("#badge")).to_have_text(
        "Untertitel: aus. Ändern, was bei Ihnen läuft"
    )
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.locator("#badge button").click()
    await expect(page.get_by_role("dialog", name="Was bei Ihnen läuft")).to_be_visible()
    bot.notice(
        sam, GERMAN.model_copy(update={"title": "Sous-titres", "language": "fr"}), language="fr"
    )
    await expect(page.get_by_role("dialog", name="Ce qui est en cours pour vous")).to_be_visible()
    await expect(page.get_by_role("button", name="Non, Sous-titres")).to_be_visible()
    await expect(page.get_by_role("heading", name="Revenir en arrière")).to_be_visible()


async def test_without_a_notice_the_browsers_language_is_spoken(room: Room) -> None:
    await room.bot()
    page = await room.enter("Sam", locale="nl-BE")
    await expect(page.locator("#badge")).to_contain_text("Er loopt niets bij jou")


async def test_a_language_without_words_falls_back_to_english(room: Room) -> None:
    await room.bot()
    page = await room.enter("Sam", locale="pt-BR")
    await expect(page.locator("#badge")).to_contain_text("Nothing runs on you")
