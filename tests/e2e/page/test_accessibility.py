"""The page for everybody: by keyboard, on a phone, enlarged, in the dark, and read aloud."""

from __future__ import annotations

import itertools

import pytest
from playwright.async_api import Page, expect

from consentry.controls import Decide
from consentry.messages import Caption, Speaker, Speaking, Summary, SummaryLine
from tests.e2e.page.accessibility import (
    check,
    low_contrast,
    small_targets,
    unnamed_controls,
    wider_than_screen,
)
from tests.e2e.page.browser import until
from tests.e2e.page.room import DESKTOP, PHONE, Room
from tests.e2e.page.scripted_bot import Person, ScriptedBot
from tests.e2e.page.terms import CAPTIONS, NAMED_BY_VOICE, SUMMARY, announced

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

SMALL_PHONE = {"width": 320, "height": 640}
ENLARGED = {"width": 640, "height": 400}
"""What is left of 1280 × 800 at a zoom of 200 %."""

FOCUS_NAME = """() => {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  return at?.ariaLabel ?? (at?.textContent.trim() || at?.id);
}"""

FOCUS_IS_VISIBLE = """() => {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  return parseFloat(getComputedStyle(at).outlineWidth) >= 2;
}"""


async def test_the_checks_find_what_they_look_for(room: Room) -> None:
    page = await room.page()
    await page.evaluate(
        """() => {
          const button = document.createElement("button");
          button.className = "icon";
          document.getElementById("join").append(button);
          const pale = document.createElement("p");
          pale.textContent = "pale";
          pale.style.color = "#aaa";
          pale.style.width = "3000px";
          document.getElementById("join").append(pale);
          document.getElementById("name").style.minHeight = "30px";
        }"""
    )
    assert await unnamed_controls(page) == ["button"]
    assert len(await small_targets(page)) == 1
    assert [found.split()[1] for found in await low_contrast(page)] == ["pale"]
    assert await wider_than_screen(page) > 0


def say_much(bot: ScriptedBot, sam: Person) -> None:
    """One of everything the page shows."""
    body = Caption(participant=sam.id, name=sam.name, text="Six, then.", start=1, end=2, final=True)
    bot.say(body, "captions/1")
    bot.say(Speaking(speakers=[Speaker(id=sam.id, name=sam.name)]), "speaking")
    line = SummaryLine(text="Doors open at six.", segments=["captions/1"])
    bot.say(Summary(abstract=[line], decisions=[line], actions=[], questions=[]), "summary/1")


@pytest.mark.parametrize(
    ("size", "scheme"),
    [
        (DESKTOP, "light"),
        (DESKTOP, "dark"),
        (PHONE, "light"),
        (SMALL_PHONE, "dark"),
        (ENLARGED, "light"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{value['width']}px",
)
async def test_every_screen_is_named_legible_and_touchable(
    room: Room, size: dict[str, int], scheme: str
) -> None:
    bot = await room.bot()
    page = await room.page(viewport=size, color_scheme=scheme, reduced_motion="reduce")
    await page.get_by_role("button", name="Join").click()
    await check(page)  # the lobby, with an error in it
    await page.get_by_label("Your name").fill("Sam with a rather long name, as people have them")
    await page.keyboard.press("Enter")
    sam = await bot.person("Sam with a rather long name, as people have them")
    bot.ask(sam, announced(30), SUMMARY, NAMED_BY_VOICE, available=[CAPTIONS])
    await page.get_by_role("dialog").wait_for()
    await check(page)
    await page.keyboard.press("Escape")
    say_much(bot, sam)
    await until(page, "() => document.getElementById('badge').client.summaries.size === 1")
    if await page.locator("#panel").is_hidden():
        await check(page)
        await page.locator("#panel-toggle").click()
    for tab in ("Chat", "Transcript", "Summary"):
        await page.get_by_role("tab", name=tab).click()
        await check(page)
    await page.locator("#panel-close").click()
    await page.get_by_role("button", name="Owner").click()
    await check(page)
    bot.status(sam, {"captions": "running"}, owner=True)
    await page.get_by_role("switch", name="Live captions").wait_for()
    await check(page)
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Leave").click()
    await check(page)


async def press_until(page: Page, name: str, key: str = "Tab") -> None:
    """Go on with ``key`` until the control called ``name`` has the focus, always visibly."""
    for presses in itertools.count():
        assert presses < 40, f"{name} can't be reached by keyboard"
        await page.keyboard.press(key)
        if await page.evaluate(FOCUS_NAME) == name:
            break
    assert await page.evaluate(FOCUS_IS_VISIBLE)


async def test_a_whole_call_by_keyboard(room: Room) -> None:
    bot = await room.bot()
    page = await room.page()
    await press_until(page, "name")
    await page.keyboard.type("Sam")
    await press_until(page, "Join")
    await page.keyboard.press("Enter")
    sam = await bot.person("Sam")
    bot.ask(sam, CAPTIONS)
    await page.get_by_role("dialog").wait_for()
    await press_until(page, "No, Live captions")
    await page.keyboard.press("Space")
    (decided,) = await bot.heard(sam, Decide)
    assert decided.answer == "no"
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await press_until(page, "Chat")
    await page.keyboard.press("ArrowRight")
    assert await page.evaluate(FOCUS_NAME) == "Transcript"
    await press_until(page, "Mute")
    await page.keyboard.press("Space")
    await expect(page.get_by_role("button", name="Unmute")).to_be_visible()
    await press_until(page, "Leave")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="You left the call")).to_be_focused()


@pytest.mark.parametrize("width", [320, 360, 390])
async def test_a_full_room_fits_a_phone(room: Room, width: int) -> None:
    page = await room.enter("Sam", viewport={"width": width, "height": 700})
    for n in range(7):
        await room.stand_in(f"Person {n} of the marketing team")
    await expect(page.locator(".tile")).to_have_count(8)
    assert await wider_than_screen(page) == 0
    smallest = await page.locator(".tile").evaluate_all(
        "(tiles) => Math.min(...tiles.map((t) => Math.min(t.clientWidth, t.clientHeight)))"
    )
    assert smallest >= 80


async def test_a_screen_reader_hears_finished_captions_once(room: Room) -> None:
    page, bot, sam = await room.asked(CAPTIONS)
    await page.keyboard.press("Escape")
    log = page.get_by_role("log", name="Captions")
    for revision, (text, final) in enumerate(
        [("We", False), ("We open", False), ("We open.", True)]
    ):
        body = Caption(participant=sam.id, name="Sam", text=text, start=1, end=2, final=final)
        bot.say(body, "captions/1", revision=revision)
    await expect(log.locator("p")).to_have_text(["Sam: We open."])
