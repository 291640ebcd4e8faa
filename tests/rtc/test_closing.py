"""What is being closed is closed, whoever is cancelled meanwhile."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from consentry.rtc.closing import to_the_end


class Door:
    """Takes three seconds to close."""

    def __init__(self) -> None:
        self.closed = False

    async def close(self) -> None:
        await asyncio.sleep(3.0)
        self.closed = True


@pytest.mark.virtual_time
async def test_a_cancellation_waits_until_it_is_closed() -> None:
    door = Door()
    closing = asyncio.create_task(to_the_end(door.close(), 5.0))
    for _ in range(3):
        await asyncio.sleep(0.5)
        closing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await closing
    assert door.closed


@pytest.mark.virtual_time
async def test_what_never_closes_is_given_up() -> None:
    door = Door()
    with pytest.raises(TimeoutError):
        await to_the_end(door.close(), 1.0)
    assert not door.closed
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_an_error_of_closing_is_told() -> None:
    async def broken() -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await to_the_end(broken(), 1.0)


@pytest.mark.virtual_time
async def test_what_takes_no_notice_of_being_cancelled_holds_nobody_up() -> None:
    free = asyncio.Event()

    async def deaf() -> None:
        while not free.is_set():
            with suppress(asyncio.CancelledError):
                await free.wait()

    began = asyncio.get_running_loop().time()
    with pytest.raises(TimeoutError):
        await to_the_end(deaf(), 1.0)
    assert asyncio.get_running_loop().time() - began < 2.0
    free.set()


@pytest.mark.virtual_time
async def test_one_cancellation_that_is_swallowed_is_followed_by_another() -> None:
    async def half_deaf() -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        await to_the_end(half_deaf(), 1.0)
    assert asyncio.all_tasks() == {asyncio.current_task()}
