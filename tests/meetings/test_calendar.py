"""What a calendar says of a day, and that a hostile one costs no more than its own meetings."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from consentry.errors import SetupError
from consentry.meetings.address import place_of
from consentry.meetings.calendar import MAX_CALLS, MAX_MEETINGS, MAX_TITLE, Agenda, Meeting, Stretch
from consentry.meetings.calendar import read_agenda as read
from consentry.meetings.feed import MAX_BYTES
from tests.meetings.calendars import BERLIN, DAY, MONDAY, PLANNING, STAND_UP, at, calendar

ON_MONDAY = Stretch(MONDAY, MONDAY + DAY, BERLIN)


def monday(*events: str, head: str = "") -> list[Meeting]:
    """The meetings of Monday, each of which was understood."""
    agenda = read(calendar(*events, head=head), ON_MONDAY)
    assert agenda.unread == 0
    return list(agenda.meetings)


def test_a_meeting_that_repeats_is_there_every_day_at_the_time_of_its_zone() -> None:
    (meeting,) = monday(STAND_UP)
    assert (meeting.title, meeting.place) == ("Stand-up", "Room 5")
    assert (meeting.start, meeting.end) == (at(8), at(8, 30))


def test_it_keeps_its_time_of_day_when_the_clocks_change() -> None:
    weekly = STAND_UP.replace("20261102", "20261019")
    (meeting,) = monday(weekly)
    assert meeting.start == at(8)  # 9:00 in Berlin, which in October was 7:00 UTC


def test_meetings_come_by_their_start() -> None:
    assert [m.title for m in monday(PLANNING, STAND_UP)] == ["Stand-up", "Planning"]


def test_a_time_without_a_zone_is_the_rooms() -> None:
    (meeting,) = monday("UID:a\nDTSTART:20261123T100000\nDTEND:20261123T110000\nSUMMARY:A")
    assert meeting.start == at(9)


def test_a_time_without_a_zone_is_the_calendars_where_it_says_one() -> None:
    event = "UID:a\nDTSTART:20261123T100000Z\nDTEND:20261123T110000Z\nSUMMARY:A"
    (meeting,) = monday(event, head="X-WR-TIMEZONE:America/New_York")
    assert meeting.start == at(10)


def test_a_whole_day_is_the_rooms_day() -> None:
    (meeting,) = monday("UID:a\nDTSTART;VALUE=DATE:20261123\nSUMMARY:Fair")
    assert meeting.all_day
    assert (meeting.start, meeting.end) == (at(23, day=22), at(23))


def test_a_zone_that_the_calendar_brings_along_is_followed() -> None:
    zone = """BEGIN:VTIMEZONE
TZID:Ours
BEGIN:STANDARD
DTSTART:19700101T000000
TZOFFSETFROM:+0300
TZOFFSETTO:+0300
END:STANDARD
END:VTIMEZONE"""
    (meeting,) = monday("UID:a\nDTSTART;TZID=Ours:20261123T120000\nSUMMARY:A", head=zone)
    assert meeting.start == at(9)


def test_one_that_was_moved_is_there_once_and_one_that_was_left_out_is_not() -> None:
    moved = """
