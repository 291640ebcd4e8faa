"""Janus as a venue: Debian's package of the server, and Janus's own demo pages in Chromium.

The VideoRoom demo has no chat, so each person has two pages of Debian's ``janus-demos``, side by
side: ``videoroomtest.html``, and ``textroomtest.html`` for the room with the same number.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Frame, Locator, Page
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from consentry.connectors.janus.stack import Janus, JanusOptions
from consentry.connectors.stack import Invitation, Stack
from consentry.testing.venue import Feature, Someone
from consentry.web.server import WebServer
from tests.connectors.janus.people import attached
from tests.requirements import need
from tests.venues.browser import Chromium, camera, chromium
from tests.venues.janus_server import ROOM, SECRET, JanusServer, running

BOT = "Consentry"
DEMOS = Path("/usr/share/janus/demos")

_SIDE_BY_SIDE = """<!doctype html>
<meta charset="utf-8">
<title>Two demos of Janus</title>
<style>body {{ margin: 0; display: flex; height: 100vh }} iframe {{ border: 0; flex: 1 }}</style>
<iframe name="video" src="/demos/videoroomtest.html{query}"
  allow="microphone; camera; autoplay"></iframe>
<iframe name="text" src="/demos/textroomtest.html"></iframe>
"""
_SETTINGS = """
var server = "{url}";
var iceServers = [];
var token = "", apisecret = "";
"""

# What the bot's words in the chat of the demo say last.
CODE = """() => [...document.querySelectorAll("#chatroom p")]
  .map((line) => line.textContent.match(/whisper from Consentry.*#([0-9A-Z]{6})/s)?.[1])
  .filter(Boolean).at(-1) ?? null"""
KNOWN = """() => document.querySelector("#chatroom")?.textContent.includes("Thank you: you are")"""


class DemoPages:
    """Somebody at the two demos, who shows the bot who they are when it asks."""

    def __init__(self, name: str, page: Page, address: str, query: str = "") -> None:
        self.name = name
        self.page = page
        self._address = address
        self._query = query
        """Of the VideoRoom demo."""
        self._known: asyncio.Task[None] | None = None

    async def come(self) -> None:
        """Open both and come in. Once the bot is there too, be known to it."""
        await self.page.goto(f"{self._address}{self._query}")
        await self._join("text", self.name)
        await self._at("text", "#datasend:enabled").wait_for()
        await self._join("video", self.name)
        await self._at("video", "#mute").wait_for()
        self._known = asyncio.create_task(self._be_known(), name=f"{self.name} shows the code")

    @property
    def text(self) -> Frame:
        """The demo with the chat."""
        return self._frame("text")

    async def stay_unknown(self) -> None:
        """Show the bot no code: something else in the page does."""
        await self._forget()

    async def tell_bot(self, text: str) -> None:
        await self._is_known()
        said = self._at("text", "#chatroom p", f"whisper to {BOT}")
        before = await said.count()
        await self._at("text", "#list li", BOT).click()
        await self._at("text", ".bootbox-input").fill(text)
        await self._at("text", ".bootbox .btn-primary").click()
        await said.nth(before).wait_for()
        await self._at("text", ".modal-backdrop").wait_for(state="detached")

    async def reads(self, words: str) -> None:
        await self._until("text", "(words) => window.hasShown(words)", words)

    async def sees_caption(self, name: str, words: str) -> None:
        await self.reads(f"{name}: {words}")

    async def comes_back(self) -> None:
        """The demos are of no use once the server was gone: both are opened anew."""
        await self._forget()
        await self.come()
        await self._is_known()

    async def leave(self) -> None:
        await self._forget()
        await self.page.close()

    async def screenshot(self, path: Path) -> None:
        await self.page.screenshot(path=path)

    async def _be_known(self) -> None:
        """Come to the VideoRoom again, with the code that the bot whispered behind the name."""
        await self._until("text", CODE)
        code = await self._frame("text").evaluate(CODE)
        await self._frame("video").goto(f"{self._address}demos/videoroomtest.html{self._query}")
        await self._join("video", f"{self.name}{code}")
        await self._until("text", KNOWN)

    async def _is_known(self) -> None:
        assert self._known is not None, "they have come in"
        await asyncio.shield(self._known)

    async def _forget(self) -> None:
        if self._known is not None:
            self._known.cancel()
            await asyncio.wait([self._known])

    async def _join(self, demo: str, name: str) -> None:
        await self._at(demo, "#start", "Start").click()
        await self._at(demo, "#username").fill(name)
        await self._at(demo, "#register").click()

    async def _until(self, demo: str, function: str, arg: Any = None) -> None:
        await self._frame(demo).wait_for_function(function, arg=arg, timeout=0)

    def _at(self, demo: str, selector: str, text: str | None = None) -> Locator:
        frame = self.page.frame_locator(f"[name={demo}]")
        return frame.locator(selector, has_text=text)

    def _frame(self, demo: str) -> Frame:
        frame = self.page.frame(demo)
        assert frame is not None
        return frame


class JanusVenue:
    """A Janus, and Chromium to go there. See :func:`janus_venue`."""

    without: Mapping[Feature, str] = {
        Feature.GUESTS: "Janus does not know who runs a call; the code alone does",
    }

    def __init__(self, server: JanusServer, site: str, browsers: Chromium) -> None:
        self.server = server
        self.site = site
        self._browsers = browsers
        self.camera = camera(640, 480)
        """A script for the pages of those who are filmed."""

    def stack(self) -> type[Stack]:
        return Janus

    def invitation(self) -> Invitation:
        return Invitation(f"janus+{self.server.url}/{ROOM}", BOT)

    def options(self) -> JanusOptions:
        return JanusOptions()

    async def enter(self, name: str, speech: Path, *, owner: bool = False) -> Someone:
        page = await self._browsers.page(speech)
        await page.add_init_script(camera(160, 120, 5))
        person = DemoPages(name, page, f"{self.site}/")
        await person.come()
        return person

    async def film(self, name: str, *, owner: bool = False) -> Someone:
        page = await self._browsers.page()
        await page.add_init_script(self.camera)
        person = DemoPages(name, page, f"{self.site}/", "?simulcast=true")
        await person.come()
        return person

    async def restart(self) -> None:
        await self.server.kill()
        await self.server.start()

    async def kick(self) -> None:
        async with attached(self.server.url) as handle:
            room = {"room": ROOM, "secret": SECRET}
            there = await handle.message({"request": "listparticipants", **room})
            bot = next(p["id"] for p in there["participants"] if p["display"] == BOT)
            await handle.message({"request": "kick", "id": bot, **room})


def _pages(server: JanusServer) -> Starlette:
    async def both(request: Request) -> Response:
        query = "?simulcast=true" if "simulcast" in request.query_params else ""
        return HTMLResponse(_SIDE_BY_SIDE.format(query=query))

    async def settings(request: Request) -> Response:
        return Response(_SETTINGS.format(url=server.url), media_type="text/javascript")

    return Starlette(
        routes=[
            Route("/", both),
            Route("/demos/settings.js", settings),
            Mount("/demos", StaticFiles(directory=DEMOS, follow_symlink=True)),
            Mount("/static", StaticFiles(packages=[("consentry.web", "static")])),
        ]
    )


@asynccontextmanager
async def janus_venue(folder: Path) -> AsyncIterator[JanusVenue]:
    """A room while the block runs."""
    async with (
        running(need("janus"), folder) as server,
        WebServer(_pages(server)) as web,
        chromium() as browsers,
    ):
        yield JanusVenue(server, web.url, browsers)
