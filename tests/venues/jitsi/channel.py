"""What endpoints and the bridge tell each other on the bridge channel.

Read as strictly as a videobridge reads it: BridgeChannelMessage.kt names every class and field,
and what does not parse is dropped there; here it counts as refused besides.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

UNLIMITED = -1
FIRST_HEIGHT = 180
"""Lines of a picture that an endpoint gets before it asks for anything."""


class MessageRefusedError(Exception):
    """A videobridge drops this message."""


@dataclass(frozen=True, slots=True)
class AudioSubscription:
    """Which sounds an endpoint takes. Before it says anything: all of them."""

    all: bool = True
    include: frozenset[str] = frozenset()
    exclude: frozenset[str] = frozenset()

    def wants(self, name: str | None) -> bool:
        if name in self.exclude:
            return False
        return self.all or name in self.include


@dataclass(frozen=True, slots=True)
class VideoConstraints:
    """Which pictures an endpoint takes, and how tall at most."""

    last_n: int = UNLIMITED
    default_height: int = FIRST_HEIGHT
    heights: dict[str, int] = field(default_factory=dict)
    selected: tuple[str, ...] = ()
    on_stage: tuple[str, ...] = ()

    def wants(self, name: str | None, names: list[str]) -> bool:
        """Whether the source ``name`` is taken, of all the pictures ``names``."""
        if self.last_n == 0 or self.heights.get(name or "", self.default_height) == 0:
            return False
        if self.last_n == UNLIMITED:
            return True
        preferred = [*self.on_stage, *self.selected]
        order = sorted(names, key=lambda n: preferred.index(n) if n in preferred else len(names))
        return name in order[: self.last_n]


@dataclass(frozen=True, slots=True)
class Hello:
    """ClientHello: answered with a ServerHello."""


@dataclass(frozen=True, slots=True)
class ToEndpoints:
    """An EndpointMessage or EndpointStats: everything in it travels on."""

    name: str
    to: str
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class VideoType:
    """SourceVideoTypeMessage: a camera, a desktop, or nothing at the moment."""

    source: str
    video_type: str


Message = Hello | ToEndpoints | AudioSubscription | VideoConstraints | VideoType

_FIELDS = {
    "ClientHello": set[str](),
    "ReceiverVideoConstraints": {
        "lastN",
        "selectedSources",
        "onStageSources",
        "defaultConstraints",
        "constraints",
        "assumedBandwidthBps",
    },
    "ReceiverAudioSubscription": {"all", "include", "exclude", "mode", "list"},
    "SourceVideoTypeMessage": {"videoType", "sourceName", "endpointId"},
    "VideoTypeMessage": {"videoType", "endpointId"},
    "LastNChangedEvent": {"lastN"},
}
_FREE = ("EndpointMessage", "EndpointStats")


def read_message(text: str, before: VideoConstraints) -> Message:
    """What ``text`` says, given the constraints said ``before``. Raises MessageRefusedError."""
    try:
        said = json.loads(text, object_pairs_hook=_without_duplicates)
    except ValueError as error:
        raise MessageRefusedError(f"no JSON: {error}") from error
    if not isinstance(said, dict) or not isinstance(said.get("colibriClass"), str):
        raise MessageRefusedError("no colibriClass")
    name = said.pop("colibriClass")
    if name not in _FIELDS and name not in _FREE:
        raise MessageRefusedError(f"no class {name} that an endpoint may send")
    unknown = set(said) - _FIELDS[name] if name in _FIELDS else set()
    if unknown:
        raise MessageRefusedError(f"{name} has no field {', '.join(sorted(unknown))}")
    return _read(name, said, before)


def _read(name: str, said: dict[str, Any], before: VideoConstraints) -> Message:
    match name:
        case "ClientHello":
            return Hello()
        case "EndpointMessage":
            return ToEndpoints(name, _string(said, "to"), said)
        case "EndpointStats":
            return ToEndpoints(name, "", said)
        case "ReceiverAudioSubscription":
            return _audio(said)
        case "LastNChangedEvent" | "ReceiverVideoConstraints":
            return _video(said, before)
        case "VideoTypeMessage":
            return VideoType("", _video_type(said))
        case _:
            return VideoType(_string(said, "sourceName"), _video_type(said))


def _audio(said: dict[str, Any]) -> AudioSubscription:
    """Both forms: ``all``, ``include``, ``exclude``, and the older ``mode`` with a ``list``."""
    if said.get("mode") is None:
        takes_all = said.get("all")
        if takes_all is not None and not isinstance(takes_all, bool):
            raise MessageRefusedError("all is true or false")
        include, exclude = _strings(said, "include"), _strings(said, "exclude")
        return AudioSubscription(bool(takes_all), frozenset(include), frozenset(exclude))
    names = frozenset(_strings(said, "list"))
    match said["mode"]:
        case "All":
            return AudioSubscription()
        case "None":
            return AudioSubscription(all=False)
        case "Include":
            return AudioSubscription(all=False, include=names)
        case "Exclude":
            return AudioSubscription(exclude=names)
    raise MessageRefusedError("Unknown ReceiverAudioSubscription mode")


def _video(said: dict[str, Any], before: VideoConstraints) -> VideoConstraints:
    heights = before.heights
    constraints = said.get("constraints")
    if constraints is not None:
        if not isinstance(constraints, dict):
            raise MessageRefusedError("constraints are an object")
        heights = {name: _height(value) for name, value in constraints.items()}
    default = said.get("defaultConstraints")
    return VideoConstraints(
        last_n=before.last_n if said.get("lastN") is None else _integer(said, "lastN"),
        default_height=before.default_height if default is None else _height(default),
        heights=heights,
        selected=_listed(said, "selectedSources", before.selected),
        on_stage=_listed(said, "onStageSources", before.on_stage),
    )


def _height(value: object) -> int:
    if not isinstance(value, dict):
        raise MessageRefusedError("a constraint is an object")
    height = _integer(value, "maxHeight")
    if height < UNLIMITED:
        raise MessageRefusedError("maxHeight must be either -1, 0, or positive.")
    return height


def _listed(said: dict[str, Any], key: str, before: tuple[str, ...]) -> tuple[str, ...]:
    return before if said.get(key) is None else tuple(_strings(said, key))


def _strings(said: dict[str, Any], key: str) -> list[str]:
    value = said.get(key)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise MessageRefusedError(f"{key} is a list of names")
    return value


def _string(said: dict[str, Any], key: str) -> str:
    value = said.get(key)
    if not isinstance(value, str):
        raise MessageRefusedError(f"{key} is missing")
    return value


def _integer(said: dict[str, Any], key: str) -> int:
    value = said.get(key)
    if not isinstance(value, int) or isinstance(value, bool):
        raise MessageRefusedError(f"{key} is a number")
    return value


def _video_type(said: dict[str, Any]) -> str:
    value = _string(said, "videoType").lower()
    if value not in ("camera", "desktop", "desktop_high_fps", "disabled", "none"):
        raise MessageRefusedError(f"no video type: {value}")
    return value


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    if len(set(keys)) != len(keys):
        raise ValueError("a key is there twice")
    return dict(pairs)
