"""The kiosk over HTTP: its page, the page on a visitor's own phone, and the claims of both."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

import segno
from pydantic import BaseModel, ValidationError
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from consentry.config.people import Chosen
from consentry.errors import Busy, SetupError
from consentry.people.passkeys import Asked
from consentry.web.claiming import challenge, said_json
from consentry.web.forms import fields_of
from consentry.web.kiosk.frames import MAX_CLAIM, ClaimBody, VisitBody, meeting_frame
from consentry.web.kiosk.key import KioskKey
from consentry.web.kiosk.screen import TRY_AGAIN_LATER, Place, Screen
from consentry.web.kiosk.visit import Outcome, Visit
from consentry.web.rendering import Rendering, read_language

logger = logging.getLogger(__name__)

MAX_SCREENS = 16
POLICY_VIOLATION = 1008

B = TypeVar("B", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Entry:
    """How people and devices get in."""

    key: KioskKey
    url: Callable[[], str]
    """Where people reach this server."""
    ask_passkey: Callable[[], Asked]


class KioskPages:
    """Serves screens that hold the kiosk's key, and phones that hold a visit's token."""

    def __init__(self, place: Place, entry: Entry, rendering: Rendering) -> None:
        self._place = place
        self._entry = entry
        self._rendering = rendering
        self._screens = 0

    @property
    def address(self) -> str:
        """Opens the kiosk on a new device. What follows ``#`` is sent to no server, so that it
        stands in no log."""
        return f"{self._entry.url().rstrip('/')}/kiosk#{self._entry.key.text}"

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/kiosk", self._show, methods=["GET"]),
            Route("/kiosk/key", self._become, methods=["POST"]),
            WebSocketRoute("/kiosk/ws", self._serve),
            Route("/kiosk/here", self._phone, methods=["GET"]),
            Route("/kiosk/visit", self._visited, methods=["POST"]),
            Route("/kiosk/passkey", self._passkey, methods=["POST"]),
            Route("/kiosk/claim", self._claim, methods=["POST"]),
        ]

    # The screen.

    async def _show(self, request: Request) -> Response:
        language = read_language(request)
        if not self._entry.key.holds(request):
            return self._rendering.page("kiosk_key.html", language, wrong=False)
        response = self._rendering.page(
            "kiosk.html",
            language,
            room=self._place.room,
            days=self._place.reach.days,
            zone=self._place.calendar.zone,
            ways=self._ways(),
        )
        self._entry.key.give(response)
        return response

    def _ways(self) -> frozenset[Chosen]:
        """What the pages offer."""
        faces = {Chosen.FACE} if self._place.doors.faces is None else set()
        return self._place.ways - faces

    async def _become(self, request: Request) -> Response:
        fields = await fields_of(request)
        if not self._entry.key.is_typed(fields.get("key", "")):
            return self._rendering.page("kiosk_key.html", read_language(request), 403, wrong=True)
        response = RedirectResponse(f"{self._rendering.root}/kiosk", 303)
        self._entry.key.give(response)
        return response

    async def _serve(self, websocket: WebSocket) -> None:
        if not self._entry.key.holds(websocket) or not self._is_own_page(websocket):
            await websocket.close(POLICY_VIOLATION)
            return
        if self._screens >= MAX_SCREENS:
            await websocket.close(TRY_AGAIN_LATER)
            return
        self._screens += 1
        try:
            await Screen(websocket, self._place, self._code).serve()
        finally:
            self._screens -= 1

    def _is_own_page(self, connection: HTTPConnection) -> bool:
        """Whether a page of this server asks: a cookie alone is also sent for a neighbor's."""
        origin = urlsplit(connection.headers.get("origin", "")).netloc
        own = urlsplit(self._entry.url()).netloc
        return origin in (connection.headers.get("host"), own)

    def _code(self, visit: str) -> str:
        """The QR code that brings a phone to ``visit``, as an image's address."""
        address = f"{self._entry.url().rstrip('/')}/kiosk/here#{visit}"
        code = segno.make_qr(address, error="m")
        return code.svg_data_uri(border=3, light="#fff", scale=8)

    # Whoever stands before it, there or on their own phone.

    async def _phone(self, request: Request) -> Response:
        return self._rendering.page(
            "kiosk_phone.html",
            read_language(request),
            ways=self._ways(),
            days=self._place.reach.days,
        )

    async def _visited(self, request: Request) -> Response:
        visit = self._lasting(await _body(request, VisitBody))
        if visit is None:
            return _over()
        visit.elsewhere()
        told = {"room": self._place.room, "meeting": meeting_frame(visit.purpose.meeting)}
        told["audience"] = visit.purpose.audience.frame()
        return said_json({**told, "zone": self._place.calendar.zone, "face": visit.by_face})

    async def _passkey(self, request: Request) -> Response:
        if self._lasting(await _body(request, VisitBody)) is None:
            return _over()
        return challenge(self._entry.ask_passkey())

    async def _claim(self, request: Request) -> Response:
        body = await _body(request, ClaimBody)
        visit = self._lasting(body)
        if body is None or visit is None or not visit.may_claim():
            return _over()
        try:
            claimed = await self._place.doors.desk.claim(body.read())
        except Busy:  # which is logged where it is, once
            visit.was_not_heard()
            return said_json({"outcome": "trouble"}, 503)
        except SetupError as exc:
            logger.error("a claim at the kiosk: %s", exc)
            return said_json({"outcome": "trouble"}, 503)
        if claimed is None:
            return said_json({"outcome": Outcome.NO})
        return said_json({"outcome": await visit.accept(claimed)})

    def _lasting(self, body: VisitBody | ClaimBody | None) -> Visit | None:
        visit = self._place.visits.get(body.visit) if body else None
        return None if visit is None or visit.over else visit


async def _body(request: Request, model: type[B]) -> B | None:
    """``None`` where there is no such thing in it."""
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > MAX_CLAIM:
            return None
    try:
        return model.model_validate_json(bytes(content))
    except ValidationError:
        return None


def _over() -> Response:
    return said_json({"outcome": Outcome.OVER}, 410)
