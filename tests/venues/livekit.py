"""LiveKit as a venue: a server of its own here, and a page of LiveKit's own components in Chromium.

``tests/venues/install-livekit`` builds both.
"""

from __future__ import annotations

import asyncio
import json
import signal
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import jwt
from playwright.async_api import Page
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from consentry.connectors.livekit.stack import LiveKit, LiveKitOptions
from consentry.connectors.stack import Invitation, Stack
from consentry.testing.venue import Feature, Someone
from consentry.web.server import WebServer
from tests.connectors.janus import free_port, own_address
from tests.requirements import CACHE, need
from tests.venues.browser import Chromium, camera, chromium, shown

KEY, SECRET = "devkey", "a-secret-for-the-tests-of-this-machine"
ROOM = "planning"
BOT = "consentry"
START_SECONDS = 20.0
PORTS = 200


@dataclass
class LiveKitServer:
    """A LiveKit server on this machine. Ports stay the same when it is started again."""

    folder: Path
    program: Path = field(default_factory=lambda: need("livekit-server"))
    port: int = field(default_factory=free_port)
    room: Mapping[str, Any] = field(default_factory=dict)
    """More lines for the section of that name."""
    _process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    async def start(self) -> None:
        first = 30_000 + self.port % 20_000
        config = {
            "port": self.port,
            "bind_addresses": ["127.0.0.1"],
            "rtc": {
                "port_range_start": first,
                "port_range_end": first + PORTS,
                "tcp_port": 0,
                "use_external_ip": False,
                "node_ip": own_address(),
            },
            "room": {"empty_timeout": 60, "departure_timeout": 60, **self.room},
            "keys": {KEY: SECRET},
        }
        path = self.folder / "livekit.yaml"
        path.write_text(json.dumps(config))  # every JSON is YAML
        with (self.folder / "log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                self.program, "--config", path, stdout=log, stderr=log
            )
        async with asyncio.timeout(START_SECONDS), httpx.AsyncClient() as client:
            while not await self._answers(client):  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.05)

    async def _answers(self, client: httpx.AsyncClient) -> bool:
        assert self._process is not None and self._process.returncode is None, "it did not start"
        try:
            return (await client.get(self._http)).is_success
        except httpx.TransportError:
            return False

    async def crash(self) -> None:
        """Be gone at once, without a word."""
        if self._process is not None:
            process, self._process = self._process, None
            process.send_signal(signal.SIGCONT)
            process.kill()
            await process.wait()

    def freeze(self) -> None:
        """As if its network were cut: neither signaling nor media is answered."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    async def ask(self, method: str, **body: Any) -> dict[str, Any]:
        """A call of the server's own interface, as whoever has its key."""
        grants = {"roomAdmin": True, "roomCreate": True, "roomList": True, "room": ROOM}
        token = signed({"video": grants})
        async with httpx.AsyncClient() as client:
            answer = await client.post(
                f"{self._http}/twirp/livekit.RoomService/{method}",
                json={"room": ROOM} | body,
                headers={"Authorization": f"Bearer {token}"},
            )
        answer.raise_for_status()
        said: dict[str, Any] = answer.json()
        return said

    @property
    def _http(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def signed(claims: Mapping[str, Any], seconds: int = 3600, secret: str = SECRET) -> str:
    now = int(time.time())
    return jwt.encode({"iss": KEY, "exp": now + seconds, **claims}, secret, "HS256")


def token(identity: str, name: str = "", *, seconds: int = 3600, **claims: Any) -> str:
    """Lets somebody into the room. ``grants`` are added to those everybody has."""
    grants = {"room": ROOM, "roomJoin": True} | claims.pop("grants", {})
    return signed({"sub": identity, "name": name, "video": grants, **claims}, seconds)


@dataclass
class LiveKitPerson:
    """Somebody at the page."""

    name: str
    page: Page

    async def tell_bot(self, text: str) -> None:
        said = self.page.locator('.lk-chat-entry[data-lk-message-origin="local"]')
        count = await said.count()
        await self.page.locator(".lk-chat-form-input").fill(text)
        await self.page.keyboard.press("Enter")
        await said.nth(count).wait_for()

    async def reads(self, words: str) -> None:
        await shown(self.page, words)

    async def sees_caption(self, name: str, words: str) -> None:
        await shown(self.page, f"{name} {words}")

    async def comes_back(self) -> None:
        await self.page.wait_for_function("() => room.state === 'connected'")

    async def leave(self) -> None:
        await self.page.get_by_role("button", name="Leave").click()

    async def screenshot(self, path: Path) -> None:
        await self.page.screenshot(path=path)


class LiveKitVenue:
    """A server with one room, and people in Chromium. See :func:`livekit_venue`."""

    without: Mapping[Feature, str] = {}

    def __init__(self, server: LiveKitServer, site: str, browsers: Chromium) -> None:
        self.server = server
        self.browsers = browsers
        self.camera = camera(1280, 720)
        """A script for the pages of those who are filmed."""
        self.site = site
        """Where the pages are: the call's under ``/call/``, consentry.js under ``/static/``."""

    def stack(self) -> type[Stack]:
        return LiveKit

    def invitation(self) -> Invitation:
        return Invitation(f"{self.server.url}?room={ROOM}")

    def options(self) -> LiveKitOptions:
        return LiveKitOptions(api_key=KEY, api_secret=SecretStr(SECRET))

    async def enter(self, name: str, speech: Path, *, owner: bool = False) -> Someone:
        page = await self.browsers.page(speech)
        await page.goto(self.address(self._pass(name, owner=owner)))
        return await self._come(name, page)

    async def film(self, name: str, *, owner: bool = False) -> Someone:
        page = await self.browsers.page()
        await page.add_init_script(self.camera)
        await page.goto(self.address(self._pass(name, owner=owner), camera="on"))
        return await self._come(name, page)

    def _pass(self, name: str, *, owner: bool) -> str:
        """The owner's token says nothing, and the code proves them; the others' says that they do
        not run the call."""
        attributes = {} if owner else {"consentry.owner": "false"}
        return token(name.lower(), name, attributes=attributes)

    async def _come(self, name: str, page: Page) -> LiveKitPerson:
        await page.wait_for_function(
            "() => window.room?.state === 'connected' && room.localParticipant.isMicrophoneEnabled"
        )
        return LiveKitPerson(name, page)

    def address(self, pass_: str, **more: str) -> str:
        """Of the call's page for whoever has this token."""
        return f"{self.site}/call/#{urlencode({'url': self.server.url, 'token': pass_} | more)}"

    async def restart(self) -> None:
        await self.server.crash()
        await self.server.start()

    async def kick(self) -> None:
        await self.server.ask("RemoveParticipant", identity=BOT)


def _pages() -> Starlette:
    return Starlette(
        routes=[
            Mount("/call", StaticFiles(directory=CACHE / "livekit-page", html=True)),
            Mount("/static", StaticFiles(packages=[("consentry.web", "static")])),
        ]
    )


@asynccontextmanager
async def livekit_server(folder: Path, **room: Any) -> AsyncIterator[LiveKitServer]:
    """A server while the block runs."""
    server = LiveKitServer(folder, room=room)
    await server.start()
    try:
        yield server
    finally:
        await server.crash()


@asynccontextmanager
async def livekit_venue(folder: Path) -> AsyncIterator[LiveKitVenue]:
    """A call while the block runs."""
    async with livekit_server(folder) as server, WebServer(_pages()) as web, chromium() as people:
        yield LiveKitVenue(server, web.url, people)
