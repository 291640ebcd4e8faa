"""A cable that can be pulled: every UDP path of an event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
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
