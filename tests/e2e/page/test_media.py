"""What of my microphone reaches the bot, and when; and that the people hear me all the while."""

from __future__ import annotations

from typing import Self

import pytest
from playwright.async_api import Locator, Page

from consentry.controls import Decide
from tests.e2e.page.browser import bot_sender, heard_packets, until
from tests.e2e.page.room import Room
from tests.e2e.page.terms import CAPTIONS

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

SENT_MORE_THAN = "(count) => window.botSender().sender.getStats().then((all) => \
[...all.values()].some((s) => s.type === 'outbound-rtp' && s.packetsSent > count))"


def button(page: Page, answer: str, purpose: str = "captions") -> Locator:
    return page.locator(f"[data-purpose={purpose}] [data-answer={answer}]")


class Call:
    """Sam, whom the bot captions, and Mia, who hears him."""

    def __init__(self, room: Room) -> None:
        self._room = room

    async def start(self) -> Self:
        self.page, self.bot, self.sam = await self._room.asked(CAPTIONS)
        self.mia = await self._room.enter("Mia")
        return self

    async def captioned(self) -> Self:
        """Sam said yes, and packets of his microphone reach the bot."""
        await self.start()
        await button(self.page, "yes").click()
        await self.bot.heard(self.sam, Decide)
        self.bot.status(self.sam, {"captions": "running"})
        self.bot.want(self.sam, True)
        await self.bot.until(lambda: self.sam.direction == "sendonly")
        await until(self.page, SENT_MORE_THAN, 20)
        return self

    async def no_track(self) -> None:
        """No wait: by the time anything was measured, the track is long off."""
        assert (await bot_sender(self.page))["track"] is False

    async def mia_hears(self, packets: int) -> None:
        """Wait until ``packets`` more of Sam's (of 20 ms each) have reached Mia."""
        before = await heard_packets(self.mia)
        await until(self.mia, "(n) => window.heardPackets().then((m) => m >= n)", before + packets)

    async def the_bot_hears_nothing(self) -> None:
        """For a second in which Mia hears Sam, after 300 ms for what was under way."""
        await self.mia_hears(15)
        before = await self.sam.packets()
        await self.mia_hears(50)
        assert await self.sam.packets() == before


async def test_before_any_answer_the_bot_has_no_track_and_gets_no_packet(room: Room) -> None:
    call = await Call(room).start()
    call.bot.status(call.sam, {"captions": "running"})
    call.bot.want(call.sam, True)
    await call.the_bot_hears_nothing()
    assert call.sam.direction == "inactive"
    assert len(call.sam.offers) == 1
    assert await bot_sender(call.page) == {"direction": "inactive", "track": False, "sent": 0}
    assert await call.sam.packets() == 0


async def test_a_yes_that_the_bot_wants_brings_packets(room: Room) -> None:
    call = await Call(room).captioned()
    assert await call.sam.packets() > 0
    state = await bot_sender(call.page)
    assert (state["direction"], state["track"]) == ("sendonly", True)


async def test_a_no_cuts_the_track_before_the_bot_answers_anything(room: Room) -> None:
    call = await Call(room).captioned()
    call.bot.answers.clear()
    await call.page.locator("#badge button").click()
    after_click = await button(call.page, "no").evaluate(
        """(no) => {
          const { sender } = window.botSender();
          const { track } = sender;
          no.click();
          return [window.botSender().direction, track.enabled, track.readyState];
        }"""
    )
    assert after_click == ["inactive", False, "ended"]
    await call.the_bot_hears_nothing()
    await call.no_track()
    call.bot.answers.set()
    await call.bot.until(lambda: call.sam.direction == "inactive")


async def test_a_no_typed_in_chat_cuts_the_track_too(room: Room) -> None:
    call = await Call(room).captioned()
    call.bot.answers.clear()
    await call.page.get_by_label("Message to everybody").fill("/no captions")
    await call.page.keyboard.press("Enter")
    await call.the_bot_hears_nothing()
    await call.no_track()
    call.bot.answers.set()


async def test_what_the_owner_turns_off_takes_the_track_off(room: Room) -> None:
    call = await Call(room).captioned()
    call.bot.answers.clear()
    call.bot.status(call.sam, {"captions": "off"})
    await call.the_bot_hears_nothing()
    await call.no_track()
    call.bot.answers.set()


async def test_what_the_bot_no_longer_wants_takes_the_track_off(room: Room) -> None:
    call = await Call(room).captioned()
    call.bot.want(call.sam, False)
    await call.the_bot_hears_nothing()
    await call.no_track()


async def test_yes_no_and_yes_again_work_as_often_as_i_like(room: Room) -> None:
    call = await Call(room).captioned()
    await call.page.locator("#badge button").click()
    for _ in range(2):
        await button(call.page, "no").click()
        await call.bot.until(lambda: call.sam.direction == "inactive")
        call.bot.status(call.sam, {"captions": "refused"})
        sent = (await bot_sender(call.page))["sent"]
        await button(call.page, "yes").click()
        call.bot.status(call.sam, {"captions": "running"})
        await call.bot.until(lambda: call.sam.direction == "sendonly")
        await until(call.page, SENT_MORE_THAN, sent + 20)


async def test_when_the_bot_leaves_its_connection_is_closed_and_the_badge_says_so(
    room: Room,
) -> None:
    call = await Call(room).captioned()
    await call.bot.leave()
    await call.page.get_by_text("No assistant in this call").wait_for()
    assert await call.page.evaluate("window.botSender()") is None


async def test_a_muted_microphone_is_muted_for_the_bot_as_well(room: Room) -> None:
    call = await Call(room).captioned()
    enabled = "window.botSender().sender.track.enabled"
    await call.page.get_by_role("button", name="Mute").click()
    assert await call.page.evaluate(enabled) is False
    await call.page.get_by_role("button", name="Unmute").click()
    assert await call.page.evaluate(enabled) is True


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
    await until(page, "() => window.heardPackets().then((n) => n > 20)")
