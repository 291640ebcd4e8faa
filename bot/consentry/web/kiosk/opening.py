"""The kiosk of a bot that runs: its meetings kept up to date, claims heard at the bot's desk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

from consentry.bot import Bot
from consentry.config.kiosk import KioskSection
from consentry.config.people import Chosen
from consentry.meetings.address import place_of
from consentry.meetings.schedule import Schedule, Times, reading_workers
from consentry.people.roll import Roll
from consentry.web.calls import Calls
from consentry.web.kiosk.key import KioskKey, made_key
from consentry.web.kiosk.pages import Entry, KioskPages
from consentry.web.kiosk.picture import WorkerDecode, decoding_workers
from consentry.web.kiosk.reach import Attendance, Keeping, Reach, Usual
from consentry.web.kiosk.screen import Place
from consentry.web.kiosk.visit import Doors
from consentry.web.links import Links
from consentry.web.rendering import Rendering


@asynccontextmanager
async def kiosk_of(bot: Bot, links: Links, calls: Calls) -> AsyncIterator[KioskPages | None]:
    """The kiosk, whose feeds are read while the block runs; None where there is to be none.

    ``links`` says where people reach the server that serves it, and ``calls`` is what the bot is
    in.
    """
    section, enrollment = bot.config.kiosk, bot.enrollment
    if section is None or enrollment is None or bot.store is None:
        yield None
        return
    made = made_key(bot.store.ring.secret("kiosk"))
    key = KioskKey(
        section.key.get_secret_value() if section.key else made, f"{links.root}/kiosk", links.secure
    )
    faces = bot.face_checks if Chosen.FACE in enrollment.allowed else None
    entry = Entry(key, lambda: links.base_url, enrollment.desk.passkeys.to_show)
    async with (
        reading_workers() as workers,
        decoding_workers(faces is not None) as decoding,
        asyncio.TaskGroup() as tasks,
    ):
        now = asyncio.get_running_loop().time
        doors = Doors(enrollment.desk, faces, now, WorkerDecode(decoding))
        schedule = Schedule(section.read_from(), workers, Times(section.time_zone))
        reach = _reach(section, calls, enrollment.people.roll, schedule.now)
        place = Place(section.room, schedule, doors, enrollment.allowed, reach)
        reading = tasks.create_task(schedule.run(), name="calendar-feeds")
        try:
            yield KioskPages(place, entry, Rendering(links.root))
        finally:
            reading.cancel()


def _reach(section: KioskSection, calls: Calls, roll: Roll, now: Callable[[], float]) -> Reach:
    def attendance_at(places: frozenset[str]) -> Attendance | None:
        session = calls.at(places)
        return None if session is None else session.attendance

    place = place_of(section.call) if section.call else None
    places = frozenset([place]) if place is not None else frozenset()
    # Where there are no meetings, everybody comes to the room's own call.
    usual = Usual(places, frozenset() if section.feeds else places)
    keeping = None
    if (days := section.keep_arrivals_days) is not None:
        keeping = Keeping(roll, timedelta(days=days), section.room)
    return Reach(attendance_at, now, usual, keeping)
