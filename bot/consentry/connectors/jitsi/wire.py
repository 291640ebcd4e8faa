"""The sockets of a conference: XMPP's, the bridge's, and the requests by HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.connection import Connection
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.typing import Origin, Subprotocol

from consentry.connectors.jitsi.bridge_channel import MAX_CHARACTERS
from consentry.connectors.jitsi.deployment import MAX_CONFIG, Config, Deployment, read_config
from consentry.connectors.jitsi.xml import MAX_CHARACTERS as MAX_STANZA
from consentry.connectors.websocket import hang_up
from consentry.errors import ConnectorError

CONNECT_SECONDS = 10.0
CLOSE_SECONDS = 1.0
"""For the other side to say good-bye; after a cut of the network it does not."""

HTTP_SECONDS = 10.0
MAX_ANSWER = 64 * 1024


class Unreachable(ConnectorError):
    """The server did not answer; the text says how."""


@asynccontextmanager
async def xmpp_socket(deployment: Deployment, token: str | None) -> AsyncIterator[ClientConnection]:
    """The XMPP WebSocket (RFC 7395); Unreachable if there is none."""
    try:
        socket = await connect(
            deployment.socket_url(token),
            subprotocols=[Subprotocol("xmpp")],
            origin=Origin(deployment.origin),
            proxy=None,
            max_size=4 * MAX_STANZA,
            open_timeout=CONNECT_SECONDS,
            close_timeout=CLOSE_SECONDS,
        )
    except (OSError, WebSocketException, TimeoutError) as exc:
        raise Unreachable(
            f"the Jitsi server at {deployment.host} can't be reached ({type(exc).__name__}): "
            "check the address, and `websocket` under `stack:`"
        ) from None
    try:
        yield socket
    finally:
        await hang_up(socket)


async def read_all(socket: Connection, take: Callable[[str | bytes], None]) -> None:
    """Hand on every frame until the socket is closed."""
    try:
        async for text in socket:
            take(text)
    except ConnectionClosed:
        pass  # the caller sees that it ended


class Outgoing:
    """Writes what a core has to send, whenever it is told that there is something."""

    def __init__(self, source: Callable[[], list[str]]) -> None:
        self._source = source
        self._ready = asyncio.Event()

    def wake(self) -> None:
        self._ready.set()

    async def run(self, socket: Connection) -> None:
        """Until the socket is closed, or this is cancelled."""
        try:
            while True:
                await self.flush(socket)
                await self._ready.wait()
                self._ready.clear()
        except ConnectionClosed:
            pass  # the reader says so

    async def flush(self, socket: Connection) -> None:
        """Send what there is now."""
        for text in self._source():
            await socket.send(text)


async def fetch_config(deployment: Deployment) -> Config:
    """What config.js says, or nothing if it can't be had: the defaults may do."""
    try:
        async with _client() as client, client.stream("GET", deployment.config_url) as answer:
            if answer.status_code != 200:
                return Config()
            return read_config((await _body(answer, MAX_CONFIG)).decode(errors="replace"))
    except (httpx.HTTPError, httpx.InvalidURL, OSError):
        return Config()


async def ask_focus(
    deployment: Deployment, request: Mapping[str, Any], token: str | None
) -> tuple[int, Any]:
    """Post the conference request; the status and the JSON that came back, 0 and None if none."""
    headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
    url, body = deployment.conference_request_url, dict(request)
    try:
        async with (
            _client() as client,
            client.stream("POST", url, json=body, headers=headers) as answer,
        ):
            content = await _body(answer, MAX_ANSWER)
            return answer.status_code, httpx.Response(200, content=content).json()
    except (httpx.HTTPError, httpx.InvalidURL, OSError):
        return 0, None
    except ValueError:
        return answer.status_code, None


def _client() -> httpx.AsyncClient:
    return httpx.AsyncClient(timeout=HTTP_SECONDS, trust_env=False, follow_redirects=False)


async def _body(answer: httpx.Response, most: int) -> bytes:
    content = b""
    async for chunk in answer.aiter_bytes():
        content += chunk
        if len(content) > most:
            raise httpx.DecodingError("an answer that is too long", request=answer.request)
    return content


@asynccontextmanager
async def bridge_socket(url: str) -> AsyncIterator[ClientConnection | None]:
    """The bridge's WebSocket, for bridges without data channels; None if it can't be had."""
    try:
        socket = await connect(
            url,
            proxy=None,
            max_size=MAX_CHARACTERS,
            open_timeout=CONNECT_SECONDS,
            close_timeout=CLOSE_SECONDS,
        )
    except (OSError, WebSocketException, TimeoutError, ValueError):
        yield None
        return
    try:
        yield socket
    finally:
        await hang_up(socket)
