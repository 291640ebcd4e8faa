"""What of my camera reaches the bot, and when; and that the people see me all the while."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

import pytest
from playwright.async_api import Locator, Page, expect

from consentry.controls import Decide
from consentry.play.meeting import Meeting
from consentry.play.plan import ParticipantPlan, Plan
from tests.e2e.page.browser import bot_sender, until
from tests.e2e.page.room import Room
from tests.e2e.page.terms import CAPTIONS, COVERED
from tests.play.recordings import Speaker, write_meeting

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

SENT_MORE_THAN = "(count) => window.sentPictures().then(({ frames }) => frames > count)"
SEES_MORE_THAN = "(count) => window.seenFrames().then((frames) => frames > count)"


def button(page: Page, answer: str, purpose: str = "covered") -> Locator:
    return page.locator(f"[data-purpose={purpose}] [data-answer={answer}]")


class Call:
    """Sam, whose camera is on, and Mia, who sees him."""

    def __init__(self, room: Room) -> None:
        self._room = room

    async def start(self) -> Self:
        self.page, self.bot, self.sam = await self._room.asked(CAPTIONS, COVERED)
        self.mia = await self._room.enter("Mia")
        await self.page.keyboard.press("Escape")
        await self.page.get_by_role("button", name="Start camera").click()
        await self.page.locator("#badge button").click()
        return self

    async def agree(self, purpose: str) -> None:
        """Sam says yes, and the bot wants all it could ever want."""
        await button(self.page, "yes", purpose).click()
        await self.bot.heard(self.sam, Decide)
        self.bot.status(self.sam, {"captions": "asked", "covered": "asked", purpose: "running"})
        self.bot.want(self.sam, audio=True, video=True)

    async def looked_at(self) -> Self:
        """Sam said yes to it, and pictures of his reach the bot."""
        await self.start()
        await self.agree("covered")
        await self.bot.until(lambda: self.sam.camera == "sendonly")
        await until(self.page, SENT_MORE_THAN, 5)
        return self

    async def sent(self) -> dict[str, Any]:
        figures: dict[str, Any] = await self.page.evaluate("window.sentPictures()")
        return figures

    async def mia_sees(self, frames: int) -> None:
        """Wait until Mia has seen this many more of Sam's frames."""
        before = await self.mia.evaluate("window.seenFrames()")
        await until(self.mia, SEES_MORE_THAN, before + frames)

    async def the_bot_sees_nothing(self) -> None:
        """For a second in which Mia sees Sam, after what was under way has come."""
        await self.mia_sees(10)
        before = await self.sam.packets("video")
        await self.mia_sees(20)
        assert await self.sam.packets("video") == before


async def test_a_yes_that_the_bot_wants_brings_small_pictures(room: Room) -> None:
    call = await Call(room).looked_at()
    assert await call.sam.packets("video") > 0
    sent = await call.sent()
    assert 0 < sent["height"] <= 180
    assert sent["width"] <= 320
    assert (await bot_sender(call.page))["track"] is False, "of the microphone he agreed to nothing"
    lead = call.page.get_by_role("dialog").locator("#lead")
    await expect(lead).to_contain_text("Your camera is sent to the assistant for Covered cameras.")
    await expect(lead).not_to_contain_text("microphone")


async def test_a_yes_to_captions_is_none_to_the_camera_whatever_the_bot_wants(room: Room) -> None:
    call = await Call(room).start()
    await call.agree("captions")
    await call.bot.until(lambda: call.sam.direction == "sendonly")
    await call.the_bot_sees_nothing()
    assert call.sam.camera == "inactive"
    assert (await call.sent())["bytes"] == 0
    assert (await bot_sender(call.page, "video"))["track"] is False
    lead = call.page.get_by_role("dialog").locator("#lead")
    await expect(lead).to_contain_text(
        "Your microphone is sent to the assistant for Live captions."
    )
    await expect(lead).not_to_contain_text("camera")


async def test_a_no_cuts_the_picture_before_the_bot_answers_anything(room: Room) -> None:
    call = await Call(room).looked_at()
    call.bot.answers.clear()
    after_click = await button(call.page, "no").evaluate(
        """(no) => {
          const { sender } = window.botSender("video");
          const { track } = sender;
          no.click();
          return [window.botSender("video").direction, track.enabled, track.readyState];
        }"""
    )
    assert after_click == ["inactive", False, "ended"]
    await call.the_bot_sees_nothing()
    assert (await bot_sender(call.page, "video"))["track"] is False
    call.bot.answers.set()
    await call.bot.until(lambda: call.sam.camera == "inactive")


async def test_a_camera_that_is_stopped_and_started_is_so_for_the_bot_as_well(room: Room) -> None:
    call = await Call(room).looked_at()
    await call.page.keyboard.press("Escape")
    await call.page.get_by_role("button", name="Stop camera").click()
    await call.bot.until(lambda: call.sam.camera == "inactive")
    before = (await call.sent())["frames"]
    await call.page.get_by_role("button", name="Start camera").click()
    await call.bot.until(lambda: call.sam.camera == "sendonly")
    await until(call.page, SENT_MORE_THAN, before + 5)


async def test_a_camera_that_is_off_is_not_started_by_a_yes(room: Room) -> None:
    call = await Call(room).start()
    await call.page.keyboard.press("Escape")
    await call.page.get_by_role("button", name="Stop camera").click()
    await call.page.locator("#badge button").click()
    await call.agree("covered")
    await call.page.keyboard.press("Escape")
    assert (await bot_sender(call.page, "video"))["track"] is False
    await call.page.get_by_role("button", name="Start camera").wait_for()


@pytest.mark.parametrize("page_first", [True, False])
async def test_a_simulated_participants_camera_is_seen_by_the_people(
    room: Room, tmp_path: Path, page_first: bool
) -> None:
    recording = write_meeting(tmp_path, Speaker("Ada"))
    plan = Plan(everybody=ParticipantPlan(camera=True))
    page = await room.enter("Mia") if page_first else None
    async with Meeting(recording, room.url, plan) as meeting:
        meeting.start()
        page = page or await room.enter("Mia")
        await until(page, SEES_MORE_THAN, 10)
