"""Hangs up a WebSocket: the other side gets a moment for its good-bye, and no more."""

from __future__ import annotations

from websockets.asyncio.connection import Connection


async def hang_up(socket: Connection) -> None:
    """Close ``socket`` within its ``close_timeout``, whoever answers no more.

    In a task that is being cancelled, a time-out of the first releases of Python 3.11 ends in
    CancelledError (python/cpython#102780), so that the library never comes to drop the connection.
    """
    try:
        await socket.close()
    finally:
        socket.transport.abort()
