"""The meetings of a room: its feeds read from time to time, and the last good reading kept."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from consentry.errors import SetupError
from consentry.meetings.calendar import Agenda, Meeting, Stretch, read_agenda
from consentry.meetings.feed import Feed
from consentry.meetings.fetching import fetch
from consentry.workers import Workers

log = logging.getLogger(__name__)

EVERY = 300.0
"""Seconds between two readings."""
READING = 20.0
"""Seconds of work that a calendar may ask for; :data:`~consentry.meetings.calendar.MAX_SERIES`
meetings take a few."""
BEHIND = 12 * 3600.0
AHEAD = 7 * 24 * 3600.0
"""Seconds read around now: the last good reading serves as long."""
OLD = 3600.0
"""Seconds after which a reading that could not be renewed is said to be old."""
SOON = 18 * 3600.0
"""Seconds ahead that a screen shows: today, and an early start tomorrow."""
MAX_SHOWN = 12

Sleep = Callable[[float], Awaitable[None]]
"""Returns after that many seconds."""


@dataclass(frozen=True, slots=True)
class Times:
    """The clock, in Unix time, and the room's zone: an IANA name."""

    zone: str
    now: Callable[[], float] = time.time


@dataclass(frozen=True, slots=True)
class Reading:
    """Of one feed: what was read last with success, and what went wrong since."""

    agenda: Agenda = Agenda(())
    at: float | None = None
    """None where it never was read."""
    error: SetupError | None = None


class Schedule:
    """What the feeds of one room say. ``workers`` read calendars; with a deadline, so that none
    holds them up."""

    def __init__(self, feeds: Sequence[Feed], workers: Workers, times: Times) -> None:
        self._readings = {feed: Reading() for feed in feeds}
        self._workers = workers
        self._times = times

    @property
    def readings(self) -> dict[str, Reading]:
        """By the names of the feeds."""
        return {feed.name: reading for feed, reading in self._readings.items()}

    @property
    def zone(self) -> str:
        """The room's."""
        return self._times.zone

    def now(self) -> float:
        """Unix time, by the clock that says what is soon."""
        return self._times.now()

    @property
    def old(self) -> bool:
        """Whether what is shown may no longer be so: a feed was not read for an hour."""
        now = self._times.now()
        failing = [reading for reading in self._readings.values() if reading.error is not None]
        return any(reading.at is None or now - reading.at >= OLD for reading in failing)

    def soon(self) -> list[Meeting]:
        """What lasts, and what comes next, by start; once, where two feeds have it."""
        now = self._times.now()
        found = {
            meeting.id: meeting
            for reading in self._readings.values()
            for meeting in reading.agenda.meetings
            if meeting.end > now and meeting.start < now + SOON
        }
        return sorted(found.values(), key=lambda one: (one.start, one.end, one.id))[:MAX_SHOWN]

    async def run(self, sleep: Sleep = asyncio.sleep) -> None:
        """Read at once, and from time to time until cancelled."""
        while True:
            await self.refresh()
            await sleep(EVERY)

    async def refresh(self) -> None:
        """Read every feed; one that fails keeps what it had."""
        for feed, before in tuple(self._readings.items()):
            try:
                agenda = await self._read(feed)
            except SetupError as exc:
                self._failed(feed, before, exc)
            except Exception as exc:  # one feed's, whatever it sent: the others are read
                self._failed(feed, before, SetupError(f"{feed.name}: {type(exc).__name__}"))
            else:
                self._readings[feed] = Reading(agenda, self._times.now())

    def _failed(self, feed: Feed, before: Reading, error: SetupError) -> None:
        if before.error is None:
            log.warning("a calendar feed can't be read; %s", error)
        self._readings[feed] = replace(before, error=error)

    async def _read(self, feed: Feed) -> Agenda:
        content = await fetch(feed)
        now = self._times.now()
        stretch = Stretch(now - BEHIND, now + AHEAD, self._times.zone)
        try:
            return await self._workers.run(read_agenda, content, stretch)
        except SetupError as exc:
            raise SetupError(f"{feed.name}: {exc}") from None


def reading_workers() -> Workers:
    """One process in which calendars are read."""
    return Workers(1, deadline=READING)
