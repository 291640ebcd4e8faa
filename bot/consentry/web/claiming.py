"""Claims as they come in forms and in JSON, and the challenges they answer."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from consentry.people.claims import Claim, LinkClaim, PasskeyClaim, PinClaim
from consentry.people.passkeys import Asked


def claim_of(fields: Mapping[str, str]) -> Claim | None:
    """What a form claims; ``None``: it claims nothing."""
    match fields:
        case {"assertion": assertion, "challenge": challenge} if assertion:
            return PasskeyClaim(assertion, challenge)
        case {"link": link} if link:
            return LinkClaim(link)
        case {"number": number, "pin": pin}:
            return PinClaim(number, pin)
    return None


def challenge(asked: Asked) -> Response:
    """What the page's script passes to the browser."""
    return said_json({"challenge": asked.challenge, "options": asked.options})


def said_json(content: Mapping[str, object], status: int = 200) -> Response:
    """An answer to a page's script."""
    return JSONResponse(dict(content), status, {"Cache-Control": "no-store"})


def same_origin(request: Request, own: str) -> bool:
    """Whether a page of ours sent it, as far as the browser says: by Fetch Metadata or, on plain
    http, where browsers send none, by its origin (RFC 6454). ``own`` is our address."""
    if (site := request.headers.get("sec-fetch-site")) is not None:
        return site == "same-origin"
    if (origin := request.headers.get("origin")) is None:
        return True
    here = request.headers.get("host"), own.partition("://")[2]
    return origin.partition("://")[2] in here
