"""A room server with a bot in every room where somebody is."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date

from pydantic import SecretStr

from consentry.bot import Bot, CallOptions
from consentry.call.plan import Observer, Plan
from consentry.call.session import Session
from consentry.connectors.driver import Setting
from consentry.connectors.room.connector import RoomConnector
from consentry.connectors.stack import Invitation
from consentry.consent.owner import OwnerCode
from consentry.web.calls import Calls, forgetting
from consentry.web.kiosk.opening import kiosk_of
from consentry.web.room_socket import Rooms
from consentry.web.server import Address, RoomServer, create_app
from consentry.web.site import Site, site_of

log = logging.getLogger(__name__)

ALONE_FOR = 20.0
"""Seconds the bot waits in an empty room: long enough for a page to be reloaded."""


@dataclass(frozen=True)
class Reception:
    """What each new call is given."""

    observe: Callable[[str], Observer]
    """Makes the observer of the call in this room."""
    owner_code: Callable[[], OwnerCode] = OwnerCode
    today: Callable[[], date] = date.today


@dataclass
class RoomHost:
    """The rooms of one server and the bot's session in each."""

    bot: Bot
    url: str
    """Where people reach the rooms: ``https://meet.example``."""
    _reception: Reception
    _local_url: str
    _token: str
    _site: Site
    _tasks: asyncio.TaskGroup
    _calls: Calls
    _entered: set[str] = field(default_factory=set)
    """Rooms that the bot is in, or goes to."""
    _sessions: dict[str, Session] = field(default_factory=dict)
    _closed: bool = False
    kiosk: str | None = None
    """The link that makes a device the kiosk, where there is one."""

    def page(self, room: str) -> str:
        """The address that brings a browser into ``room``."""
        return f"{self.url}/r/{room}"

    def session(self, room: str) -> Session | None:
        """The bot's session in ``room`` while it is there."""
        return self._sessions.get(room)

    def about(self, room: str) -> str | None:
        """The public page of the call in ``room`` while it lasts."""
        session = self._sessions.get(room)
        call = self._calls.id_of(session) if session else None
        return self._site.about(call) if call else None

    def enter(self, room: str) -> None:
        """Somebody is in ``room``: the bot goes there unless it is there already."""
        if room not in self._entered and not self._closed:
            self._entered.add(room)
            self._tasks.create_task(self._run(room), name="session")

    def close(self) -> None:
        """Leave every room once the plugins have said their last; enter no other."""
        self._closed = True
        for session in self._sessions.values():
            session.stop()

    def _options(self, room: str) -> CallOptions:
        return CallOptions(
            title=self.bot.config.call.title,
            today=self._reception.today(),
            link=self._site.link,
            renew_link=self._site.renew,
            alone_for=ALONE_FOR,
            owner_code=self._reception.owner_code(),
            address=room,  # whatever port this server has today
        )

    def _session(self, room: str, plan: Plan) -> Session:
        name = self.bot.config.bot.name
        tile = self.bot.tile(self._site.about(plan.call))
        invitation = Invitation(
            f"{self._local_url}/r/{room}", name, SecretStr(self._token), tile=tile
        )

        def joins(setting: Setting) -> RoomConnector:
            return RoomConnector(invitation, setting)

        return Session(plan, joins, self.bot.metrics, self._reception.observe(room))

    async def _run(self, room: str) -> None:
        try:
            async with self.bot.calling(self._options(room)) as plan:
                await self._stay(room, plan)
        except Exception as error:
            # One call's failure is its own. Its type alone: a text may hold what people said.
            log.error("the bot left a room: %s", type(error).__name__)
        finally:
            self._entered.discard(room)

    async def _stay(self, room: str, plan: Plan) -> None:
        if self._closed:
            return
        session = self._session(room, plan)
        self._sessions[room] = session
        try:
            with self._calls.lasting(plan.call, session, self.page(room)):
                await session.run()
        finally:
            del self._sessions[room]
            self._site.ended(plan.call)


@asynccontextmanager
async def hosting(
    bot: Bot, reception: Reception, address: Address | None = None, public_url: str | None = None
) -> AsyncIterator[RoomHost]:
    """Serve rooms while the block runs. SetupError if the port is taken."""
    hosts: list[RoomHost] = []
    token = secrets.token_urlsafe(16)
    rooms = Rooms(bot.metrics, token, entered=lambda room: hosts[0].enter(room))
    calls = Calls()
    site = site_of(bot, public_url or "", calls)
    people = bot.enrollment.people if bot.enrollment else None
    async with forgetting(calls, people), kiosk_of(bot, site.links, calls) as kiosk:
        routes = [*site.routes(), *(kiosk.routes() if kiosk else [])]
        app = create_app(rooms, routes=routes)
        async with RoomServer(app, rooms, address) as server, asyncio.TaskGroup() as tasks:
            url = (public_url or server.url).rstrip("/")
            site.served_at(url)
            shown = kiosk.address if kiosk else None
            host = RoomHost(bot, url, reception, server.url, token, site, tasks, calls, kiosk=shown)
            hosts.append(host)
            yield host
            host.close()
