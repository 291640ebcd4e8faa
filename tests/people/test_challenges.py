"""Challenges: good once, not for long, and whoever asks for many takes nobody else's."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from consentry.people.challenges import CHALLENGE_SECONDS, MAX_ID, Challenges
from consentry.signing import b64url, from_b64url
from tests.people.register import Clock


def test_a_challenge_is_answered_once() -> None:
    challenges = Challenges(Clock().now)
    id, challenge = challenges.new()
    assert len(id) <= MAX_ID
    assert challenges.open(id) == challenge, "a wrong answer does not end it"
    assert challenges.open(id) == challenge
    assert challenges.answer(challenge)
    assert challenges.open(id) is None
    assert not challenges.answer(challenge), "not even of two that were opened before"


def test_a_challenge_is_not_good_for_long() -> None:
    clock = Clock()
    challenges = Challenges(clock.now)
    id, challenge = challenges.new()
    clock.at += CHALLENGE_SECONDS - 1
    assert challenges.open(id) == challenge
    clock.at += 1
    assert challenges.open(id) is None
    assert not challenges.answer(challenge)


def test_any_number_that_nobody_answers_ends_no_other_and_is_not_kept() -> None:
    challenges = Challenges(Clock().now)
    id, challenge = challenges.new()
    others = {challenges.new()[0] for _ in range(20_000)}
    assert len(others) == 20_000
    assert challenges.open(id) == challenge
    assert not challenges._answered


def test_those_that_were_answered_are_remembered_until_they_end() -> None:
    clock = Clock()
    challenges = Challenges(clock.now)
    for _ in range(20):
        clock.at += 60
        assert challenges.answer(challenges.new()[1])
    assert len(challenges._answered) == CHALLENGE_SECONDS / 60


def test_another_process_s_is_none_of_ours() -> None:
    clock = Clock()
    id, _ = Challenges(clock.now).new()
    assert Challenges(clock.now).open(id) is None


@given(st.text(max_size=200), st.integers(0, 319))
def test_what_was_made_up_or_changed_is_none(text: str, bit: int) -> None:
    challenges = Challenges(Clock().now)
    assert challenges.open(text) is None
    whole = int.from_bytes(from_b64url(challenges.new()[0]), "big")
    assert challenges.open(b64url((whole ^ 1 << bit).to_bytes(40, "big"))) is None
