"""Who is on their own page: a cookie that lasts half an hour, known to this process alone."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response

from consentry.people.person import Kind

COOKIE = "consentry_mine"
VISIT_SECONDS = 1800.0
MAX_VISITS = 10_000


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who showed who they are, or holds their invitation."""

    person: str
    by: Kind

    @property
    def may_enroll(self) -> bool:
        """Whether they may make a passkey, a link or a template. A PIN can be guessed or looked
        at, and who has it for a minute must not become its person for good."""
        return self.by is not Kind.PIN


@dataclass(frozen=True, slots=True)
class Visit:
    """The visit of somebody."""

    visitor: Visitor
    secret: str = field(repr=False)
    until: float
    """On the clock of the visits."""

    @property
    def person(self) -> str:
        return self.visitor.person

    @property
    def token(self) -> str:
        """What the page's forms carry: no other site can know it."""
        return hmac.digest(self.secret.encode(), b"form", "sha256").hex()

    def sent_by_the_page(self, token: str) -> bool:
        """Whether a form with ``token`` is of a page that was shown on this visit."""
        return hmac.compare_digest(self.token.encode(), token.encode())


class Visits:
    """Those that last. ``now`` is any clock in seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._visits: dict[bytes, Visit] = {}

    def begin(self, visitor: Visitor, response: Response, path: str, *, secure: bool) -> Visit:
        """A new visit of ``visitor``, whose browser ``response`` tells."""
        now = self._now()
        kept = {at: visit for at, visit in self._visits.items() if visit.until > now}
        while len(kept) >= MAX_VISITS:
            del kept[next(iter(kept))]
        visit = Visit(visitor, secrets.token_urlsafe(32), now + VISIT_SECONDS)
        self._visits = {**kept, _hidden(visit.secret): visit}
        response.set_cookie(
            COOKIE,
            visit.secret,
            max_age=int(VISIT_SECONDS),
            path=path,
            secure=secure,
            httponly=True,
            samesite="strict",
        )
        return visit

    def of(self, request: Request) -> Visit | None:
        """Whose visit it is; ``None``: nobody's, or it is over."""
        visit = self._visits.get(_hidden(request.cookies.get(COOKIE, "")))
        return visit if visit is not None and visit.until > self._now() else None

    def end(self, person: str) -> None:
        """All visits of ``person`` are over."""
        self._visits = {at: v for at, v in self._visits.items() if v.person != person}

    def end_others(self, visit: Visit) -> None:
        """Of the visits of its person only ``visit`` lasts: another may have come by a way that is
        over now."""
        kept = ((at, v) for at, v in self._visits.items() if v.person != visit.person or v is visit)
        self._visits = dict(kept)

    def end_one(self, visit: Visit) -> None:
        """This visit is over."""
        self._visits.pop(_hidden(visit.secret), None)


def _hidden(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
