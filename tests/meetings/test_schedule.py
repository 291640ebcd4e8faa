"""The meetings of a room, while its feeds come and go."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from consentry.meetings.feed import Feed
from consentry.meetings.schedule import EVERY, OLD, Schedule, Times
from consentry.workers import Workers
from tests.meetings.calendars import BERLIN, PLANNING, STAND_UP, at, calendar

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Clock:
    """Unix time, which a test moves."""

    now: float = at(7)

    def __call__(self) -> float:
        return self.now


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def workers() -> AsyncIterator[Workers]:
    async with Workers(1, deadline=20) as running:
        yield running


class Room:
    """A schedule of files."""

    def __init__(self, folder: Path, workers: Workers, files: int = 1) -> None:
        self.files = [folder / f"{number}.ics" for number in range(files)]
        feeds = [Feed(f"kiosk.feeds.{i}", file) for i, file in enumerate(self.files)]
        self.clock = Clock()
        self.schedule = Schedule(feeds, workers, Times(BERLIN, self.clock))

    async def reads(self, *contents: bytes | None) -> None:
        """The feeds hold this now, and are read; None: the file is gone."""
        for file, content in zip(self.files, contents, strict=True):
            file.unlink(missing_ok=True) if content is None else file.write_bytes(content)
        await self.schedule.refresh()

    @property
    def titles(self) -> list[str | None]:
        return [meeting.title for meeting in self.schedule.soon()]


async def test_it_shows_what_lasts_and_what_comes_next(tmp_path: Path, workers: Workers) -> None:
    room = Room(tmp_path, workers)
    await room.reads(calendar(STAND_UP, PLANNING))
    assert room.titles == ["Stand-up", "Planning"]
    room.clock.now = at(8, 29)
    assert room.titles == ["Stand-up", "Planning"]
    room.clock.now = at(8, 30)
    assert room.titles == ["Planning"]
    room.clock.now = at(18)
    assert room.titles == ["Stand-up"]  # that of tomorrow


async def test_two_feeds_are_one_schedule_with_each_meeting_once(
    tmp_path: Path, workers: Workers
) -> None:
    room = Room(tmp_path, workers, files=2)
    await room.reads(calendar(PLANNING), calendar(STAND_UP, PLANNING))
    assert room.titles == ["Stand-up", "Planning"]


async def test_a_feed_that_fails_keeps_what_it_said_last(tmp_path: Path, workers: Workers) -> None:
    room = Room(tmp_path, workers)
    await room.reads(calendar(STAND_UP))
    for broken in (None, b"<html>", b""):
        await room.reads(broken)
        assert room.titles == ["Stand-up"]
    await room.reads(calendar(PLANNING))
    assert room.titles == ["Planning"]
    assert room.schedule.readings["kiosk.feeds.0"].error is None


async def test_after_an_hour_of_failing_it_says_that_it_is_old(
    tmp_path: Path, workers: Workers
) -> None:
    room = Room(tmp_path, workers)
    await room.reads(calendar(STAND_UP))
    await room.reads(None)
    room.clock.now += OLD - 1
    assert not room.schedule.old
    room.clock.now += 1
    assert room.schedule.old
    await room.reads(calendar(STAND_UP))
    assert not room.schedule.old


async def test_a_feed_that_never_was_read_is_old_at_once(tmp_path: Path, workers: Workers) -> None:
    room = Room(tmp_path, workers)
    assert not room.schedule.old  # not looked at yet
    await room.reads(None)
    assert room.schedule.old
    assert room.titles == []


async def test_one_broken_feed_takes_nothing_from_another(
    tmp_path: Path, workers: Workers, caplog: pytest.LogCaptureFixture
) -> None:
    room = Room(tmp_path, workers, files=2)
    with caplog.at_level(logging.WARNING):
        await room.reads(b"junk of Ana's", calendar(PLANNING))
        await room.reads(b"junk of Ana's", calendar(PLANNING))
    assert room.titles == ["Planning"]
    (line,) = caplog.messages  # once, and not at every reading
    assert "kiosk.feeds.0: is no calendar" in line
    assert "Ana" not in line


async def test_a_rule_that_takes_for_ever_is_given_up_and_the_next_feed_is_read(
    tmp_path: Path,
) -> None:
    never = "DTSTART:19700101T000000Z\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"
    many = [f"UID:{number}\n{never}" for number in range(50)]
    async with Workers(1, deadline=1.5) as impatient:
        await impatient.warm_up()
        room = Room(tmp_path, impatient, files=2)
        await room.reads(calendar(*many), calendar(PLANNING))
    error = room.schedule.readings["kiosk.feeds.0"].error
    assert error is not None and "took more than 1.5 s" in str(error)
    assert room.titles == ["Planning"]


async def test_an_error_that_nobody_foresaw_is_that_feeds_alone(
    tmp_path: Path, workers: Workers
) -> None:
    room = Room(tmp_path, workers, files=2)
    room.files[0] = tmp_path / "room\0.ics"  # no file system has this name
    feeds = [Feed(f"kiosk.feeds.{i}", file) for i, file in enumerate(room.files)]
    room.schedule = Schedule(feeds, workers, Times(BERLIN, room.clock))
    room.files[1].write_bytes(calendar(PLANNING))
    await room.schedule.refresh()
    assert room.titles == ["Planning"]
    assert str(room.schedule.readings["kiosk.feeds.0"].error) == "kiosk.feeds.0: ValueError"


async def test_it_reads_again_and_again_until_it_is_stopped(
    tmp_path: Path, workers: Workers
) -> None:
    room = Room(tmp_path, workers)
    slept: asyncio.Queue[float] = asyncio.Queue()
    go_on = asyncio.Semaphore(0)

    async def sleep(seconds: float) -> None:
        await slept.put(seconds)
        await go_on.acquire()

    running = asyncio.ensure_future(room.schedule.run(sleep))
    assert await slept.get() == EVERY
    assert room.titles == []
    room.files[0].write_bytes(calendar(PLANNING))
    go_on.release()
    await slept.get()
    assert room.titles == ["Planning"]
    running.cancel()
