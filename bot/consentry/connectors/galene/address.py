"""A Galene group's address, as people paste it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit, urlunsplit

from pydantic import SecretStr

from consentry.errors import ConfigError

PREFIX = "galene+"
"""Forces the stack: ``galene+https://host/group/name/``."""


@dataclass(frozen=True, slots=True)
class Address:
    """The page of a group, and the token of an invitation link if it was one."""

    page: str
    token: SecretStr | None = None


def parse_address(url: str) -> Address:
    """Read a group's address; ConfigError if it is none."""
    try:
        parts = urlsplit(url.removeprefix(PREFIX))
    except ValueError:
        raise ConfigError("that is no URL") from None
    _, found, name = parts.path.partition("/group/")
    if parts.scheme not in ("http", "https") or not parts.netloc or not name.strip("/"):
        raise ConfigError("a Galene group's address looks like https://host/group/name/")
    token = parse_qs(parts.query).get("token", [""])[0]
    page = urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/") + "/", "", ""))
    return Address(page, SecretStr(token) if token else None)
