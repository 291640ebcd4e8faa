"""What a Jitsi videobridge and a transcriber say to each other over a WebSocket, without I/O.

Jitsi calls it media-json. For each source the bridge says ``start`` once, then ``media`` for every
packet it got, the Opus payload in base64; it pings, and wants to be answered within seconds. Back
go captions. Counters are strings of digits, as its model, the WebSocket of VoxImplant, has them.
"""

from __future__ import annotations

import json
import re
from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from consentry.connectors.jitsi.json_object import read_json
from consentry.errors import SignalingError

MAX_CHARACTERS = 64 * 1024
"""Of one message: the longest names the sources of a large call. One with sound has 2,000."""

MAX_SOURCES = 500
"""That one bridge may start. Each participant has two or three."""

MAX_NAME = 256
MAX_PAYLOAD = 4096
"""Characters of one packet's sound: twice the longest that fits a datagram."""

MAX_NESTED = 8
MAX_WAITING = 64
"""Captions and answers that wait to be sent; the oldest captions go first."""

RATE = 48_000
"""Of every Opus stream's timestamps (RFC 7587 section 4.1)."""

_COUNTER = re.compile(r"-?[0-9]{1,19}")


class Encoding(StrEnum):
    """How the payloads of a source are to be read."""

    OPUS = "opus"
    RED = "red"
    """Opus, and before it what was sent earlier, once more (RFC 2198)."""


@dataclass(frozen=True, slots=True)
class Started:
    """From now on ``tag`` names a source of ``endpoint``; said again when it is encoded anew."""

    tag: str
    endpoint: str
    encoding: Encoding


@dataclass(frozen=True, slots=True)
class Stopped:
    """Nothing more comes of ``tag``."""

    tag: str


@dataclass(frozen=True, slots=True)
class Sound:
    """One packet of a source, its payload as it came: not even decoded from base64."""

    tag: str
    number: int
    """The RTP sequence number, counted on past 65,535."""
    timestamp: int
    """At :data:`RATE`, on a clock that all sources of this bridge share."""
    payload: str
    level: int | None = None
    """In -dBov, 0 to 127, as the sender claims (RFC 6464)."""
    voice: bool = False
    """Whether the sender says that it is a voice."""


@dataclass(frozen=True, slots=True)
class Finished:
    """The bridge is done with this call; it closes, and does not come back by itself."""


Happening = Started | Stopped | Sound | Finished


class Signaling:
    """One WebSocket of one bridge. Whatever else it says is ignored: newer bridges say more."""

    def __init__(self) -> None:
        self._endpoints: dict[str, str] = {}
        """Of each source that was started."""
        self._answers: deque[str] = deque(maxlen=MAX_WAITING)
        self._captions: deque[str] = deque(maxlen=MAX_WAITING)

    def receive(self, text: str | bytes) -> list[Happening]:
        """What a message says; SignalingError if it breaks the protocol, and the next may be
        given all the same."""
        message = _object(text)
        match message.get("event"):
            case "media":
                return [self._sound(_part(message, "media"))]
            case "start":
                return [self._start(_part(message, "start"))]
            case "stop":
                return self._stop(_part(message, "stop"))
            case "ping":
                self._answers.append(_compact({"event": "pong", "id": _identifier(message)}))
            case "session-end":
                return [Finished()]
            case str():
                pass
            case _:
                raise SignalingError("a message without an event")
        return []

    def show(self, result: dict[str, Any]) -> None:
        """Show a caption: ``result`` has the fields of Jitsi's ``transcription-result``."""
        self._captions.append(_compact(result | {"event": "transcription-result"}))

    def data_to_send(self) -> list[str]:
        """Messages to send, in order; each is given once."""
        messages = [*self._answers, *self._captions]
        self._answers.clear()
        self._captions.clear()
        return messages

    def _start(self, start: dict[str, Any]) -> Started:
        tag = _name(start, "tag")
        endpoint = _name(_part(start, "customParameters"), "endpointId")
        encoding = _encoding(_part(start, "mediaFormat"))
        if self._endpoints.get(tag, endpoint) != endpoint:
            raise SignalingError("a source that was somebody else's")
        if tag not in self._endpoints and len(self._endpoints) >= MAX_SOURCES:
            raise SignalingError(f"a bridge may start {MAX_SOURCES} sources")
        self._endpoints[tag] = endpoint
        return Started(tag, endpoint, encoding)

    def _stop(self, stop: dict[str, Any]) -> list[Happening]:
        tag = _name(stop, "tag")
        return [Stopped(tag)] if self._endpoints.pop(tag, None) is not None else []

    def _sound(self, media: dict[str, Any]) -> Sound:
        tag, payload = media.get("tag"), media.get("payload")
        if not isinstance(tag, str) or tag not in self._endpoints:
            raise SignalingError("sound of a source that was not started")
        if not isinstance(payload, str) or len(payload) > MAX_PAYLOAD:
            raise SignalingError("sound without a payload, or with one too long")
        level = media.get("audioLevel")
        if type(level) is not int or not 0 <= level <= 127:
            level = None
        number, timestamp = _counter(media, "chunk"), _counter(media, "timestamp")
        return Sound(tag, number, timestamp, payload, level, media.get("vad") is True)


def _object(text: str | bytes) -> dict[str, Any]:
    if len(text) > MAX_CHARACTERS:
        raise SignalingError(f"a message may have {MAX_CHARACTERS} characters")
    try:
        plain = text if isinstance(text, str) else text.decode()
    except ValueError:
        raise SignalingError("a message that is no text") from None
    return read_json(plain, MAX_NESTED)


def _part(message: dict[str, Any], name: str) -> dict[str, Any]:
    part = message.get(name)
    if not isinstance(part, dict):
        raise SignalingError(f"a message without {name}")
    return part


def _name(part: dict[str, Any], key: str) -> str:
    value = part.get(key)
    if not isinstance(value, str) or not 1 <= len(value) <= MAX_NAME:
        raise SignalingError(f"a message without {key}")
    return value


def _identifier(message: dict[str, Any]) -> int:
    value = message.get("id")
    if type(value) is not int or abs(value) >= 1 << 63:
        raise SignalingError("a ping without an id")
    return value


def _counter(part: dict[str, Any], key: str) -> int:
    value = part.get(key)
    if isinstance(value, str) and _COUNTER.fullmatch(value):
        return int(value)
    if type(value) is int and abs(value) < 1 << 63:
        return value
    raise SignalingError(f"sound without {key}")


def _encoding(form: dict[str, Any]) -> Encoding:
    encoding, rate = form.get("encoding"), form.get("sampleRate")
    if not isinstance(encoding, str) or encoding.lower() not in tuple(Encoding) or rate != RATE:
        raise SignalingError("a source in a form that can't be decoded: Opus at 48 kHz can")
    return Encoding(encoding.lower())


def _compact(message: dict[str, Any]) -> str:
    return json.dumps(message, separators=(",", ":"))
