"""The codes by which people show who they are."""

from __future__ import annotations

import pytest

from consentry.connectors.janus.codes import Codes

CODE = "ABC234"


@pytest.fixture
def codes() -> Codes:
    made = iter([CODE, CODE, "XYZ789"])
    codes = Codes(lambda: next(made))
    assert [codes.new(), codes.new()] == [CODE, "XYZ789"], "each is new"
    return codes


@pytest.mark.parametrize(
    "display", ["Mia #ABC234", "Mia#ABC234", "MiaABC234", "Mia ABC234", "ABC234"]
)
def test_a_code_behind_a_name_is_read_and_is_no_part_of_it(codes: Codes, display: str) -> None:
    assert codes.shown([display]) == [CODE]
    assert codes.plain(display) in ("Mia", "")


def test_a_code_may_stand_anywhere_in_a_description(codes: Codes) -> None:
    assert codes.shown(["Mia", "Microphone #ABC234, left"]) == [CODE]


def test_each_code_is_read_once(codes: Codes) -> None:
    assert codes.shown(["Mia #ABC234", "#ABC234", "Sam #XYZ789"]) == [CODE, "XYZ789"]


@pytest.mark.parametrize("display", ["Mia #abc234", "Mia #ABC2345", "Mia ABC234x", "Mia", "", "#"])
def test_what_is_no_code_is_part_of_the_name(codes: Codes, display: str) -> None:
    assert codes.shown([display]) == []
    assert codes.plain(display) == display


def test_what_looks_like_a_code_and_was_given_to_nobody_proves_nothing(codes: Codes) -> None:
    assert codes.shown(["Mia #QQQQQQ", "MiaQQQQQQ"]) == []
    assert codes.plain("Mia #QQQQQQ") == "Mia", "it may be of a stay before this one"
