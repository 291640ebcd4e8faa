"""The owner's code works once, and five wrong ones lock the call."""

from __future__ import annotations

import pytest

from consentry.consent.owner import ALPHABET, MAX_TRIES, OwnerCode, Verdict, new_code


def test_the_code_works_once() -> None:
    code = OwnerCode("ABCD-EFGH")
    assert code.attempt("ABCD-EFGH") is Verdict.CONFIRMED
    assert code.code is None
    assert code.attempt("ABCD-EFGH") is Verdict.WRONG


@pytest.mark.parametrize("typed", ["abcd-efgh", "ABCDEFGH", " abcd efgh ", "Abcd-Efgh"])
def test_how_it_is_typed_does_not_matter(typed: str) -> None:
    assert OwnerCode("ABCD-EFGH").attempt(typed) is Verdict.CONFIRMED


@pytest.mark.parametrize("typed", ["", "-", "ABCD", "ABCD-EFGHX", "ÄBCD-EFGH"])
def test_nothing_near_it_will_do(typed: str) -> None:
    assert OwnerCode("ABCD-EFGH").attempt(typed) is Verdict.WRONG


def test_the_fifth_wrong_code_locks_out_the_right_one() -> None:
    code = OwnerCode("ABCD-EFGH")
    verdicts = [code.attempt("WRONG") for _ in range(MAX_TRIES)]
    assert verdicts == [Verdict.WRONG] * 4 + [Verdict.LOCKED]
    assert code.attempt("ABCD-EFGH") is Verdict.LOCKED
    assert code.code is None
    assert code.renew() is None


def test_codes_differ_and_read_well() -> None:
    codes = {new_code() for _ in range(1000)}
    assert len(codes) == 1000
    assert all(set(code.replace("-", "")) <= set(ALPHABET) and len(code) == 9 for code in codes)
