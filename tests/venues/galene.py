"""Galene as a venue: a server of its own here, its own page in Chromium.

Upstream gives out Galene as source. A build of it, and the folder ``static`` beside it, are looked
for where :func:`tests.requirements.need` looks.
"""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import httpx
from playwright.async_api import Page
from pydantic import SecretStr

from consentry.connectors.galene.stack import Galene, GaleneOptions
from consentry.connectors.stack import Invitation, Stack
from consentry.testing.venue import Feature, Someone
from tests.connectors.janus import free_port
from tests.requirements import need
from tests.venues.browser import Chromium, camera, chromium, shown, shown_between

GROUP = "planning"
BOT, BOT_PASSWORD = "Consentry", "the-bot-may-enter"
OPERATOR_PASSWORD = "i-run-this"
START_SECONDS = 20.0
LAST_CHARACTERS = 40
"""Of a caption, that fit on the page's one line of them in any case."""

# Galene's page starts to send two sizes of its camera when a third person comes, on a new stream.
# On a busy machine its requestStream about the old one is late, which costs it its connection.
ONE_SIZE, TWO_SIZES = (
    f"""
if (!sessionStorage.getItem("settings")) {{
  sessionStorage.setItem("settings", JSON.stringify({{ simulcast: "{simulcast}" }}));
}}
"""
    for simulcast in ("off", "on")
)

_ANYBODY = {"password": {"type": "wildcard"}, "permissions": "present"}


def _group(operators: list[str], bot: list[str], more: Mapping[str, Any]) -> dict[str, Any]:
    """A group as its description has it: anybody may come in, and these may run it."""
    users: dict[str, Any] = {
        name: {"password": OPERATOR_PASSWORD, "permissions": "op"} for name in operators
    }
    users[BOT] = {"password": BOT_PASSWORD, "permissions": bot}
    return {"users": users, "wildcard-user": _ANYBODY} | dict(more)


@dataclass
class GaleneServer:
    """A Galene on this machine. Ports stay the same when it is started again."""

    folder: Path
    program: Path = field(default_factory=lambda: need("galene"))
    port: int = field(default_factory=free_port)
    _process: asyncio.subprocess.Process | None = None

    def page(self, group: str = GROUP) -> str:
        return f"http://127.0.0.1:{self.port}/group/{group}/"

    def describe(
        self,
        group: str = GROUP,
        *,
        operators: tuple[str, ...] = (),
        bot: tuple[str, ...] = ("message", "caption"),
        more: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        """Write a group's description, with the permissions of ``bot`` and ``more`` of its keys;
        the server reads it when the next one joins."""
        groups = self.folder / "groups"
        groups.mkdir(exist_ok=True)
        text = json.dumps(_group(list(operators), list(bot), more))
        (groups / f"{group}.json").write_text(text)

    async def start(self) -> None:
        for name in ("data", "groups"):
            (self.folder / name).mkdir(exist_ok=True)
        first = 20_000 + self.port % 20_000
        with (self.folder / "log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                self.program,
                *("-http", f"127.0.0.1:{self.port}", "-insecure", "-turn", ""),
                *("-udp-range", f"{first}-{first + 400}"),
                *("-data", self.folder / "data", "-groups", self.folder / "groups"),
                *("-recordings", self.folder / "recordings"),
                *("-static", self.program.with_name("static")),
                stdout=log,
                stderr=log,
            )
        await self._until_it_answers()

    async def kill(self) -> None:
        """Stop it as a crash would."""
        if self._process is not None:
            process, self._process = self._process, None
            process.kill()
            await process.wait()

    def freeze(self) -> None:
        """As if its network were cut: neither signaling nor media is answered."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    async def stop(self) -> None:
        """Ask it to stop, as whoever runs the machine does."""
        if self._process is not None:
            process, self._process = self._process, None
            process.terminate()
            await process.wait()

    async def _until_it_answers(self) -> None:
        async with asyncio.timeout(START_SECONDS), httpx.AsyncClient(trust_env=False) as client:
            while True:
                try:
                    await client.get(f"http://127.0.0.1:{self.port}/public-groups.json")
                except httpx.TransportError:
                    await asyncio.sleep(0.05)
                else:
                    return


@asynccontextmanager
async def galene(folder: Path) -> AsyncIterator[GaleneServer]:
    """A server with one group, ``planning``, while the block runs."""
    server = GaleneServer(folder)
    server.describe()
    await server.start()
    try:
        yield server
    finally:
        await server.kill()


@dataclass
class GalenePage:
    """Somebody at Galene's own page."""

    name: str
    page: Page
    password: str = ""

    async def log_in(self, url: str) -> None:
        """Open the page and come in, microphone and camera on."""
        await self.page.goto(url)
        await self.page.locator("#username").fill(self.name)
        await self.page.locator("#password").fill(self.password)
        await self.page.locator("#presentboth").check()
        await self.page.locator("#connectbutton").click()
        await self.page.locator("#unpresentbutton:not(.invisible)").wait_for()

    async def type(self, line: str) -> None:
        """Type ``line`` into the chat, and see that the page took it."""
        field_ = self.page.locator("#input")
        await field_.fill(line)
        await field_.press("Enter")

    async def tell_bot(self, text: str) -> None:
        said = self.page.locator("#box .message-private.message-system")
        before = await said.count()
        await self.type(f"/msg {BOT} {text}")
        await said.nth(before).wait_for()

    async def reads(self, words: str) -> None:
        await shown(self.page, words)

    async def sees_caption(self, name: str, words: str) -> None:
        await shown_between(self.page, f"{name}:", words[-LAST_CHARACTERS:])

    async def comes_back(self) -> None:
        await self.log_in(self.page.url)

    async def leave(self) -> None:
        await self.page.evaluate("serverConnection.close()")

    async def screenshot(self, path: Path) -> None:
        await self.page.screenshot(path=path)


class GaleneVenue:
    """A Galene, and Chromium to go there. See :func:`galene_venue`."""

    without: Mapping[Feature, str] = {}

    def __init__(self, server: GaleneServer, browsers: Chromium) -> None:
        self.server = server
        self._browsers = browsers
        self._operators: list[GalenePage] = []
        self.camera = camera(640, 480)
        """A script for the pages of those who are filmed."""

    def stack(self) -> type[Stack]:
        return Galene

    def invitation(self) -> Invitation:
        return Invitation(self.server.page(), BOT, password=SecretStr(BOT_PASSWORD))

    def options(self) -> GaleneOptions:
        return GaleneOptions()

    async def enter(self, name: str, speech: Path, *, owner: bool = False) -> Someone:
        page = await self._browsers.page(speech)
        await page.add_init_script(ONE_SIZE)
        return await self._come(GalenePage(name, page), owner=owner)

    async def film(self, name: str, *, owner: bool = False) -> Someone:
        page = await self._browsers.page()
        await page.add_init_script(TWO_SIZES + self.camera)
        return await self._come(GalenePage(name, page), owner=owner)

    async def _come(self, person: GalenePage, *, owner: bool) -> GalenePage:
        if owner:
            person.password = OPERATOR_PASSWORD
            self._operators.append(person)
            self.server.describe(operators=tuple(each.name for each in self._operators))
        await person.log_in(self.server.page())
        return person

    async def restart(self) -> None:
        await self.server.kill()
        await self.server.start()

    async def kick(self) -> None:
        await self._operators[0].type(f"/kick {BOT}")


@asynccontextmanager
async def galene_venue(folder: Path) -> AsyncIterator[GaleneVenue]:
    """A group while the block runs."""
    async with galene(folder) as server, chromium() as browsers:
        yield GaleneVenue(server, browsers)
