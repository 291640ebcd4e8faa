"""The one-time owner code: who was shown it where the bot was invited owns the call."""

from __future__ import annotations

import hmac
import secrets
from enum import Enum

MAX_TRIES = 5
"""Wrong codes in one call, by anybody; then no code is taken any more."""

ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""No letter or digit that is taken for another when read out."""


class Verdict(Enum):
    CONFIRMED = "confirmed"
    WRONG = "wrong"
    LOCKED = "locked"


class OwnerCode:
    """A code that works once, and a lock that falls after :data:`MAX_TRIES` wrong ones."""

    def __init__(self, code: str | None = None) -> None:
        self._code: str | None = code or new_code()
        self._wrong = 0

    @property
    def code(self) -> str | None:
        """What to print for the inviter; None once used up or locked."""
        return None if self.locked else self._code

    @property
    def locked(self) -> bool:
        return self._wrong >= MAX_TRIES

    @property
    def tries_left(self) -> int:
        return MAX_TRIES - self._wrong

    def renew(self) -> str | None:
        """Another code, after the owner left the call; None when locked."""
        self._code = new_code()
        return self.code

    def attempt(self, code: str) -> Verdict:
        """Try ``code``. Case, spaces and dashes don't count."""
        if self.locked:
            return Verdict.LOCKED
        given = "".join(c for c in code.upper() if c.isalnum()).encode()
        wanted = (self._code or "").replace("-", "").encode()
        if wanted and hmac.compare_digest(given, wanted):
            self._code = None
            return Verdict.CONFIRMED
        self._wrong += 1
        return Verdict.LOCKED if self.locked else Verdict.WRONG


def new_code() -> str:
    """Eight characters, 39 bits: five tries guess it once in 10^11 calls."""
    letters = [secrets.choice(ALPHABET) for _ in range(8)]
    return "".join(letters[:4]) + "-" + "".join(letters[4:])
