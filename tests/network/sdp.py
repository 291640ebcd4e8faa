"""Puts other addresses into descriptions, so that peers meet where they are told to."""

from __future__ import annotations

import re
from dataclasses import dataclass

Address = tuple[str, int]

_CANDIDATE = re.compile(
    r"^a=candidate:(?P<foundation>\S+) 1 udp (?P<priority>\d+) (?P<host>[\d.]+) (?P<port>\d+) "
    r"typ host.*$",
    re.IGNORECASE,
)
"""A host candidate of IPv4 for RTP (RFC 8839 section 5.1)."""


@dataclass(frozen=True, slots=True)
class Found:
    """A description, and the address at which its author can be met."""

    sdp: str
    address: Address

    def naming(self, other: Address) -> str:
        """The description with ``other`` as its author's only candidate."""
        lines: list[str] = []
        for line in self.sdp.splitlines():
            match = _CANDIDATE.match(line)
            if match and _address(match) == self.address:
                lines.append(
                    f"a=candidate:{match['foundation']} 1 udp {match['priority']} "
                    f"{other[0]} {other[1]} typ host"
                )
            elif not line.startswith("a=candidate:"):
                lines.append(line)
        return "\r\n".join(lines) + "\r\n"


def through(sdp: str) -> Found:
    """The first host candidate of IPv4 in ``sdp``; ValueError if there is none."""
    for line in sdp.splitlines():
        if match := _CANDIDATE.match(line):
            return Found(sdp, _address(match))
    raise ValueError("a description without a host candidate of IPv4")


def _address(match: re.Match[str]) -> Address:
    return match["host"], int(match["port"])
