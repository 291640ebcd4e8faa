"""Brings to an end what holds sockets, whoever is cancelled meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any


async def to_the_end(work: Coroutine[Any, Any, None], seconds: float) -> None:
    """Run ``work`` to its end; a cancellation waits for that, and then goes on.

    What is left after ``seconds`` is cancelled, and TimeoutError raised. A connection that was
    half opened or half closed would keep its sockets, and can't be closed a second time.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    task = asyncio.ensure_future(work)
    cancelled = False
    while not task.done() and loop.time() < deadline:
        try:
            await asyncio.wait([task], timeout=deadline - loop.time())
        except asyncio.CancelledError:
            cancelled = True
    late = not task.done()
    if late:
        task.cancel()
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError:
            cancelled = True
    failure = None if task.cancelled() else task.exception()  # asked for, or asyncio would log it
    if cancelled:
        raise asyncio.CancelledError
    if late:
        raise TimeoutError
    if failure is not None:
        raise failure
