"""The personal page: what is asked of me, what I said, what is held, and buttons that change it."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Mapping
from contextlib import suppress

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from consentry.controls import Decide, SetLanguage
from consentry.errors import ConsentryError
from consentry.web.door import Door, Guest, Serve
from consentry.web.forms import back_to, fields_of, file_of
from consentry.web.own_data import FORMS, OwnData
from consentry.web.person_file import Farewell
from consentry.web.person_view import PersonView
from consentry.web.rendering import LANGUAGE_COOKIE
from consentry.words.catalog import spoken, words

logger = logging.getLogger(__name__)

PATIENCE = 5.0
"""Seconds that a page waits for a receipt."""

_JWS = re.compile(r"[A-Za-z0-9_-]{1,60000}\.[A-Za-z0-9_-]{1,60000}\.[A-Za-z0-9_-]{86}")


class PersonalPages:
    """One page for each participant of each call of this bot."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def routes(self) -> list[BaseRoute]:
        def route(path: str, method: str, serve: Serve, *, left: bool = True) -> Route:
            opened = self._door.opened(serve, left=left)
            return Route(f"/me/{{token}}{path}", opened, methods=[method])

        return [
            Route("/me/{token}/claim", self._door.guarded(self._door.claim), methods=["POST"]),
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

    # What they see.

    async def _show(self, request: Request, guest: Guest) -> Response:
        values = await _view(guest).values(request.query_params)
        return self._door.page(guest, "personal.html", values)

    async def _words(self, request: Request, guest: Guest) -> Response:
        lines = _view(guest).lines(await self._own(guest))
        return self._door.page(guest, "words.html", {"lines": lines})

    async def _receipt(self, request: Request, guest: Guest) -> Response:
        receipt = await guest.file.receipt() if guest.file else None
        if receipt is None:
            return back_to(guest.visit.path, "gone")
        return self._door.page(guest, "receipt.html", _view(guest).receipt(receipt.record))

    async def _ask_to_erase(self, request: Request, guest: Guest) -> Response:
        count = len(await guest.file.held()) if guest.file else 0
        live = guest.session is not None
        return self._door.page(guest, "erase.html", {"count": count, "live": live})

    # What they do.

    async def _decide(self, request: Request, guest: Guest) -> Response:
        fields = await self._form(request, guest)
        if fields is None or guest.session is None:
            return back_to(guest.visit.path, "expired_form")
        try:
            act = Decide.model_validate({"type": "decide", **fields})
        except ValueError:
            return back_to(guest.visit.path, "bad")
        replies = await guest.session.hear(guest.person, act)
        taken = any(reply.code == "ok" for reply in replies)
        return back_to(guest.visit.path, act.answer if taken else "stale", act.purpose)

    async def _speak(self, request: Request, guest: Guest) -> Response:
        fields = await self._form(request, guest)
        language = spoken((fields or {}).get("language"))
        if language is None:
            return back_to(guest.visit.path, "expired_form")
        if guest.session is not None:
            act = SetLanguage(type="language", language=language)
            await guest.session.hear(guest.person, act)
        response = back_to(guest.visit.path, "language")
        self._door.entrance.set_cookie(response, guest.visit, LANGUAGE_COOKIE, language)
        return response

    async def _download(self, request: Request, guest: Guest) -> Response:
        fields = await self._form(request, guest)
        form = (fields or {}).get("form", "")
        if guest.file is None or form not in FORMS:
            return back_to(guest.visit.path, "expired_form")
        own = await self._own(guest)
        if not own.held and own.receipt is None:
            return back_to(guest.visit.path, "gone")
        await guest.file.exported(form)
        return file_of(own.form(form), f"my-data.{form}", FORMS[form])

    async def _save_receipt(self, request: Request, guest: Guest) -> Response:
        fields = await self._form(request, guest)
        jws = (fields or {}).get("jws")
        if fields is not None and jws is None and guest.file is not None:
            receipt = await guest.file.receipt()
            jws = receipt.jws if receipt else None
        if jws is None or not _JWS.fullmatch(jws):
            return back_to(guest.visit.path, "expired_form")
        return file_of(jws.encode(), "receipt.jws", "application/jose")

    async def _erase(self, request: Request, guest: Guest) -> Response:
        if await self._form(request, guest) is None:
            return back_to(guest.visit.path, "expired_form")
        try:
            farewell = await self._farewell(guest)
        except ConsentryError as exc:
            logger.error("what is stored of somebody could not be erased: %s", exc)
            return back_to(guest.visit.path, "partly")
        values = {
            "outcome": words(guest.language).say("outcome.erased"),
            "jws": farewell.jws,
            "remains": farewell.remains,
            "live": guest.session is not None,
        }
        return self._door.page(guest, "erased.html", values)

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
        fields = dict(await fields_of(request))
        return fields if guest.visit.sent_by_the_page(fields.pop("token", "")) else None


def _view(guest: Guest) -> PersonView:
    return PersonView(guest.visit.link, guest.session, guest.file, words(guest.language))
