"""Taking it back on the page: from now on, or everything that was said."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from consentry.controls import Decide, Erase
from consentry.messages import Caption, Reply, Retraction, Speaker, Speaking, Summary, SummaryLine
from tests.e2e.page.accessibility import check
from tests.e2e.page.browser import until
from tests.e2e.page.room import DESKTOP, PHONE, Room
from tests.e2e.page.scripted_bot import Person, ScriptedBot
from tests.e2e.page.terms import CAPTIONS, SUMMARY

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

SMALL_PHONE = {"width": 320, "height": 640}

FOCUSED = """() => {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  return at?.ariaLabel ?? at?.textContent.trim();
}"""


async def reviewing(room: Room, **options: object) -> tuple[Page, ScriptedBot, Person]:
    """Sam said yes to both, and looks at what runs on them."""
    page, bot, sam = await room.asked(CAPTIONS, SUMMARY, **options)
    for title in ("Live captions", "Summary"):
        await page.get_by_role("button", name=f"Yes, {title}").click()
    await bot.heard(sam, Decide, 2)
    bot.status(sam, {"captions": "running", "summary": "running"})
    await page.keyboard.press("Escape")
    await page.locator("#badge button").click()
    await page.get_by_role("dialog").wait_for()
    return page, bot, sam


async def asking(page: Page) -> None:
    await page.get_by_role("button", name="Erase what I said").click()
    await page.get_by_role("group", name="Erase what you said in this call?").wait_for()


async def test_to_stop_is_a_no_to_everything_and_takes_nothing_back(room: Room) -> None:
    page, bot, sam = await reviewing(room)
    await page.get_by_role("button", name="Stop from now").click()
    answers = (await bot.heard(sam, Decide, 4))[2:]
    assert {(each.purpose, each.answer) for each in answers} == {
        ("captions", "no"),
        ("summary", "no"),
    }
    await expect(page.get_by_role("dialog")).to_contain_text(
        "Nothing of yours is used from now on."
    )
    await expect(page.locator("#badge")).to_contain_text("Live captions off · Summary off")
    assert not [control for control in sam.controls if isinstance(control, Erase)]


async def test_what_it_means_to_erase_is_said_before_it_is_done(room: Room) -> None:
    page, bot, sam = await reviewing(room)
    await asking(page)
    assert await page.evaluate(FOCUSED) == "Erase what you said in this call?"
    dialog = page.get_by_role("dialog")
    for part in (
        "You stay in the call",
        "other people may still hold",
        "recorded",
        "say yes again",
    ):
        await expect(dialog).to_contain_text(part)
    await page.get_by_role("button", name="Do nothing, go back").click()
    assert await page.evaluate(FOCUSED) == "Erase what I said …"
    await expect(page.get_by_role("button", name="Erase everything now")).to_have_count(0)
    assert not [control for control in sam.controls if isinstance(control, Erase)]


async def test_i_am_told_what_came_of_it(room: Room) -> None:
    page, bot, sam = await reviewing(room)
    await asking(page)
    await page.get_by_role("button", name="Erase everything now").click()
    await bot.heard(sam, Erase)
    await expect(page.locator(".told")).to_have_text("Erasing …")
    assert await page.evaluate(FOCUSED) == "Erasing …"
    await expect(page.locator("#badge")).to_contain_text("Live captions off · Summary off")
    bot.say(Reply(code="erased", text="Erased: 12 captions."), "bot/reply-1", to=sam)
    await expect(page.locator(".told")).to_have_text("Erased: 12 captions.")
    await page.keyboard.press("Escape")
    await page.locator("#badge button").click()
    await expect(page.locator(".told")).to_have_text("")


async def test_it_is_all_done_by_keyboard(room: Room) -> None:
    page, bot, sam = await reviewing(room)
    seen: list[str] = []
    while "Erase what I said …" not in seen:
        assert len(seen) < 20, seen
        await page.keyboard.press("Tab")
        seen.append(await page.evaluate(FOCUSED))
    await page.keyboard.press("Enter")
    for expected in ("Do nothing, go back", "Erase everything now"):
        await page.keyboard.press("Tab")
        assert await page.evaluate(FOCUSED) == expected
    await page.keyboard.press("Enter")
    await bot.heard(sam, Erase)


async def test_who_asks_while_the_bot_is_away_is_heard_when_it_is_back(room: Room) -> None:
    page, bot, sam = await reviewing(room)
    await page.evaluate("document.getElementById('badge').client.erase()")
    await bot.heard(sam, Erase)
    again = await bot.reconnect(sam)
    bot.notice(again, CAPTIONS, SUMMARY)
    bot.status(again, {"captions": "refused", "summary": "refused"})
    await bot.heard(again, Erase)
    bot.say(Reply(code="erased", text="Erased."), "bot/reply-1", to=again)
    await expect(page.locator("#messages")).to_contain_text("Erased.")


async def test_what_is_erased_goes_from_every_part_of_the_page(room: Room, tmp_path: Path) -> None:
    page, bot, sam = await room.asked(CAPTIONS, viewport=DESKTOP)
    await page.keyboard.press("Escape")
    said = Caption(participant=sam.id, name="Sam", text="The venue.", start=1, end=2, final=True)
    bot.say(said, "captions/1")
    bot.say(
        said.model_copy(update={"text": "Other words.", "start": 3.0, "end": 4.0}), "captions/2"
    )
    line = SummaryLine(text="It is about the venue.", segments=["captions/1"])
    bot.say(Summary(abstract=[line], decisions=[], actions=[], questions=[]), "summary")
    bot.say(Speaking(speakers=[Speaker(id=sam.id, name="Sam")]), "names/speaking")
    await until(page, "() => document.getElementById('badge').client.speaking.size === 1")
    ids = ["captions/1", "summary", "names/speaking"]
    bot.say(Retraction(ids=ids, reason="erased"), "bot/retraction-1")
    await until(page, "() => document.getElementById('badge').client.speaking.size === 0")
    text = await page.evaluate(ALL_TEXT)
    assert "venue" not in text
    assert "Other words." in text
    await page.get_by_role("tab", name="Transcript").click()
    async with page.expect_download() as downloading:
        await page.get_by_role("button", name="Download as WebVTT").click()
    path = tmp_path / "transcript.vtt"
    await (await downloading.value).save_as(path)
    assert "venue" not in path.read_text()
    assert "Other words." in path.read_text()


ALL_TEXT = """() => {
  const texts = [];
  const read = (root) => {
    texts.push(root.textContent);
    for (const each of root.querySelectorAll("*")) if (each.shadowRoot) read(each.shadowRoot);
  };
  read(document.body);
  return texts.join(" ");
}"""


async def test_a_summary_made_anew_takes_the_place_of_the_one_taken_back(room: Room) -> None:
    page, bot, sam = await room.asked(CAPTIONS)
    await page.keyboard.press("Escape")
    await page.get_by_role("tab", name="Summary").click()
    for text in ("With Sam.", "Without Sam."):
        line = SummaryLine(text=text, segments=["captions/1"])
        bot.say(Summary(abstract=[line], decisions=[], actions=[], questions=[]), "summary")
        await expect(page.locator("#summaries")).to_contain_text(text)
        if text == "With Sam.":
            bot.say(Retraction(ids=["summary"], reason="erased"), "bot/retraction-1")
            await expect(page.locator("#summaries article")).to_have_count(0)
    await expect(page.locator("#summaries article")).to_have_count(1)


@pytest.mark.parametrize(
    ("size", "scheme"),
    [(DESKTOP, "light"), (DESKTOP, "dark"), (PHONE, "light"), (SMALL_PHONE, "dark")],
    ids=lambda value: value if isinstance(value, str) else f"{value['width']}px",
)
async def test_it_is_named_legible_and_touchable(
    room: Room, size: dict[str, int], scheme: str
) -> None:
    page, _, _ = await reviewing(room, viewport=size, color_scheme=scheme, reduced_motion="reduce")
    await check(page)
    await asking(page)
    await check(page)
