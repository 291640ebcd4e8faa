"""A real room server, a real Chromium, and a bot on a script."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from consentry.metrics import Metrics
from consentry.web.room_socket import Rooms
from consentry.web.server import RoomServer, create_app
from tests.e2e.page.browser import FLAGS
from tests.e2e.page.room import TOKEN, Room
from tests.requirements import need

CHROMIUM = need("chromium")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def room(browser: Browser) -> AsyncIterator[Room]:
    metrics = Metrics()
    rooms = Rooms(metrics, TOKEN)
    async with (
        RoomServer(create_app(rooms), rooms) as server,
        AsyncExitStack() as stack,
    ):
        yield Room(server, rooms, browser, stack)
