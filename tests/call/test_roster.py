"""Who is in the call, and who was."""

from __future__ import annotations

from dataclasses import replace

import pytest

from consentry.call.roster import Roster
from consentry.events import Participant, Role

PEOPLE = [Participant(id, id.title()) for id in ("a", "b", "c", "d")]
ANA, BEN, *_ = PEOPLE


def test_who_left_is_known_and_is_not_there() -> None:
    roster = Roster()
    assert roster.enter(ANA)
    assert roster.leave("a", 7.0)
    assert "a" not in roster
    assert list(roster) == []
    assert roster.known == ("a",)
    assert roster["a"] == roster.get("a") == ANA
    assert roster.alone_since == 7.0


def test_another_name_is_nobody_new() -> None:
    roster = Roster()
    assert roster.enter(ANA)
    assert not roster.enter(replace(ANA, name="Anna", role=Role.OWNER))
    assert len(roster) == 1
    assert roster["a"].name == "Anna"
    assert roster.role("a") is Role.OWNER


def test_a_stranger_has_no_role_and_can_not_leave() -> None:
    roster = Roster()
    assert roster.role("x") is Role.UNKNOWN
    assert roster.get("x") is None
    assert not roster.leave("x", 1.0)
    assert roster.alone_since == 0.0
    with pytest.raises(KeyError):
        roster["x"]


def test_half_of_the_people_leave_once_for_each_gathering() -> None:
    roster = Roster()
    assert not roster.halved(), "nobody ever came"
    for who in PEOPLE:
        roster.enter(who)
    roster.leave("d", 1.0)
    assert not roster.halved()
    roster.leave("c", 2.0)
    assert roster.halved()
    roster.leave("b", 3.0)
    assert not roster.halved()
    for who in PEOPLE:
        roster.enter(who)
    roster.leave("d", 4.0)
    roster.leave("c", 4.0)
    assert roster.halved()
