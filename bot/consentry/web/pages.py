"""What a bot away from its own room serves: the pages of its calls, where they can be reached."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from consentry.bot import Bot
from consentry.session import Session
from consentry.web.headers import SecurityHeaders
from consentry.web.server import STATIC, Address, WebServer
from consentry.web.site import Site, site_of


@dataclass
class Pages:
    """The links of this process, and the sessions they lead to."""

    site: Site | None = None
    """None where no page is served that others could reach."""
    sessions: dict[str, Session] = field(default_factory=dict)

    def link(self, call: str, person: str) -> str | None:
        """The personal page."""
        return self.site.link(call, person) if self.site else None

    async def renew(self, call: str, person: str) -> str | None:
        """Another address of it; the one before it ends."""
        return await self.site.renew(call, person) if self.site else None

    def about(self, call: str) -> str | None:
        """The public page of a call."""
        return self.site.about(call) if self.site else None


@asynccontextmanager
async def serving_pages(bot: Bot) -> AsyncIterator[Pages]:
    """Serve the pages of calls while the block runs, if ``web.public_url`` says where they are;
    those of calls that are over, as far as something is kept of them."""
    web = bot.config.web
    pages = Pages()
    if web.public_url is None:
        yield pages
        return
    pages.site = site_of(bot, web.public_url, pages.sessions.get)
    app = Starlette(
        routes=[*pages.site.routes(), Mount("/static", StaticFiles(directory=STATIC))],
        middleware=[Middleware(SecurityHeaders)],
    )
    async with WebServer(app, Address(web.host, web.port)):
        yield pages
