"""Ways to a server that can be cut: every UDP path of an event loop, and one TCP port."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any


class Cable:
    """While it is pulled, what a socket sends goes nowhere; sockets made meanwhile included.

    Made before the sockets it is to cut.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.pulled = False
        create = loop.create_datagram_endpoint

        async def create_cut(factory: Callable[[], Any], *args: Any, **options: Any) -> Any:
            def made() -> Any:
                protocol = factory()
                connected = protocol.connection_made
                protocol.connection_made = lambda transport: connected(_Cut(transport, self))
                return protocol

            return await create(made, *args, **options)

        vars(loop)["create_datagram_endpoint"] = create_cut


class _Cut:
    def __init__(self, transport: asyncio.DatagramTransport, cable: Cable) -> None:
        self._transport = transport
        self._cable = cable

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def sendto(self, data: bytes, addr: Any = None) -> None:
        if not self._cable.pulled:
            self._transport.sendto(data, addr)


class TcpPath:
    """A proxy. While it is cut, nothing that is sent arrives, and nobody is told."""

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
        try:
            await self._whole.wait()
            with suppress(ConnectionRefusedError):
                back, forth = await asyncio.open_connection("127.0.0.1", self._port)
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(self._pass(reader, forth))
                    tasks.create_task(self._pass(back, writer))
        finally:
            writer.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(ConnectionError):
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
