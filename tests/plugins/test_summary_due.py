"""Deadlines as people say them, and the days they mean."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry_summary.due import Due, find_due, without_due

MONDAY = date(2026, 6, 8)
days = st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1))
WEEKDAYS = {
    "en": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    "de": ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"],
    "nl": ["maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"],
    "fr": ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
}


def due(text: str, today: date = MONDAY) -> Due:
    found = find_due(text, today)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("said", "text", "day"),
    [
        ("by tomorrow", "tomorrow", "2026-06-09"),
        ("tomorrow morning", "tomorrow morning", "2026-06-09"),
        ("the day after tomorrow", "the day after tomorrow", "2026-06-10"),
        ("by Friday", "Friday", "2026-06-12"),
        ("until Friday", "until Friday", "2026-06-12"),
        ("on Monday", "Monday", "2026-06-15"),
        ("by next Tuesday", "next Tuesday", "2026-06-16"),
        ("this Thursday", "this Thursday", "2026-06-11"),
        ("on Thursday, June 18th, at noon", "Thursday, June 18th, at noon", "2026-06-18"),
        ("on Friday at four o'clock", "Friday at four o'clock", "2026-06-12"),
        ("by March 11th", "March 11th", "2027-03-11"),
        ("on the 20th of June", "20th of June", "2026-06-20"),
        ("by the end of the week", "end of the week", "2026-06-12"),
        ("before the end of this week", "before the end of this week", "2026-06-12"),
        ("by the end of next week", "end of next week", "2026-06-19"),
        ("before the end of August", "before the end of August", "2026-08-31"),
        ("by the end of the month", "end of the month", "2026-06-30"),
        ("in two weeks", "in two weeks", "2026-06-22"),
        ("within 3 days", "within 3 days", "2026-06-11"),
        ("this afternoon", "this afternoon", "2026-06-08"),
        ("bis Freitag", "bis Freitag", "2026-06-12"),
        ("am 18. Juni um zehn Uhr", "18. Juni um zehn Uhr", "2026-06-18"),
        ("übermorgen", "übermorgen", "2026-06-10"),
        ("bis Ende der Woche", "bis Ende der Woche", "2026-06-12"),
        ("bis nächsten Dienstag", "bis nächsten Dienstag", "2026-06-16"),
        ("in zwei Wochen", "in zwei Wochen", "2026-06-22"),
        ("uiterlijk vrijdag", "uiterlijk vrijdag", "2026-06-12"),
        ("volgende week dinsdag", "volgende week dinsdag", "2026-06-16"),
        ("voor het einde van de maand", "voor het einde van de maand", "2026-06-30"),
        ("overmorgen", "overmorgen", "2026-06-10"),
        ("op 18 juni", "18 juni", "2026-06-18"),
        ("binnen drie dagen", "binnen drie dagen", "2026-06-11"),
        ("d'ici vendredi", "d'ici vendredi", "2026-06-12"),
        ("avant le 20 juin", "avant le 20 juin", "2026-06-20"),
    ],
)  # fmt: skip
def test_a_deadline_means_a_day(said: str, text: str, day: str) -> None:
    assert due(f"I will do it {said}.").text == text
    assert due(f"I will do it {said}.").day == date.fromisoformat(day)


def test_next_week_is_a_deadline_but_no_day() -> None:
    assert due("I will do it next week.").day is None
    assert due("I will do it next week.").text == "next week"


@pytest.mark.parametrize(
    "said",
    ["It may take 30 people.", "Guten Morgen zusammen.", "Goedemorgen.", "We march on.", "", "...",
     "At 4 o'clock, as always.", "On February 30th."],
)  # fmt: skip
def test_what_is_no_deadline_is_none(said: str) -> None:
    assert find_due(said, MONDAY) is None


def test_the_words_around_a_deadline_close_up() -> None:
    said = "Call them on Wednesday, March 11th, and explain the new date."
    assert without_due(said, find_due(said, MONDAY)) == "Call them and explain the new date."


def test_a_sentence_without_a_deadline_stays_as_it_is() -> None:
    assert without_due("Call them.", None) == "Call them."


def test_of_two_deadlines_the_last_counts() -> None:
    assert due("On Friday we meet, so I will do it by tomorrow.").day == date(2026, 6, 9)


@given(days, st.integers(0, 6), st.sampled_from(sorted(WEEKDAYS)))
def test_a_weekday_is_the_next_one_in_every_language(today: date, place: int, code: str) -> None:
    day = due(f"… {WEEKDAYS[code][place]}.", today).day
    assert day is not None
    assert day.weekday() == place
    assert timedelta(0) < day - today <= timedelta(7)


@given(days, st.integers(0, 6))
def test_next_weekday_is_in_the_week_after_this_one(today: date, place: int) -> None:
    day = due(f"next {WEEKDAYS['en'][place]}", today).day
    assert day is not None
    assert day.isocalendar()[:2] == (today + timedelta(7)).isocalendar()[:2]


@given(days, days)
def test_a_date_without_a_year_is_never_past(today: date, named: date) -> None:
    found = find_due(f"by {named:%B} {named.day}", today)
    if found is None:  # February 29th in a year that has none
        assert (named.month, named.day) == (2, 29)
        return
    assert found.day is not None
    assert found.day >= today
    assert (found.day.month, found.day.day) == (named.month, named.day)


@given(st.text(max_size=80), days)
def test_any_text_has_a_deadline_within_it_or_none(text: str, today: date) -> None:
    found = find_due(text, today)
    if found is not None:
        assert 0 <= found.start < found.end <= len(text)
        assert len(without_due(text, found)) <= len(text)


@given(days)
def test_the_last_days_of_the_calendar_raise_nothing(today: date) -> None:
    assert find_due("tomorrow", date.max) is None
    assert due("tomorrow", today).day == today + timedelta(1)
