"""The key with which a device becomes the kiosk, and the cookie that it has from then on."""

from __future__ import annotations

import base64
import hashlib
import hmac

from starlette.requests import HTTPConnection
from starlette.responses import Response

COOKIE = "consentry_kiosk"
LASTS = 400 * 24 * 3600
"""Seconds; browsers keep no cookie longer (RFC 6265bis, section 5.5), and each visit renews it."""
MAX_KEY = 200
_BYTES = 15
"""Of a key that is made: 24 letters and digits, 120 bits."""


def made_key(secret: bytes) -> str:
    """A key from a secret of the store's, in groups that somebody can type on a screen."""
    text = base64.b32encode(hashlib.sha256(secret).digest()[:_BYTES]).decode().lower()
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))


class KioskKey:
    """Tells the kiosk's devices from others."""

    def __init__(self, key: str, path: str, secure: bool) -> None:
        """``path`` is where the kiosk is; ``secure``: by https alone."""
        self.text = key.strip()
        self._path = path
        self._secure = secure
        self._mark = hmac.digest(_plain(key).encode(), b"kiosk device", hashlib.sha256).hex()

    def is_typed(self, text: str) -> bool:
        """Whether somebody typed the key, with or without its dashes."""
        typed = _plain(text[:MAX_KEY]).encode()
        return hmac.compare_digest(typed, _plain(self.text).encode())

    def holds(self, connection: HTTPConnection) -> bool:
        """Whether a device that became the kiosk asks. Another key ends them all."""
        mark = connection.cookies.get(COOKIE, "")
        return hmac.compare_digest(mark.encode(), self._mark.encode())

    def give(self, response: Response) -> None:
        """Make the device that gets ``response`` the kiosk, or let it be so for longer."""
        response.set_cookie(
            COOKIE,
            self._mark,
            max_age=LASTS,
            path=self._path,
            secure=self._secure,
            httponly=True,
            samesite="strict",
        )


def _plain(text: str) -> str:
    return "".join(text.split()).replace("-", "").casefold()
