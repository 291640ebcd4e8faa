"""Who may open a personal page: the link, the browser it belongs to, and forms that are its own."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response

from consentry.web.claims import Claims, Holder
from consentry.web.links import Link, LinkFault, LinkRefused, Links

COOKIE = "consentry_page"

_SEEN_HERE = frozenset({"same-origin", "same-site", "none"})
"""Where a navigation came from such that the browser sends its cookies (Fetch Metadata)."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A request for the page of ``link``."""

    link: Link
    path: str
    holder: Holder
    secret: str | None = field(default=None, repr=False)
    """The browser's own, where it holds the link."""

    @property
    def token(self) -> str:
        """What the page's forms carry: nobody without the browser's secret can make it."""
        assert self.secret is not None
        return hmac.digest(self.secret.encode(), self.link.id.encode(), hashlib.sha256).hex()

    def sent_by_the_page(self, token: str) -> bool:
        """Whether a form with ``token`` is one that this browser was shown."""
        return hmac.compare_digest(self.token.encode(), token.encode())


class Entrance:
    """Reads links and cookies. ``now`` gives Unix time."""

    def __init__(self, links: Links, claims: Claims, now: Callable[[], float]) -> None:
        self._links = links
        self._claims = claims
        self._now = now

    async def visit(self, request: Request) -> Visit:
        """Whoever asks; LinkRefused for a link that opens nothing, SetupError where the store
        can't be read."""
        link = self._links.read(request.path_params["token"])
        secret = request.cookies.get(COOKIE)
        holder = await self._claims.holder(link, secret)
        if holder is Holder.ENDED:
            raise LinkRefused(LinkFault.REPLACED)
        mine = secret if holder is Holder.ME else None
        return Visit(link, self._links.path(link), holder, mine)

    async def claim(self, visit: Visit, response: Response) -> bool:
        """Make the link this browser's, and let ``response`` tell it so; False where it is another
        one's."""
        secret = secrets.token_urlsafe(32)
        if not await self._claims.claim(visit.link, secret):
            return False
        self.set_cookie(response, visit, COOKIE, secret)
        return True

    def set_cookie(self, response: Response, visit: Visit, name: str, value: str) -> None:
        """A cookie for this one page, as long as its link lasts; no other site can make the
        browser send it, and no script can read it."""
        response.set_cookie(
            name,
            value,
            max_age=max(0, visit.link.expires - int(self._now())),
            path=visit.path,
            secure=self._links.secure,
            httponly=True,
            samesite="strict",
        )

    def may_have_a_cookie(self, request: Request) -> bool:
        """Whether the browser may have held back a cookie: it came by a link on another site.
        Following a link of our own (``?again``), it sends it."""
        came_from = request.headers.get("sec-fetch-site")
        return "again" not in request.query_params and came_from not in _SEEN_HERE
