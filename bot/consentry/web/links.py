"""Personal links: a participant's own page in one call, signed and expiring."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from itsdangerous import BadData, URLSafeSerializer

from consentry.errors import ConsentError

MIN_LIFETIME = 24 * 3600.0
"""Seconds. A link outlives the longest meeting, whatever is kept of it."""
SKEW = 300.0
"""Seconds that two clocks may differ: a link from further ahead is refused."""
MAX_TOKEN = 1000
"""Characters; ours have some two hundred."""


class LinkFault(StrEnum):
    """Why a link opens nothing; each has words of its own (``link.`` in the catalogs)."""

    ALTERED = "altered"
    """It was not made with this secret, or a character of it was changed."""
    EXPIRED = "expired"
    FUTURE = "future"
    """It was made later than now: a clock is wrong."""
    REPLACED = "replaced"
    """Its person asked for another one."""
    OVER = "over"
    """Of a call that is over, of which nothing of the person is left."""


class LinkRefused(ConsentError):
    """A link that opens nothing."""

    def __init__(self, fault: LinkFault) -> None:
        super().__init__(f"a personal link that is {fault.value}")
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Link:
    """What a link is bound to. Times are Unix times in seconds."""

    call: str
    person: str
    id: str
    made: int
    expires: int


class Links:
    """Makes links and reads them back. ``secret`` keeps others from making any; with the same one
    they outlive a restart. ``now`` gives Unix time."""

    def __init__(
        self,
        secret: bytes,
        base_url: str,
        now: Callable[[], float],
        lifetime: float = MIN_LIFETIME,
    ) -> None:
        self._signer = URLSafeSerializer(
            secret,
            salt="consentry-personal-page",
            signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
        )
        self.base_url = base_url.rstrip("/")
        self._now = now
        self._lifetime = max(MIN_LIFETIME, lifetime)
        self._current: dict[tuple[str, str], Link] = {}

    @property
    def root(self) -> str:
        """The path under which the server is reached, where a proxy gives it one."""
        return urlsplit(self.base_url).path

    @property
    def secure(self) -> bool:
        """Whether the pages are reached by https."""
        return self.base_url.startswith("https:")

    def current(self, call: str, person: str) -> str:
        """The address of ``person``'s page in ``call``: the same until it is renewed."""
        return self.address(self.given(call, person) or self.renew(call, person))

    def given(self, call: str, person: str) -> Link | None:
        """The link that ``person`` was given last."""
        return self._current.get((call, person))

    def renew(self, call: str, person: str) -> Link:
        """Another link instead of the current one."""
        made = int(self._now())
        link = Link(call, person, secrets.token_urlsafe(12), made, made + int(self._lifetime))
        self._current[call, person] = link
        return link

    def forget(self, call: str) -> None:
        """``call`` is over: nothing in it will be renewed. Its links stay good."""
        self._current = {key: link for key, link in self._current.items() if key[0] != call}

    def address(self, link: Link) -> str:
        """Where ``link`` leads."""
        return f"{self.base_url.removesuffix(self.root)}{self.path(link)}"

    def path(self, link: Link) -> str:
        """As :meth:`address`, less the scheme and the host."""
        fields = [link.call, link.person, link.id, link.made, link.expires]
        return f"{self.root}/me/{self._text(fields)}"

    def read(self, token: str) -> Link:
        """What the last part of an address is bound to; LinkRefused for what is none of ours, or
        of another time."""
        link = self._opened(token)
        now = self._now()
        if link.made > now + SKEW:
            raise LinkRefused(LinkFault.FUTURE)
        if now >= link.expires:
            raise LinkRefused(LinkFault.EXPIRED)
        return link

    def _opened(self, token: str) -> Link:
        if len(token) > MAX_TOKEN:
            raise LinkRefused(LinkFault.ALTERED)
        try:
            fields = self._signer.loads(token)
        except BadData:
            raise LinkRefused(LinkFault.ALTERED) from None
        # Base64 has several spellings for some bytes: only the one that was made counts.
        if self._text(fields) != token:
            raise LinkRefused(LinkFault.ALTERED)
        return Link(*fields)

    def _text(self, fields: Any) -> str:
        return str(self._signer.dumps(fields))
