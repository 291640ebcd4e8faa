"""The public page of a call, behind the QR code: who the bot is, what runs, and how to say no."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from consentry.call.session import Session
from consentry.web.rendering import Rendering, read_language
from consentry.words.catalog import words


def about_url(base_url: str, call: str) -> str:
    """The address of a call's public page."""
    return f"{base_url.rstrip('/')}/about/{call}"


class AboutPages:
    """One page for each call this process is in; the same for everybody, and about nobody.

    Whoever sees the bot's picture can open it, and nobody can act on it: that takes one's own
    link or the chat.
    """

    def __init__(
        self, sessions: Callable[[str], Session | None], rendering: Rendering | None = None
    ) -> None:
        self._sessions = sessions
        self._rendering = rendering or Rendering()

    def routes(self) -> list[BaseRoute]:
        return [Route("/about/{call}", self._show, methods=["GET"])]

    async def _show(self, request: Request) -> Response:
        session = self._sessions(request.path_params["call"])
        language = read_language(request, otherwise=session.languages.call if session else None)
        if session is None:
            reason = words(language).say("link.over")
            return self._rendering.page("link.html", language, 404, reason=reason)
        notice = session.notice(language)
        running = {purpose.name for purpose in notice.purposes}
        return self._rendering.page("about.html", language, notice=notice, running=running)
