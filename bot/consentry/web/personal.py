"""The personal page: what is asked of me, what I said, what is held, and buttons that change it."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from consentry.controls import Decide, SetLanguage
from consentry.errors import ConsentryError, LedgerError, SetupError
from consentry.session import Session
from consentry.web.claims import Holder
from consentry.web.entrance import Entrance, Visit
from consentry.web.links import LinkFault, LinkRefused
from consentry.web.own_data import FORMS, OwnData
from consentry.web.person_file import Farewell, Files, PersonFile, nothing_kept
from consentry.web.person_view import PersonView
from consentry.web.rendering import LANGUAGE_COOKIE, Rendering, read_language
from consentry.words.catalog import spoken, words

logger = logging.getLogger(__name__)

Sessions = Callable[[str], Session | None]
"""The session of the call with this id, while it lasts."""

PATIENCE = 5.0
"""Seconds that a page waits for a receipt."""

MAX_FIELDS = 8
MAX_FIELD = 64 * 1024
"""Characters: a signed receipt comes back in a form once."""

_JWS = re.compile(r"[A-Za-z0-9_-]{1,60000}\.[A-Za-z0-9_-]{1,60000}\.[A-Za-z0-9_-]{86}")

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


class PersonalPages:
    """One page for each participant of each call of this bot."""

    def __init__(self, entrance: Entrance, desks: Desks, rendering: Rendering) -> None:
        self._entrance = entrance
        self._desks = desks
        self._rendering = rendering

    def routes(self) -> list[BaseRoute]:
        def route(path: str, method: str, serve: Serve, *, left: bool = True) -> Route:
            opened = self._opened(serve, left=left)
            return Route(f"/me/{{token}}{path}", opened, methods=[method])

        return [
            Route("/me/{token}/claim", self._guarded(self._claim), methods=["POST"]),
            route("", "GET", self._show),
            route("", "POST", self._decide),
            route("/language", "POST", self._speak),
            route("/words", "GET", self._words),
            route("/receipt", "GET", self._receipt),
            # The last receipt is saved when nothing else is left.
            route("/receipt", "POST", self._save_receipt, left=False),
            route("/download", "POST", self._download),
            route("/erase", "GET", self._ask_to_erase),
            route("/erase", "POST", self._erase),
        ]

    # Who gets in.

    def _guarded(
        self, serve: Callable[[Request], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def guarded(request: Request) -> Response:
            language = read_language(request)
            try:
                return await serve(request)
            except LinkRefused as refused:
                return self._refuse(language, refused.fault)
            except (SetupError, LedgerError) as exc:
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

    def _opened(self, serve: Serve, *, left: bool) -> Callable[[Request], Awaitable[Response]]:
        """``serve`` for whoever holds the link; to others the page says why it stays shut.
        ``left``: only while something of theirs is."""

        async def opened(request: Request) -> Response:
            visit = await self._entrance.visit(request)
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
            return self._page(guest, "claim.html", {})

        return self._guarded(opened)

    def _elsewhere(self, request: Request, guest: Guest) -> Response:
        if self._entrance.may_have_a_cookie(request):
            return self._page(guest, "again.html", {})
        return self._page(guest, "taken.html", {}, 403)

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

    async def _claim(self, request: Request) -> Response:
        visit = await self._entrance.visit(request)
        guest = self._guest(request, visit)
        await self._check_that_it_is_there(guest)
        fields = await _fields(request)
        language = spoken(fields.get("language")) or guest.language
        response = RedirectResponse(f"{visit.path}?outcome=claimed", 303)
        if not await self._entrance.claim(visit, response):
            return RedirectResponse(visit.path, 303)
        if guest.session is not None and guest.session.languages.known(guest.person) is None:
            guest.session.languages.hint(guest.person, language)
        return response

    # What they see.

    async def _show(self, request: Request, guest: Guest) -> Response:
        view = PersonView(guest.visit.link, guest.session, guest.file, words(guest.language))
        outcome = view.outcome(request.query_params)
        return self._page(guest, "personal.html", await view.values() | {"outcome": outcome})

    async def _words(self, request: Request, guest: Guest) -> Response:
        view = PersonView(guest.visit.link, guest.session, guest.file, words(guest.language))
        return self._page(guest, "words.html", {"lines": view.lines(await self._own(guest))})

    async def _receipt(self, request: Request, guest: Guest) -> Response:
        receipt = await guest.file.receipt() if guest.file else None
        if receipt is None:
            return _back(guest, "gone")
        view = PersonView(guest.visit.link, guest.session, guest.file, words(guest.language))
        return self._page(guest, "receipt.html", view.receipt(receipt.record))

    async def _ask_to_erase(self, request: Request, guest: Guest) -> Response:
        count = len(await guest.file.held()) if guest.file else 0
        live = guest.session is not None
        return self._page(guest, "erase.html", {"count": count, "live": live})

    def _page(
        self, guest: Guest, template: str, values: Mapping[str, object], status: int = 200
    ) -> Response:
        mine = {"token": guest.visit.token} if guest.visit.holder is Holder.ME else {}
        filled = {**values, **mine, "path": guest.visit.path}
        return self._rendering.page(template, guest.language, status, **filled)

    # What they do.

    async def _decide(self, request: Request, guest: Guest) -> Response:
        fields = await self._form(request, guest)
        if fields is None or guest.session is None:
            return _back(guest, "expired_form")
        try:
            act = Decide.model_validate({"type": "decide", **fields})
        except ValueError:
            return _back(guest, "bad")
        replies = await guest.session.hear(guest.person, act)
        taken = any(reply.code == "ok" for reply in replies)
        # After a POST a GET, so that going back or reloading does not answer twice.
        return _back(guest, act.answer if taken else "stale", act.purpose)

    async def _speak(self, request: Request, guest: Guest) -> Response:
        fields = await self._form(request, guest)
        language = spoken((fields or {}).get("language"))
        if language is None:
            return _back(guest, "expired_form")
        if guest.session is not None:
            act = SetLanguage(type="language", language=language)
            await guest.session.hear(guest.person, act)
        response = _back(guest, "language")
        self._entrance.set_cookie(response, guest.visit, LANGUAGE_COOKIE, language)
        return response

    async def _download(self, request: Request, guest: Guest) -> Response:
        fields = await self._form(request, guest)
        form = (fields or {}).get("form", "")
        if guest.file is None or form not in FORMS:
            return _back(guest, "expired_form")
        own = await self._own(guest)
        if not own.held and own.receipt is None:
            return _back(guest, "gone")
        await guest.file.exported(form)
        return _file(own.form(form), f"my-data.{form}", FORMS[form])

    async def _save_receipt(self, request: Request, guest: Guest) -> Response:
        fields = await self._form(request, guest)
        jws = (fields or {}).get("jws")
        if fields is not None and jws is None and guest.file is not None:
            receipt = await guest.file.receipt()
            jws = receipt.jws if receipt else None
        if jws is None or not _JWS.fullmatch(jws):
            return _back(guest, "expired_form")
        return _file(jws.encode(), "receipt.jws", "application/jose")

    async def _erase(self, request: Request, guest: Guest) -> Response:
        if await self._form(request, guest) is None:
            return _back(guest, "expired_form")
        try:
            farewell = await self._farewell(guest)
        except ConsentryError as exc:
            logger.error("what is stored of somebody could not be erased: %s", exc)
            return _back(guest, "partly")
        values = {
            "outcome": words(guest.language).say("outcome.erased"),
            "jws": farewell.jws,
            "remains": farewell.remains,
            "live": guest.session is not None,
        }
        return self._page(guest, "erased.html", values)

    async def _farewell(self, guest: Guest) -> Farewell:
        if guest.session is None:
            assert guest.file is not None
            return await guest.file.erase()
        report, jws = await guest.session.erase(guest.person), None
        if (receipts := guest.session.receipts) is not None:
            with suppress(TimeoutError):  # then it comes into the call once the disk takes it
                async with asyncio.timeout(PATIENCE):
                    jws = (await receipts.last(guest.person)).jws
        return Farewell(jws, report.remains)

    async def _own(self, guest: Guest) -> OwnData:
        link = guest.visit.link
        if guest.file is None:
            return OwnData(link.call, link.person, (), None)
        held, receipt = await guest.file.held(), await guest.file.receipt()
        return OwnData(link.call, link.person, held, receipt)

    async def _form(self, request: Request, guest: Guest) -> Mapping[str, str] | None:
        """The fields of a form that this page showed this browser; ``None`` for any other."""
        fields = dict(await _fields(request))
        return fields if guest.visit.sent_by_the_page(fields.pop("token", "")) else None


async def _fields(request: Request) -> Mapping[str, str]:
    try:
        async with request.form(max_files=0, max_fields=MAX_FIELDS) as form:
            return {key: str(value)[:MAX_FIELD] for key, value in form.items()}
    except HTTPException:
        return {}


def _back(guest: Guest, outcome: str, purpose: str = "") -> Response:
    query = urlencode({"outcome": outcome} | ({"purpose": purpose} if purpose else {}))
    return RedirectResponse(f"{guest.visit.path}?{query}", 303)


def _file(content: bytes, name: str, media_type: str) -> Response:
    disposition = f'attachment; filename="{name}"'
    headers = {"Content-Disposition": disposition, "Cache-Control": "no-store"}
    return Response(content, media_type=media_type, headers=headers)
