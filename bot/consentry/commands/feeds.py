"""What ``consentry check`` finds of the kiosk's calendar feeds: it reads them as the kiosk does."""

from __future__ import annotations

import asyncio

from rich.table import Table
from rich.text import Text

from consentry.config.kiosk import KioskSection
from consentry.errors import ConfigError
from consentry.meetings.schedule import AHEAD, Reading, Schedule, Times, reading_workers


def check_feeds(kiosk: KioskSection) -> Table | None:
    """What is in each feed; None where there is none. ConfigError, a line each, for those that
    can't be read."""
    if not kiosk.feeds:
        return None
    readings = asyncio.run(_read(kiosk))
    faults = [str(reading.error) for reading in readings.values() if reading.error is not None]
    if faults:
        raise ConfigError("\n".join(faults))
    table = Table("calendar feed", f"meetings in the next {AHEAD / 86400:g} days", "not understood")
    for name, reading in readings.items():
        agenda = reading.agenda
        table.add_row(Text(name), str(_ahead(reading)), str(agenda.unread))
    return table


def _ahead(reading: Reading) -> int:
    assert reading.at is not None
    return sum(meeting.end > reading.at for meeting in reading.agenda.meetings)


async def _read(kiosk: KioskSection) -> dict[str, Reading]:
    async with reading_workers() as workers:
        schedule = Schedule(kiosk.read_from(), workers, Times(kiosk.time_zone))
        await schedule.refresh()
    return schedule.readings
