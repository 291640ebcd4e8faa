"""The bridge's WebSockets, ``/colibri-ws/ENDPOINT?pwd=…``: there before ICE and DTLS are."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from .connection import Connection

REFUSED = 4403


@dataclass
class Sockets:
    """The doors of all endpoints that are there."""

    address: str = ""
    _doors: dict[str, Connection] = field(default_factory=dict)

    def open(self, name: str, connection: Connection) -> None:
        """Take the endpoint's socket from now on, and say where it is."""
        path = f"/colibri-ws/{name}?pwd={connection.password}"
        connection.address = f"{self.address}{path}"
        self._doors[path] = connection

    async def take(self, socket: ServerConnection) -> None:
        """One socket, as long as it is open. Another takes its place, as at a videobridge."""
        assert socket.request is not None
        connection = self._doors.get(socket.request.path)
        if connection is None:
            await socket.close(REFUSED)
            return
        connection.websocket = socket
        connection.say('{"colibriClass": "ServerHello"}')
        try:
            with suppress(ConnectionClosed):
                async for text in socket:
                    if isinstance(text, str):
                        connection.on_text(text)
        finally:
            if connection.websocket is socket:
                connection.websocket = None


@asynccontextmanager
async def sockets() -> AsyncIterator[Sockets]:
    """On loopback while the block runs."""
    taken = Sockets()
    async with serve(taken.take, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        taken.address = f"ws://127.0.0.1:{port}"
        yield taken
