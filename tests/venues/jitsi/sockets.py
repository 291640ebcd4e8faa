"""The bridge channel by WebSocket, for whoever would rather have it before the media stands."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from .bridge import Endpoint

FOLDER = "colibri-ws"
SERVER = "default-id"


@dataclass(frozen=True, slots=True)
class BridgeSockets:
    """Where endpoints dial: ``ws://…/colibri-ws/default-id/CONFERENCE/ENDPOINT?pwd=…``."""

    port: int

    def url(self, conference: str, endpoint: str, password: str) -> str:
        place = f"{FOLDER}/{SERVER}/{conference}/{endpoint}"
        return f"ws://127.0.0.1:{self.port}/{place}?pwd={password}"


@dataclass(frozen=True, slots=True)
class SocketPorts:
    """Where the WebSockets are taken, and where endpoints are told that they are, which is the
    beginning of the way there; 0 for any port, and for the same one."""

    taken: int = 0
    told: int = 0


@asynccontextmanager
async def bridge_sockets(
    find: Callable[[str, str], Endpoint | None], ports: SocketPorts
) -> AsyncIterator[BridgeSockets]:
    """Take WebSockets of endpoints; ``find`` knows them by conference and name."""

    def admit(connection: ServerConnection, request: Request) -> Response | None:
        parts = urlsplit(request.path)
        match parts.path.strip("/").split("/"):
            case [folder, server, conference, name] if (folder, server) == (FOLDER, SERVER):
                endpoint = find(conference, name)
            case _:
                return connection.respond(HTTPStatus.NOT_FOUND, "invalid path")
        said = parse_qs(parts.query).get("pwd", [""])
        if endpoint is None or said != [endpoint.connection.password]:
            return connection.respond(HTTPStatus.FORBIDDEN, "authentication failed")
        return None

    async def talk(socket: ServerConnection) -> None:
        assert socket.request is not None
        conference, name = urlsplit(socket.request.path).path.strip("/").split("/")[2:]
        endpoint = find(conference, name)
        if endpoint is None:
            return
        await endpoint.connection.attach(socket)
        try:
            async for text in socket:
                endpoint.connection.hear(socket, text)
        except ConnectionClosed:
            pass
        finally:
            endpoint.connection.detach(socket)

    async with serve(talk, "127.0.0.1", ports.taken, process_request=admit) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        yield BridgeSockets(ports.told or port)
