"""Finds the day by which something was promised: "by Friday, April 17th", "bis Ende der Woche"."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

_WEEKDAYS = (
    "monday montag maandag lundi",
    "tuesday dienstag dinsdag mardi",
    "wednesday mittwoch woensdag mercredi",
    "thursday donnerstag donderdag jeudi",
    "friday freitag vrijdag vredag vendredi",
    "saturday samstag sonnabend zaterdag samedi",
    "sunday sonntag zondag dimanche",
)
_MONTHS = (
    "january januar januari janvier jänner",
    "february februar februari février",
    "march märz maart mars",
    "april avril",
    "may mai mei",
    "june juni juin",
    "july juli juillet",
    "august augustus août",
    "september septembre",
    "october oktober octobre",
    "november novembre",
    "december dezember décembre",
)
_COUNTS = (
    "one a an ein eine einer einem één een un une",
    "two zwei twee deux",
    "three drei drie trois",
    "four vier quatre",
    "five fünf vijf cinq",
    "six sechs zes",
    "seven sieben zeven sept",
    "eight acht huit",
    "nine neun negen neuf",
    "ten zehn tien dix",
)


def _any(words: tuple[str, ...]) -> str:
    return "|".join(sorted(" ".join(words).split(), key=len, reverse=True))


_DAY = rf"\b(?P<day>{_any(_WEEKDAYS)})\b"
_DAY_FIRST = rf"\b(?P<day2>{_any(_WEEKDAYS)})\b"
_MONTH = rf"(?P<month>{_any(_MONTHS)})\b"
_COUNT = rf"(?P<count>\d{{1,2}}|{_any(_COUNTS)})"
_NEXT = r"(?:next|nächste[nmrs]?|volgende|prochaine?)"
_THIS = r"(?:this(?: coming)?|the coming|coming|diese[nmrs]?|kommende[nmrs]?|deze|komende|ce|cette)"
_LEAD = re.compile(
    r"\b(?:(?:no later than|not later than|at the latest|by|on|until|till|before|due|latest|"
    r"bis|spätestens|am|vor|im laufe|voor|tot|op|uiterlijk|vóór|tegen|avant|d'ici|pour|jusqu'à)"
    r"(?: (?:the|zum|zur|dem|den|der|spätestens|het|de|la|le|on|end of))*|the|zum|zur|den|dem|"
    r"het) $",
    re.IGNORECASE,
)
_PLAIN = re.compile(r"^(?:by|on|am|op|the(?! day)|pour|due)(?: the(?! day))? ", re.IGNORECASE)
_TAIL = re.compile(
    r"^(?: (?:morning|afternoon|evening|night|noon|lunchtime|früh|vormittag|nachmittag|abend|"
    r"mittag|"
    r"ochtend|middag|avond|matin|soir|après-midi)\b)?"
    r"(?:,? (?:at|by|around|before|um|om|gegen|tegen|à) (?:noon|lunch|midday|half past \w+|"
    r"\d{1,2}(?:[:.]\d\d)?|"
    r"one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|zehn|elf|zwölf|tien|twaalf)"
    r"\b(?: ?(?:o'clock|a\.?m\b\.?|p\.?m\b\.?|uhr|uur|heures))?)?"
    r"(?: (?:at the latest|the latest|spätestens|latest|uiterlijk|au plus tard))?",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"^,?\s*(?:(?:on|the|am|den|dem|der|op|de|le) )*(?:of )?$", re.IGNORECASE)

Resolve = Callable[[re.Match[str], date], date | None]


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline as it was said, and the day it means."""

    text: str
    day: date | None
    """``None`` where the words name no one day ("next week")."""
    start: int
    """Where it stands in the text, with its preposition."""
    end: int


def find_due(text: str, today: date) -> Due | None:
    """The last deadline in ``text``; a weekday is the next one after ``today``."""
    spans = sorted(_spans(text, today), key=lambda span: (span[0], -span[1]))
    if not spans:
        return None
    start, end, day, rank = spans[0]
    for first, last, other, weight in spans[1:]:
        if first > end and not _BETWEEN.match(text[end:first]):
            start, end, day, rank = first, last, other, weight
        else:
            day, rank = (other, weight) if weight > rank and other else (day, rank)
            end = max(end, last)
    if lead := _LEAD.search(text[:start]):
        start = lead.start()
    if tail := _TAIL.match(text[end:]):
        end += tail.end()
    return Due(_PLAIN.sub("", text[start:end]).strip(), day, start, end)


def without_due(text: str, due: Due | None) -> str:
    """``text`` with the deadline and the commas around it taken out."""
    if due is None:
        return text
    before, after = text[: due.start].rstrip(" ,"), text[due.end :].lstrip(" ,")
    return f"{before}{after}" if after[:1] in ".!?" else f"{before} {after}".strip()


def _spans(text: str, today: date) -> Iterator[tuple[int, int, date | None, int]]:
    """Start, end, day and how exact each pattern is."""
    for rank, (pattern, resolve) in enumerate(_PATTERNS):
        for match in re.finditer(pattern, text, re.IGNORECASE):
            try:
                yield match.start(), match.end(), resolve(match, today), rank
            except ValueError:  # the 31st of a month of thirty days
                continue


