"""Pages of people over HTTP: a register in a store, and browsers without JavaScript."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path

import httpx
import numpy as np
from starlette.applications import Starlette
from starlette.middleware import Middleware

from consentry.config.people import Chosen
from consentry.people.enrollment import Address, Enrollment
from consentry.people.faces import Made
from consentry.people.photos import Looked, Photos
from consentry.web.calls import Calls
from consentry.web.headers import SecurityHeaders
from consentry.web.mine.entering import Entering, Premises
from consentry.web.mine.pages import MinePages
from consentry.web.mine.photo import PhotoDesk
from consentry.web.mine.visits import Visits
from consentry.web.rendering import Rendering
from tests.people.faces import made_up
from tests.people.register import ENGINE, Register, register_in

URL = "https://meet.example"


@dataclass
class ScriptedPhotos:
    """Gives the answers it was given, and a face to what it has none for."""

    answers: list[Looked] = field(default_factory=list)
    seen: int = 0
    taken: asyncio.Event = field(default_factory=asyncio.Event)
    done: asyncio.Event | None = None
    """Where it is there, each photo is looked at until it is set."""

    async def look(self, photo: bytes) -> Looked:
        self.seen += 1
        self.taken.set()
        if self.done is not None:
            await self.done.wait()
        if self.answers:
            return self.answers.pop(0)
        return Looked(made=Made(made_up(np.random.default_rng(1)).photo(), ENGINE))


@dataclass
class Office:
    """The pages, and what they stand on."""

    register: Register
    photos: ScriptedPhotos
    app: Starlette
    address: Address
    calls: Calls

    def browser(self, **headers: str) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self.app)
        return httpx.AsyncClient(
            transport=transport, base_url=URL, headers=headers, follow_redirects=True
        )


@asynccontextmanager
async def office_in(
    folder: Path, allowed: frozenset[Chosen] = frozenset(Chosen), real: Photos | None = None
) -> AsyncIterator[Office]:
    """``real`` looks at photos in place of the scripted answers."""
    async with register_in(folder) as register:
        photos, address = ScriptedPhotos(), register.address
        parts = (register.people, register.desk, register.proofs, real or photos)
        enrollment = Enrollment(*parts, allowed, address, "Example e.V.")
        calls = Calls()
        premises = Premises(enrollment, Visits(register.clock.now), Rendering(), "", calls)
        entering = Entering(premises)
        pages = MinePages(premises, entering)
        routes = [*entering.routes(), *pages.routes(), *PhotoDesk(premises, pages).routes()]
        app = Starlette(routes=routes, middleware=[Middleware(SecurityHeaders)])
        yield Office(register, photos, app, address, calls)


@dataclass
class Mine:
    """Somebody's own page, in one browser."""

    browser: httpx.AsyncClient
    html: str = ""

    async def enter(self, at: str = "/i", **fields: str) -> httpx.Response:
        answer = await self.browser.post(at, data=fields)
        self.html = answer.text
        return answer

    async def look(self) -> str:
        self.html = (await self.browser.get("/mine")).text
        return self.html

    async def send(self, act: str, **fields: str) -> str:
        """Send a form as this page has it; what is said then."""
        answer = await self.browser.post(f"/mine{act}", data={"token": self.token, **fields})
        self.html = answer.text
        return self.said

    async def photo(
        self, content: bytes = b"photo", headers: dict[str, str] | None = None
    ) -> dict[str, object]:
        given = {"X-Consentry-Token": self.token, "X-Consentry-Version": self.version}
        given |= headers or {}
        answer = await self.browser.post("/mine/face", content=content, headers=given)
        sent: dict[str, object] = answer.json()
        return sent

    @property
    def said(self) -> str:
        """What came of an act."""
        return _found(r'class="outcome"[^>]*>([^<]*)<', self.html)

    @property
    def token(self) -> str:
        return _found(r'name="token" value="([^"]*)"', self.html)

    @property
    def version(self) -> str:
        return _found(r'data-version="([^"]*)"', self.html)

    @property
    def link(self) -> str:
        """The link that is shown this once."""
        return _found(r'id="own-link" readonly value="([^"]*)"', self.html)

    @property
    def number(self) -> str:
        return _found(r"Your number: ([0-9 ]+)<", self.html).replace(" ", "")

    def way(self, title: str) -> str:
        """Id of the way that is shown as ``title``."""
        return _found(title + r'.*?name="way" value="([^"]*)"', self.html)


async def begun(office: Office, name: str = "Ana <b>") -> Mine:
    """Somebody who took their invitation."""
    _, token = await office.register.people.invite(name)
    mine = Mine(office.browser())
    await mine.enter("/enroll", link=token)
    return mine


def _found(pattern: str, html: str) -> str:
    found = re.search(pattern, html, re.DOTALL)
    return unescape(found[1]) if found else ""
