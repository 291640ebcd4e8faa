"""A kiosk on a real server, a desk that knows two people, and faces that a test decides on."""

from __future__ import annotations

import asyncio
import io
import json
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self

import httpx
import numpy as np
from PIL import Image
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from websockets.asyncio.client import ClientConnection, connect

from consentry.config.people import Chosen
from consentry.errors import Busy, SetupError
from consentry.events import Picture
from consentry.meetings.calendar import Meeting
from consentry.messages import Assurance
from consentry.people.claims import Claim, Claimed, LinkClaim, PinClaim, Unlocked
from consentry.people.passkeys import Asked
from consentry.plugin import Progress, Prompt, Verdict
from consentry.web.headers import SecurityHeaders
from consentry.web.kiosk.key import COOKIE, KioskKey
from consentry.web.kiosk.pages import Entry, KioskPages
from consentry.web.kiosk.picture import DecodedPicture, decode
from consentry.web.kiosk.reach import Keeping, Reach, Usual
from consentry.web.kiosk.screen import Place
from consentry.web.kiosk.visit import Doors
from consentry.web.rendering import Rendering
from consentry.web.server import STATIC, WebServer

KEY = "abcd-efgh-ijkl-mnop-qrst-uvwx"
ROOM = "Lise Meitner"
PLANNING, USUAL = "meet.example/r/planning?", "meet.example/r/meitner?"
"""The places of calls: that of a meeting, and that of the room's others."""
ANA = PinClaim("12345678", "802817")
ANAS_LINK = "https://consentry.example/i#" + "a" * 43
EVES_LINK = "b" * 43
"""Eve has a twin."""
LOOK = Progress(Prompt("look"), None)
TURN = Progress(Prompt("turn_left"), None)
CHECKED_IN = Progress(None, Verdict.CHECKED_IN)
USE_CODE = Progress(None, Verdict.USE_CODE)


@dataclass
class Desk:
    """Knows Ana, by her PIN and by her link, and Eve by hers."""

    open: set[str] = field(default_factory=set)
    """Tickets."""
    broken: bool = False
    busy: bool = False
    ana: str = "p-Ana"
    heard: list[Claim] = field(default_factory=list)
    wait: asyncio.Event | None = None
    """Answers no sooner."""

    async def claim(self, claim: Claim) -> Claimed | None:
        self.heard.append(claim)
        if self.wait is not None:
            await self.wait.wait()
        if self.busy:
            raise Busy("too many")
        if self.broken:
            raise SetupError("the disk is full")
        match claim:
            case PinClaim() if claim == ANA:
                return self._claimed("Ana", "code", None)
            case LinkClaim(token) if token == ANAS_LINK:
                return self._claimed("Ana", "code", "ana")
            case LinkClaim(token) if token == EVES_LINK:
                return self._claimed("Eve", "code", "eve")
        return None

    def _claimed(self, name: str, how: Assurance, ticket: str | None) -> Claimed:
        if ticket is not None:
            self.open.add(ticket)
        return Claimed(self.ana if name == "Ana" else f"p-{name}", name, name == "Eve", how, ticket)

    def unlocked(self, ticket: str) -> Unlocked | None:
        raise AssertionError("the kiosk opens no template")

    def unlocked_now(self) -> list[Unlocked]:
        raise AssertionError("the kiosk opens no template")

    def forget(self, ticket: str | None) -> None:
        self.open.discard(ticket)


@dataclass(eq=False)
class Check:
    """A look at a face, which stands as the test says."""

    ticket: str
    stands: Progress = LOOK
    seen: list[tuple[int, int]] = field(default_factory=list)
    """Sizes of pictures, each decoded."""
    picture: asyncio.Event = field(default_factory=asyncio.Event)
    """Another one came."""
    may_go_on: asyncio.Event = field(default_factory=asyncio.Event)
    """Looking at a picture takes until then."""
    closed: asyncio.Event = field(default_factory=asyncio.Event)

    async def see(self, picture: Picture, at: float) -> Progress:
        height, width, _ = picture.rgb().shape
        self.seen.append((width, height))
        self.picture.set()
        await self.may_go_on.wait()
        return self.stands

    def hear(self, text: str, at: float) -> None:
        raise AssertionError("the kiosk has no microphone")

    def unheard(self, at: float) -> Progress:
        raise AssertionError("a kiosk hears nobody")

    def tick(self, at: float) -> Progress:
        return self.stands

    async def close(self) -> None:
        self.closed.set()


@dataclass
class Faces:
    """Begins looks, unless tries are used up."""

    checks: list[Check] = field(default_factory=list)
    used_up: bool = False
    slow: bool = False
    began: asyncio.Event = field(default_factory=asyncio.Event)

    def begin(self, ticket: str, at: float, *, listens: bool = False) -> Check | None:
        assert not listens, "a kiosk hears nobody"
        if self.used_up:
            return None
        self.checks.append(Check(ticket))
        self.began.set()
        if not self.slow:
            self.checks[-1].may_go_on.set()
        return self.checks[-1]


def asked() -> Asked:
    """What a browser would be asked."""
    return Asked("c-1", {"challenge": "AAAA"})


