"""A room with a server, pages in it, and a bot."""

from __future__ import annotations

import json
from contextlib import AsyncExitStack
from typing import Any

from playwright.async_api import Browser, Page
from websockets.asyncio.client import connect

from consentry.messages import PurposeTerms
from consentry.signing import Signer
from consentry.web.room_socket import Rooms
from consentry.web.server import RoomServer
from tests.e2e.page.browser import BOT_SENDER, WATCH_CONNECTIONS, watch_errors
from tests.e2e.page.scripted_bot import Person, ScriptedBot

TOKEN = "the-bot-may-enter"
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}


class Room:
    """What a test does in a room; all it opens is closed with the room."""

    def __init__(
        self, server: RoomServer, rooms: Rooms, browser: Browser, stack: AsyncExitStack
    ) -> None:
        self.url = f"{server.url}/r/planning"
        self.server = server
        self._rooms = rooms
        self._browser = browser
        self._stack = stack

    async def page(self, **options: Any) -> Page:
        """A new browser profile with the room's page open; its own errors fail the test."""
        options = {"viewport": DESKTOP, "permissions": ["microphone", "camera"]} | options
        context = await self._browser.new_context(**options)
        self._stack.push_async_callback(context.close)
        await context.add_init_script(WATCH_CONNECTIONS + BOT_SENDER)
        page = await context.new_page()
        page.set_default_timeout(15_000)
        self._stack.callback(watch_errors(page))
        await page.goto(self.url)
        return page

    async def enter(self, name: str = "Sam", **options: Any) -> Page:
        """A page whose person is in the call."""
        page = await self.page(**options)
        await page.get_by_label("Your name").fill(name)
        await page.get_by_role("button", name="Join").click()
        await page.locator("#state.good").wait_for()
        return page

    async def stand_in(self, name: str) -> None:
        """Somebody is in the room who sends and receives nothing."""
        socket = connect(self.url.replace("http", "ws", 1) + "/ws", proxy=None)
        seat = await self._stack.enter_async_context(socket)
        await seat.send(json.dumps({"type": "join", "name": name, "receives": False}))
        await seat.recv()

    async def drop_sockets(self, page: Page) -> None:
        """Cut the page's WebSocket as a dying network does."""
        await page.evaluate("window.sockets.forEach((socket) => socket.close())")

    async def close(self) -> None:
        """The server closes the room on everybody."""
        await self._rooms.close()

    async def bot(self, signer: Signer | None = None) -> ScriptedBot:
        bot = ScriptedBot(self.url, TOKEN, signer)
        return await self._stack.enter_async_context(bot)

    async def asked(
        self, *purposes: PurposeTerms, **options: Any
    ) -> tuple[Page, ScriptedBot, Person]:
        """Sam is in the call, and the bot has just asked for these purposes."""
        bot = await self.bot()
        page = await self.enter("Sam", **options)
        sam = await bot.person("Sam")
        bot.ask(sam, *purposes)
        await page.get_by_role("dialog").wait_for()
        return page, bot, sam
