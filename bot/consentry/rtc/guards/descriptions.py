"""Which session descriptions and candidates (RFC 8866, RFC 8839) are let through to aiortc.

An offer that is too much is refused whole; a candidate that can't be meant is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address

from consentry.errors import SignalingError
from consentry.rtc.guards.limits import MAX_CANDIDATES, MAX_MDNS_NAMES

MAX_BYTES = 128 * 1024
"""A server's offer with sixty tracks, all codecs named in each, has 90 KiB."""

MAX_MEDIA = 64
"""m-lines, taken or not: two for each of thirty people. Each costs aiortc a transceiver, which is
never taken back, and a millisecond."""

MAX_UNBUNDLED = 8
"""m-lines beside the BUNDLE group: those that were rejected. Each has sockets of its own."""

MAX_LINE = 4096
MAX_LINES = 400
"""Of one m-line. Chromium's longest, a simulcast camera with all codecs, has about 250."""

MAX_FINGERPRINTS = 8
"""Of one m-line; each costs a digest of the certificate."""

MAX_FORMATS = 64
"""Payload types of one m-line: there are 64 dynamic ones in use by browsers (RFC 5761). aiortc
looks each of their attributes up one by one."""

MAX_SOURCES = 96
"""``a=ssrc`` lines of one m-line: four each for three layers with retransmissions are 24."""

_KINDS = {"m=audio", "m=video", "m=application"}
_MDNS = re.compile(r"[A-Za-z0-9-]{1,63}\.local")
_CREDENTIAL = re.compile(r"[!-~]{1,256}")
"""Wider than RFC 8839 section 5.4 in its letters, as servers are; not in its length."""


class Candidates:
    """Theirs, on one connection: which may be sent to, and how many of them.

    ``loopback`` admits candidates of this machine.
    """

    def __init__(self, *, loopback: bool = False) -> None:
        self._loopback = loopback
        self._admitted: set[tuple[str, str]] = set()
        self._names = 0

    def admits(self, candidate: str) -> bool:
        """Whether a candidate (RFC 8839 section 5.1) may be used; ``candidate:`` is optional."""
        words = candidate.removeprefix("candidate:").split()
        if len(words) < 8 or words[2].lower() != "udp":
            return False
        address = words[4], words[5]
        if address in self._admitted:
            return True
        reachable = is_reachable(words[4], loopback=self._loopback)
        full = len(self._admitted) >= MAX_CANDIDATES
        if full or reachable is False or (reachable is None and self._names >= MAX_MDNS_NAMES):
            return False
        self._names += reachable is None
        self._admitted.add(address)
        return True


def screen(description: str, candidates: Candidates) -> str:
    """``description`` as aiortc may see it, with those candidates alone that are admitted.

    SignalingError, which quotes nothing of it, if it is above a limit.
    """
    if len(description) > MAX_BYTES or len(description.encode(errors="replace")) > MAX_BYTES:
        raise SignalingError(f"a description may hold {MAX_BYTES} bytes")
    sections = _sections(description)
    if len(sections) > MAX_MEDIA + 1:
        raise SignalingError(f"a description may hold {MAX_MEDIA} m-lines")
    for section in sections:
        _check(section)
    _check_whole(sections)
    lines = [
        line
        for section in sections
        for line in section
        if not line.startswith("a=candidate:") or candidates.admits(line.removeprefix("a="))
    ]
    return "\r\n".join(lines) + "\r\n"


def is_reachable(host: str, *, loopback: bool = False) -> bool | None:
    """Whether ``host`` may be sent to; ``None`` where mDNS would have to say (RFC 8828).

    Other names are never looked up: whoever offers would choose what this
    machine asks, and of whom. Not allowed either: this machine, unless
    ``loopback``; this link, where clouds keep their metadata; all and none.
    """
    try:
        address: IPv4Address | IPv6Address = ip_address(host)
    except ValueError:
        return None if _MDNS.fullmatch(host) else False
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if address.is_loopback:
        return loopback
    return not (
        address.is_multicast
        or address.is_unspecified
        or address.is_link_local
        or address == IPv4Address("255.255.255.255")
    )


def _sections(description: str) -> list[list[str]]:
    sections: list[list[str]] = [[]]
    for line in description.splitlines():
        if line.startswith("m="):
            sections.append([])
        sections[-1].append(line)
    return sections


def _check(section: list[str]) -> None:
    if len(section) > MAX_LINES or any(len(line) > MAX_LINE for line in section):
        raise SignalingError(f"an m-line may have {MAX_LINES} lines of {MAX_LINE} characters")
    counts = {
        "a=fingerprint": MAX_FINGERPRINTS,
        "a=rtpmap": MAX_FORMATS,
        "a=ssrc:": MAX_SOURCES,
        "a=ssrc-group:": MAX_SOURCES,
    }
    for start, most in counts.items():
        if sum(line.startswith(start) for line in section) > most:
            raise SignalingError(f"an m-line may have {most} {start.removeprefix('a=')} lines")
    if section and len(section[0].split()) > 3 + 2 * MAX_FORMATS:
        raise SignalingError(f"an m-line may name {2 * MAX_FORMATS} formats")
    for value in _credentials(section):
        if not _CREDENTIAL.fullmatch(value):
            raise SignalingError("an ICE user or password that is none")


def _check_whole(sections: list[list[str]]) -> None:
    """What aiortc takes for granted: kinds, ``a=group:BUNDLE`` (RFC 9143), ``a=fingerprint``."""
    session, *media = sections
    kinds = [section[0].partition(" ")[0] for section in media]
    if not set(kinds) <= _KINDS or kinds.count("m=application") > 1:
        raise SignalingError("an offer of more than sound, pictures and one data channel")
    mids = [[line[6:] for line in section if line.startswith("a=mid:")] for section in media]
    names = [name for own in mids for name in own]
    groups = [line[8:].split() for line in session if line.startswith("a=group:")]
    bundled = next((group[1:] for group in groups if group[:1] == ["BUNDLE"]), [])
    twice = len(set(names)) != len(names) or any(len(own) > 1 for own in mids)
    if twice or not set(bundled) <= set(names):
        raise SignalingError("an offer that bundles m-lines that are not there, or twice")
    if len(media) - len(bundled) > MAX_UNBUNDLED:
        raise SignalingError(f"an offer may have {MAX_UNBUNDLED} m-lines that are not bundled")
    common = any(line.startswith("a=fingerprint:") for line in session)
    if not all(common or _has_fingerprint(section) for section in media):
        raise SignalingError("an offer whose sender could be anybody: it has no fingerprint")


def _has_fingerprint(section: list[str]) -> bool:
    return any(line.startswith("a=fingerprint:") for line in section)


def _credentials(section: list[str]) -> Iterator[str]:
    for line in section:
        name, _, value = line.partition(":")
        if name in ("a=ice-ufrag", "a=ice-pwd"):
            yield value.strip()
