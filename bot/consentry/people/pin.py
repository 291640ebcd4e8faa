"""PINs: what one has to look like, what is kept of it, and a check that takes the same time for
everybody."""

from __future__ import annotations

import asyncio
import hmac
import re
import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Self

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from consentry.signing import b64url, from_b64url

MIN_DIGITS, MAX_DIGITS = 6, 12
NUMBER_DIGITS = 8
"""Of the number that goes with a PIN; drawn, so that nobody's follows from anybody else's."""

_PIN = re.compile(rf"[0-9]{{{MIN_DIGITS},{MAX_DIGITS}}}")
_COST, _BLOCK, _PARALLEL = 2**15, 8, 1
"""scrypt with 32 MiB: some 80 ms (RFC 7914; OWASP's Password Storage Cheat Sheet)."""
_BYTES = 32
MAX_TYPED = 64
"""Characters that are looked at of what somebody typed."""
MAX_WRONG = 50
"""PINs without a right one among them: then it takes none, until its person opens their page by
another way. Of a million PINs, whoever has years tries no more."""


@dataclass(frozen=True, slots=True)
class PinHash:
    """What is kept of a PIN."""

    salt: bytes = field(repr=False)
    digest: bytes = field(repr=False)

    def encode(self) -> str:
        return f"{b64url(self.salt)}.{b64url(self.digest)}"

    @classmethod
    def decode(cls, text: str) -> Self:
        salt, _, digest = text.partition(".")
        return cls(from_b64url(salt), from_b64url(digest))


NOBODYS = PinHash(bytes(16), bytes(_BYTES))
"""Checked where there is no PIN to check; nothing has this digest."""


class PinHashing:
    """One thread that hashes: neither the loop nor the store waits for it. Leaving ends it."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="consentry-pin")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._thread.shutdown(cancel_futures=True)

    async def hash(self, pin: str) -> PinHash:
        """What to keep of ``pin``."""
        salt = secrets.token_bytes(16)
        return PinHash(salt, await self._derive(pin, salt))

    async def matches(self, pin: str, kept: PinHash) -> bool:
        """Whether ``kept`` was made from ``pin``; in the same time for any."""
        return hmac.compare_digest(await self._derive(pin, kept.salt), kept.digest)

    async def _derive(self, pin: str, salt: bytes) -> bytes:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, _derive, pin, salt)


def _derive(pin: str, salt: bytes) -> bytes:
    kdf = Scrypt(salt=salt, length=_BYTES, n=_COST, r=_BLOCK, p=_PARALLEL)
    return kdf.derive(digits(pin).encode())


def digits(text: str) -> str:
    """The digits in what somebody typed, which may be grouped; no more of it is looked at than
    :data:`MAX_TYPED` characters."""
    return "".join(one for one in text[:MAX_TYPED] if "0" <= one <= "9")


def is_pin(text: str) -> bool:
    """Whether ``text`` may be a PIN: long enough, and neither one digit nor a run of them."""
    if not _PIN.fullmatch(text):
        return False
    steps = {(int(b) - int(a)) % 10 for a, b in zip(text, text[1:], strict=False)}
    return len(steps) > 1 or not steps & {0, 1, 9}


def new_number() -> str:
    """A number for somebody who has a PIN."""
    return "".join(secrets.choice("0123456789") for _ in range(NUMBER_DIGITS))
