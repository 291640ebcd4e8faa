"""A call in which Ana checks in on her own page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware

from consentry.config.people import Chosen
from consentry.people.enrollment import Enrollment
from consentry.plugin import Plugin
from consentry.web.arriving import ArrivalPages
from consentry.web.claims import MemoryClaims
from consentry.web.door import Desks, Door
from consentry.web.entrance import Entrance
from consentry.web.headers import SecurityHeaders
from consentry.web.links import Links
from consentry.web.mine.enrolling import EnrollingPages
from consentry.web.mine.entering import Premises
from consentry.web.mine.visits import Visits
from consentry.web.personal import PersonalPages
from consentry.web.rendering import Rendering
from tests.call.check_ins import CheckInCall, a_check_in_call
from tests.people.register import Register, register_in
from tests.web.house import URL, Clock, Page


@dataclass
class Arrivals:
    """The call, who is enrolled, and the pages of both."""

    call: CheckInCall
    register: Register
    links: Links
    app: Starlette

    async def arrive(self) -> Arrival:
        """Ana's page, open in a browser of hers."""
        transport = httpx.ASGITransport(self.app)
        browser = httpx.AsyncClient(transport=transport, base_url=URL)
        page = Arrival(browser, self.links.current("c-1", "a"))
        await page.claim()
        return page


class Arrival(Page):
    """Ana's page in her browser."""

    async def check_in(self, **fields: str) -> str:
        """Send a claim; the page that comes."""
        return (await self.press("/checkin", **fields)).text


@asynccontextmanager
async def arrivals_in(
    folder: Path, plugin: Plugin | None = None, allowed: frozenset[Chosen] = frozenset(Chosen)
) -> AsyncIterator[Arrivals]:
    async with AsyncExitStack() as stack:
        register = await stack.enter_async_context(register_in(folder))
        call = await stack.enter_async_context(a_check_in_call(plugin=plugin))
        links, claims, clock = Links(bytes(32), URL, Clock()), MemoryClaims(), Clock()
        sessions = {"c-1": call.session}
        rendering = Rendering()
        door = Door(Entrance(links, claims, clock), Desks(sessions.get), rendering)
        parts = (register.people, register.desk, register.proofs, None)
        enrollment = Enrollment(*parts, allowed, register.address, "Example e.V.")
        premises = Premises(enrollment, Visits(clock), rendering, "")
        enrolling = EnrollingPages(premises, ArrivalPages(door, enrollment))
        routes = [*PersonalPages(door).routes(), *enrolling.routes()]
        app = Starlette(routes=routes, middleware=[Middleware(SecurityHeaders)])
        yield Arrivals(call, register, links, app)
