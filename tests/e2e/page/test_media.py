"""What of my microphone reaches the bot, and when; and that the people hear me all the while."""

from __future__ import annotations

import pytest
from playwright.async_api import Locator, Page

from consentry.controls import Decide
from tests.e2e.page.browser import bot_sender, heard_packets
from tests.e2e.page.room import Room
from tests.e2e.page.scripted_bot import Person, ScriptedBot
from tests.e2e.page.terms import CAPTIONS

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

UNTIL = "(count) => window.botSender().sender.getStats().then((all) => \
[...all.values()].some((s) => s.type === 'outbound-rtp' && s.packetsSent > count))"


def button(page: Page, answer: str, purpose: str = "captions") -> Locator:
    return page.locator(f"[data-purpose={purpose}] [data-answer={answer}]")


async def running(room: Room) -> tuple[Page, ScriptedBot, Person]:
    """Sam said yes to captions, and packets of his microphone reach the bot."""
    page, bot, sam = await room.asked(CAPTIONS)
    await button(page, "yes").click()
    await bot.heard(sam, Decide)
    bot.status(sam, {"captions": "running"})
    bot.want(sam, True)
    await bot.until(lambda: sam.direction == "sendonly")
    await page.wait_for_function(UNTIL, arg=20)
    return page, bot, sam


async def still(page: Page, sam: Person) -> None:
    """No packet comes any more: none within a second, after those under way."""
    await page.wait_for_timeout(300)
    before = await sam.packets()
    await page.wait_for_timeout(1000)
    assert await sam.packets() == before


async def test_before_any_answer_the_bot_has_no_track_and_gets_no_packet(room: Room) -> None:
    page, bot, sam = await room.asked(CAPTIONS)
    bot.status(sam, {"captions": "running"})
    bot.want(sam, True)
    await page.wait_for_timeout(1000)
    assert sam.direction == "inactive"
    assert len(sam.offers) == 1
    assert await bot_sender(page) == {"direction": "inactive", "track": False, "sent": 0}
    assert await sam.packets() == 0


async def test_a_yes_that_the_bot_wants_brings_packets(room: Room) -> None:
    page, _, sam = await running(room)
    assert await sam.packets() > 0
    state = await bot_sender(page)
    assert (state["direction"], state["track"]) == ("sendonly", True)


async def test_a_no_cuts_the_track_before_the_bot_answers_anything(room: Room) -> None:
    page, bot, sam = await running(room)
    bot.answers.clear()
    await page.locator("#badge button").click()
    track_after_click = await button(page, "no").evaluate(
        "(no) => { no.click(); return window.botSender().direction; }"
    )
    assert track_after_click == "inactive"
    await page.wait_for_function("window.botSender().sender.track === null")
    await still(page, sam)
    bot.answers.set()
    await bot.until(lambda: sam.direction == "inactive")


async def test_a_no_typed_in_chat_cuts_the_track_too(room: Room) -> None:
    page, bot, sam = await running(room)
    bot.answers.clear()
    await page.get_by_label("Message to everybody").fill("/no captions")
    await page.keyboard.press("Enter")
    await page.wait_for_function("window.botSender().sender.track === null")
    await still(page, sam)
    bot.answers.set()


async def test_what_the_owner_turns_off_takes_the_track_off(room: Room) -> None:
    page, bot, sam = await running(room)
    bot.answers.clear()
    bot.status(sam, {"captions": "off"})
    await page.wait_for_function("window.botSender().sender.track === null")
    await still(page, sam)
    bot.answers.set()


async def test_the_people_hear_me_while_the_bot_does_not(room: Room) -> None:
    page, _, sam = await running(room)
    mia = await room.enter("Mia")
    await mia.wait_for_function("window.heardPackets().then((n) => n > 20)")
    await page.locator("#badge button").click()
    await button(page, "no").click()
    await page.wait_for_function("window.botSender().sender.track === null")
    before = await heard_packets(mia)
    await mia.wait_for_function("(n) => window.heardPackets().then((m) => m > n + 40)", arg=before)
    await still(page, sam)


async def test_yes_no_and_yes_again_work_as_often_as_i_like(room: Room) -> None:
    page, bot, sam = await running(room)
    await page.locator("#badge button").click()
    for _ in range(2):
        await button(page, "no").click()
        await bot.until(lambda: sam.direction == "inactive")
        bot.status(sam, {"captions": "refused"})
        sent = (await bot_sender(page))["sent"]
        await button(page, "yes").click()
        bot.status(sam, {"captions": "running"})
        await bot.until(lambda: sam.direction == "sendonly")
        await page.wait_for_function(UNTIL, arg=sent + 20)


async def test_when_the_bot_leaves_nothing_is_sent_and_the_badge_says_so(room: Room) -> None:
    bot = await room.bot()
    page = await room.enter("Sam")
    await bot.person("Sam")
    await bot.leave()
    await page.get_by_text("No assistant in this call").wait_for()
    assert await page.evaluate("window.botSender()") is None


async def test_a_muted_microphone_is_muted_for_the_bot_as_well(room: Room) -> None:
    page, _, _ = await running(room)
    await page.get_by_role("button", name="Mute").click()
    assert await page.evaluate("window.botSender().sender.track.enabled") is False
    await page.get_by_role("button", name="Unmute").click()
    assert await page.evaluate("window.botSender().sender.track.enabled") is True


async def test_without_a_microphone_one_can_come_in_and_listen(room: Room) -> None:
    page = await room.page()
    await page.evaluate(
        "void (navigator.mediaDevices.getUserMedia = () => "
        "Promise.reject(new DOMException('', 'NotAllowedError')))"
    )
    await page.get_by_label("Your name").fill("Pat")
    await page.get_by_role("button", name="Join").click()
    await page.get_by_text("did not let this page use the microphone").wait_for()
    await page.get_by_role("button", name="Join and listen").click()
    await page.locator("#state.good").wait_for()
    await room.enter("Mia")
    await page.wait_for_function("window.heardPackets().then((n) => n > 20)")
