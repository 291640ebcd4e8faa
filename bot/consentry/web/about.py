"""The public page of a call, behind the QR code: who the bot is, what runs, and how to say no."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from consentry.session import Session


def about_url(base_url: str, call: str) -> str:
    """The address of a call's public page."""
    return f"{base_url.rstrip('/')}/about/{call}"


class AboutPages:
    """One page for each call this process is in; the same for everybody, and about nobody.

    Whoever sees the bot's picture can open it, and nobody can act on it: that takes one's own
    link or the chat.
    """

    def __init__(self, sessions: Callable[[str], Session | None]) -> None:
        self._sessions = sessions
        folder = FileSystemLoader(Path(__file__).with_name("templates"))
        self._templates = Environment(loader=folder, autoescape=True)

    def routes(self) -> list[BaseRoute]:
        return [Route("/about/{call}", self._show, methods=["GET"])]

    async def _show(self, request: Request) -> Response:
        session = self._sessions(request.path_params["call"])
        if session is None:
            reason = "That call is over, and nothing of it is kept here."
            return self._page("link.html", 404, reason=reason)
        notice = session.notice()
        running = {purpose.name for purpose in notice.purposes}
        return self._page("about.html", notice=notice, running=running)

    def _page(self, template: str, status: int = 200, **values: object) -> HTMLResponse:
        html = self._templates.get_template(template).render(**values)
        return HTMLResponse(html, status)
