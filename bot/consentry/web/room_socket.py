"""The rooms of one server on their WebSockets: frames in, frames out, and nothing decided here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from starlette.websockets import WebSocket, WebSocketDisconnect

from consentry.connectors.room.frames import ROOM_NAME
from consentry.connectors.room.signaling import (
    POLICY_VIOLATION,
    Close,
    Connection,
    Entered,
    Output,
    Refused,
    Room,
    RoomHappening,
    Send,
)
from consentry.metrics import Metrics

MAX_SOCKETS = 256
"""Of all rooms together; the next one is told to try again later."""

MAX_WAITING_FRAMES = 256
"""Of one socket: a client this far behind has stopped reading, and is let go."""

JOIN_SECONDS = 10.0
"""From the opening of a socket until its ``join``."""

MESSAGE_TOO_BIG = 1009
TRY_AGAIN_LATER = 1013

_COUNTED = frozenset({"bad_message", "bad_name", "not_allowed"})


@dataclass(eq=False, slots=True)
class _Socket:
    """One client's WebSocket and what waits to be written to it."""

    websocket: WebSocket
    room: Room
    connection: Connection
    waiting: asyncio.Queue[Output] = field(
        default_factory=lambda: asyncio.Queue(MAX_WAITING_FRAMES)
    )
    too_slow: asyncio.Event = field(default_factory=asyncio.Event)

    async def write(self) -> None:
        """Write what waits until there is a Close, or the client is gone."""
        while True:
            match await self.waiting.get():
                case Send(text=text):
                    await self.websocket.send_text(text)
                case Close(code=code):
                    await self.websocket.close(code)
                    return


class Rooms:
    """All rooms of one server. A room is there from its first socket to its last."""

    def __init__(
        self,
        metrics: Metrics,
        bot_token: str | None = None,
        entered: Callable[[str], None] = lambda room: None,
    ) -> None:
        """``entered`` is called with a room's name whenever a person comes in."""
        self._metrics = metrics
        self._entered = entered
        self._bot_token = bot_token
        self._rooms: dict[str, Room] = {}
        self._sockets: dict[tuple[str, Connection], _Socket] = {}
        self._empty = asyncio.Event()
        self._empty.set()
        self._closed = False

    @property
    def names(self) -> list[str]:
        return sorted(self._rooms)

    def people(self, name: str) -> list[str]:
        """Ids of who is in the room; empty where there is no such room."""
        room = self._rooms.get(name)
        return [peer.id for peer in room.peers] if room else []

    async def serve(self, websocket: WebSocket) -> None:
        """One client, from its opening handshake until it is gone."""
        name = websocket.path_params["room"]
        if not ROOM_NAME.fullmatch(name):
            await websocket.close(POLICY_VIOLATION)
            return
        if self._closed or len(self._sockets) >= MAX_SOCKETS:
            await websocket.close(TRY_AGAIN_LATER)
            return
        room = self._rooms.setdefault(name, Room(name, self._bot_token))
        socket = _Socket(websocket, room, room.connect())
        self._sockets[name, socket.connection] = socket
        self._empty.clear()
        try:
            await websocket.accept()
            await self._converse(socket)
        except* WebSocketDisconnect:
            pass  # gone while something was being written
        finally:
            self._forget(socket)

    async def close(self, grace: float = 1.0) -> None:
        """Close every room; those who do not hang up within ``grace`` seconds are left behind."""
        self._closed = True
        for room in list(self._rooms.values()):
            self._deliver(room, room.close())
        try:
            async with asyncio.timeout(grace):
                await self._empty.wait()
        except TimeoutError:
            for socket in self._sockets.values():
                socket.too_slow.set()

    async def _converse(self, socket: _Socket) -> None:
        """Read and write side by side; the first to end ends the other."""
        async with asyncio.TaskGroup() as group:
            tasks = {
                group.create_task(self._read(socket)),
                group.create_task(socket.write()),
                group.create_task(socket.too_slow.wait()),
            }
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.cancel()

    async def _read(self, socket: _Socket) -> None:
        room, connection = socket.room, socket.connection
        while True:
            try:
                async with asyncio.timeout(None if room.has_joined(connection) else JOIN_SECONDS):
                    message = await socket.websocket.receive()
            except TimeoutError:
                socket.waiting.put_nowait(Close(connection, POLICY_VIOLATION))
                return await _last_words()
            if message["type"] == "websocket.disconnect":
                if message.get("code") == MESSAGE_TOO_BIG:
                    self._deliver(room, room.refuse_oversized(connection))
                return None
            # A binary frame has no text, and is no JSON either.
            self._deliver(room, room.receive(connection, message.get("text") or ""))
            if not room.is_open(connection):
                return await _last_words()

    def _deliver(self, room: Room, happenings: Iterable[RoomHappening]) -> None:
        """Count what was refused and hand out what the room has to say."""
        for happening in happenings:
            match happening:
                case Refused(code=code) if code in _COUNTED:
                    self._metrics.input_refused.labels(source="signaling").inc()
                case Entered(peer=peer) if not peer.bot:
                    self._entered(room.name)
        for output in room.data_to_send():
            socket = self._sockets.get((room.name, output.connection))
            if socket is None:
                continue
            if socket.waiting.full():
                socket.too_slow.set()
            else:
                socket.waiting.put_nowait(output)

    def _forget(self, socket: _Socket) -> None:
        room = socket.room
        del self._sockets[room.name, socket.connection]
        self._deliver(room, room.disconnect(socket.connection))
        if not room and self._rooms.get(room.name) is room:
            del self._rooms[room.name]
        if not self._sockets:
            self._empty.set()


async def _last_words() -> None:
    """Until the writer has closed the socket, which ends this too."""
    await asyncio.Event().wait()
