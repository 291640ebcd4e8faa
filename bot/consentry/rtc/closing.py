"""Brings to an end what holds sockets, whoever is cancelled meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

CANCELLATIONS, NOTICE_SECONDS = 3, 0.2
"""How often work that is late is cancelled, and the time it has each time to end."""


async def to_the_end(work: Coroutine[Any, Any, None], seconds: float) -> None:
    """Run ``work`` to its end; a cancellation waits for that, and then goes on.

    What is left after ``seconds`` is cancelled, and TimeoutError raised. A connection that was
    half opened or half closed would keep its sockets, and can't be closed a second time. Work that
    takes no notice of being cancelled (aioice's close swallows one) is left to itself in the end.
    """
    task = asyncio.ensure_future(work)
    cancelled = await _wait(task, seconds)
    late = not task.done()
    for _ in range(CANCELLATIONS):
        if not task.done():
            task.cancel()
            cancelled = await _wait(task, NOTICE_SECONDS) or cancelled
    # Asked for, or asyncio would log it.
    failure = task.exception() if task.done() and not task.cancelled() else None
    if cancelled:
        raise asyncio.CancelledError
    if late:
        raise TimeoutError
    if failure is not None:
        raise failure


async def _wait(task: asyncio.Task[None], seconds: float) -> bool:
    """Wait for ``task`` that long; whether whoever waits was cancelled meanwhile."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    cancelled = False
    while not task.done() and (left := deadline - loop.time()) > 0:
        try:
            await asyncio.wait([task], timeout=left)
        except asyncio.CancelledError:
            cancelled = True
    return cancelled
