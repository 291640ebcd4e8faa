"""Who sends which SSRCs, checked the way Jicofo checks them before it tells anybody.

Form of the JSON: jicofo's EndpointSourceSet.compactJson; of the XML: XEP-0339 with names.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

JINGLE = "urn:xmpp:jingle:1"
RTP = "urn:xmpp:jingle:apps:rtp:1"
SSMA = "urn:xmpp:jingle:apps:rtp:ssma:0"

MAX_SSRCS = 20
"""Of one endpoint: jicofo.conference.max-ssrcs-per-user."""


class SourcesRefusedError(Exception):
    """Jicofo would answer ``bad-request``."""


@dataclass(frozen=True, slots=True)
class MediaSource:
    """One SSRC of one endpoint."""

    ssrc: int
    medium: str
    name: str | None = None
    msid: str | None = None
    video_type: str | None = None

    def compact(self) -> dict[str, object]:
        optional = {"n": self.name, "m": self.msid}
        said: dict[str, object] = {"s": self.ssrc}
        said |= {key: value for key, value in optional.items() if value}
        return said | ({"v": "d"} if self.video_type == "desktop" else {})


@dataclass(frozen=True, slots=True)
class Group:
    """SSRCs that belong together: a picture and its retransmissions, or layers of one."""

    semantics: str
    ssrcs: tuple[int, ...]
    medium: str

    def compact(self) -> list[object]:
        return [{"FID": "f", "SIM": "s"}[self.semantics], *self.ssrcs]


@dataclass(frozen=True, slots=True)
class SourceSet:
    """What one endpoint sends, or a part of it."""

    sources: frozenset[MediaSource] = frozenset()
    groups: frozenset[Group] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.sources or self.groups)

    def of(self, medium: str) -> list[MediaSource]:
        chosen = [source for source in self.sources if source.medium == medium]
        return sorted(chosen, key=lambda source: source.ssrc)

    def without_layers(self) -> SourceSet:
        """Only the first layer of each picture, as Jicofo tells receivers (strip-simulcast)."""
        layers = {g.ssrcs[1:] for g in self.groups if g.semantics == "SIM"}
        dropped = {ssrc for group in layers for ssrc in group}
        kept = set()
        for group in self.groups:
            if group.semantics == "FID" and group.ssrcs[0] not in dropped:
                kept.add(group)
            elif group.semantics == "FID":
                dropped.add(group.ssrcs[1])
        remaining = frozenset(s for s in self.sources if s.ssrc not in dropped)
        return SourceSet(remaining, frozenset(kept))

    def compact(self) -> list[list[object]]:
        groups: dict[str, list[object]] = {"audio": [], "video": []}
        for group in sorted(self.groups, key=lambda group: group.ssrcs):
            groups[group.medium].append(group.compact())
        video: list[object] = [source.compact() for source in self.of("video")]
        audio: list[object] = [source.compact() for source in self.of("audio")]
        parts = [video, groups["video"], audio]
        return [*parts, groups["audio"]] if groups["audio"] else parts


def compact_json(everybody: dict[str, SourceSet]) -> str:
    """The text of a ``json-message``."""
    said = {owner: sources.compact() for owner, sources in everybody.items()}
    return json.dumps({"sources": said}, separators=(",", ":"))


def read_sources(contents: list[Element]) -> SourceSet:
    """What an endpoint says of its sources. Raises SourcesRefusedError."""
    sources: set[MediaSource] = set()
    groups: set[Group] = set()
    for content in contents:
        description = content.find(f"{{{RTP}}}description")
        medium = content.get("name", "") if description is None else description.get("media", "")
        if medium not in ("audio", "video") and description is not None:
            raise SourcesRefusedError(f"no medium of ours: {medium!r}")
        for place in (content, *([] if description is None else [description])):
            found = place.findall(f"{{{SSMA}}}source")
            sources.update(_source(element, medium) for element in found)
            groups.update(_group(g, medium) for g in place.findall(f"{{{SSMA}}}ssrc-group"))
    return SourceSet(frozenset(sources), frozenset(groups))


def _ssrc(element: Element) -> int:
    try:
        ssrc = int(element.get("ssrc", ""))
    except ValueError as error:
        raise SourcesRefusedError("an SSRC is a number") from error
    if not 0 < ssrc < 1 << 32:
        raise SourcesRefusedError(f"Invalid SSRC: {ssrc}.")
    return ssrc


def _source(element: Element, medium: str) -> MediaSource:
    parameters = {p.get("name"): p.get("value") for p in element if p.tag.endswith("}parameter")}
    video_type = element.get("videoType")
    if video_type not in (None, "camera", "desktop", "desktop_high_fps", "none", ""):
        raise SourcesRefusedError(f"no video type: {video_type!r}")
    return MediaSource(
        _ssrc(element), medium, element.get("name"), parameters.get("msid"), video_type
    )


def _group(element: Element, medium: str) -> Group:
    semantics = element.get("semantics", "").upper()
    if semantics not in ("FID", "SIM"):
        raise SourcesRefusedError(f"Invalid ssrc-group semantics: {semantics!r}")
    return Group(semantics, tuple(_ssrc(s) for s in element.findall(f"{{{SSMA}}}source")), medium)


@dataclass
class SourceBook:
    """Everybody's sources, without a conflict at any time."""

    by_owner: dict[str, SourceSet] = field(default_factory=dict)

    def add(self, owner: str, new: SourceSet) -> SourceSet:
        """What was taken of ``new``. Raises SourcesRefusedError and then changes nothing."""
        taken = {s.ssrc: name for name, known in self.by_owner.items() for s in known.sources}
        msids = {s.msid: name for name, known in self.by_owner.items() for s in known.sources}
        for source in new.sources:
            if source.ssrc in taken:
                raise SourcesRefusedError(f"SSRC is already used: {source.ssrc}.")
            if source.msid and msids.get(source.msid, owner) != owner:
                raise SourcesRefusedError(f"MSID is already used: {source.msid}.")
        known = self.by_owner.get(owner, SourceSet())
        groups = frozenset(g for g in new.groups if g.ssrcs and g not in known.groups)
        result = SourceSet(known.sources | new.sources, known.groups | groups)
        _check(result)
        self.by_owner[owner] = result
        return SourceSet(new.sources, groups)

    def remove(self, owner: str, gone: SourceSet) -> SourceSet:
        """What was taken away, groups of removed SSRCs included. Raises SourcesRefusedError."""
        known = self.by_owner.get(owner, SourceSet())
        by_ssrc = {source.ssrc: source for source in known.sources}
        try:
            sources = frozenset(by_ssrc[source.ssrc] for source in gone.sources)
        except KeyError as error:
            raise SourcesRefusedError(f"Source does not exist: {error}") from error
        if not gone.groups <= known.groups:
            raise SourcesRefusedError("Source group does not exist")
        ssrcs = {source.ssrc for source in sources}
        groups = gone.groups | {g for g in known.groups if ssrcs & set(g.ssrcs)}
        result = SourceSet(known.sources - sources, known.groups - groups)
        _check(result)
        self.by_owner[owner] = result
        return SourceSet(sources, groups)

    def drop(self, owner: str) -> SourceSet:
        return self.by_owner.pop(owner, SourceSet())

    def others(self, owner: str) -> dict[str, SourceSet]:
        return {name: s for name, s in self.by_owner.items() if name != owner and s}


