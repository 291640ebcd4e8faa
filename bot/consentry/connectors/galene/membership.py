"""One connection to a Galene server: a WebSocket, and the signaling core that it feeds."""

from __future__ import annotations

import asyncio
import secrets
import select
from collections.abc import Callable
from typing import Self
from urllib.parse import urlsplit

from pydantic import SecretStr
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from consentry.connectors.galene.address import Address
from consentry.connectors.galene.happenings import (
    Admitted,
    GroupHappening,
    Refused,
    ServerClosing,
)
from consentry.connectors.galene.signaling import Credentials, GroupClient
from consentry.connectors.galene.status import Status, ask_status
from consentry.connectors.websocket import hang_up
from consentry.errors import EndReason, JoinRefused, SignalingError
from consentry.metrics import Metrics

JOIN_SECONDS = 10.0
ALIVE_SECONDS = 4.0
"""Between two pings of the WebSocket, and until the answer: a dead path is known within eight."""

MAX_WIRE_BYTES = 16 * 1024 * 1024
"""More than the longest message a client can make Galene send, with every character escaped. The
core refuses it unread; to refuse it here would close the connection, at anybody's wish."""

CLOSE_SECONDS = 1.0
MAX_YIELDS = 16
"""Turns of the event loop that the reader gets before a message; it needs two."""


class Membership:
    """The bot in the group, as long as one connection lasts. Entering it joins."""

    def __init__(
        self, client: GroupClient, socket: ClientConnection, metrics: Metrics, admitted: Admitted
    ) -> None:
        self.client = client
        self.admitted = admitted
        self._socket = socket
        self._metrics = metrics
        self._to_write = asyncio.Event()

    @classmethod
    async def join(
        cls, address: Address, username: str, password: SecretStr | None, metrics: Metrics
    ) -> Self:
        """Ask for the group, connect and join; JoinRefused says why that can't be."""
        status = await ask_status(address)
        credentials = Credentials(
            status.name,
            username,
            password.get_secret_value() if password is not None else "",
            address.token.get_secret_value() if address.token is not None else None,
        )
        client = GroupClient(secrets.token_hex(16), credentials)
        client.join()
        socket = await _open(status)
        try:
            async with asyncio.timeout(JOIN_SECONDS):
                admitted = await _admission(client, socket)
        except (TimeoutError, ConnectionClosed, SignalingError) as exc:
            await hang_up(socket)
            raise JoinRefused(
                EndReason.UNREACHABLE, f"no answer to the join ({type(exc).__name__})"
            ) from exc
        except BaseException:
            await hang_up(socket)
            raise
        if isinstance(admitted, Refused):
            await hang_up(socket)
            locked = admitted.reason is EndReason.NOT_ALLOWED and status.locked
            raise JoinRefused(EndReason.ROOM_LOCKED if locked else admitted.reason)
        membership = cls(client, socket, metrics, admitted)
        membership.flush()
        return membership

    def flush(self) -> None:
        """Send what the core has to say."""
        self._to_write.set()

    async def attend(self, happened: Callable[[GroupHappening], None]) -> EndReason | None:
        """Hand on all that happens until the connection ends; None: it was lost."""
        async with asyncio.TaskGroup() as tasks:
            writing = tasks.create_task(self._write(), name="galene-write")
            try:
                return await self._read(happened)
            except ConnectionClosed:
                return None
            finally:
                writing.cancel()

    async def leave(self) -> None:
        """Say goodbye, and close."""
        self.client.leave()
        try:
            for text in self.client.data_to_send():
                await self._socket.send(text)
        except ConnectionClosed:
            pass  # it is as good as a goodbye
        await hang_up(self._socket)

    async def close(self) -> None:
        await hang_up(self._socket)

    async def _read(self, happened: Callable[[GroupHappening], None]) -> EndReason | None:
        async for text in self._socket:
            try:
                happenings = self.client.receive(text)
            except SignalingError:
                self._metrics.input_refused.labels(source="signaling").inc()
                continue
            for happening in happenings:
                match happening:
                    case Refused(reason=reason):
                        return reason
                    case ServerClosing():
                        return None
                    case _:
                        happened(happening)
            self.flush()
        return None

    async def _write(self) -> None:
        try:
            while True:
                await self._to_write.wait()
                self._to_write.clear()
                for text in self.client.data_to_send():
                    await self._all_read()
                    await self._socket.send(text)
        except ConnectionClosed:
            pass  # the reader says so

    async def _all_read(self) -> None:
        """Let the reader have what has arrived, before something is written.

        Galene closes the connection with its last word, such as that the bot is kicked. To write
        then meets a reset, and asyncio would throw that word away unread.
        """
        arrived = select.poll()
        for _ in range(MAX_YIELDS):
            number = self._socket.transport.get_extra_info("socket").fileno()
            if number < 0:
                return  # closed meanwhile
            arrived.register(number, select.POLLIN)
            if not arrived.poll(0):
                return
            await asyncio.sleep(0)


async def _open(status: Status) -> ClientConnection:
    try:
        return await connect(
            status.endpoint,
            proxy=None,
            compression=None,
            max_size=MAX_WIRE_BYTES,
            open_timeout=JOIN_SECONDS,
            ping_interval=ALIVE_SECONDS,
            ping_timeout=ALIVE_SECONDS,
            close_timeout=CLOSE_SECONDS,
        )
    except (OSError, ValueError, WebSocketException) as exc:
        host = urlsplit(status.endpoint).netloc
        raise JoinRefused(
            EndReason.UNREACHABLE,
            f"the WebSocket of {host} can't be reached ({type(exc).__name__}): check the server's "
            "`proxyURL`, and that its proxy passes WebSockets on",
        ) from exc


async def _admission(client: GroupClient, socket: ClientConnection) -> Admitted | Refused:
    for text in client.data_to_send():
        await socket.send(text)
    while True:
        for happening in client.receive(await socket.recv()):
            if isinstance(happening, Admitted | Refused):
                return happening
