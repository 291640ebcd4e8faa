"""Personal links: a participant's own page, signed and expiring."""

from __future__ import annotations

from itsdangerous import BadData, URLSafeTimedSerializer

from consentry.errors import ConsentError

LIFETIME = 24 * 3600
"""Seconds. A link outlives the longest meeting, and no more."""


class Links:
    """Makes links and reads them back. ``secret`` keeps others from making any."""

    def __init__(self, secret: bytes, base_url: str) -> None:
        self._signer = URLSafeTimedSerializer(secret, salt="consentry-personal-page")
        self.base_url = base_url.rstrip("/")

    def make(self, call: str, person: str) -> str:
        """The address of ``person``'s page in ``call``."""
        return f"{self.base_url}/me/{self._signer.dumps([call, person])}"

    def read(self, token: str) -> tuple[str, str]:
        """Call and person of a link; ConsentError if it is altered, foreign or too old."""
        try:
            call, person = self._signer.loads(token, max_age=LIFETIME)
        except (BadData, ValueError, TypeError):
            raise ConsentError(
                "This link is not valid, or older than a day. Ask the bot for a new one: /help"
            ) from None
        return str(call), str(person)
