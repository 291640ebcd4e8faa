"""What of my microphone reaches the bot, and when."""

from __future__ import annotations

import asyncio

import pytest

from consentry.controls import Decide
from tests.e2e.page.browser import bot_sender
from tests.e2e.page.room import Room
from tests.e2e.page.terms import CAPTIONS

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]


async def test_a_page_joins_and_gives_the_bot_no_track(room: Room) -> None:
    page, _, sam = await room.asked(CAPTIONS)
    assert sam.direction == "inactive"
    assert await bot_sender(page) == {"direction": "inactive", "track": False, "sent": 0}
