"""Where a call is, so that what a calendar says and what a bot was given can be told to be one."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, unquote, urlsplit

MAX_ADDRESS = 500
"""Characters; a longer one is nobody's."""

_ADDRESS = re.compile(r"(?:https?|wss?)://[^\s<>\"'\\]+", re.IGNORECASE)
_WITH_WHAT_LEADS_TO_IT = re.compile(r"[\s,;|(<–-]*" + _ADDRESS.pattern, re.IGNORECASE)
_CLOSING = ".,;:!?)]}"
"""What ends a sentence around an address rather than the address."""
_PREFIX = re.compile(r"^[a-z]+\+(?=(?:https?|wss?)://)|^room:(?=https?://)", re.IGNORECASE)
"""With which ``consentry join`` is told the stack."""
_PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443}


def addresses_in(text: str) -> list[str]:
    """Every address that stands in ``text``."""
    return [found.rstrip(_CLOSING) for found in _ADDRESS.findall(text)]


def without_addresses(text: str) -> str:
    """``text`` less the addresses in it."""
    return _WITH_WHAT_LEADS_TO_IT.sub(" ", text)


def place_of(url: str) -> str | None:
    """What two addresses of one call have in common, and those of two calls have not: host, path,
    and the ``room`` of a query. The rest may be of one visit alone. None where ``url`` is none."""
    try:
        parts = urlsplit(_PREFIX.sub("", url.strip()[:MAX_ADDRESS]))
        host, port = (parts.hostname or "").rstrip("."), parts.port
        rooms = parse_qs(parts.query).get("room", [""])
    except ValueError:
        return None
    if not host or parts.scheme.lower() not in _PORTS or len(url) > MAX_ADDRESS:
        return None
    at = "" if port in (None, _PORTS[parts.scheme.lower()]) else f":{port}"
    path = unquote(parts.path).rstrip("/")
    return f"{host}{at}{path}?{rooms[0]}" if path or rooms[0] else None