class Tablet:
    """A device before a kiosk's server."""

    def __init__(self, kiosk: Kiosk, socket: ClientConnection) -> None:
        self._kiosk = kiosk
        self.socket = socket

    async def heard(self, kind: str) -> dict[str, Any]:
        """The next frame of this kind."""
        while True:
            frame: dict[str, Any] = json.loads(await self.socket.recv())
            if frame["type"] == kind:
                return frame

    async def says(self, **frame: Any) -> None:
        await self.socket.send(json.dumps(frame))

    async def begins(self, meeting: str | None = None) -> str:
        """Somebody touches it; the token of their visit."""
        await self.says(type="begin", meeting=meeting)
        return str((await self.heard("visit"))["visit"])

    async def wants_face(self) -> None:
        await self.says(type="face", wanted=True)

    async def shows(self, picture: bytes) -> None:
        await self.socket.send(picture)


@dataclass
class Kiosk:
    """The server, and what stands behind it."""

    schedule: Meetings = field(default_factory=lambda: Meetings(meetings()))
    desk: Desk = field(default_factory=Desk)
    faces: Faces | None = field(default_factory=Faces)
    keeping: Keeping | None = None
    ana: str = "p-Ana"
    """Ana's id."""
    calls: Calls = field(default_factory=lambda: Calls())
    now: float = 1000.0
    """Of the clock of visits, which a test moves."""

    def __post_init__(self) -> None:
        doors = Doors(self.desk, self.faces, lambda: self.now, decode_here)
        self.reach = Reach(self.calls.get, time.time, Usual(frozenset({USUAL})), self.keeping)
        self.desk.ana = self.ana
        self.place = Place(ROOM, self.schedule, doors, frozenset(Chosen), self.reach)
        entry = Entry(KioskKey(KEY, "/kiosk", secure=False), lambda: self.server.url, asked)
        self.pages = KioskPages(self.place, entry, Rendering())
        static = Mount("/static", StaticFiles(directory=STATIC))
        routes = [*self.pages.routes(), static]
        self.server = WebServer(Starlette(routes=routes, middleware=[Middleware(SecurityHeaders)]))

    def browser(self) -> httpx.AsyncClient:
        """One that never was here."""
        return httpx.AsyncClient(base_url=self.server.url, trust_env=False)

    async def cookie(self) -> str:
        """What a device has that became the kiosk."""
        async with self.browser() as browser:
            answer = await browser.post("/kiosk/key", data={"key": KEY})
            assert answer.status_code == 303
            return str(browser.cookies[COOKIE])

    def socket(self, cookie: str, origin: str | None = None) -> connect:
        return connect(
            f"{self.server.url.replace('http', 'ws')}/kiosk/ws",
            proxy=None,
            additional_headers={"Cookie": f"{COOKIE}={cookie}"},
            origin=origin or self.server.url,  # type: ignore[arg-type]
        )

    @asynccontextmanager
    async def tablet(self) -> AsyncIterator[Tablet]:
        async with self.socket(await self.cookie()) as socket:
            yield Tablet(self, socket)

    async def claims(self, visit: str, **claim: Any) -> str:
        """What whoever makes this claim is told."""
        async with self.browser() as browser:
            answer = await browser.post("/kiosk/claim", json={"visit": visit, "claim": claim})
            return str(answer.json()["outcome"])

    async def by_pin(self, visit: str, pin: PinClaim = ANA) -> str:
        return await self.claims(visit, way="pin", number=pin.handle, pin=pin.pin)

    async def by_link(self, visit: str, token: str = ANAS_LINK) -> str:
        return await self.claims(visit, way="link", token=token)

    @property
    def check(self) -> Check:
        """The look that began last."""
        assert self.faces is not None
        return self.faces.checks[-1]

    async def __aenter__(self) -> Self:
        self._stack = AsyncExitStack()
        await self._stack.enter_async_context(self.server)
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._stack.aclose()


@dataclass
class Call:
    """A call that learns who arrives, by name and how."""

    on: bool = True
    tells_assurance: bool = False
    arrived: list[tuple[str, str]] = field(default_factory=list)
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    broken: bool = False
    lasts: float = 0.0
    """Seconds, of the meeting of whoever came last."""

    async def arrive(self, claim: Claimed, lasts: float) -> bool:
        if self.broken:
            raise SetupError("the disk is full")
        self.heard.set()
        self.arrived.append((claim.name, claim.assurance))
        self.lasts = lasts
        return True


@dataclass
class Calls:
    """Those that the bot is in, by their places."""

    at: dict[str, Call] = field(default_factory=dict)

    def get(self, places: frozenset[str]) -> Call | None:
        found = [self.at[place] for place in places if place in self.at]
        return found[0] if found else None


@dataclass
class Meetings:
    """A schedule, as a test says it is."""

    meetings: list[Meeting] = field(default_factory=list)
    zone: str = "Europe/Berlin"
    old: bool = False

    def now(self) -> float:
        return time.time()

    def soon(self) -> list[Meeting]:
        return self.meetings


def meetings() -> list[Meeting]:
    """One that lasts, one that comes, and one about which nothing is said."""
    now = time.time()
    return [
        Meeting(
            "m-1",
            "Planning & review",
            now - 600,
            now + 1200,
            place="Second floor",
            calls=frozenset({PLANNING}),
        ),
        Meeting("m-2", None, now + 1800, now + 3600),
        Meeting("m-3", "Stand-up", now + 7200, now + 8100),
    ]


async def decode_here(content: bytes) -> DecodedPicture | None:
    """Without a worker."""
    pixels = decode(content)
    return None if pixels is None else DecodedPicture(pixels)


def jpeg(width: int = 64, height: int = 48) -> bytes:
    """A small picture."""
    picture = io.BytesIO()
    gray = np.full((height, width, 3), 128, np.uint8)
    Image.fromarray(gray).save(picture, "JPEG")
    return picture.getvalue()
