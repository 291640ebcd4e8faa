"""The door of a personal page: who is let in, and what everybody else is told."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from consentry.call.plan import CHECK_IN
from consentry.call.session import Session
from consentry.errors import Busy, LedgerError, SetupError
from consentry.web.claims import Holder
from consentry.web.entrance import Entrance, Visit
from consentry.web.forms import fields_of
from consentry.web.links import LinkFault, LinkRefused
from consentry.web.person_file import Files, PersonFile, nothing_kept
from consentry.web.rendering import Rendering, read_language
from consentry.words.catalog import spoken, words

logger = logging.getLogger(__name__)

Sessions = Callable[[str], Session | None]
"""The session of the call with this id, while it lasts."""

_STATUS = {LinkFault.ALTERED: 404, LinkFault.FUTURE: 404}
"""Others are gone: 410."""


@dataclass(frozen=True, slots=True)
class Desks:
    """Where a page finds its person: in a call that lasts, and in the store."""

    sessions: Sessions
    files: Files = nothing_kept


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody on their own page."""

    visit: Visit
    language: str
    session: Session | None
    """While the call lasts."""
    file: PersonFile | None

    @property
    def person(self) -> str:
        return self.visit.link.person


Serve = Callable[[Request, Guest], Awaitable[Response]]


class Door:
    """Lets in whoever holds the link."""

    def __init__(self, entrance: Entrance, desks: Desks, rendering: Rendering) -> None:
        self.entrance = entrance
        self._desks = desks
        self._rendering = rendering

    def guarded(
        self, serve: Callable[[Request], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        """``serve``, and a page in plain words for a link that opens nothing or a store that
        fails."""

        async def guarded(request: Request) -> Response:
            language = read_language(request)
            try:
                return await serve(request)
            except LinkRefused as refused:
                return self._refuse(language, refused.fault)
            except (SetupError, LedgerError) as exc:
                if not isinstance(exc, Busy):  # which is logged where it is, once
                    logger.error("a personal page: %s", exc)
                reason = words(language).say("link.full")
                return self._rendering.page("link.html", language, 503, reason=reason)

        return guarded

    def _refuse(self, language: str, fault: LinkFault) -> Response:
        reason = words(language).say(f"link.{fault.value}")
        status = _STATUS.get(fault, 410)
        renewable = fault is not LinkFault.OVER
        return self._rendering.page(
            "link.html", language, status, reason=reason, renewable=renewable
        )

    def opened(self, serve: Serve, *, left: bool) -> Callable[[Request], Awaitable[Response]]:
        """``serve`` for whoever holds the link; to others the page says why it stays shut.
        ``left``: only while something of theirs is."""

        async def serving(request: Request) -> Response:
            visit = await self.entrance.visit(request)
            guest = self._guest(request, visit)
            if visit.holder is Holder.ME:
                if left:
                    await self._check_that_it_is_there(guest)
                return await serve(request, guest)
            if request.method == "POST":
                return RedirectResponse(visit.path, 303)
            if visit.holder is Holder.SOMEBODY:
                return self._elsewhere(request, guest)
            await self._check_that_it_is_there(guest)
            then = CHECK_IN if request.url.path.endswith(CHECK_IN) else ""
            return self.page(guest, "claim.html", {"then": then})

        return self.guarded(serving)

    def _elsewhere(self, request: Request, guest: Guest) -> Response:
        if self.entrance.may_have_a_cookie(request):
            return self.page(guest, "again.html", {})
        return self.page(guest, "taken.html", {}, 403)

    def _guest(self, request: Request, visit: Visit) -> Guest:
        link = visit.link
        session = self._desks.sessions(link.call)
        if session is not None and session.participant(link.person) is None:
            session = None
        mine = visit.holder is Holder.ME
        languages = session.languages if session else None
        chosen = languages.chosen(link.person) if languages and mine else None
        spoken_to = languages.of(link.person) if languages and mine else None
        language = read_language(request, chosen, spoken_to)
        return Guest(visit, language, session, self._desks.files(link.call, link.person))

    async def _check_that_it_is_there(self, guest: Guest) -> None:
        if guest.session is not None:
            return
        if guest.file is None or not (await guest.file.receipt() or await guest.file.held()):
            raise LinkRefused(LinkFault.OVER)

    async def claim(self, request: Request) -> Response:
        """The link becomes the browser's that asks for it first, which goes on to the page that it
        asked for."""
        visit = await self.entrance.visit(request)
        guest = self._guest(request, visit)
        await self._check_that_it_is_there(guest)
        fields = await fields_of(request)
        language = spoken(fields.get("language")) or guest.language
        then = CHECK_IN if fields.get("then") == CHECK_IN else ""
        response = RedirectResponse(f"{visit.path}{then}?outcome=claimed", 303)
        if not await self.entrance.claim(visit, response):
            return RedirectResponse(visit.path, 303)
        if guest.session is not None and guest.session.languages.known(guest.person) is None:
            guest.session.languages.hint(guest.person, language)
        return response

    def page(
        self, guest: Guest, template: str, values: Mapping[str, object], status: int = 200
    ) -> Response:
        """A page about ``guest``, in their language; its forms can be told from others'."""
        mine = {"token": guest.visit.token} if guest.visit.holder is Holder.ME else {}
        filled = {**values, **mine, "path": guest.visit.path}
        return self._rendering.page(template, guest.language, status, **filled)