def _index(groups: tuple[str, ...], word: str) -> int:
    return next(place for place, group in enumerate(groups) if word.lower() in group.split())


def _after(today: date, days: int) -> date:
    try:
        return today + timedelta(days=days)
    except OverflowError:
        raise ValueError("beyond the calendar") from None


def _vague(match: re.Match[str], today: date) -> None:
    return None


def _weekday(match: re.Match[str], today: date) -> date:
    distance = (_index(_WEEKDAYS, match["day"]) - today.weekday()) % 7
    return _after(today, distance or 7)


def _next_weekday(match: re.Match[str], today: date) -> date:
    """Of the next calendar week, which begins on Monday (ISO 8601)."""
    place = _index(_WEEKDAYS, match["day"] or match["day2"])
    return _after(today, 7 - today.weekday() + place)


def _end_of_week(today: date, weeks: int) -> date:
    """Friday, the last working day; on a weekend, Sunday."""
    last = 4 if today.weekday() <= 4 or weeks else 6
    return _after(today, 7 * weeks + last - today.weekday())


def _end_of_month(first: date, today: date) -> date:
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    return last if last >= today else _end_of_month(first.replace(year=first.year + 1), today)


def _end_of_named_month(match: re.Match[str], today: date) -> date:
    return _end_of_month(date(today.year, _index(_MONTHS, match["month"]) + 1, 1), today)


def _span(match: re.Match[str], today: date) -> date:
    count = match["count"].lower()
    number = int(count) if count.isdigit() else _index(_COUNTS, count) + 1
    return _after(today, number * (7 if match["unit"][0].lower() in "ws" else 1))


def _date(match: re.Match[str], today: date) -> date:
    """This year's, or next year's where that is past."""
    month, number = _index(_MONTHS, match["month"]) + 1, int(match["number"])
    day = date(today.year, month, number)
    return day if day >= today else date(today.year + 1, month, number)


_IN = r"\b(?:in|within|innerhalb von|binnen|over|dans)(?: the next| den nächsten)?"

_PATTERNS: tuple[tuple[str, Resolve], ...] = (
    (
        rf"\b{_NEXT} (?:week|woche|month|monat|maand|semaine|mois|quarter|sprint|meeting|"
        r"vergadering|sitzung)\b",
        _vague,
    ),
    (r"\b(?:la semaine prochaine|le mois prochain)\b", _vague),
    (
        r"\b(?:today|tonight|this (?:morning|afternoon|evening)|end of (?:the |this )?day|"
        r"heute|vandaag|vanavond|"
        r"vanmiddag|aujourd'hui|ce soir|close of business)\b",
        lambda _, today: today,
    ),
    (
        r"(?<!guten )(?<!goede )\b(?:tomorrow|morgen|demain)\b",
        lambda _, today: _after(today, 1),
    ),
    (
        r"\b(?:the day after tomorrow|übermorgen|overmorgen|après-demain)\b",
        lambda _, today: _after(today, 2),
    ),
    (rf"(?:\b(?:{_THIS}) )?{_DAY}", _weekday),
    (rf"\b{_NEXT} {_DAY}|{_DAY_FIRST} prochain\b", _next_weekday),
    (
        rf"\b(?:next week|nächste woche|volgende week)(?: on| am| op)? {_DAY}|"
        rf"{_DAY_FIRST}(?:,? (?:of )?next week| nächster woche| "
        rf"volgende week)\b",
        _next_weekday,
    ),
    (
        r"\b(?:(?:the )?(?:end of|later) (?:the |this )?week|(?:ende|laufe) (?:der|dieser) "
        r"woche|"
        r"(?:het )?eind(?:e)? van (?:de|deze) week|(?:la )?fin de (?:la |cette )?semaine)\b",
        lambda _, today: _end_of_week(today, 0),
    ),
    (
        r"\b(?:(?:the )?end of next week|ende (?:der )?nächste[rn] woche|(?:het )?einde? "
        r"van volgende week)\b",
        lambda _, today: _end_of_week(today, 1),
    ),
    (
        r"\b(?:(?:the )?end of (?:the |this )?month|monatsende|ende (?:des|dieses) monats|"
        r"(?:het )?einde? van (?:de|deze) maand|(?:la )?fin du mois)\b",
        lambda _, today: _end_of_month(today.replace(day=1), today),
    ),
    (
        rf"\b(?:(?:the )?end of|ende|(?:het )?einde?(?: van)?|(?:la )?fin) {_MONTH}",
        _end_of_named_month,
    ),
    (rf"{_IN} {_COUNT} (?P<unit>days?|tage?n?|dagen|dag|jours?)\b", _span),
    (rf"{_IN} {_COUNT} (?P<unit>weeks?|wochen?|weken|semaines?)\b", _span),
    (rf"\b{_MONTH} (?:the )?(?P<number>\d{{1,2}})(?:st|nd|rd|th)?\b", _date),
    (rf"\b(?P<number>\d{{1,2}})(?:st|nd|rd|th|er|e|\.)?(?: of)? {_MONTH}", _date),
)
"""From the vaguest to the most exact."""
