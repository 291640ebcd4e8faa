"""The web server of the room: its page, its WebSocket, and the counters."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from consentry.connectors.room.frames import MAX_FRAME_BYTES, ROOM_NAME
from consentry.errors import SetupError
from consentry.web.headers import SecurityHeaders
from consentry.web.room_socket import Rooms

STATIC = Path(__file__).with_name("static")


def create_app(
    rooms: Rooms,
    *,
    routes: Sequence[BaseRoute] = (),
    frame_ancestors: Sequence[str] = (),
) -> Starlette:
    """The application: ``/``, ``/r/<room>``, its ``/ws``, ``/static``, ``/healthz``.

    ``routes`` are more of them, looked at first; ``frame_ancestors`` are origins
    that may embed the pages.
    """

    async def page(request: Request) -> Response:
        room = request.path_params.get("room")
        if room is not None and not ROOM_NAME.fullmatch(room):
            return PlainTextResponse("A room's name is 1 to 64 of a-z, 0-9 and -.", 404)
        return _room_page()

    return Starlette(
        routes=[
            *routes,
            Route("/", page),
            Route("/r/{room}", page),
            WebSocketRoute("/r/{room}/ws", rooms.serve),
            Route("/healthz", _health),
            Mount("/static", StaticFiles(directory=STATIC, check_dir=False)),
        ],
        middleware=[Middleware(SecurityHeaders, frame_ancestors=frame_ancestors)],
    )


async def _health(request: Request) -> Response:
    return PlainTextResponse("ok")


def _room_page() -> Response:
    try:
        return Response((STATIC / "room.html").read_bytes(), media_type="text/html")
    except FileNotFoundError:
        return PlainTextResponse("The room's page is not installed: reinstall consentry.", 404)


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen; port 0 takes a free one. Browsers want TLS for all but localhost."""

    host: str = "127.0.0.1"
    port: int = 0
    certificate: Path | None = None
    key: Path | None = None


class WebServer:
    """An application served inside a running loop: entering listens, leaving stops.

    SetupError if the port is taken or the certificate can't be read.
    """

    def __init__(self, app: ASGIApp, address: Address | None = None) -> None:
        self._app = app
        self._address = address or Address()
        self._socket: socket.socket | None = None
        self._server: uvicorn.Server | None = None
        self._serving: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        """The port listened on."""
        if self._socket is None:
            raise SetupError("a server has no port before it is entered")
        return int(self._socket.getsockname()[1])

    @property
    def url(self) -> str:
        """Where this machine reaches the server: ``http://127.0.0.1:8080``."""
        scheme = "https" if self._address.certificate else "http"
        host = self._address.host
        if host in ("", "0.0.0.0", "::"):
            host = "127.0.0.1"
        return f"{scheme}://{f'[{host}]' if ':' in host else host}:{self.port}"

    async def __aenter__(self) -> Self:
        config = self._config()
        listening = _listen(self._address)
        try:
            _load(config)
            server = uvicorn.Server(config)
            server.lifespan = config.lifespan_class(config)
            await server.startup(sockets=[listening])
        except BaseException:
            listening.close()
            raise
        self._socket, self._server = listening, server
        self._serving = asyncio.create_task(server.main_loop(), name="web-server")
        return self

    async def __aexit__(self, *exc: object) -> None:
        assert self._server is not None and self._serving is not None and self._socket is not None
        self._server.should_exit = True
        await self._serving
        await self._server.shutdown(sockets=[self._socket])

    def _config(self) -> uvicorn.Config:
        address = self._address
        for file in (address.certificate, address.key):
            if file is not None and not file.is_file():
                raise SetupError(f"{file}: no such file; name the TLS certificate and its key")
        return uvicorn.Config(
            self._app,
            ws="websockets-sansio",
            ws_max_size=MAX_FRAME_BYTES,
            ws_per_message_deflate=False,
            lifespan="off",
            log_config=None,
            log_level="warning",  # finer ones tell what WebSockets carry: pictures, names, words
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=2,
            ssl_certfile=address.certificate,
            ssl_keyfile=address.key,
        )


class RoomServer:
    """A web server with rooms: leaving closes them first, so that everybody is told."""

    def __init__(self, app: Starlette, rooms: Rooms, address: Address | None = None) -> None:
        self._web = WebServer(app, address)
        self._rooms = rooms

    @property
    def port(self) -> int:
        """The port listened on."""
        return self._web.port

    @property
    def url(self) -> str:
        """Where this machine reaches the server: ``http://127.0.0.1:8080``."""
        return self._web.url

    async def __aenter__(self) -> Self:
        await self._web.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._rooms.close()
        await self._web.__aexit__(kind, error, trace)


def _load(config: uvicorn.Config) -> None:
    try:
        config.load()
    except ssl.SSLError as exc:
        raise SetupError(
            f"{config.ssl_certfile}: no TLS certificate that goes with its key ({exc.reason})"
        ) from exc


def _listen(address: Address) -> socket.socket:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    try:
        return socket.create_server((address.host, address.port), family=family)
    except OSError as exc:
        raise SetupError(
            f"port {address.port} on {address.host} can't be had ({exc.strerror}): "
            "stop what uses it, or choose another port"
        ) from exc
