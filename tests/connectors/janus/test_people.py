"""Who of the video room is who in the call."""

from __future__ import annotations

import pytest

from consentry.connectors.janus.frames import Stream
from consentry.connectors.janus.happenings import Person
from consentry.connectors.janus.people import MAX_NAME, People, shown_name, track_of
from consentry.events import Medium, Participant

MICROPHONE = Stream(type="audio", mid="0", codec="opus")
SCREEN = Stream(type="video", mid="1", description="My Screen")
CAMERA = Stream(type="video", mid="2", description="Camera")
CHAT = Stream(type="data", mid="3")


def test_the_microphone_and_the_camera_are_taken_and_a_screen_is_not() -> None:
    person = Person(5, "Mia", (MICROPHONE, SCREEN, CAMERA, CHAT))
    assert track_of(person, Medium.AUDIO) == MICROPHONE
    assert track_of(person, Medium.VIDEO) == CAMERA
    assert track_of(Person(5, "Mia", (SCREEN,)), Medium.VIDEO) is None


def test_what_is_disabled_is_not_there() -> None:
    off = Stream(type="audio", mid="0", disabled=True)
    assert track_of(Person(5, "Mia", (off,)), Medium.AUDIO) is None


def test_who_comes_under_the_id_of_somebody_that_left_is_somebody_else() -> None:
    people = People()
    people.see(Person(5, "Mia"), "Mia")
    people.miss(5)
    assert people.see(Person(5, "Mallory"), "Mallory") == Participant("5/2", "Mallory")
    assert people.feed("5") is None
    assert people.feed("5/2") == 5


def test_a_name_may_change_and_the_id_stays() -> None:
    people = People()
    people.see(Person(5, "Mia"), "Mia")
    assert people.see(Person(5, "Mia Maier"), "Mia Maier") == Participant("5", "Mia Maier")


@pytest.mark.parametrize(
    ("display", "shown"),
    [
        ("", "Anonymous"),
        ("   ", "Anonymous"),
        ("Sam\u202egnp", "Samgnp"),
        ("A\nB", "AB"),
        ("x" * 999, "x" * MAX_NAME),
    ],
)
def test_a_name_hides_and_reorders_nothing(display: str, shown: str) -> None:
    assert shown_name(display) == shown
