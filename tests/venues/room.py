"""The project's own room as a venue: its server here, its page in Chromium."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Page
from pydantic import SecretStr

from consentry.connectors.room.stack import Room
from consentry.connectors.stack import Invitation, Stack, StackOptions
from consentry.metrics import Metrics
from consentry.testing.venue import Feature, Someone
from consentry.web.room_socket import Rooms
from consentry.web.server import Address, RoomServer, create_app
from tests.venues.browser import Chromium, chromium, shown

TOKEN = "the-bot-may-enter"


@dataclass
class RoomPage:
    """Somebody at the room's page."""

    name: str
    page: Page

    async def tell_bot(self, text: str) -> None:
        await self._clear_away_dialogs()
        await self.page.get_by_role("tab", name="Chat").click()
        lines = self.page.locator("#messages li.private", has_text="You to the assistant")
        said = await lines.count()
        await self.page.get_by_label("Message to everybody").fill(text)
        await self.page.keyboard.press("Enter")
        await lines.nth(said).wait_for()

    async def reads(self, words: str) -> None:
        await shown(self.page, words)

    async def sees_caption(self, name: str, words: str) -> None:
        await shown(self.page, f"{name}{words}")

    async def comes_back(self) -> None:
        await self.page.locator("#state.good").wait_for()

    async def leave(self) -> None:
        await self._clear_away_dialogs()
        await self.page.get_by_role("button", name="Leave").click()

    async def screenshot(self, path: Path) -> None:
        await self.page.screenshot(path=path)

    async def _clear_away_dialogs(self) -> None:
        while await self.page.get_by_role("dialog").count():
            await self.page.keyboard.press("Escape")


class RoomVenue:
    """A room server with one room, and Chromium to go there. See :func:`room_venue`."""

    without: Mapping[Feature, str] = {
        Feature.GUESTS: "everybody is the same to the room's server",
        Feature.KICK: "nobody in a room can throw anybody out",
        Feature.RESTART: "the bot comes with the room's server and goes with it",
    }

    def __init__(self, browsers: Chromium) -> None:
        self._browsers = browsers
        self._server: RoomServer | None = None
        self._port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/r/planning"

    def stack(self) -> type[Stack]:
        return Room

    def invitation(self) -> Invitation:
        return Invitation(self.url, token=SecretStr(TOKEN))

    def options(self) -> StackOptions:
        return StackOptions()

    async def enter(self, name: str, speech: Path, *, owner: bool = False) -> Someone:
        page = await self._browsers.page(speech)
        await page.goto(self.url)
        await page.get_by_label("Your name").fill(name)
        await page.get_by_role("button", name="Join").click()
        await page.locator("#state.good").wait_for()
        return RoomPage(name, page)

    async def restart(self) -> None:
        await self.stop()
        await self.start()

    async def kick(self) -> None:
        raise NotImplementedError(self.without[Feature.KICK])

    async def start(self) -> None:
        rooms = Rooms(Metrics(), TOKEN)
        server = RoomServer(create_app(rooms), rooms, Address(port=self._port))
        await server.__aenter__()
        self._server, self._port = server, server.port

    async def stop(self) -> None:
        if self._server is not None:
            server, self._server = self._server, None
            await server.__aexit__(None, None, None)


@asynccontextmanager
async def room_venue() -> AsyncIterator[RoomVenue]:
    """A room while the block runs."""
    async with chromium() as browsers:
        venue = RoomVenue(browsers)
        await venue.start()
        try:
            yield venue
        finally:
            await venue.stop()
