"""The page in a call: transcript, summary, chat, owner, and what it says when something fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import webvtt
from playwright.async_api import Page, expect

from consentry.controls import Disable, Enable, OwnerCode, Request
from consentry.messages import (
    ActionItem,
    Caption,
    Note,
    Reply,
    Retraction,
    Speaker,
    Speaking,
    Summary,
    SummaryLine,
)
from tests.e2e.page.room import Room
from tests.e2e.page.scripted_bot import Person, ScriptedBot
from tests.e2e.page.terms import CAPTIONS, SUMMARY

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]


def caption(person: Person, text: str, start: float, **fields: Any) -> Caption:
    defaults = {"end": start + 2, "final": True}
    return Caption(
        participant=person.id, name=person.name, text=text, start=start, **(defaults | fields)
    )


async def in_call(room: Room) -> tuple[Page, ScriptedBot, Person]:
    """Sam is in the call, was asked, and has put it off; the transcript is open."""
    page, bot, sam = await room.asked(CAPTIONS, SUMMARY)
    await page.keyboard.press("Escape")
    await page.get_by_role("tab", name="Transcript").click()
    return page, bot, sam


async def test_revisions_replace_lines_and_retractions_remove_them(room: Room) -> None:
    page, bot, sam = await in_call(room)
    lines = page.locator("#lines .text")
    bot.say(caption(sam, "second", 5.0), "captions/2")
    bot.say(caption(sam, "fir", 1.0, final=False), "captions/1")
    await expect(lines).to_have_text(["fir", "second"])
    bot.say(caption(sam, "first […] words", 1.0, gap=True), "captions/1")
    await expect(lines).to_have_text(["first […] words", "second"])
    await expect(page.locator("#lines .gap:visible")).to_have_text(["some words were lost"])
    bot.say(Retraction(ids=["captions/1"], reason="withdrawn"), "retraction/1")
    await expect(lines).to_have_text(["second"])
    await expect(page.locator("consentry-captions p")).not_to_contain_text(["first"])
    await expect(page.locator(".tile-caption")).not_to_contain_text("first")


async def test_the_speakers_tile_carries_ring_name_and_caption(room: Room) -> None:
    page, bot, sam = await in_call(room)
    await page.get_by_role("button", name="Mute").click()
    bot.say(Speaking(speakers=[Speaker(id=sam.id, name="Sam")]), "speaking")
    bot.say(caption(sam, "Hello there.", 1.0), "captions/1")
    tile = page.locator(".tile.mine")
    await expect(tile).to_have_class("tile mine speaking")
    await expect(tile).to_contain_text("Sam (you)")
    await expect(tile).to_contain_text("Hello there.")
    bot.say(Speaking(speakers=[]), "speaking")
    await expect(tile).to_have_class("tile mine")


async def test_the_transcript_can_be_taken_home_as_webvtt(room: Room, tmp_path: Path) -> None:
    page, bot, sam = await in_call(room)
    await expect(page.get_by_role("button", name="Download as WebVTT")).to_be_disabled()
    bot.say(caption(sam, "a < b --> c & d", 3661.5), "captions/1")
    bot.say(caption(sam, "not fin", 3670.0, final=False), "captions/2")
    async with page.expect_download() as downloading:
        await page.get_by_role("button", name="Download as WebVTT").click()
    path = tmp_path / "transcript.vtt"
    await (await downloading.value).save_as(path)
    (cue,) = webvtt.read(str(path)).captions
    assert (cue.start, cue.end) == ("01:01:01.500", "01:01:03.500")
    assert cue.raw_text == "<v Sam>a &lt; b --&gt; c &amp; d</v>"


async def test_a_summary_line_leads_to_what_was_said(room: Room) -> None:
    page, bot, sam = await in_call(room)
    bot.say(caption(sam, "Doors open at six.", 62.0), "captions/1")
    bot.say(caption(sam, "I call the venue.", 70.0), "captions/2")
    task = ActionItem(
        text="Call the venue.", segments=["captions/2"], owner_name="Sam", due="today"
    )
    line = SummaryLine(text="The doors open at six.", segments=["captions/1"])
    bot.say(Summary(abstract=[line], decisions=[], actions=[task], questions=[]), "summary/1")
    await page.get_by_role("tab", name="Summary").click()
    await expect(page.locator("#summaries")).to_contain_text("Sam, today")
    await page.get_by_role("button", name="Said at 1:10").click()
    await expect(page.locator("#lines .marked")).to_contain_text("I call the venue.")
    await expect(page.locator("#lines .marked")).to_be_focused()


async def test_a_summary_is_asked_for_and_can_be_taken_back(room: Room) -> None:
    page, bot, sam = await in_call(room)
    await page.get_by_role("tab", name="Summary").click()
    await page.get_by_role("button", name="Ask for a summary now").click()
    (request,) = await bot.heard(sam, Request)
    assert request.plugin == "summary"
    line = SummaryLine(text="Said once.", segments=["gone"])
    bot.say(Summary(abstract=[line], decisions=[], actions=[], questions=[]), "summary/1")
    await expect(page.locator("#summaries article")).to_have_count(1)
    bot.say(Retraction(ids=["summary/1"], reason="withdrawn"), "retraction/1")
    await expect(page.locator("#summaries article")).to_have_count(0)


async def test_chat_goes_to_people_and_commands_to_the_bot_alone(room: Room) -> None:
    page, bot, sam = await in_call(room)
    mia = await room.enter("Mia")
    await page.get_by_role("tab", name="Chat").click()
    lines = page.locator("#messages li")
    for count, text in enumerate(("<i>hello</i>", "/status"), start=1):
        await page.get_by_label("Message to everybody").fill(text)
        await page.keyboard.press("Enter")
        # One goes by the room's server and one by the bot's channel: wait, or they may overtake.
        await expect(lines).to_have_count(count)
    bot.say(Reply(code="status", text="Nothing runs on you."), "reply/1", sam)
    bot.say(Note(plugin="timer", title="Timer", text="Two minutes left."), "timer/1")
    await expect(lines).to_have_text(
        [
            "You<i>hello</i>",
            "You to the assistant/status",
            "Clark, to you aloneNothing runs on you.",
        ]
        + ["TimerTwo minutes left."]
    )
    await expect(mia.locator("#messages li").first).to_have_text("Sam<i>hello</i>")
    assert "/status" not in await mia.locator("#messages").inner_text()


async def test_the_owner_is_told_of_a_wrong_code_and_of_the_lock(room: Room) -> None:
    page, bot, sam = await in_call(room)
    await page.get_by_role("button", name="Owner").click()
    await page.get_by_label("One-time code").fill("WRONG")
    await page.keyboard.press("Enter")
    (owner,) = await bot.heard(sam, OwnerCode)
    assert owner.code == "WRONG"
    bot.say(Reply(code="wrong_code", text="Not the code. 1 try is left."), "reply/1", sam)
    await expect(page.get_by_role("dialog").get_by_role("alert")).to_have_text(
        "Not the code. 1 try is left."
    )
    bot.say(Reply(code="owner_locked", text="Locked for this call."), "reply/2", sam)
    await expect(page.get_by_label("One-time code")).to_be_disabled()
    await expect(page.get_by_role("button", name="Confirm")).to_be_disabled()


async def test_a_code_that_comes_before_the_assistant_goes_to_it_then(room: Room) -> None:
    bot = await room.bot()
    bot.answers.clear()
    page = await room.enter("Sam")
    await page.get_by_role("button", name="Owner").click()
    await page.get_by_label("One-time code").fill("RIGHT")
    await page.get_by_role("button", name="Confirm").click()
    told = page.locator("#owner-error")
    await expect(told).to_have_text("The assistant is still connecting. Your code goes to it then.")
    bot.answers.set()
    sam = await bot.person("Sam")
    (owner,) = await bot.heard(sam, OwnerCode)
    assert owner.code == "RIGHT"
    await expect(told).to_have_text("")


async def test_the_owner_turns_purposes_on_and_off(room: Room) -> None:
    page, bot, sam = await in_call(room)
    await page.get_by_role("button", name="Owner").click()
    bot.ask(sam, CAPTIONS, available=[CAPTIONS, SUMMARY])
    bot.status(sam, {"captions": "asked"}, owner=True)
    on = page.get_by_role("switch", name="Live captions")
    await expect(on).to_be_checked()
    await on.click()
    (off,) = await bot.heard(sam, Disable)
    assert off.purpose == "captions"
    await page.get_by_role("switch", name="Summary").click()
    (enable,) = await bot.heard(sam, Enable)
    assert enable.purpose == "summary"
    await expect(page.get_by_role("switch", name="Summary")).not_to_be_checked()


async def test_a_ninth_person_is_told_that_the_room_is_full(room: Room) -> None:
    for n in range(8):
        await room.stand_in(f"Person {n}")
    page = await room.page()
    await page.get_by_label("Your name").fill("Sam")
    await page.get_by_role("button", name="Join").click()
    await expect(page.get_by_role("heading", name="This room is full")).to_be_focused()
    await expect(page.get_by_role("button", name="Try again")).to_be_visible()


async def test_a_name_the_room_refuses_can_be_mended(room: Room) -> None:
    page = await room.page()
    await page.get_by_label("Your name").fill("Sam\u202e")
    await page.get_by_role("button", name="Join").click()
    await expect(page.locator("#name-error")).to_contain_text("1 to 64 visible characters")
    await expect(page.get_by_label("Your name")).to_be_focused()
    await page.get_by_label("Your name").fill("Sam")
    await page.get_by_role("button", name="Join").click()
    await page.locator("#state.good").wait_for()


async def test_a_call_goes_on_when_the_server_is_back(room: Room) -> None:
    page = await room.enter("Sam")
    await room.drop_sockets(page)
    await expect(page.locator("#state")).to_have_text("Connection lost")
    await expect(page.locator("#state")).to_have_text("Connected")
    await expect(page.locator(".tile")).to_have_count(1)


async def test_a_closed_room_says_so(room: Room) -> None:
    page = await room.enter("Sam")
    await room.close()
    await expect(page.get_by_role("heading", name="The room was closed")).to_be_visible()


async def test_without_a_room_in_the_address_one_is_named_first(room: Room) -> None:
    page = await room.page()
    await page.goto(f"{room.server.url}/")
    await page.get_by_label("Your name").fill("Sam")
    await page.get_by_label("Name of the room").fill("No Room!")
    await page.get_by_role("button", name="Join").click()
    await expect(page.get_by_text("Use 1 to 64 small letters")).to_be_visible()
    await page.get_by_label("Name of the room").fill("standup")
    await page.get_by_role("button", name="Join").click()
    await page.locator("#state.good").wait_for()
    assert page.url.endswith("/r/standup")
