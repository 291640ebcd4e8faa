"""A bot's pages over HTTP, with a real session and a real store behind them."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from html import unescape
from pathlib import Path

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware

from consentry.call.plan import Plan
from consentry.call.session import Session
from consentry.config.sections import StorageSection
from consentry.consent.notice import Offer
from consentry.consent.owner import OwnerCode
from consentry.consent.purpose import Purpose, PurposeWords
from consentry.controls import Enable, Noticed
from consentry.controls import OwnerCode as Code
from consentry.events import Participant
from consentry.ledger.heads import HeadSigner
from consentry.ledger.log import Log
from consentry.messages import Notice
from consentry.metrics import Metrics
from consentry.receipts.building import Issuer
from consentry.receipts.call import CallReceipts, Link, Office
from consentry.store.archive import Archive
from consentry.store.calls import CallFacts
from consentry.store.opening import Store, store_of
from consentry.testing import ScriptedConnector
from consentry.testing.call import fake_context
from consentry.web.about import AboutPages
from consentry.web.claims import StoredClaims
from consentry.web.door import Desks, Door
from consentry.web.entrance import Entrance
from consentry.web.headers import SecurityHeaders
from consentry.web.links import Links
from consentry.web.personal import PersonalPages
from consentry.web.rendering import Rendering
from consentry.web.site import Site
from consentry.web.stored_file import StoredFiles
from tests.call.test_session import Echo

ANA, EVE = Participant("a", "Ana <b>"), Participant("e", "Eve")
CALL = "c-1"
URL = "http://bot"
MONTH = 30 * 24 * 3600.0

GERMAN = PurposeWords(
    "Untertitel", "Schreibt mit.", "Ihre Stimme", "zum Mitlesen", "bis zum Ende", "alle hier"
)
CAPTIONS = Purpose(
    "Captions",
    "Does captions.",
    "your voice",
    "to read along",
    "until the end",
    translations={"de": GERMAN},
)
NAMES = Purpose("Names", "Shows names.", "your name", "to know who", "a second")


@dataclass
class Clock:
    """Unix time, which a test moves."""

    ahead: float = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@dataclass
class House:
    """A store, the pages of its calls, and browsers that look at them."""

    store: Store
    log: Log
    clock: Clock = field(default_factory=Clock)
    sessions: dict[str, Session] = field(default_factory=dict)
    public_url: str = URL
    secret: bytes | None = None

    def __post_init__(self) -> None:
        secret = self.secret or self.store.ring.secret("personal links")
        links = Links(secret, self.public_url, self.clock, MONTH)
        claims = StoredClaims(self.store.database, self.clock)
        entrance = Entrance(links, claims, self.clock)
        files = StoredFiles(self.store, self.sessions.get, self.receipts)
        rendering = Rendering(links.root)
        pages = PersonalPages(Door(entrance, Desks(self.sessions.get, files), rendering))
        self.site = Site(links, claims, pages, AboutPages(self.sessions.get, rendering))
        middleware = [Middleware(SecurityHeaders)]
        self.app = Starlette(routes=self.site.routes(), middleware=middleware)

    def receipts(self, archive: Archive, link: Link) -> CallReceipts:
        issuer = Issuer("Consentry", "Example e.V.", "dpo@example.org")
        office = Office(self.store.database, self.log, issuer, self.clock)
        return CallReceipts(office, archive.call, archive.keys, link)

    def browser(self, **headers: str) -> httpx.AsyncClient:
        """A new one, without JavaScript."""
        transport = httpx.ASGITransport(self.app)
        return httpx.AsyncClient(transport=transport, base_url=URL, headers=headers)

    @asynccontextmanager
    async def call(self, call: str = CALL) -> AsyncIterator[Call]:
        """A call with Ana and Eve, who owns it, and captions turned on."""
        stack, code, archive = ScriptedConnector(), OwnerCode(), self.store.archive(call)
        receipts = self.receipts(archive, lambda person: self.site.link(call, person))
        plan = Plan(
            call,
            "Consentry",
            [(Echo(), Offer("captions", CAPTIONS)), (Namer(), Offer("names", NAMES))],
            lambda name: fake_context(),
            code,
            ledger=receipts,
            receipts=receipts,
            archive=archive,
            link=lambda person: self.site.link(call, person),
            renew_link=lambda person: self.site.renew(call, person),
        )
        await self.store.calls.begin(CallFacts(call, "Weekly <i>", "2026-11-22"))
        session = Session(plan, stack.joins, Metrics())
        running = asyncio.ensure_future(session.run())
        await asyncio.sleep(0)
        for who in (ANA, EVE):
            await stack.join(who)
        await stack.say(EVE, Code(type="owner", code=code.code or ""))
        await stack.say(EVE, Enable(type="enable", purpose="captions"))
        self.sessions[call] = session
        try:
            yield Call(self, session, stack, archive, receipts)
        finally:
            stack.end()
            await running
            del self.sessions[call]
            await self.store.calls.end(call)


class Namer(Echo):
    name = "names"
    purpose = NAMES


@dataclass
class Call:
    """A call that lasts."""

    house: House
    session: Session
    stack: ScriptedConnector
    archive: Archive
    receipts: CallReceipts

    def link(self, who: Participant) -> str:
        """As the notice quotes it."""
        link = self.stack.told(who, Notice)[-1].link
        assert link is not None
        return link

    async def saw(self, who: Participant) -> None:
        """The notice is on the screen of ``who``."""
        version = self.session.consent.version("captions")
        await self.stack.say(who, Noticed(type="noticed", versions={"captions": version}))

    async def keep(self, who: Participant, *texts: str) -> None:
        """Words of theirs are put into the store."""
        vault = self.archive.vault("storage", timedelta(days=30))
        for number, text in enumerate(texts):
            content = {
                "id": f"{who.id}-{number}",
                "revision": 0,
                "participant": who.id,
                "start": 61.0 * number,
                "end": 61.0 * number + 2,
                "text": text,
                "language": "de",
            }
            name = f"segment/{who.id}-{number}"
            await vault.put(name, json.dumps(content).encode(), frozenset({who.id}))
        called = json.dumps({"id": who.id, "name": who.name}).encode()
        await vault.put(f"name/{who.id}", called, frozenset({who.id}))

    async def keep_together(self) -> None:
        """A line of a summary that rests on both."""
        vault = self.archive.vault("storage", timedelta(days=30))
        content = json.dumps({"text": "Ana and Eve agree."}).encode()
        await vault.put("summary/0", content, frozenset({"a", "e"}))


class Page:
    """Somebody's page in their browser."""

    def __init__(self, browser: httpx.AsyncClient, link: str) -> None:
        self.browser = browser
        self.link = link

    async def claim(self) -> str:
        """Press "This is my page"; what is there then."""
        await self.browser.get(self.link)
        got = await self.browser.post(f"{self.link}/claim", follow_redirects=True)
        assert got.status_code == 200
        return got.text

    async def show(self, path: str = "") -> str:
        got = await self.browser.get(self.link + path)
        assert got.status_code == 200
        return got.text

    async def form(self, purpose: str | None = None) -> dict[str, str]:
        """The hidden fields of the form about ``purpose``, or of the first form."""
        html = await self.show()
        forms = re.findall(r"<form.*?</form>", html, re.DOTALL)
        wanted = f'name="purpose" value="{purpose}"' if purpose else 'name="token"'
        form = next(form for form in forms if wanted in form)
        hidden = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)
        return {name: unescape(value) for name, value in hidden}

    async def post(self, path: str, fields: dict[str, str]) -> httpx.Response:
        return await self.browser.post(self.link + path, data=fields, follow_redirects=True)

    async def answer(self, said: str, purpose: str = "captions") -> str:
        """Press a button; what is there then."""
        got = await self.post("", {**await self.form(purpose), "answer": said})
        assert got.status_code == 200
        return got.text

    async def press(self, path: str, **fields: str) -> httpx.Response:
        """Press a button of a form that holds nothing but the page's own mark."""
        return await self.post(path, {**await self.form(), **fields})


@asynccontextmanager
async def house_in(folder: Path, public_url: str = URL) -> AsyncIterator[House]:
    """What one process of the bot serves."""
    store = store_of(StorageSection(directory=folder / "store"))
    async with store:
        signer = HeadSigner(store.ring.ledger_key())
        async with Log(store.database, signer, time.time) as log:
            yield House(store, log, public_url=public_url)