UID:stand-up
RECURRENCE-ID;TZID=Europe/Berlin:20261123T090000
DTSTART;TZID=Europe/Berlin:20261123T160000
DTEND;TZID=Europe/Berlin:20261123T163000
SUMMARY:Stand-up, later
"""
    (meeting,) = monday(STAND_UP, moved)
    assert (meeting.title, meeting.start) == ("Stand-up, later", at(15))
    assert monday(STAND_UP + "EXDATE;TZID=Europe/Berlin:20261123T090000") == []


@pytest.mark.parametrize("line", ["STATUS:CANCELLED", "TRANSP:TRANSPARENT"])
def test_what_takes_no_room_is_left_out(line: str) -> None:
    assert monday(PLANNING + line) == []


@pytest.mark.parametrize("line", ["CLASS:PRIVATE", "CLASS:confidential"])
def test_what_a_private_meeting_is_about_stays_private(line: str) -> None:
    (meeting,) = monday(PLANNING + f"LOCATION:At home\n{line}")
    assert (meeting.title, meeting.place) == (None, None)
    assert meeting.start == at(13)


PARTY = "https://meet.example/r/party"


@pytest.mark.parametrize(
    "line",
    [
        f"URL:{PARTY}",
        f"LOCATION:Room 5\\, {PARTY}",
        f"CONFERENCE;VALUE=URI;FEATURE=AUDIO,VIDEO;LABEL=Party:{PARTY}",
        f"CONFERENCE;VALUE=URI:tel:+4930123456\nCONFERENCE;VALUE=URI:{PARTY}?pin=1",
        f"URL:{PARTY}\nCLASS:PRIVATE",
    ],
)
def test_where_its_call_is_may_be_said_in_any_of_three_ways(line: str) -> None:
    (meeting,) = monday(PLANNING + line)
    assert meeting.calls == {place_of(PARTY)}
    assert "meet.example" not in f"{meeting.title} {meeting.place}", "whoever passes could go there"


def test_what_a_description_quotes_is_no_call_of_it() -> None:
    (meeting,) = monday(PLANNING + f"DESCRIPTION:As last week in {PARTY}")
    assert meeting.calls == frozenset()


def test_a_flood_of_addresses_is_cut() -> None:
    many = " ".join(f"https://meet.example/r/{number}" for number in range(500))
    (meeting,) = monday(PLANNING + f"LOCATION:{many}")
    assert len(meeting.calls) <= MAX_CALLS


def test_a_meeting_is_known_again_by_its_id_and_its_day_has_one_of_its_own() -> None:
    week = Stretch(MONDAY, MONDAY + 7 * DAY, BERLIN)
    ids = [meeting.id for meeting in read(calendar(STAND_UP), week).meetings]
    assert len(set(ids)) == 7
    assert monday(STAND_UP)[0].id == ids[0]
    assert "stand-up" not in "".join(ids)


def test_one_meeting_that_makes_no_sense_is_left_out_and_counted() -> None:
    broken = "UID:b\nDTSTART:whenever\nSUMMARY:B"
    agenda = read(calendar(STAND_UP, broken, PLANNING), ON_MONDAY)
    assert [meeting.title for meeting in agenda.meetings] == ["Stand-up", "Planning"]
    assert agenda.unread == 1


@pytest.mark.parametrize("rule", ["FREQ=SECONDLY", "FREQ=MINUTELY;COUNT=9", "FREQ=hourly"])
def test_no_meeting_repeats_within_a_day(rule: str) -> None:
    flood = f"UID:f\nDTSTART:19700101T000000Z\nSUMMARY:F\nRRULE:{rule}"
    assert read(calendar(flood), ON_MONDAY) == Agenda((), 1)


def test_a_title_stays_one_line_that_fits() -> None:
    odd = "UID:a\nDTSTART:20261123T100000Z\nDURATION:PT1H\nSUMMARY:"
    (meeting,) = monday(f"{odd}  Plan\\n \u202eB\u0007  ")
    assert meeting.title == "Plan B"
    (meeting,) = monday(odd + 500 * "word ")
    assert meeting.title is not None
    assert len(meeting.title) <= MAX_TITLE
    assert meeting.title.endswith("word…")
    assert monday(odd)[0].title is None


def test_no_more_are_shown_than_a_screen_can_use() -> None:
    rule = "RDATE;VALUE=DATE-TIME:" + ",".join(
        f"20261123T{second // 3600:02}{second // 60 % 60:02}{second % 60:02}Z"
        for second in range(3600, 3600 + 2 * MAX_MEETINGS)
    )
    many = f"UID:m\nDTSTART:20261123T000000Z\nDURATION:PT1M\nSUMMARY:M\n{rule}"
    found = monday(many)
    assert len(found) == MAX_MEETINGS
    assert found[0].start == at(0)


@pytest.mark.parametrize(
    "content", [b"", b"<html>Log in</html>", b"BEGIN:VCARD\r\nEND:VCARD\r\n", b"\xff\xfe\x00"]
)
def test_what_is_no_calendar_is_called_so(content: bytes) -> None:
    with pytest.raises(SetupError, match="is no calendar"):
        read(content, ON_MONDAY)


def test_one_that_is_too_large_is_not_even_read() -> None:
    with pytest.raises(SetupError, match="more than 4 MiB"):
        read(calendar(STAND_UP) + b" " * MAX_BYTES, ON_MONDAY)


SOUND = calendar(STAND_UP, PLANNING + "EXDATE:20261124T130000Z\nRRULE:FREQ=WEEKLY;COUNT=4")
TOKENS = [
    b"BEGIN:VEVENT\r\n", b"END:VEVENT\r\n", b"BEGIN:VCALENDAR\r\n", b"END:VTIMEZONE\r\n",
    b"RRULE:FREQ=YEARLY;BYDAY=99XX\r\n", b"DTSTART;TZID=/../../etc/passwd:20261123T100000\r\n",
    b"DTEND:00000000T000000\r\n", b"DURATION:-P999999999D\r\n", b"RDATE;VALUE=PERIOD:x/y\r\n",
    b"EXDATE:99991231T235959Z\r\n", b"RECURRENCE-ID:20261123T080000Z\r\n", b"UID:planning\r\n",
    b"DTSTART:99991231T235959Z\r\n", b"DTSTART:00010101\r\n", b"\x00", b"\xff", b";", b"\r\n ",
    b"X-WR-TIMEZONE:Nowhere/At All\r\n", b"CALSCALE:MAYAN\r\n", b"STATUS:\r\nSTATUS:A\r\n",
]  # fmt: skip


@given(
    st.lists(
        st.tuples(
            st.integers(0, len(SOUND)),
            st.integers(0, 40),
            st.one_of(st.sampled_from(TOKENS), st.binary(max_size=8)),
        ),
        max_size=6,
    )
)
@example([(SOUND.index(b"DTSTART"), 0, b"CALSCALE:MAYAN\r\n")])
@example([(SOUND.index(b"VERSION"), 0, b"CALSCALE:MAYAN\r\n")])
@example([(SOUND.index(b"VERSION"), 0, b"X-WR-TIMEZONE:Nowhere/At All\r\n")])
@settings(max_examples=300, deadline=None)
def test_whatever_bytes_stand_there_something_sound_comes_of_it(
    edits: list[tuple[int, int, bytes]],
) -> None:
    content = SOUND
    for place, length, instead in edits:
        content = content[:place] + instead + content[place + length :]
    try:
        agenda = read(content, ON_MONDAY)
    except SetupError as exc:
        assert exc.__cause__ is None and exc.__suppress_context__, "the calendar is quoted"
        return
    for meeting in agenda.meetings:
        assert meeting.end > ON_MONDAY.since and meeting.start < ON_MONDAY.until
        assert meeting.title is None or meeting.title.isprintable()
