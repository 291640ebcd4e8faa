"""The way onto one's own page: an invitation, or any way to check in."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from consentry.errors import Busy, ConsentError, LedgerError, SetupError
from consentry.people.claims import LinkClaim, PasskeyClaim, PinClaim
from consentry.people.enrollment import Enrollment
from consentry.people.person import Kind
from consentry.web.calls import Calls
from consentry.web.claiming import challenge, claim_of, same_origin
from consentry.web.forms import fields_of
from consentry.web.mine.visits import Visitor, Visits
from consentry.web.rendering import LANGUAGE_COOKIE, Rendering, read_language
from consentry.words.catalog import words

logger = logging.getLogger(__name__)

_SHOWN = {PinClaim: Kind.PIN, LinkClaim: Kind.LINK, PasskeyClaim: Kind.PASSKEY}

Serve = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Premises:
    """What the pages of people stand on."""

    enrollment: Enrollment
    visits: Visits
    rendering: Rendering
    root: str
    """The path under which the server is reached, where a proxy gives it one."""
    calls: Calls = field(default_factory=Calls)

    @property
    def path(self) -> str:
        return f"{self.root}/mine"

    @property
    def secure(self) -> bool:
        return self.enrollment.address.url.startswith("https:")

    def guarded(self, serve: Serve) -> Serve:
        """``serve``, and a page in plain words where the store fails."""

        async def guarded(request: Request) -> Response:
            try:
                return await serve(request)
            except ConsentError:  # of somebody who was deleted meanwhile
                return RedirectResponse(f"{self.root}/i", 303)
            except (SetupError, LedgerError) as exc:
                if not isinstance(exc, Busy):  # which is logged where it is, once
                    logger.error("a page of somebody who enrolls: %s", exc)
                language = read_language(request)
                reason = words(language).say("link.full")
                return self.rendering.page("link.html", language, 503, reason=reason)

        return guarded


class Entering:
    """``/enroll`` for an invitation, ``/i`` for one's own link; what stands after ``#`` there comes
    to the server in a form alone, and so in no log of addresses."""

    def __init__(self, premises: Premises) -> None:
        self._premises = premises

    def routes(self) -> list[BaseRoute]:
        guarded = self._premises.guarded
        return [
            Route("/enroll", guarded(self._show), methods=["GET"]),
            Route("/i", guarded(self._show), methods=["GET"]),
            Route("/enroll", guarded(self._enter), methods=["POST"]),
            Route("/i", guarded(self._enter), methods=["POST"]),
            Route("/i/challenge", self._challenge, methods=["POST"]),
        ]

    async def _show(self, request: Request) -> Response:
        return self.page(request)

    def page(self, request: Request, said: str | None = None, status: int = 200) -> Response:
        """The page that asks who it is; ``said`` is the key of what came of it."""
        language = read_language(request)
        values: Mapping[str, object] = {
            "invited": request.url.path.endswith("/enroll"),
            "allowed": self._premises.enrollment.allowed,
            "outcome": said and words(language).say(said),
        }
        response = self._premises.rendering.page("enter.html", language, status, **values)
        # Without a referrer browsers don't say of which origin a form is (Fetch, section 3.2).
        response.headers["Referrer-Policy"] = "same-origin"
        return response

    async def _enter(self, request: Request) -> Response:
        # Asked first: no other site is to use up somebody's tries.
        ours = same_origin(request, self._premises.enrollment.address.url)
        visitor = await self._whose(await fields_of(request)) if ours else None
        if visitor is None:
            return self.page(request, "enter.nothing", 403)
        outcome = "begun" if visitor.by is Kind.INVITATION else "opened"
        if await self._premises.enrollment.people.forget_wrong(visitor.person):
            outcome = "pin_on"
        response = RedirectResponse(f"{self._premises.path}?outcome={outcome}", 303)
        premises = self._premises
        premises.visits.begin(visitor, response, premises.path, secure=premises.secure)
        speak(response, premises.root, read_language(request))
        return response

    async def _whose(self, fields: Mapping[str, str]) -> Visitor | None:
        """Who shows that the page is theirs."""
        desk = self._premises.enrollment.desk
        if link := fields.get("link"):
            invited = await self._premises.enrollment.people.find_token(Kind.INVITATION, link)
            if invited is not None:
                return Visitor(invited.person.id, Kind.INVITATION)
        claim = claim_of(fields)
        claimed = await desk.claim(claim) if claim else None
        if claim is None or claimed is None:
            return None
        desk.forget(claimed.ticket)  # nobody is to be compared here
        return Visitor(claimed.person_id, _SHOWN[type(claim)])

    async def _challenge(self, request: Request) -> Response:
        return challenge(self._premises.enrollment.desk.passkeys.to_show())


def speak(response: Response, root: str, language: str) -> None:
    """These pages are in ``language`` from now on, in this browser."""
    for page in ("/mine", "/i", "/enroll"):
        response.set_cookie(LANGUAGE_COOKIE, language, path=f"{root}{page}", samesite="strict")
