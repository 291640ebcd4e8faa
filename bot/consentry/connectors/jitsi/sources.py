"""The sources that Jicofo names: who sends what, under which SSRC."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from consentry.connectors.jitsi.json_object import read_json
from consentry.connectors.jitsi.stanzas import Jid
from consentry.connectors.jitsi.xml import Element
from consentry.errors import SignalingError
from consentry.events import Medium

MAX_SOURCES = 2000
"""Of one conference."""

MAX_NAME = 64

BRIDGE = "jvb"
"""The owner of the bridge's own sources, which carry nothing."""

_MEDIA = ((Medium.VIDEO, 0, 1), (Medium.AUDIO, 2, 3))
"""Where the sources and the groups of each medium are in Jicofo's compact form."""


@dataclass(frozen=True, slots=True)
class RemoteSource:
    """One stream of one participant."""

    owner: str
    """The endpoint id: the nick of an occupant."""
    medium: Medium
    ssrc: int
    name: str
    """As the bridge knows it: ``1a2b3c4d-a0``."""
    desktop: bool = False
    retransmission: int | None = None


@dataclass(frozen=True, slots=True)
class _Group:
    semantics: str
    ssrcs: tuple[int, ...]


def read_sources(jingle: Element) -> tuple[RemoteSource, ...]:
    """Everything that a Jingle element says of sources, as JSON or as XML.

    SignalingError if it can't be read.
    """
    messages = [child for child in jingle.children if child.name == "json-message"]
    found: list[RemoteSource] = []
    for each in messages:
        found += _from_json(read_json(each.text).get("sources", {}))
    if not messages:
        found += _from_contents(jingle)
    if len(found) > MAX_SOURCES:
        raise SignalingError(f"a conference may have {MAX_SOURCES} sources")
    return tuple(found)


def _from_json(owners: Any) -> Iterator[RemoteSource]:
    """``{owner: [[video], [groups], [audio], [groups]]}``, trailing parts left out."""
    if not isinstance(owners, dict):
        raise SignalingError("sources that are no object")
    for owner, parts in owners.items():
        if owner == BRIDGE:
            continue
        for medium, at, groups_at in _MEDIA:
            groups = [_json_group(group) for group in _part(parts, groups_at)]
            yield from _primary(
                [_json_source(owner, medium, each) for each in _part(parts, at)], groups
            )


def _part(parts: Any, at: int) -> list[Any]:
    if not isinstance(parts, list):
        raise SignalingError("sources of somebody that are no list")
    part = parts[at] if at < len(parts) else []
    if not isinstance(part, list):
        raise SignalingError("sources of somebody that are no list")
    return part


def _json_source(owner: str, medium: Medium, fields: Any) -> RemoteSource:
    if not isinstance(fields, dict):
        raise SignalingError("a source that is no object")
    desktop = fields.get("v") == "d"
    return _source(owner, medium, fields.get("s"), fields.get("n"), desktop)


def _json_group(fields: Any) -> _Group:
    if not isinstance(fields, list) or not fields:
        raise SignalingError("a group of sources that is no list")
    names = {"f": "FID", "s": "SIM"}
    semantics = names.get(fields[0], "") if isinstance(fields[0], str) else ""
    return _Group(semantics, tuple(_ssrc(each) for each in fields[1:]))


def _from_contents(jingle: Element) -> Iterator[RemoteSource]:
    """XEP-0339, with the owner that Jitsi adds."""
    for content in jingle.all("content"):
        description = content.find("description") or content
        medium = {"audio": Medium.AUDIO, "video": Medium.VIDEO}.get(content.get("name") or "")
        if medium is None:
            continue
        groups = [
            _Group(
                group.get("semantics") or "",
                tuple(_ssrc(source.get("ssrc")) for source in group.all("source")),
            )
            for group in description.all("ssrc-group")
        ]
        owned: dict[str, list[RemoteSource]] = {}
        for each in description.all("source"):
            info = each.find("ssrc-info")
            owner = _nick(info.get("owner") if info is not None else None)
            if owner not in (None, BRIDGE):
                desktop = each.get("videoType") == "desktop"
                source = _source(owner, medium, each.get("ssrc"), each.get("name"), desktop)
                owned.setdefault(source.owner, []).append(source)
        for sources in owned.values():
            yield from _primary(sources, groups)


def _nick(owner: str | None) -> str | None:
    jid = Jid.parse(owner)
    return (jid.resource or str(jid)) if jid is not None else None


def _primary(sources: list[RemoteSource], groups: Iterable[_Group]) -> Iterator[RemoteSource]:
    """The sources that the bridge sends, each with that of its retransmissions.

    Of a camera's layers the bridge sends one at a time, under the first one's SSRC.
    """
    repeated: dict[int, int] = {}
    further: set[int] = set()
    for group in groups:
        if group.semantics == "FID" and len(group.ssrcs) == 2:
            repeated[group.ssrcs[0]] = group.ssrcs[1]
            further.add(group.ssrcs[1])
        elif group.semantics == "SIM":
            further.update(group.ssrcs[1:])
    for each in sources:
        if each.ssrc not in further:
            yield RemoteSource(
                each.owner,
                each.medium,
                each.ssrc,
                each.name,
                each.desktop,
                repeated.get(each.ssrc),
            )


def _source(owner: Any, medium: Medium, ssrc: Any, name: Any, desktop: bool) -> RemoteSource:
    if not isinstance(owner, str) or not 0 < len(owner) <= MAX_NAME:
        raise SignalingError("a source of nobody")
    if name is None:
        name = f"{owner}-{medium.value[0]}0"
    if not isinstance(name, str) or not 0 < len(name) <= MAX_NAME:
        raise SignalingError("a source without a name")
    return RemoteSource(owner, medium, _ssrc(ssrc), name, desktop)


def _ssrc(value: Any) -> int:
    """RFC 3550 section 5.1: 32 bits."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 10:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 1 << 32:
        raise SignalingError("a source whose SSRC is none")
    return value


class SourceTable:
    """What is sent in one session, as it is added and removed."""

    def __init__(self, sources: Iterable[RemoteSource] = ()) -> None:
        self._sources: dict[int, RemoteSource] = {}
        self.add(sources)

    def __iter__(self) -> Iterator[RemoteSource]:
        return iter(self._sources.values())

    def add(self, sources: Iterable[RemoteSource]) -> None:
        """SignalingError if one is somebody else's already: whose it is would be in doubt."""
        added: Mapping[int, RemoteSource] = {each.ssrc: each for each in sources}
        for ssrc, each in added.items():
            known = self._sources.get(ssrc)
            if known is not None and known.owner != each.owner:
                raise SignalingError("a source of two participants")
        if len(self._sources.keys() | added.keys()) > MAX_SOURCES:
            raise SignalingError(f"a conference may have {MAX_SOURCES} sources")
        self._sources |= added

    def remove(self, sources: Iterable[RemoteSource]) -> None:
        """Those that were not there change nothing; nobody's goes but its owner's."""
        for each in sources:
            known = self._sources.get(each.ssrc)
            if known is not None and known.owner == each.owner:
                del self._sources[each.ssrc]
