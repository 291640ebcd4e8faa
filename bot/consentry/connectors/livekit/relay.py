"""A way for the SDK's signaling that leads through this process, which can tell it something.

LiveKit's native library keeps whoever is in a room that it leaves: each publication holds its
participant, who holds it (livekit/rust-sdks issue 1378). It lets go of those who left first. So,
before the bot leaves, the library is told that everybody else did, in the server's own words.

Everything else passes as it is: what a handshake and ``/rtc/validate`` are answered, signaling in
both directions, and its end. Media does not come by here.
"""

from __future__ import annotations

import asyncio
import secrets
import ssl
from collections.abc import Iterable
from contextlib import suppress
from hmac import compare_digest
from urllib.parse import urlsplit

from consentry.connectors.livekit.departure import departed
from consentry.connectors.livekit.reach import answers, proxied

OPEN_SECONDS = 5.0
"""For a connection to the server: as long as the SDK gives a try."""
CLOSE_SECONDS = 1.0
"""For the server to agree to the end of TLS."""
MAX_HEAD = 64 * 1024
"""Bytes of a request or an answer before its body; the SDK's requests hold an offer."""
MAX_FRAME = 16 * 1024 * 1024
"""Bytes, as the SDK has it."""
CHUNK = 64 * 1024
END = b"\r\n\r\n"

CLOUD = (".livekit.cloud", ".livekit.run")
"""LiveKit's own servers: where one can't be reached, the SDK asks them for others."""

_BROKEN_OFF = (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError)
"""What a connection may end by; whoever is at the other end finds it closed."""


def stands_aside(server: str) -> bool:
    """Whether the SDK has ways to ``server`` that a relay has not: LiveKit's regions, or a proxy
    that the environment names, by which it would go to the relay as well."""
    return proxied() or (urlsplit(server).hostname or "").endswith(CLOUD)


class Relay:
    """To a server that answers, from :meth:`open` to :meth:`close`; on this machine, for whoever
    knows its url."""

    def __init__(self, server: str) -> None:
        parts = urlsplit(server)
        self._server = server
        self._host = parts.hostname or ""
        self._tls = ssl.create_default_context() if parts.scheme == "wss" else None
        self._port = parts.port or (443 if self._tls else 80)
        self._netloc = parts.netloc.encode()
        self._secret = f"/{secrets.token_urlsafe(32)}"
        self._answers = True
        """Whether that is known; to every request but the first it is found out anew."""
        self._listening: asyncio.Server | None = None
        self._passing: set[asyncio.Task[None]] = set()
        self._said: _Said | None = None
        """What the server says on the WebSocket that was opened last."""

    async def open(self) -> str:
        """Listen; the url by which the SDK gets to the server."""
        self._listening = await asyncio.start_server(
            self._connected, "127.0.0.1", 0, limit=MAX_HEAD, start_serving=False
        )
        await self._listening.start_serving()
        return f"ws://127.0.0.1:{self._listening.sockets[0].getsockname()[1]}{self._secret}"

    async def close(self) -> None:
        """Let nothing pass any more."""
        if self._listening is not None:
            self._listening.close()
        passing = tuple(self._passing)
        for task in passing:
            task.cancel()
        await asyncio.gather(*passing, return_exceptions=True)

    def everybody_left(self, people: Iterable[tuple[str, str]]) -> bool:
        """Tell the SDK so of ``people``, by session and identity, and no more of what the server
        says; whether it can be told."""
        return self._said is not None and self._said.last(departed(people))

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._listening is None or not self._listening.is_serving():
            writer.transport.abort()
            return
        task = asyncio.create_task(self._serve(reader, writer), name="livekit-relay")
        self._passing.add(task)
        task.add_done_callback(self._passing.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of the SDK's. Where there is no server, it is closed without a word."""
        try:
            with suppress(*_BROKEN_OFF):
                head = self._asked(await reader.readuntil(END))
                known, self._answers = self._answers, False
                if head is not None and (known or await answers(self._server)):
                    await self._pass(head, reader, writer)
        except asyncio.CancelledError:
            writer.transport.abort()
            raise
        finally:
            writer.close()

    def _asked(self, head: bytes) -> bytes | None:
        """The request as the server is to get it; ``None`` where the secret is not in it."""
        first, *fields = head.removesuffix(END).split(b"\r\n")
        method, _, target = first.partition(b" ")
        secret = self._secret.encode()
        if not compare_digest(target[: len(secret)], secret):
            return None
        named = {field.partition(b":")[0].strip().lower(): field for field in fields}
        named[b"host"] = b"Host: " + self._netloc
        if b"upgrade" not in named:
            named[b"connection"] = b"Connection: close"  # another request would not come by here
        return b"\r\n".join((method + b" " + target[len(secret) :], *named.values())) + END

    async def _pass(
        self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        async with asyncio.timeout(OPEN_SECONDS):
            answer, request = await asyncio.open_connection(
                self._host,
                self._port,
                ssl=self._tls,
                ssl_shutdown_timeout=CLOSE_SECONDS if self._tls else None,
                limit=MAX_HEAD,
            )
        try:
            if reader.at_eof():
                return  # nobody waits for the answer any more
            request.write(head)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(_copy(reader, request))
                tasks.create_task(self._answer(answer, writer))
        except asyncio.CancelledError:
            request.transport.abort()
            raise
        finally:
            request.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        said = _Said(reader, writer)
        try:
            with suppress(*_BROKEN_OFF):
                head = await reader.readuntil(END)
                await _write(writer, head)
                if head.partition(b" ")[2].startswith(b"101"):
                    self._said = said
                    await said.copy()
                else:
                    await _copy(reader, writer)
        finally:
            if self._said is said:
                self._said = None
            writer.close()


class _Said:
    """What a server says on a WebSocket, frame by frame, so that one of ours can be the last."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._whole = True
        """Whether all of a message has passed (RFC 6455, 5.4)."""
        self._last = False

    def last(self, frame: bytes) -> bool:
        """Say it, unless a message of the server's is not over; of those none follows."""
        if not self._whole or self._last or self._writer.is_closing():
            return False
        self._writer.write(frame)
        self._last = True
        return True

    async def copy(self) -> None:
        """Until the connection ends, in one of the ways of a connection."""
        while True:
            head = await self._reader.readexactly(2)
            control, size = bool(head[0] & 0x08), head[1] & 0x7F
            if size > 125:
                more = await self._reader.readexactly(2 if size == 126 else 8)
                head, size = head + more, int.from_bytes(more)
            if size > MAX_FRAME:
                raise asyncio.LimitOverrunError("a frame that the SDK would not read", 0)
            payload = await self._reader.readexactly(size)
            if control or not self._last:
                await _write(self._writer, head + payload)
            if not control:
                self._whole = bool(head[0] & 0x80)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """All there is; then there is no more on the other side either."""
    try:
        with suppress(*_BROKEN_OFF):
            while data := await reader.read(CHUNK):
                await _write(writer, data)
    finally:
        writer.close()


async def _write(writer: asyncio.StreamWriter, data: bytes) -> None:
    if writer.is_closing():
        raise ConnectionResetError  # as asyncio's own loop has it; uvloop's raises RuntimeError
    writer.write(data)
    await writer.drain()
