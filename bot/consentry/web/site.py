"""The pages about a bot's calls: each participant's own, and the public one of each call."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from starlette.routing import BaseRoute

from consentry.people.enrollment import Enrollment
from consentry.receipts.call import CallReceipts, Link
from consentry.store.archive import Archive
from consentry.store.cipher import KEY_BYTES
from consentry.store.opening import Store
from consentry.web.about import AboutPages, about_url
from consentry.web.arriving import ArrivalPages
from consentry.web.calls import Calls
from consentry.web.claims import Claims, MemoryClaims, StoredClaims
from consentry.web.door import Desks, Door
from consentry.web.entrance import Entrance
from consentry.web.links import Links
from consentry.web.mine.enrolling import EnrollingPages
from consentry.web.mine.entering import Premises
from consentry.web.mine.visits import Visits
from consentry.web.person_file import Files, nothing_kept
from consentry.web.personal import PersonalPages
from consentry.web.rendering import Rendering
from consentry.web.stored_file import StoredFiles


class Backing(Protocol):
    """What the pages are about: a bot, or what it left."""

    @property
    def store(self) -> Store | None:
        """None where nothing is kept."""
        ...

    @property
    def keeps(self) -> timedelta:
        """The longest that anything is kept."""
        ...

    @property
    def enrollment(self) -> Enrollment | None:
        """Who may check in; None where nobody may."""
        ...

    def receipts(self, archive: Archive, link: Link) -> CallReceipts | None:
        """Of a call that is over; None where no ledger is kept."""
        ...


@dataclass(frozen=True, slots=True)
class Site:
    """Links to the pages, and the pages. ``sessions`` gives the session of a call that lasts."""

    links: Links
    claims: Claims
    pages: PersonalPages
    about_pages: AboutPages
    enrolling: EnrollingPages | None = None
    """None where nobody may check in."""

    def served_at(self, url: str) -> None:
        """This is where people reach the pages."""
        self.links.base_url = url
        if self.enrolling is not None:
            self.enrolling.served_at(url)

    def link(self, call: str, person: str) -> str:
        """The address of ``person``'s page: the same until they ask for another."""
        return self.links.current(call, person)

    async def renew(self, call: str, person: str) -> str:
        """Another address; the one before it ends. SetupError where that can't be written."""
        if (before := self.links.given(call, person)) is not None:
            await self.claims.end(before)
        return self.links.address(self.links.renew(call, person))

    def about(self, call: str) -> str:
        """The public page of a call."""
        return about_url(self.links.base_url, call)

    def ended(self, call: str) -> None:
        """Nobody in ``call`` asks for a link any more."""
        self.links.forget(call)

    def routes(self) -> list[BaseRoute]:
        own = self.enrolling.routes() if self.enrolling is not None else []
        return [*self.pages.routes(), *self.about_pages.routes(), *own]


def site_of(
    backing: Backing,
    url: str,
    calls: Calls,
    now: Callable[[], float] = time.time,
) -> Site:
    """The pages of ``backing``, which people reach at ``url``, and of its ``calls``. With a store,
    links outlive the process, and lead to what is kept after the call."""
    store, sessions = backing.store, calls.of
    secret = store.ring.secret("personal links") if store else secrets.token_bytes(KEY_BYTES)
    links = Links(secret, url, now, backing.keeps.total_seconds())
    claims = StoredClaims(store.database, now) if store else MemoryClaims()
    rendering = Rendering(links.root)
    files: Files = StoredFiles(store, sessions, backing.receipts) if store else nothing_kept
    entrance = Entrance(links, claims, now)
    door = Door(entrance, Desks(sessions, files), rendering)
    pages = PersonalPages(door)
    about = AboutPages(sessions, rendering)
    enrolling = None
    if (enrollment := backing.enrollment) is not None:
        visits = Visits(now)
        premises = Premises(enrollment, visits, rendering, links.root, calls)
        enrolling = EnrollingPages(premises, ArrivalPages(door, enrollment))
        enrolling.served_at(url)
    return Site(links, claims, pages, about, enrolling)
