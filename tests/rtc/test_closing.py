"""What is being closed is closed, whoever is cancelled meanwhile."""

from __future__ import annotations

import asyncio

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
