"""What a bot away from its own room serves: the pages of its calls, where they can be reached."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from consentry.bot import Bot, face_workers_of, office_of
from consentry.config.sections import Config, WebSection
from consentry.errors import ConfigError
from consentry.ledger.log import log_of
from consentry.people.enrollment import Enrollment, enrolling
from consentry.receipts.call import CallReceipts, Link, Office
from consentry.store.archive import Archive
from consentry.store.opening import Store, store_of
from consentry.web.calls import Calls, forgetting
from consentry.web.headers import SecurityHeaders
from consentry.web.kiosk.opening import kiosk_of
from consentry.web.kiosk.pages import KioskPages
from consentry.web.server import STATIC, Address, WebServer
from consentry.web.site import Site, site_of


@dataclass
class Pages:
    """The links of this process, and the calls they lead to."""

    site: Site | None = None
    """None where no page is served that others could reach."""
    calls: Calls = field(default_factory=Calls)
    kiosk: str | None = None
    """The link that makes a device the kiosk, where there is one."""

    def link(self, call: str, person: str) -> str | None:
        """The personal page."""
        return self.site.link(call, person) if self.site else None

    async def renew(self, call: str, person: str) -> str | None:
        """Another address of it; the one before it ends."""
        return await self.site.renew(call, person) if self.site else None

    def about(self, call: str) -> str | None:
        """The public page of a call."""
        return self.site.about(call) if self.site else None


@dataclass(frozen=True, slots=True)
class Past:
    """What the calls that are over left: enough for the pages of their people."""

    store: Store
    office: Office | None
    """None where no ledger is kept."""
    enrollment: Enrollment | None = None
    """Who may check in; None where nobody may."""
    keeps: timedelta = timedelta()
    """Nothing is kept anew."""

    def receipts(self, archive: Archive, link: Link) -> CallReceipts | None:
        """Of a call; None where no ledger is kept."""
        return None if self.office is None else self.office.receipts(archive, link)


@asynccontextmanager
async def serving_pages(bot: Bot) -> AsyncIterator[Pages]:
    """Serve the pages of calls while the block runs, if ``web.public_url`` says where they are;
    those of calls that are over, as far as something is kept of them."""
    web = bot.config.web
    pages = Pages()
    if web.public_url is None:
        yield pages
        return
    site = pages.site = site_of(bot, web.public_url, pages.calls)
    people = bot.enrollment.people if bot.enrollment else None
    async with (
        forgetting(pages.calls, people),
        kiosk_of(bot, site.links, pages.calls) as kiosk,
        _serving(site, web, kiosk),
    ):
        pages.kiosk = kiosk.address if kiosk else None
        yield pages


@asynccontextmanager
async def serving_past_calls(config: Config) -> AsyncIterator[str]:
    """Serve the pages of calls that are over while the block runs; the address they have.

    ConfigError without ``web.public_url``; SetupError where the store or the port can't be had.
    """
    url = config.web.public_url
    if url is None:
        raise ConfigError("web.public_url: say where people reach the pages, as their links do")
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(store_of(config.storage))
        office = None
        if config.ledger.enabled:
            log = await stack.enter_async_context(log_of(store))
            office = office_of(config, store, log)
        enrollment = await stack.enter_async_context(_register(config, store, office))
        site = site_of(Past(store, office, enrollment), url, Calls())
        await stack.enter_async_context(_serving(site, config.web, None))
        yield url


@asynccontextmanager
async def _register(
    config: Config, store: Store, office: Office | None
) -> AsyncIterator[Enrollment | None]:
    """Who may check in, and a worker for their photos."""
    if config.people is None:
        yield None
        return
    async with AsyncExitStack() as stack:
        if (faces := face_workers_of(config)) is not None:
            await stack.enter_async_context(faces.workers)
        yield await stack.enter_async_context(enrolling(config, store, office, faces))


def _serving(site: Site, web: WebSection, kiosk: KioskPages | None) -> WebServer:
    more = kiosk.routes() if kiosk else []
    app = Starlette(
        routes=[*site.routes(), *more, Mount("/static", StaticFiles(directory=STATIC))],
        middleware=[Middleware(SecurityHeaders)],
    )
    return WebServer(app, Address(web.host, web.port))
