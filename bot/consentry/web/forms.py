"""What a personal page is sent, and what it answers besides pages."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

MAX_FIELDS = 8
MAX_FIELD = 64 * 1024
"""Characters: a signed receipt comes back in a form once."""


async def fields_of(request: Request) -> Mapping[str, str]:
    """The fields of a form; none where it is too large, or no form."""
    try:
        async with request.form(max_files=0, max_fields=MAX_FIELDS) as form:
            return {key: str(value)[:MAX_FIELD] for key, value in form.items()}
    except HTTPException:
        return {}


def back_to(path: str, outcome: str, purpose: str = "") -> Response:
    """To the page, which says what came of an act. After a POST a GET, so that going back or
    reloading does not act twice."""
    query = urlencode({"outcome": outcome} | ({"purpose": purpose} if purpose else {}))
    return RedirectResponse(f"{path}?{query}", 303)


def file_of(content: bytes, name: str, media_type: str) -> Response:
    """A file to be saved."""
    disposition = f'attachment; filename="{name}"'
    headers = {"Content-Disposition": disposition, "Cache-Control": "no-store"}
    return Response(content, media_type=media_type, headers=headers)
