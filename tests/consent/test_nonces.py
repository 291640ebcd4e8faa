"""A yes answers the notice of its own person, once, and nothing that was said is undone by it."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.consent.nonces import LIFETIME, RENEWED_AFTER, Fault, Nonces, Question
from consentry.messages import Notice
from consentry.metrics import FAULTS
from tests.e2e.page.terms import CAPTIONS, SUMMARY

ANA = Question("ana", "captions", "v1.0")
BEN = Question("ben", "captions", "v1.0")


def test_a_nonce_is_good_for_one_yes() -> None:
    nonces = Nonces()
    nonce = nonces.issue(ANA, 0.0)
    assert nonces.redeem(nonce, ANA, 5.0) is None
    assert nonces.redeem(nonce, ANA, 5.0) is Fault.SPENT


def test_a_notice_that_is_drawn_again_has_the_same_nonce_until_it_is_used() -> None:
    nonces = Nonces()
    nonce = nonces.issue(ANA, 0.0)
    assert nonces.issue(ANA, 60.0) == nonce
    nonces.redeem(nonce, ANA, 61.0)
    assert nonces.issue(ANA, 62.0) != nonce


def test_a_yes_without_a_nonce_is_none() -> None:
    assert Nonces().redeem(None, ANA, 0.0) is Fault.MISSING


@pytest.mark.parametrize(
    "other",
    [BEN, Question("ana", "summary", "v1.0"), Question("ana", "captions", "v1.1")],
    ids=["person", "purpose", "version"],
)
def test_a_nonce_is_bound_to_person_purpose_and_version(other: Question) -> None:
    nonces = Nonces()
    nonce = nonces.issue(ANA, 0.0)
    assert nonces.redeem(nonce, other, 1.0) is Fault.FORGED
    assert nonces.redeem(nonce, ANA, 1.0) is None, "a wrong try does not use it up"


def test_a_nonce_of_another_call_or_of_before_a_restart_is_forged() -> None:
    assert Nonces().redeem(Nonces().issue(ANA, 0.0), ANA, 1.0) is Fault.FORGED


def test_names_can_not_be_moved_from_one_field_to_the_next() -> None:
    nonces = Nonces()
    nonce = nonces.issue(Question('a","b', "c", "v"), 0.0)
    assert nonces.redeem(nonce, Question("a", 'b","c', "v"), 0.0) is Fault.FORGED


def test_whatever_is_said_voids_what_was_shown_before() -> None:
    nonces = Nonces()
    late = nonces.issue(ANA, 0.0)
    nonces.void("ana", "captions")
    assert nonces.redeem(late, ANA, 1.0) is Fault.SPENT
    assert nonces.redeem(nonces.issue(ANA, 2.0), ANA, 3.0) is None


def test_two_notices_on_two_screens_give_one_yes() -> None:
    nonces = Nonces()
    old = nonces.issue(ANA, 0.0)
    new = nonces.issue(ANA, RENEWED_AFTER)
    assert old != new
    assert nonces.redeem(new, ANA, RENEWED_AFTER + 1) is None
    assert nonces.redeem(old, ANA, RENEWED_AFTER + 2) is Fault.SPENT


def test_a_nonce_lasts_a_day() -> None:
    nonces = Nonces()
    nonce = nonces.issue(ANA, 100.0)
    assert nonces.redeem(nonce, ANA, 100.1 + LIFETIME) is Fault.EXPIRED
    assert nonces.redeem(nonce, ANA, 100.0 + LIFETIME) is None


def test_a_clock_that_is_set_back_closes_what_is_open_and_opens_nothing() -> None:
    nonces = Nonces()
    nonce = nonces.issue(ANA, 1000.0)
    assert nonces.redeem(nonce, ANA, 10.0) is Fault.EXPIRED
    again = nonces.issue(ANA, 10.0)
    assert again != nonce
    assert nonces.redeem(again, ANA, 11.0) is None
    assert nonces.redeem(nonce, ANA, 1001.0) is Fault.SPENT


@given(st.text(max_size=120))
def test_noise_is_forged(text: str) -> None:
    nonces = Nonces()
    nonces.issue(ANA, 0.0)
    assert nonces.redeem(text, ANA, 0.0) is Fault.FORGED


@given(st.integers(0, 66 * 8 - 1))
def test_no_bit_of_it_can_be_changed(bit: int) -> None:
    nonces = Nonces()
    raw = bytearray(base64.urlsafe_b64decode(nonces.issue(ANA, 0.0)))
    assert len(raw) == 66
    raw[bit // 8] ^= 1 << bit % 8
    assert nonces.redeem(base64.urlsafe_b64encode(raw).decode(), ANA, 0.0) is Fault.FORGED


def test_a_notice_gets_a_nonce_for_each_purpose_that_is_on_and_for_no_other() -> None:
    nonces = Nonces()
    words = {"bot": "C", "fingerprint": "", "commands": [], "purposes": [CAPTIONS]}
    notice = Notice.model_validate(
        {"purposes": [CAPTIONS], "available": [CAPTIONS, SUMMARY]} | words
    )
    own = nonces.quoted("ana", notice, 0.0)
    (terms,) = own.purposes
    assert nonces.redeem(terms.nonce, Question("ana", "captions", CAPTIONS.version), 1.0) is None
    assert all(terms.nonce is None for terms in own.available)
    assert notice.purposes[0].nonce is None, "everybody's notice has none"


def test_each_fault_is_counted_under_its_own_name() -> None:
    assert set(FAULTS) == set(Fault)
