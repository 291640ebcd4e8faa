"""The dialog that asks, and the badge that says what runs on me."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from consentry.controls import Decide, Noticed
from consentry.messages import Receipt
from tests.e2e.page.browser import until
from tests.e2e.page.room import PHONE, Room
from tests.e2e.page.terms import CAPTIONS, NAMED_BY_VOICE, SUMMARY, announced, terms

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

FOCUSED = """() => {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  return at?.ariaLabel ?? at?.textContent.trim();
}"""


async def test_nothing_is_chosen_beforehand(room: Room) -> None:
    page, _, sam = await room.asked(CAPTIONS, SUMMARY)
    pressed = await page.locator("[data-answer]").evaluate_all(
        "(buttons) => buttons.map((b) => b.getAttribute('aria-pressed'))"
    )
    assert pressed == ["false"] * 4
    assert await page.evaluate(FOCUSED) == "Clark asks you first"
    await page.keyboard.press("Enter")
    await page.keyboard.press("Space")
    assert not [c for c in sam.controls if isinstance(c, Decide)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_yes_and_no_weigh_the_same(room: Room, scheme: str) -> None:
    page, _, _ = await room.asked(CAPTIONS, color_scheme=scheme)
    looks = await page.locator("[data-answer]").evaluate_all(
        """(buttons) => buttons.map((button) => {
          const { width, height, top } = button.getBoundingClientRect();
          const style = getComputedStyle(button);
          return [width, height, top, style.color, style.backgroundColor, style.borderColor,
            style.borderWidth, style.fontSize, style.fontWeight];
        })"""
    )
    assert looks[0] == looks[1]
    assert looks[0][1] >= 44


async def test_all_terms_are_in_it(room: Room) -> None:
    page, bot, _ = await room.asked(NAMED_BY_VOICE)
    dialog = page.get_by_role("dialog")
    for text in (
        NAMED_BY_VOICE.title,
        NAMED_BY_VOICE.sentence,
        NAMED_BY_VOICE.why,
        NAMED_BY_VOICE.data,
        NAMED_BY_VOICE.retention,
        NAMED_BY_VOICE.recipients,
        "Biometric",
        "Starts only if you say yes.",
        bot.signer.fingerprint,
    ):
        await expect(dialog).to_contain_text(text)
    link = page.get_by_role("link", name="Your personal page")
    assert await link.get_attribute("href") == "https://example.org/p/7Kq"


@pytest.mark.parametrize("way", ["Escape", "Decide later", "Close without an answer"])
async def test_closing_it_answers_nothing(room: Room, way: str) -> None:
    page, bot, sam = await room.asked(CAPTIONS)
    await bot.heard(sam, Noticed)
    if way == "Escape":
        await page.keyboard.press("Escape")
    else:
        await page.get_by_role("button", name=way).click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.locator("#badge")).to_contain_text("Live captions: your answer?")
    assert [type(c) for c in sam.controls] == [Noticed]


async def test_answers_go_out_at_once_with_the_version_that_was_shown(room: Room) -> None:
    page, bot, sam = await room.asked(CAPTIONS, SUMMARY)
    await page.get_by_role("button", name="No, Live captions").click()
    (no,) = await bot.heard(sam, Decide)
    assert (no.purpose, no.answer, no.version) == ("captions", "no", CAPTIONS.version)
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.get_by_role("button", name="Yes, Summary").click()
    await bot.heard(sam, Decide, 2)
    await expect(page.get_by_role("dialog")).to_have_count(0)
    bot.status(sam, {"captions": "refused", "summary": "running"})
    await expect(page.locator("#badge")).to_contain_text("Live captions off · Summary on")


async def test_focus_goes_round_in_it_and_back_to_where_it_was(room: Room) -> None:
    bot = await room.bot()
    page = await room.enter("Sam")
    sam = await bot.person("Sam")
    await page.get_by_label("Message to everybody").focus()
    bot.ask(sam, CAPTIONS)
    await page.get_by_role("dialog").wait_for()
    seen = []
    for _ in range(7):
        await page.keyboard.press("Tab")
        seen.append(await page.evaluate(FOCUSED))
    assert seen[1:3] == ["Yes, Live captions", "No, Live captions"]
    assert seen[5:] == seen[:2], "after the last comes the first"
    await page.keyboard.press("Escape")
    assert await page.evaluate("document.activeElement.id") == "chat-text"


async def test_what_i_declined_is_not_asked_again(room: Room) -> None:
    page, bot, sam = await room.asked(CAPTIONS)
    await page.get_by_role("button", name="No, Live captions").click()
    await bot.heard(sam, Decide)
    bot.ask(sam, CAPTIONS, SUMMARY)
    await page.get_by_role("dialog").wait_for()
    await expect(page.locator("[data-purpose]")).to_have_count(1)
    await expect(page.locator("[data-purpose=summary]")).to_be_visible()


async def test_new_terms_are_asked_anew(room: Room) -> None:
    page, bot, sam = await room.asked(CAPTIONS)
    await page.keyboard.press("Escape")
    bot.ask(sam, CAPTIONS)
    bot.ask(sam, terms("captions", "Live captions", sentence="Other words.", version="a1.2"))
    await expect(page.get_by_role("dialog")).to_contain_text("Other words.")


async def test_a_notice_counts_down_where_i_can_see_it(room: Room) -> None:
    page, bot, sam = await room.asked(announced(30))
    (noticed,) = await bot.heard(sam, Noticed)
    assert noticed.versions == {"captions": "a2.1"}
    await expect(page.get_by_role("dialog")).to_contain_text("unless you say no.")
    await expect(page.locator(".start")).to_have_text("Starts in 29 s unless you say no.")
    await page.keyboard.press("Escape")
    await expect(page.locator("#badge")).to_contain_text("Live captions: starts in 2")


async def test_terms_below_the_screens_edge_are_not_called_noticed(room: Room) -> None:
    page, bot, sam = await room.asked(CAPTIONS, SUMMARY, announced(30), viewport=PHONE)
    first = await bot.heard(sam, Noticed)
    assert "captions" not in {name for n in first for name in n.versions} or len(first) == 1
    await page.locator("[data-purpose=summary] [data-answer=no]").scroll_into_view_if_needed()
    noticed = await bot.heard(sam, Noticed, 2)
    assert "summary" in noticed[-1].versions


async def test_the_badge_takes_a_yes_back_in_as_many_clicks_as_it_gave_it(room: Room) -> None:
    page, bot, sam = await room.asked(CAPTIONS)
    await page.keyboard.press("Escape")
    for count, answer in enumerate(("Yes", "No"), start=1):
        await page.locator("#badge button").click()
        await page.get_by_role("button", name=f"{answer}, Live captions").click()
        decided = await bot.heard(sam, Decide, count)
        assert decided[-1].answer == answer.lower()
        await page.keyboard.press("Escape")


async def test_words_of_a_notice_are_text_and_never_markup(room: Room) -> None:
    nasty = terms("captions", "<img src=x onerror=alert(1)>", sentence="<b>bold</b>")
    page, _, _ = await room.asked(nasty)
    await expect(page.get_by_role("heading", name="<img src=x onerror=alert(1)>")).to_be_visible()
    assert await page.locator("[data-purpose] img, [data-purpose] b").count() == 0


async def test_a_link_that_is_no_web_page_is_not_offered(room: Room) -> None:
    page, bot, sam = await room.asked(CAPTIONS)
    await expect(page.get_by_role("link", name="Your personal page")).to_have_count(1)
    bot.ask(sam, CAPTIONS, link="javascript:alert(1)")
    await expect(page.get_by_role("link", name="Your personal page")).to_have_count(0)


async def test_an_unsigned_notice_asks_nothing(room: Room) -> None:
    bot = await room.bot()
    page = await room.enter("Sam")
    sam = await bot.person("Sam")
    bot.send('{"kind": "notice"}', sam)
    bot.ask(sam)
    await _refused(page)
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.locator("#badge")).to_contain_text("Nothing runs on you")


async def _refused(page: Page) -> None:
    await until(page, "() => document.getElementById('badge').client.refused.unsigned === 1")


async def test_each_receipt_can_be_saved(room: Room) -> None:
    page, bot, sam = await room.asked(CAPTIONS)
    link = page.get_by_role("link", name="Save my receipt")
    await expect(link).to_have_count(0)
    bot.say(Receipt(jws="old.a-b_.c"), "bot/receipt", sam)
    bot.say(Receipt(jws="new.a-b_.c"), "bot/receipt", sam)
    await expect(link).to_have_count(1)
    await expect(link).to_have_attribute("href", re.compile("new"))
    async with page.expect_download() as saving:
        await link.click()
    saved = await saving.value
    assert saved.suggested_filename == "receipt.jws"
    assert (await saved.path()).read_text() == "new.a-b_.c"
    bot.say(Receipt(jws="last.a-b_.c"), "bot/receipt-7", sam)
    await expect(link).to_have_count(2)
