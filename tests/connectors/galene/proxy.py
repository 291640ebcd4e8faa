"""A way to a server that can be cut: a TCP proxy on this machine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class TcpPath:
    """While it is cut, nothing that is sent arrives, and nobody is told."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._whole = asyncio.Event()
        self._whole.set()
        self.port = 0

    def cut(self) -> None:
        self._whole.clear()

    def mend(self) -> None:
        self._whole.set()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Between one client and the server, both ways."""
        await self._whole.wait()
        to_server = await asyncio.open_connection("127.0.0.1", self._port)
        with suppress(OSError):
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._pass(reader, to_server[1]))
                tasks.create_task(self._pass(to_server[0], writer))

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                await self._whole.wait()
                writer.write(data)
                await writer.drain()
        finally:
            writer.close()


@asynccontextmanager
async def path_to(port: int) -> AsyncIterator[TcpPath]:
    """A path to a port of this machine while the block runs."""
    path = TcpPath(port)
    async with asyncio.TaskGroup() as tasks:
        carrying: list[asyncio.Task[None]] = []

        def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            carrying.append(tasks.create_task(path.carry(reader, writer)))

        server = await asyncio.start_server(connected, "127.0.0.1", 0)
        path.port = server.sockets[0].getsockname()[1]
        yield path
        server.close()
        for task in carrying:
            task.cancel()
