"""Jitsi as a venue: a server of its own here, a page around Jitsi's own library in Chromium."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, Literal, Protocol, TypeVar
from urllib.parse import urlencode

from playwright.async_api import ConsoleMessage, Page
from pydantic import SecretStr

from consentry.connectors.jitsi.stack import Jitsi, JitsiOptions
from consentry.connectors.stack import Invitation, Stack
from consentry.testing.venue import Feature, Someone
from tests.e2e.page.browser import until
from tests.venues.browser import Chromium, camera, chromium, shown

from .prosody import HIDDEN, PASSWORD
from .server import ROOM, JitsiServer, jitsi

BOT = "Consentry"


@dataclass
class JitsiPage:
    """Somebody at the page."""

    name: str
    page: Page
    transcribes: bool = False
    """Whether they turn transcription on in Jitsi's menu, whenever they come in."""
    faults: list[str] = field(default_factory=list)
    """Errors of the program in it."""

    def __post_init__(self) -> None:
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", self._logged)

    def _logged(self, message: ConsoleMessage) -> None:
        if message.type == "error" and ("TypeError" in message.text or "Reference" in message.text):
            self.faults.append(message.text)

    async def tell_bot(self, text: str) -> None:
        """Privately to the bot where it is in the list of people, else to everybody."""
        await self.page.evaluate("([name, text]) => tell(name, text)", [BOT, text])

    async def reads(self, words: str) -> None:
        await shown(self.page, words)

    async def sees_caption(self, name: str, words: str) -> None:
        await shown(self.page, f"{name}: {words}")

    async def comes_back(self) -> None:
        """Jitsi Meet loads its page anew, by itself, after a while."""
        await self.page.reload()
        await self.joined()

    async def joined(self) -> None:
        await self.page.locator("body[data-state=joined]").wait_for()
        if self.transcribes:
            await self.page.wait_for_function("conference.isModerator()")
            await self.page.evaluate("transcribe()")

    async def state(self, wanted: str) -> None:
        await self.page.locator(f"body[data-state={wanted}]").wait_for()

    async def people(self) -> list[str]:
        """Who is in the list, themselves included."""
        listed: list[str] = await self.page.evaluate("people()")
        return listed

    async def meets(self, name: str) -> None:
        """``name`` is in the list."""
        await until(self.page, "(name) => people().includes(name)", name)

    async def hears(self, name: str) -> None:
        """More of ``name``'s sound arrives."""
        packets = await self.page.evaluate("received('audio')")
        more = [name, packets.get(name, 0)]
        await until(
            self.page, "async ([name, n]) => (await received('audio'))[name] > n + 20", more
        )

    async def sees(self, name: str) -> None:
        """Pictures of ``name`` arrive."""
        await until(self.page, "async (name) => (await received('video'))[name] > 0", name)

    async def moderates(self) -> bool:
        """Whether they are in the call and run it."""
        return bool(await self.page.evaluate("conference.isJoined() && conference.isModerator()"))

    async def kick(self, name: str) -> None:
        await self.page.evaluate("(name) => kick(name)", name)

    async def leave(self) -> None:
        await self.page.evaluate("leave()")

    async def screenshot(self, path: Path) -> None:
        await self.page.screenshot(path=path)


class Server(Protocol):
    """A Jitsi on this machine: our own focus and bridge, or Jitsi's."""

    @property
    def url(self) -> str: ...

    @property
    def page(self) -> str: ...

    async def start(self) -> None: ...

    async def kill(self) -> None: ...

    async def kick(self, name: str) -> None: ...


AnyServer = TypeVar("AnyServer", bound=Server)


async def enter(
    page: Page, server: Server, name: str, room: str = ROOM, **options: str
) -> JitsiPage:
    """Open the page for ``name`` and return when they are in the call."""
    said = urlencode({"room": room, "name": name} | options)
    person = JitsiPage(name, page)
    await page.goto(f"{server.page}#{said}")
    await person.joined()
    return person


@dataclass
class JitsiVenue(Generic[AnyServer]):
    """A Jitsi, and Chromium to go there. See :func:`jitsi_venue`."""

    server: AnyServer
    browsers: Chromium
    bot: JitsiOptions = field(default_factory=JitsiOptions)
    """How it comes; by default as a guest."""
    camera: str = camera(1280, 720)
    """A script for the pages of those who are filmed."""
    simulcast: Literal["yes", "no"] = "no"
    """Whether those send several sizes, of which our own bridge knows nothing."""
    people: list[JitsiPage] = field(default_factory=list)

    @property
    def without(self) -> Mapping[Feature, str]:
        if not self.bot.username:
            return {}
        return {Feature.KICK: "people of the hidden domain are in no list to throw them out of"}

    def stack(self) -> type[Stack]:
        return Jitsi

    def invitation(self) -> Invitation:
        return Invitation(self.server.url, BOT)

    def options(self) -> JitsiOptions:
        return self.bot

    async def enter(self, name: str, speech: Path, *, owner: bool = False) -> Someone:
        """Whoever comes first runs the call: Jitsi's focus sees to that."""
        assert owner == (not self.people)
        devices = "audio,video" if owner else "audio"
        page = await self.browsers.page(speech)
        person = await enter(page, self.server, name, devices=devices)
        if owner and self.bot.media == "bridge":
            person.transcribes = True
            await person.joined()
        self.people.append(person)
        return person

    async def film(self, name: str, *, owner: bool = False) -> Someone:
        assert owner == (not self.people)
        page = await self.browsers.page()
        await page.add_init_script(self.camera)
        options = {"devices": "audio,video", "lines": "720", "simulcast": self.simulcast}
        person = await enter(page, self.server, name, **options)
        self.people.append(person)
        return person

    async def someone(self, name: str, room: str = ROOM, **options: str) -> JitsiPage:
        """Somebody who comes in with a microphone that beeps."""
        said = {"devices": "audio"} | options
        person = await enter(await self.browsers.page(), self.server, name, room, **said)
        self.people.append(person)
        return person

    async def restart(self) -> None:
        await self.server.kill()
        await self.server.start()

    async def kick(self) -> None:
        """As somebody who runs the call; after a restart that can be the bot alone, by right of
        having been first, and the server does it."""
        for person in self.people:
            if await person.moderates():
                await person.kick(BOT)
                return
        await self.server.kick(BOT)


@asynccontextmanager
async def jitsi_venue(
    folder: Path, *, hidden: bool = False
) -> AsyncIterator[JitsiVenue[JitsiServer]]:
    """A room while the block runs; ``hidden``: the bot has an account on the hidden domain."""
    account = {"username": f"transcriber@{HIDDEN}", "password": SecretStr(PASSWORD)}
    bot = JitsiOptions.model_validate(account if hidden else {})
    async with jitsi(folder) as server, chromium() as browsers:
        yield JitsiVenue(server, browsers, bot)
