"""A page that the bot asks for a new connection: consent is settled again before any sound."""

from __future__ import annotations

import pytest

from consentry.controls import Decide
from tests.e2e.page.browser import bot_sender, until
from tests.e2e.page.room import Room
from tests.e2e.page.terms import CAPTIONS
from tests.e2e.page.test_media import SENT_MORE_THAN, Call, button

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]


async def test_a_new_connection_starts_without_sound_and_gets_it_once_it_is_wanted(
    room: Room,
) -> None:
    call = await Call(room).captioned()
    call.sam = await call.bot.reconnect(call.sam)
    assert call.sam.direction == "inactive"
    await call.no_track()
    call.bot.notice(call.sam, CAPTIONS)
    call.bot.status(call.sam, {"captions": "running"})
    await call.bot.until(lambda: len(call.sam.offers) == 1)
    await call.no_track()
    call.bot.want(call.sam, True)
    await call.bot.until(lambda: call.sam.direction == "sendonly")
    await until(call.page, SENT_MORE_THAN, 20)


async def test_a_no_that_the_bot_never_heard_is_said_again(room: Room) -> None:
    call = await Call(room).captioned()
    await call.page.locator("#badge button").click()
    await button(call.page, "no").click()
    await call.bot.until(lambda: call.sam.direction == "inactive")
    call.sam = await call.bot.reconnect(call.sam)
    call.bot.notice(call.sam, CAPTIONS)
    call.bot.status(call.sam, {"captions": "running"})
    call.bot.want(call.sam, True)
    (again,) = await call.bot.heard(call.sam, Decide)
    assert (again.purpose, again.answer) == ("captions", "no")
    await call.the_bot_hears_nothing()
    assert await bot_sender(call.page) == {"direction": "inactive", "track": False, "sent": 0}


async def test_a_yes_that_the_bot_never_heard_is_asked_for_again(room: Room) -> None:
    call = await Call(room).start()
    await button(call.page, "yes").click()
    await call.bot.heard(call.sam, Decide)
    call.sam = await call.bot.reconnect(call.sam)
    call.bot.ask(call.sam, CAPTIONS)
    await call.page.locator("#badge button").click()
    await button(call.page, "yes").click()
    (again,) = await call.bot.heard(call.sam, Decide)
    assert again.answer == "yes"
