"""iCalendar text to the meetings in a stretch of time. Pure; hostile text costs one meeting."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

from consentry.errors import SetupError
from consentry.meetings.address import addresses_in, place_of, without_addresses
from consentry.meetings.feed import MAX_BYTES

MAX_SERIES = 5000
"""Meetings of a feed, each with all that repeats of it."""
MAX_MEETINGS = 500
"""That are shown of one feed; the earliest are."""
MAX_TITLE = 120
MAX_PLACE = 80
"""Characters: what a screen has room for."""
LONGEST = 2000
"""Characters of a property that are read."""
MAX_CALLS = 4
"""Addresses of one meeting's call: the same call by another way in, or by telephone."""

_TOO_OFTEN = frozenset({"SECONDLY", "MINUTELY", "HOURLY"})
"""Frequencies (RFC 5545, section 3.3.10) of no meeting, with which a few bytes ask for millions."""
_NOT_PUBLIC = frozenset({"PRIVATE", "CONFIDENTIAL"})


@dataclass(frozen=True, slots=True)
class Meeting:
    """One meeting on one day. Times are Unix times in seconds."""

    id: str
    """Opaque, and the same at every reading."""
    title: str | None
    """None where the calendar has none, or says that it is nobody's business (CLASS)."""
    start: float
    end: float
    all_day: bool = False
    place: str | None = None
    calls: frozenset[str] = frozenset()
    """Where its call is, as :func:`~consentry.meetings.address.place_of` says it."""


@dataclass(frozen=True, slots=True)
class Agenda:
    """What a feed says of a stretch of time."""

    meetings: tuple[Meeting, ...]
    """By their start."""
    unread: int = 0
    """Meetings that could not be understood."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """From ``since`` until ``until`` (Unix times); ``zone`` is the room's, an IANA name, for times
    that name none."""

    since: float
    until: float
    zone: str


def read_agenda(content: bytes, stretch: Stretch) -> Agenda:
    """The meetings of an iCalendar (RFC 5545) that touch ``stretch``, without those that were
    canceled or that take up no time (TRANSP). SetupError where ``content`` is no calendar.

    A rule may ask for more time than anybody has: call this where it can be ended.
    """
    meetings: dict[str, Meeting] = {}
    unread = 0
    for series in _series(_calendar(content)):
        try:
            found = [_meeting(event, stretch) for event in _within(series, stretch)]
        except Exception:  # the library's own errors are many, and its calendars anybody's
            unread += 1
            continue
        meetings.update((meeting.id, meeting) for meeting in found if meeting is not None)
    ordered = sorted(meetings.values(), key=lambda meeting: (meeting.start, meeting.id))
    return Agenda(tuple(ordered[:MAX_MEETINGS]), unread)


def _calendar(content: bytes) -> icalendar.Calendar:
    if len(content) > MAX_BYTES:
        raise SetupError(f"holds more than {MAX_BYTES // 1024**2} MiB")
    try:
        # Calendars of several parts are what RFC 5545 calls a stream; feeds have one.
        parts = icalendar.Calendar.from_ical(content.decode("utf-8-sig"), multiple=True)
        calendar = next(part for part in parts if part.name == "VCALENDAR")
    except Exception:
        raise SetupError("is no calendar (RFC 5545, .ics)") from None
    assert isinstance(calendar, icalendar.Calendar)
    return calendar


def _series(calendar: icalendar.Calendar) -> Iterator[icalendar.Calendar]:
    """A calendar of each meeting's own, with the exceptions to it: a broken one breaks no other."""
    zones = [part for part in calendar.subcomponents if part.name == "VTIMEZONE"]
    events: dict[str, list[Any]] = {}
    for number, part in enumerate(calendar.subcomponents):
        if part.name == "VEVENT":
            events.setdefault(str(part.get("UID", number)), []).append(part)
    if len(events) > MAX_SERIES:
        raise SetupError(f"holds more than {MAX_SERIES} meetings")
    for parts in events.values():
        alone = icalendar.Calendar(calendar)
        alone.subcomponents = [*zones, *parts]
        yield alone


def _within(series: icalendar.Calendar, stretch: Stretch) -> list[Any]:
    for event in series.walk("VEVENT"):
        rules = event.get("RRULE", [])
        for rule in rules if isinstance(rules, list) else [rules]:
            if _TOO_OFTEN & {str(frequency).upper() for frequency in rule.get("FREQ", [])}:
                raise ValueError("a meeting that repeats within a day")
    zone = ZoneInfo(stretch.zone)
    since, until = (datetime.fromtimestamp(at, zone) for at in (stretch.since, stretch.until))
    found: list[Any] = recurring_ical_events.of(series).between(since, until)
    return found


def _meeting(event: Any, stretch: Stretch) -> Meeting | None:
    """None where there is no meeting, or none within ``stretch``."""
    if _text(event, "STATUS") == "CANCELLED" or _text(event, "TRANSP") == "TRANSPARENT":
        return None
    zone = ZoneInfo(stretch.zone)
    begins = event["DTSTART"].dt
    start, end = _moment(begins, zone), _moment(event["DTEND"].dt, zone)
    if end <= stretch.since or start >= stretch.until or end < start:
        return None
    hidden = _text(event, "CLASS").upper() in _NOT_PUBLIC
    named = f"{_text(event, 'UID')}\n{start}"
    return Meeting(
        hashlib.sha256(named.encode()).hexdigest()[:16],
        None if hidden else _shown(event, "SUMMARY", MAX_TITLE),
        start,
        end,
        not isinstance(begins, datetime),
        None if hidden else _shown(event, "LOCATION", MAX_PLACE),
        _calls(event),
    )


def _calls(event: Any) -> frozenset[str]:
    """Where the event says that its call is: CONFERENCE (RFC 7986, section 5.11), URL, or an
    address that stands for the place. A description may quote the address of any other call."""
    conference = event.get("CONFERENCE", [])
    named = [*(conference if isinstance(conference, list) else [conference])]
    texts = [*map(str, named), _text(event, "URL"), _text(event, "LOCATION")]
    found = [address for text in texts for address in addresses_in(text[:LONGEST])]
    return frozenset([place for each in found[:MAX_CALLS] if (place := place_of(each))])


def _moment(value: date | datetime, zone: ZoneInfo) -> float:
    """The Unix time of a date (its first moment), or of a time, which may name no zone."""
    if not isinstance(value, datetime):
        value = datetime.combine(value, time())
    moment = value if value.tzinfo is not None else value.replace(tzinfo=zone)
    return (moment - datetime.fromtimestamp(0, UTC)) / timedelta(seconds=1)


def _text(event: Any, name: str) -> str:
    value = event.get(name, "")
    return str(value[0] if isinstance(value, list) and value else value)


def _shown(event: Any, name: str, longest: int) -> str | None:
    """A text on one line, without what would turn or hide the line; None where nothing is left."""
    # An address is no place or title: whoever reads it off the screen could enter the call.
    text = " ".join(without_addresses(_text(event, name)[:LONGEST]).split())
    text = "".join(character for character in text if character.isprintable())
    if len(text) > longest:
        return f"{text[: longest - 1].rstrip()}…"
    return text or None
