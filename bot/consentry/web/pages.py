"""What a bot away from its own room serves: the pages of its calls, where they can be reached."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from consentry.config import Config
from consentry.session import Session
from consentry.web.about import AboutPages, about_url
from consentry.web.headers import SecurityHeaders
from consentry.web.links import Links
from consentry.web.personal import PersonalPages
from consentry.web.server import STATIC, Address, WebServer


@dataclass
class Pages:
    """The links of this process, and the sessions they lead to."""

    _links: Links | None
    sessions: dict[str, Session] = field(default_factory=dict)

    def link(self, call: str, person: str) -> str | None:
        """The personal page, or None where none is served that others could reach."""
        return self._links.make(call, person) if self._links else None

    def about(self, call: str) -> str | None:
        """The public page of a call, or None as above."""
        return about_url(self._links.base_url, call) if self._links else None


@asynccontextmanager
async def serving_pages(config: Config) -> AsyncIterator[Pages]:
    """Serve the pages of calls while the block runs, if ``web.public_url`` says where they are."""
    async with AsyncExitStack() as stack:
        url = config.web.public_url
        if url is None:
            yield Pages(None)
            return
        pages = Pages(Links(secrets.token_bytes(32), url))
        assert pages._links is not None
        personal = PersonalPages(pages._links, pages.sessions.get)
        about = AboutPages(pages.sessions.get)
        app = Starlette(
            routes=[
                *personal.routes(),
                *about.routes(),
                Mount("/static", StaticFiles(directory=STATIC)),
            ],
            middleware=[Middleware(SecurityHeaders)],
        )
        await stack.enter_async_context(WebServer(app, Address(config.web.host, config.web.port)))
        yield pages
