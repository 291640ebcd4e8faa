"""A server of calendars on this machine."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from consentry.web.server import WebServer

Answer = Callable[[Request], Awaitable[Response]]


def serving(answer: Answer) -> WebServer:
    """Answers every path with what ``answer`` gives."""
    return WebServer(Starlette(routes=[Route("/{path:path}", answer)]))


def saying(response: Response) -> Answer:
    async def answer(request: Request) -> Response:
        return response

    return answer
