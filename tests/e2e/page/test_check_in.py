"""The room's page while people check in: what they are asked to do, and what the others see."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.async_api import Locator, Page, expect

from consentry.controls import Decide
from consentry.messages import (
    CheckedIn,
    CheckedInPerson,
    CheckIn,
    CheckInPrompt,
    PromptKind,
    Want,
)
from tests.e2e.page.accessibility import check
from tests.e2e.page.browser import until
from tests.e2e.page.room import PHONE, Room
from tests.e2e.page.scripted_bot import Person, ScriptedBot
from tests.e2e.page.terms import terms

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

CHECK_IN = terms(
    "checkin",
    "Check-in by face",
    sentence="When you ask for it, compares your face with the template that you have opened.",
    biometric=True,
    media=["video"],
    version="f1.1",
)


class Call:
    """Sam, whom the bot asks about checking in, and where he does it."""

    page: Page
    bot: ScriptedBot
    sam: Person

    def __init__(self, room: Room) -> None:
        self._room = room
        self.link = f"{room.server.url}/r/another"  # any page of this server

    async def start(self, **options: Any) -> Call:
        self.page, self.bot, self.sam = await self._room.asked(CHECK_IN, **options)
        await self.page.keyboard.press("Escape")
        self.bot.notice(self.sam, CHECK_IN, check_in=self.link)
        await self.control.wait_for()
        return self

    @property
    def control(self) -> Locator:
        return self.page.get_by_role("link", name="Check in", exact=True)

    @property
    def said(self) -> Locator:
        return self.page.locator("consentry-check-in [role=status]")

    def prompt(self, kind: PromptKind, text: str) -> None:
        self.bot.say(CheckInPrompt(prompt=kind, text=text), "bot/check-in-1", self.sam)

    def verdict(self, verdict: Literal["checked_in", "use_code"], text: str) -> None:
        link = self.link if verdict == "use_code" else None
        self.bot.say(CheckIn(verdict=verdict, text=text, link=link), "bot/check-in-1", self.sam)

    def list(self, *people: CheckedInPerson) -> None:
        self.bot.say(CheckedIn(people=list(people)), "bot/checked_in", self.sam)


async def test_the_button_is_there_while_people_can_check_in(room: Room) -> None:
    call = await Call(room).start()
    await expect(call.control).to_have_attribute("href", call.link)
    await call.page.locator("#badge button").click()
    dialog = call.page.get_by_role("dialog")
    await expect(dialog.get_by_role("link", name="Check in")).to_have_attribute("href", call.link)
    await call.page.keyboard.press("Escape")
    call.bot.notice(call.sam, CHECK_IN)
    await call.control.wait_for(state="hidden")


async def test_a_window_opens_for_it_and_goes_when_the_call_goes_on(room: Room) -> None:
    call = await Call(room).start()
    async with call.page.expect_popup() as opened:
        await call.control.focus()
        await call.page.keyboard.press("Enter")
    window = await opened.value
    await window.wait_for_url(call.link)
    async with window.expect_event("close"):
        call.prompt("look", "Look straight into your camera.")
    await expect(call.said).to_have_text("Look straight into your camera.")


async def test_prompts_are_large_and_read_aloud_and_the_code_stands_beside_them(
    room: Room, tmp_path: Path
) -> None:
    call = await Call(room).start()
    call.prompt("turn_left", "Turn your head to your left.")
    await expect(call.said).to_have_text("Turn your head to your left.")
    await expect(call.said).to_have_attribute("aria-live", "assertive")
    assert float(await call.said.locator(".text").evaluate(SIZE)) >= 24
    code = call.page.get_by_role("link", name="Use my code instead")
    await expect(code).to_have_attribute("href", call.link)
    await check(call.page)
    await call.page.screenshot(path=tmp_path / "prompt.png")
    call.verdict("use_code", "Please use your code.")
    await expect(call.said).to_have_text("Please use your code.")
    await check(call.page)
    await call.page.get_by_role("button", name="Close", exact=True).click()
    await call.said.wait_for(state="hidden")


SIZE = "(e) => parseFloat(getComputedStyle(e).fontSize)"


async def test_who_is_checked_in_reads_so_for_a_moment(room: Room) -> None:
    call = await Call(room).start()
    call.verdict("checked_in", "You are checked in.")
    await expect(call.said).to_have_text("You are checked in.")
    await expect(call.page.get_by_role("link", name="code")).to_be_hidden()
    await call.said.wait_for(state="hidden")


async def test_the_list_is_a_mark_on_peoples_tiles(room: Room, tmp_path: Path) -> None:
    call = await Call(room).start()
    await room.stand_in("Mia's laptop")
    mia = call.page.locator(".tile", has_text="Mia's laptop")
    await mia.wait_for()
    name = await mia.get_attribute("data-peer")
    assert name is not None
    call.list(CheckedInPerson(participant=name, name="Mia Marsh"))
    await expect(mia.locator(".checked-in")).to_have_text("✓ Checked in: Mia Marsh")
    await expect(call.page.locator("#announce")).to_contain_text("Mia Marsh is checked in.")
    await call.page.screenshot(path=tmp_path / "list.png")
    call.list(CheckedInPerson(participant=name, name="Mia Marsh", assurance="passkey"))
    await expect(mia.locator(".checked-in")).to_have_text("✓ Checked in: Mia Marsh (passkey)")
    await check(call.page)
    call.list()
    await expect(mia.locator(".checked-in")).to_be_hidden()


async def test_a_face_that_is_to_be_known_is_sent_larger(room: Room) -> None:
    call = await Call(room).start()
    await call.page.locator("#badge button").click()
    await call.page.locator("[data-purpose=checkin] [data-answer=yes]").click()
    await call.page.keyboard.press("Escape")
    await call.bot.heard(call.sam, Decide)
    call.bot.status(call.sam, {"checkin": "running"})
    call.bot.say(Want(audio=False, video=True, fine=True), f"want/{call.sam.id}", call.sam)
    call.prompt("look", "Look straight into your camera.")
    await call.page.get_by_text("Your camera is off.").wait_for()
    await call.page.locator("#check-in-camera button").click()
    await until(call.page, "() => window.sentPictures().then(({ height }) => height > 180)")
    await call.page.get_by_text("Your camera is off.").wait_for(state="hidden")
    call.bot.want(call.sam, audio=False)
    await call.bot.until(lambda: call.sam.camera == "inactive")


async def test_on_a_phone_it_fits(room: Room, tmp_path: Path) -> None:
    call = await Call(room).start(viewport=PHONE)
    call.prompt("tilt_right", "Tilt your head to your right shoulder.")
    await expect(call.said).to_have_text("Tilt your head to your right shoulder.")
    await check(call.page)
    await call.page.screenshot(path=tmp_path / "phone.png")
