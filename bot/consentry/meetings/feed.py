"""Where a calendar feed is, and which addresses may be one."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin, urlsplit

MAX_BYTES = 4 * 1024 * 1024
"""Of a feed; a busy room's year takes some hundred kB."""


@dataclass(frozen=True, slots=True)
class Feed:
    """Where a calendar is. Exactly one of ``file`` and ``url``; an address may hold a secret, and
    is never shown."""

    name: str
    """What errors call it: its key in the configuration."""
    file: Path | None = None
    url: str | None = field(default=None, repr=False)


def fault_of(url: str) -> str | None:
    """What keeps ``url`` from being a feed; None: nothing."""
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and parts.port != 0
    except ValueError:
        named = False
    if not named:
        return "is no address of a feed; it starts with https:// and names a host"
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_here(parts.hostname or "")):
        return "must start with https://: meetings would cross the network in the open"
    return None


def redirect_of(url: str, location: str) -> str | None:
    """Where ``url`` sends its reader; None where that is nobody's feed.

    It may send to its own server, or by https to one of the Internet: never to this machine or
    this network, whoever answers there.
    """
    try:
        to = urljoin(url, location)
        before, after = urlsplit(url), urlsplit(to)
        stays = (before.scheme, before.netloc) == (after.scheme, after.netloc)
        outside = after.scheme == "https" and after.port != 0 and _is_outside(after.hostname or "")
    except ValueError:
        return None
    return to if stays or outside else None


def _is_outside(host: str) -> bool:
    """Whether ``host`` may be on the Internet."""
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return "." in host.strip(".") and not host.lower().endswith((".localhost", ".local"))


def _is_here(host: str) -> bool:
    """Whether ``host`` is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
