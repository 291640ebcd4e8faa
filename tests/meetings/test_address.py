"""Two addresses of one call are known to be so, and those of two calls are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.meetings.address import addresses_in, place_of, without_addresses

PARTY = "https://meet.example/r/party"


@pytest.mark.parametrize(
    "same",
    [
        "https://meet.example/r/party/",
        "https://Meet.Example:443/r/party?language=de#now",
        "room:https://meet.example/r/party",
        "  https://meet.example./r/%70arty  ",
    ],
)
def test_what_may_differ_between_two_visits_makes_no_other_call(same: str) -> None:
    assert place_of(same) == place_of(PARTY)


@pytest.mark.parametrize(
    "other",
    [
        "https://meet.example/r/Party",
        "https://meet.example:8443/r/party",
        "https://meet.example.evil.example/r/party",
        "https://meet.example/r/party/2",
        "https://meet.example/r/party?room=2",
        "https://evil.example/?https://meet.example/r/party",
    ],
)
def test_another_host_path_or_room_is_another_call(other: str) -> None:
    assert place_of(other) != place_of(PARTY)


def test_what_the_stacks_call_a_call_is_one() -> None:
    assert place_of("wss://lk.example?room=planning") == place_of(
        "livekit+wss://lk.example/?room=planning"
    )
    assert place_of("wss://lk.example?room=planning") != place_of("wss://lk.example?room=review")
    assert place_of("janus+ws://host:8188/1234") is not None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Room 5",
        "https://",
        "https://meet.example/",
        "tel:+49301234",
        "https://[::1/r",
        PARTY + "x" * 500,
    ],
)
def test_what_is_no_call_is_nowhere(text: str) -> None:
    assert place_of(text) is None


@given(st.text(max_size=600))
def test_no_text_is_too_odd(text: str) -> None:
    for found in addresses_in(text):
        place_of(found)
    place_of(text)
    assert addresses_in(without_addresses(text)) == []


def test_addresses_are_found_in_a_sentence() -> None:
    text = f"Room 5 ({PARTY}), or <https://b.example/c>."
    assert addresses_in(text) == [PARTY, "https://b.example/c"]
    assert without_addresses(text).split()[:2] == ["Room", "5"]
    assert "meet.example" not in without_addresses(text)
