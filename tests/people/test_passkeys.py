"""What a browser answers is hostile until its signature is right; tests/e2e has real ones."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.people.claims import PasskeyClaim
from consentry.people.passkeys import CHALLENGE_SECONDS, MAX_CHALLENGES, prf_of
from consentry.people.registry import Passkey
from consentry.signing import b64url
from tests.people.register import Register, register_in


@pytest.fixture
async def register(tmp_path: Path) -> AsyncIterator[Register]:
    async with register_in(tmp_path) as register:
        yield register


def assertion(credential: bytes, **parts: Any) -> str:
    response = {"authenticatorData": "AA", "clientDataJSON": "AA", "signature": "AA"}
    id = b64url(credential)
    return json.dumps({"id": id, "rawId": id, "type": "public-key", "response": response, **parts})


async def test_a_device_is_asked_to_check_its_user_and_for_a_secret(register: Register) -> None:
    person, _ = await register.people.invite("Ana")
    made = (await register.desk.passkeys.to_make(person)).options
    assert made["rp"] == {"id": "meet.example", "name": "Example e.V."}
    assert made["authenticatorSelection"]["userVerification"] == "required"
    assert made["authenticatorSelection"]["residentKey"] == "required"
    shown = register.desk.passkeys.to_show().options
    assert shown["userVerification"] == "required"
    assert shown.get("allowCredentials", []) == [], "the server does not say who is enrolled"
    assert made["extensions"] == shown["extensions"]


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "null",
        "[]",
        "{}",
        "[" * 5000,
        json.dumps({"rawId": 1}),
        json.dumps({"rawId": "AA"}),
        assertion(b"id"),
        assertion(b"id", response=None),
        assertion(b"other"),
        "x" * 20_000,
    ],
)
async def test_an_answer_that_proves_nothing_says_nobody(register: Register, answer: str) -> None:
    ana, passkeys = await register.enrolled(), register.desk.passkeys
    await register.people.add_passkey(ana.id, Passkey(b"id", b"no key", 0))
    assert await passkeys.shown(PasskeyClaim(answer, passkeys.to_show().challenge)) is None
    assert passkeys.made((await passkeys.to_make(ana.person)).challenge, answer) is None


async def test_a_challenge_is_good_once_and_not_for_long(register: Register) -> None:
    passkeys = register.desk.passkeys
    first, late = passkeys.to_show().challenge, passkeys.to_show().challenge
    assert passkeys._used(first) is not None
    assert passkeys._used(first) is None
    register.clock.at += CHALLENGE_SECONDS
    assert passkeys._used(late) is None


async def test_challenges_that_nobody_answers_don_t_pile_up(register: Register) -> None:
    passkeys = register.desk.passkeys
    first = passkeys.to_show().challenge
    for number in range(MAX_CHALLENGES):
        passkeys._challenges[str(number)] = (b"", register.clock.at + 1)
    passkeys.to_show()
    assert len(passkeys._challenges) == MAX_CHALLENGES
    assert passkeys._used(first) is None


@given(st.binary(max_size=64))
def test_a_secret_has_its_size_or_is_refused(secret: bytes) -> None:
    results = {"clientExtensionResults": {"prf": {"results": {"first": b64url(secret)}}}}
    if len(secret) == 32:
        assert prf_of(json.dumps(results)) == secret
    else:
        with pytest.raises(ValueError, match="32 bytes"):
            prf_of(json.dumps(results))
