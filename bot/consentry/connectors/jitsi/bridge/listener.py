"""Where bridges come: one address for the meetings of this process, behind a secret."""

from __future__ import annotations

import hmac
import logging
import ssl
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Self
from urllib.parse import parse_qs

from pydantic import SecretStr
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from consentry.connectors.jitsi.bridge.signaling import MAX_CHARACTERS
from consentry.errors import SetupError
from consentry.metrics import Metrics

PING_SECONDS = 10.0
"""Between two WebSocket pings (RFC 6455 section 5.5.2), and for the answer to one."""

OPEN_SECONDS = 5.0
MAX_QUEUED = 64
"""Messages read ahead on one socket. Beyond that TCP holds the bridge back, which lets go the
oldest itself."""

MAX_MEETING = 200

Attend = Callable[[ServerConnection], Awaitable[None]]
"""Speaks with a bridge that came for a meeting, until it is gone."""


@dataclass(frozen=True, slots=True)
class Door:
    """Where bridges are listened for, and what they have to know."""

    host: str
    port: int
    token: SecretStr
    certificate: ssl.SSLContext | None = None


class Listener:
    """A WebSocket server for bridges. Entering binds the address; leaving closes every socket.

    A bridge comes to ``/…/MEETING`` or ``/…?sessionId=MEETING``, with the token as
    ``Authorization: Bearer`` or as ``token=`` of the address. Whoever comes without it learns
    nothing, not even which meetings there are.
    """

    def __init__(self, door: Door, metrics: Metrics) -> None:
        self._door = door
        self._refused = metrics.input_refused.labels(source="bridge")
        self._meetings: dict[str, Attend] = {}
        self._open = AsyncExitStack()
        self.port = door.port
        """The one that was bound, where 0 asked for any."""

    async def __aenter__(self) -> Self:
        door = self._door
        try:
            server = await serve(
                self._attended,
                door.host,
                door.port,
                ssl=door.certificate,
                process_request=self._admit,
                max_size=MAX_CHARACTERS,
                max_queue=MAX_QUEUED,
                open_timeout=OPEN_SECONDS,
                close_timeout=1.0,
                ping_interval=PING_SECONDS,
                ping_timeout=PING_SECONDS,
                compression=None,
                server_header=None,
                logger=logging.Logger("bridge", logging.CRITICAL),  # its lines quote the token
            )
        except OSError as exc:
            raise SetupError(
                f"{door.host}:{door.port} can't be listened on ({exc.strerror}): "
                "choose another `listen` under `stack:`"
            ) from None
        self._open.push_async_callback(server.wait_closed)
        self._open.callback(server.close)
        self.port = next(iter(server.sockets)).getsockname()[1]
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._open.aclose()

    def expect(self, meeting: str, attend: Attend) -> None:
        """Bridges that come for ``meeting`` speak with ``attend`` from now on."""
        self._meetings[meeting] = attend

    def forget(self, meeting: str) -> None:
        """Nobody is to come for ``meeting`` any more."""
        self._meetings.pop(meeting, None)

    async def _attended(self, socket: ServerConnection) -> None:
        request = socket.request
        attend = self._meetings.get(_meeting(request.path)) if request is not None else None
        if attend is not None:
            await attend(socket)

    def _admit(self, socket: ServerConnection, request: Request) -> Response | None:
        """None lets them in; what is refused learns only that."""
        expected = self._door.token.get_secret_value()
        given = _token(request).encode(errors="replace")
        if not hmac.compare_digest(given, expected.encode()):
            self._refused.inc()
            return socket.respond(HTTPStatus.UNAUTHORIZED, "The token is missing or wrong.\n")
        if _meeting(request.path) not in self._meetings:
            return socket.respond(HTTPStatus.NOT_FOUND, "Nobody waits for this meeting here.\n")
        return None


def server_context(certificate: Path, key: Path | None) -> ssl.SSLContext:
    """TLS with this certificate; SetupError where a file can't be read."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as exc:
        raise SetupError(
            f"{certificate} can't be used as a certificate ({type(exc).__name__}): "
            "check `certificate` and `certificate_key` under `stack:`"
        ) from None
    return context


def _token(request: Request) -> str:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    return _query(request.path).get("token", [""])[0]


def _meeting(path: str) -> str:
    named = _query(path).get("sessionId", [""])[0]
    return (named or path.partition("?")[0].rpartition("/")[2])[:MAX_MEETING]


def _query(path: str) -> dict[str, list[str]]:
    return parse_qs(path.partition("?")[2])