def _check(known: SourceSet) -> None:
    if len(known.sources) > MAX_SSRCS:
        raise SourcesRefusedError(f"SSRC limit ({MAX_SSRCS}) exceeded.")
    by_ssrc = {source.ssrc: source for source in known.sources}
    for group in known.groups:
        if not set(group.ssrcs) <= set(by_ssrc):
            raise SourcesRefusedError("An SSRC group contains an SSRC that is no source")
        if group.semantics == "FID" and len(group.ssrcs) != 2:
            raise SourcesRefusedError("Invalid FID group")
        msids = {by_ssrc[ssrc].msid for ssrc in group.ssrcs}
        if None in msids or len(msids) != 1:
            raise SourcesRefusedError("Sources of a group need one msid in common")
    for medium in ("audio", "video"):
        _check_msids([s for s in known.of(medium) if s.msid], known.groups)


def _check_msids(sources: list[MediaSource], groups: frozenset[Group]) -> None:
    """No two pictures or sounds of one endpoint share an msid."""
    seen: dict[str | None, int] = {}
    for source in sources:
        first = _first(source.ssrc, groups)
        if seen.setdefault(source.msid, first) != first:
            raise SourcesRefusedError(f"MSID is already used: {source.msid}.")


def _first(ssrc: int, groups: frozenset[Group]) -> int:
    """The SSRC that leads the group of groups ``ssrc`` is in."""
    for semantics in ("FID", "SIM"):
        leads = (g.ssrcs[0] for g in groups if g.semantics == semantics and ssrc in g.ssrcs)
        ssrc = next(leads, ssrc)
    return ssrc
