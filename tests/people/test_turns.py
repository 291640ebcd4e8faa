"""Turns: one at a time, line by line, and no more wait than there are places for."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field

import pytest

from consentry.errors import Busy
from consentry.people.turns import Turns


@dataclass
class Crowd:
    """Whose turn it was; each turn ends when the test says so."""

    turns: Turns
    began: list[str] = field(default_factory=list)
    ends: asyncio.Event = field(default_factory=asyncio.Event)

    def come(self, line: str) -> asyncio.Task[None]:
        return asyncio.create_task(self._wait(line))

    async def _wait(self, line: str) -> None:
        async with self.turns.turn(line):
            self.began.append(line)
            await self.ends.wait()


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_lines_take_turns_however_long_one_of_them_is() -> None:
    crowd = Crowd(Turns(8))
    tasks = [crowd.come(line) for line in "aaaabbc"]
    await settled()
    crowd.ends.set()
    await asyncio.gather(*tasks)
    assert "".join(crowd.began) == "aabcaba"


async def test_the_last_of_the_longest_line_makes_room_for_the_first_of_another() -> None:
    crowd = Crowd(Turns(2))
    first, second, third = (crowd.come("a") for _ in range(3))
    await settled()
    other = crowd.come("b")
    with pytest.raises(Busy):
        await third
    crowd.ends.set()
    await asyncio.gather(first, second, other)
    assert crowd.began == ["a", "a", "b"]


async def test_who_would_make_their_own_line_the_longest_is_turned_away() -> None:
    crowd = Crowd(Turns(2))
    waiting = [crowd.come(line) for line in "xab"]
    await settled()
    for line in "ac":
        with pytest.raises(Busy):
            await crowd.come(line)
    crowd.ends.set()
    await asyncio.gather(*waiting)
    assert crowd.began == ["x", "a", "b"]


async def test_who_goes_while_waiting_leaves_their_place() -> None:
    crowd = Crowd(Turns(1))
    first, second = crowd.come("a"), crowd.come("b")
    await settled()
    second.cancel()
    await asyncio.wait([second])
    third = crowd.come("c")
    await settled()
    crowd.ends.set()
    await asyncio.gather(first, third)
    assert crowd.began == ["a", "c"]


async def test_who_goes_as_their_turn_comes_passes_it_on() -> None:
    crowd = Crowd(Turns(2))
    first, second, third = (crowd.come(line) for line in "abc")
    await settled()
    first.cancel()
    await asyncio.sleep(0)  # the turn is the second's, who does not know it yet
    second.cancel()
    crowd.ends.set()
    await asyncio.wait([first, second])
    await third
    assert crowd.began == ["a", "c"]


async def test_a_turn_that_fails_ends_too() -> None:
    turns = Turns(0)
    with pytest.raises(ZeroDivisionError):
        async with turns.turn("a"):
            raise ZeroDivisionError
    async with turns.turn("b"):
        pass


async def test_a_crowd_is_logged_as_it_begins_and_as_it_ends(
    caplog: pytest.LogCaptureFixture,
) -> None:
    for _ in range(2):
        crowd = Crowd(Turns(2))
        waiting = [crowd.come(line) for line in "xab"]
        await settled()
        for _ in range(50):
            with pytest.raises(Busy):
                await crowd.come("a")
        crowd.ends.set()
        await asyncio.gather(*waiting)
    assert [record.levelno for record in caplog.records] == [logging.WARNING] * 4
    assert [record.message for record in caplog.records[1::2]] == [
        "nobody waits any more; 50 PINs were turned away"
    ] * 2
