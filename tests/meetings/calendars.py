"""Calendars as programs write them."""

from __future__ import annotations

from datetime import UTC, datetime

BERLIN = "Europe/Berlin"
DAY = 24 * 3600.0
MONDAY = datetime(2026, 11, 23, tzinfo=UTC).timestamp()

STAND_UP = """
UID:stand-up
DTSTART;TZID=Europe/Berlin:20261102T090000
DTEND;TZID=Europe/Berlin:20261102T093000
RRULE:FREQ=DAILY
SUMMARY:Stand-up
LOCATION:Room 5
"""
PLANNING = """
UID:planning
DTSTART:20261123T130000Z
DURATION:PT1H
SUMMARY:Planning
"""


def calendar(*events: str, head: str = "") -> bytes:
    """An iCalendar of events, each the lines between BEGIN and END."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN", *head.split("\n")]
    for event in events:
        lines += ["BEGIN:VEVENT", "DTSTAMP:20261101T000000Z", *event.split("\n"), "END:VEVENT"]
    return ("\r\n".join(line for line in [*lines, "END:VCALENDAR"] if line) + "\r\n").encode()


def at(hour: int, minute: int = 0, day: int = 23) -> float:
    """Unix time of a time in November 2026, UTC."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC).timestamp()
