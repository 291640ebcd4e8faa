"""What a browser answers is hostile until its signature is right; tests/e2e has real ones."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cbor2
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from consentry.people.claims import PasskeyClaim
from consentry.people.passkeys import Asked, prf_of
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


@dataclass(frozen=True)
class Device:
    """An authenticator of software with one passkey, which its user lets it use."""

    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    @property
    def passkey(self) -> Passkey:
        """What is kept of it; the key as COSE has it (RFC 9053, section 7.1.1)."""
        point = self.key.public_key().public_numbers()
        x, y = point.x.to_bytes(32, "big"), point.y.to_bytes(32, "big")
        return Passkey(b"id", cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y}), 0)

    def show(self, asked: Asked) -> PasskeyClaim:
        """As ``navigator.credentials.get()`` (Web Authentication Level 3, section 6.3.3)."""
        said = {"type": "webauthn.get", "origin": "https://meet.example"}
        client = json.dumps(said | {"challenge": asked.options["challenge"]}).encode()
        present_and_verified = b"\x05"
        host = hashlib.sha256(b"meet.example").digest()
        data = host + present_and_verified + (1).to_bytes(4, "big")
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        parts = {"authenticatorData": data, "clientDataJSON": client, "signature": signature}
        response = {name: b64url(part) for name, part in parts.items()}
        return PasskeyClaim(assertion(b"id", response=response), asked.challenge)


async def test_a_passkey_that_was_shown_can_t_be_shown_again_by_who_overheard_it(
    register: Register,
) -> None:
    ana, device = await register.enrolled(), Device()
    await register.people.add_passkey(ana.id, device.passkey)
    shown = device.show(register.desk.passkeys.to_show())
    assert [await register.desk.claim(shown) is not None for _ in range(2)] == [True, False]


async def test_two_who_show_the_same_at_once_are_one(register: Register) -> None:
    ana, device = await register.enrolled(), Device()
    await register.people.add_passkey(ana.id, device.passkey)
    shown = device.show(register.desk.passkeys.to_show())
    answers = await asyncio.gather(*(register.desk.passkeys.shown(shown) for _ in range(3)))
    assert sum(answer is not None for answer in answers) == 1


async def test_a_flood_of_challenges_lets_a_passkey_be_shown(register: Register) -> None:
    ana, device, passkeys = await register.enrolled(), Device(), register.desk.passkeys
    await register.people.add_passkey(ana.id, device.passkey)
    asked = passkeys.to_show()
    for _ in range(10_001):
        passkeys._challenges.new()
    assert await register.desk.claim(device.show(asked))


@given(st.binary(max_size=64))
def test_a_secret_has_its_size_or_is_refused(secret: bytes) -> None:
    results = {"clientExtensionResults": {"prf": {"results": {"first": b64url(secret)}}}}
    if len(secret) == 32:
        assert prf_of(json.dumps(results)) == secret
    else:
        with pytest.raises(ValueError, match="32 bytes"):
            prf_of(json.dumps(results))
