"""Why a group says no, as a real server says it."""

from __future__ import annotations

import pytest

from consentry.connectors.galene.frames import Joined, parse
from consentry.connectors.galene.refusals import refusal
from consentry.errors import EndReason
from tests.connectors.galene.recordings import lines

EXPECTED = [
    EndReason.PASSWORD_NEEDED,
    EndReason.TOKEN_EXPIRED,
    EndReason.NO_SUCH_ROOM,
    EndReason.ROOM_FULL,
    EndReason.ROOM_CLOSED,
    EndReason.HOST_ABSENT,
    EndReason.HOST_ABSENT,
    EndReason.ROOM_LOCKED,
]


def said(index: int) -> Joined:
    frame = parse(lines("refusals")[index])
    assert isinstance(frame, Joined)
    return frame


def test_every_way_a_group_says_no() -> None:
    tokens = [False, True, *[False] * 6]
    found = [refusal(said(index), password=False, token=t) for index, t in enumerate(tokens)]
    assert found == EXPECTED


def test_a_password_that_is_refused_is_a_wrong_one() -> None:
    assert refusal(said(0), password=True, token=False) is EndReason.NOT_ALLOWED


@pytest.mark.parametrize("value", ["come back tomorrow", None, 7, ["locked"]])
def test_an_operator_may_lock_a_group_with_words_of_their_own(value: object) -> None:
    frame = Joined(type="joined", kind="fail", value=value)
    assert refusal(frame, password=True, token=False) is EndReason.ROOM_LOCKED


def test_a_taken_name_and_a_group_that_moved() -> None:
    taken = Joined(type="joined", kind="fail", error="duplicate-username", value="in use")
    moved = Joined(type="joined", kind="redirect", value="https://elsewhere.example/group/x/")
    assert refusal(taken, password=False, token=True) is EndReason.NOT_ALLOWED
    assert refusal(moved, password=False, token=False) is EndReason.NO_SUCH_ROOM
