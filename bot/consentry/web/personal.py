"""The personal page: what is asked of me, what I said, and buttons that change it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from consentry.controls import Decide
from consentry.errors import ConsentError
from consentry.session import Session
from consentry.web.links import Links

Sessions = Callable[[str], Session | None]
"""The session of the call with this id, while it lasts."""


class PersonalPages:
    """One page for each participant of each call this process is in."""

    def __init__(self, links: Links, sessions: Sessions) -> None:
        self._links = links
        self._sessions = sessions
        folder = FileSystemLoader(Path(__file__).with_name("templates"))
        self._templates = Environment(loader=folder, autoescape=True)

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/me/{token}", self._show, methods=["GET"]),
            Route("/me/{token}", self._decide, methods=["POST"]),
        ]

    async def _show(self, request: Request) -> Response:
        try:
            session, person = self._open(request)
        except ConsentError as exc:
            return self._page("link.html", 404, reason=str(exc))
        participant = session.participant(person)
        notice, status = session.notice_and_status(person)
        return self._page(
            "personal.html",
            name=participant.name if participant else "",
            notice=notice,
            nonces={terms.name: terms.nonce for terms in notice.purposes},
            states=status.purposes,
        )

    async def _decide(self, request: Request) -> Response:
        try:
            session, person = self._open(request)
            async with request.form(max_files=0, max_fields=4) as form:
                fields = {key: str(value)[:200] for key, value in form.items()}
            act = Decide.model_validate({"type": "decide", **fields})
        except ConsentError as exc:
            return self._page("link.html", 404, reason=str(exc))
        except ValueError:
            return self._page("link.html", 400, reason="That was no answer; open the link again.")
        await session.hear(person, act)
        # After a POST a GET, so that going back or reloading does not answer twice.
        return RedirectResponse(request.url.path, 303)

    def _open(self, request: Request) -> tuple[Session, str]:
        call, person = self._links.read(request.path_params["token"])
        session = self._sessions(call)
        if session is None or session.participant(person) is None:
            raise ConsentError("That call is over, and nothing of it is kept here.")
        return session, person

    def _page(self, template: str, status: int = 200, **values: object) -> HTMLResponse:
        html = self._templates.get_template(template).render(**values)
        return HTMLResponse(html, status)
