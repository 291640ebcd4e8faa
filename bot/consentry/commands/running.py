"""Long-running commands: one event loop, Ctrl-C as a request, logs that hold no content."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import signal
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

Main = Callable[[asyncio.Event], Awaitable[T]]
"""Given the event that is set when the user wants to stop."""


def run_until_stopped(main: Main[T]) -> T:
    """Run ``main``. The first Ctrl-C or SIGTERM sets its event; a second one cancels it."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
    # aiortc and aioice log SDP and candidates when they are verbose.
    for name in ("aiortc", "aioice"):
        logging.getLogger(name).setLevel(logging.ERROR)
    # What is imported stays: it need not be looked through for garbage, which holds up the loop.
    gc.freeze()
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(_with_signals(main))


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop's, which takes a datagram at half the cost; asyncio's own where there is no uvloop."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


async def _with_signals(main: Main[T]) -> T:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    task = asyncio.ensure_future(_awaited(main, stop))

    def ask() -> None:
        if stop.is_set():
            task.cancel()
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows has no signal handlers
            loop.add_signal_handler(number, ask)
    try:
        return await task
    except BaseExceptionGroup as group:
        # What a TaskGroup wrapped is one error to its reader.
        raise _only(group) from None


async def _awaited(main: Main[T], stop: asyncio.Event) -> T:
    return await main(stop)


def _only(group: BaseExceptionGroup[BaseException]) -> BaseException:
    while len(group.exceptions) == 1:
        inner = group.exceptions[0]
        if not isinstance(inner, BaseExceptionGroup):
            return inner
        group = inner
    return group
