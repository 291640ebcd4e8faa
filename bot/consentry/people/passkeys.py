"""Passkeys (Web Authentication Level 3): challenges, and what an authenticator answers to them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from consentry.people.challenges import Challenges
from consentry.people.claims import PasskeyClaim
from consentry.people.person import Person
from consentry.people.registry import Found, Passkey, People
from consentry.people.secrets import SECRET_BYTES, public_of
from consentry.signing import b64url, from_b64url

MAX_ANSWER = 16 * 1024
"""Characters."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a browser passes to ``navigator.credentials``."""

    challenge: str
    """Its id."""
    options: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """A passkey that was shown."""

    found: Found
    sign_count: int
    secret: bytes | None
    """What its PRF gave."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where passkeys are good."""

    url: Callable[[], str]
    """The address people reach; its host is the relying party's id."""
    name: str
    """The organization, as an authenticator shows it."""
    salt: bytes
    """What the PRF is asked about: the organization's, so that a passkey that says by itself whose
    it is can be asked at once."""

    @property
    def host(self) -> str:
        return urlsplit(self.url()).hostname or ""

    @property
    def origin(self) -> str:
        parts = urlsplit(self.url())
        return f"{parts.scheme}://{parts.netloc}"


class Passkeys:
    """Asks browsers for passkeys, and checks what comes back. ``now`` is any clock in seconds."""

    def __init__(self, people: People, site: Site, now: Callable[[], float]) -> None:
        self._people = people
        self._site = site
        self._challenges = Challenges(now)

    async def to_make(self, person: Person) -> Asked:
        """For ``create()``: a passkey that its device finds by itself, and checks its user; on a
        device that has none of theirs yet, for another would take its place."""
        known = await self._people.credentials(person.id)
        id, challenge = self._challenges.new()
        made = webauthn.generate_registration_options(
            rp_id=self._site.host,
            rp_name=self._site.name,
            user_id=person.id.encode(),
            user_name=person.name,
            challenge=challenge,
            exclude_credentials=[PublicKeyCredentialDescriptor(one) for one in known],
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
        )
        return Asked(id, self._with_prf(webauthn.options_to_json(made)))

    def to_show(self) -> Asked:
        """For ``get()``: whichever passkey of this site the device has."""
        id, challenge = self._challenges.new()
        made = webauthn.generate_authentication_options(
            rp_id=self._site.host,
            challenge=challenge,
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return Asked(id, self._with_prf(webauthn.options_to_json(made)))

    def made(self, challenge: str, answer: str) -> Passkey | None:
        """What to keep of a new passkey; ``None`` where ``answer`` is not one to ``challenge``."""
        expected = self._challenges.open(challenge)
        if expected is None or len(answer) > MAX_ANSWER:
            return None
        try:
            checked = webauthn.verify_registration_response(
                credential=answer,
                expected_challenge=expected,
                expected_rp_id=self._site.host,
                expected_origin=self._site.origin,
                require_user_verification=True,
            )
            secret = prf_of(answer)
        except Exception:  # whatever a stranger made of it
            return None
        if not self._challenges.answer(expected):
            return None
        opener = public_of(secret) if secret else None
        return Passkey(
            checked.credential_id, checked.credential_public_key, checked.sign_count, opener
        )

    def with_secret(self, made: Passkey, challenge: str, answer: str) -> Passkey:
        """``made`` with the secret that it gives where it is shown; without one where ``answer``
        is not its answer to ``challenge``."""
        expected = self._challenges.open(challenge)
        if expected is None or len(answer) > MAX_ANSWER:
            return made
        shown = self._checked(made, answer, expected)
        if shown is None or shown[1] is None:
            return made
        return replace(made, sign_count=shown[0], opener=public_of(shown[1]))

    async def shown(self, claim: PasskeyClaim) -> Shown | None:
        """Whose passkey answered; ``None`` where none of ours did."""
        expected = self._challenges.open(claim.challenge)
        if expected is None or len(claim.assertion) > MAX_ANSWER:
            return None
        try:
            credential = from_b64url(json.loads(claim.assertion)["rawId"])
        except (ValueError, KeyError, TypeError, RecursionError):
            return None
        found = await self._people.find_passkey(credential)
        if found is None or found.passkey is None:
            return None
        checked = self._checked(found.passkey, claim.assertion, expected)
        return checked and Shown(found, *checked)

    def _checked(
        self, passkey: Passkey, answer: str, challenge: bytes
    ) -> tuple[int, bytes | None] | None:
        """What its counter says, and its secret; ``None`` where it is not its answer."""
        try:
            checked = webauthn.verify_authentication_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=self._site.host,
                expected_origin=self._site.origin,
                credential_public_key=passkey.public_key,
                credential_current_sign_count=passkey.sign_count,
                require_user_verification=True,
            )
            secret = prf_of(answer)
        except Exception:  # whatever a stranger made of it
            return None
        return (checked.new_sign_count, secret) if self._challenges.answer(challenge) else None

    def _with_prf(self, options: str) -> dict[str, Any]:
        made: dict[str, Any] = json.loads(options)
        made["extensions"] = {"prf": {"eval": {"first": b64url(self._site.salt)}}}
        return made


def prf_of(answer: str) -> bytes | None:
    """What the ``prf`` extension gave (section 10.1.4); ``None``: the browser has it not.
    ValueError where it is none of its size."""
    results = json.loads(answer).get("clientExtensionResults", {}).get("prf", {}).get("results", {})
    if "first" not in results:
        return None
    secret = from_b64url(results["first"])
    if len(secret) != SECRET_BYTES:
        raise ValueError("a PRF gives 32 bytes")
    return secret
