"""Challenges that carry their own proof: asking for one leaves nothing behind."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable

from consentry.signing import b64url, from_b64url

CHALLENGE_SECONDS = 300.0
_NONCE, _TIME, _MAC = 16, 8, 16
MAX_ID = 64
"""Characters; an id has fewer."""


class Challenges:
    """What is signed over is a nonce, when it ends, and a MAC of both under a key that ends with
    the process. Only those that were answered are remembered, until they end. ``now`` is any clock
    in seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._key = secrets.token_bytes(32)
        self._answered: dict[bytes, float] = {}

    def new(self) -> tuple[str, bytes]:
        """A challenge, and its id."""
        until = round((self._now() + CHALLENGE_SECONDS) * 1000)
        signed = secrets.token_bytes(_NONCE) + until.to_bytes(_TIME, "big")
        challenge = signed + self._mac(signed)
        return b64url(challenge), challenge

    def open(self, id: str) -> bytes | None:
        """The challenge with this id; ``None`` where it is none of ours, has ended, or was
        answered."""
        try:
            challenge = from_b64url(id) if len(id) <= MAX_ID else b""
        except ValueError:
            return None
        signed, mac = challenge[:-_MAC], challenge[-_MAC:]
        if len(signed) != _NONCE + _TIME or not hmac.compare_digest(self._mac(signed), mac):
            return None
        ended = _until(challenge) <= self._now()
        return None if ended or challenge in self._answered else challenge

    def answer(self, challenge: bytes) -> bool:
        """It has been answered, as it can be once; False for those who come later."""
        now = self._now()
        while self._answered:
            oldest = next(iter(self._answered))
            if self._answered[oldest] > now:
                break
            del self._answered[oldest]
        if challenge in self._answered or _until(challenge) <= now:
            return False
        # By when it was answered, so that the oldest stands first.
        self._answered[challenge] = now + CHALLENGE_SECONDS
        return True

    def _mac(self, signed: bytes) -> bytes:
        return hmac.digest(self._key, signed, "sha256")[:_MAC]


def _until(challenge: bytes) -> float:
    return int.from_bytes(challenge[_NONCE : _NONCE + _TIME], "big") / 1000
