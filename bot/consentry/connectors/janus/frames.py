"""What Janus and its VideoRoom say over the WebSocket, read strictly, and nothing more of it.

Names and fields: the Janus API and the VideoRoom API of Janus 1.x.
Unknown fields are ignored.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from consentry.errors import SignalingError

MAX_FRAME_BYTES = 256 * 1024
"""An offer takes some KiB, a publisher in a list 0.5: this is a room of hundreds."""

MAX_PEOPLE = 500
MAX_STREAMS = 32

Number = Annotated[int, Field(ge=0, lt=1 << 64)]
FeedId = (
    Annotated[int, Field(ge=0, lt=1 << 64)] | Annotated[str, Field(min_length=1, max_length=64)]
)
"""A server with ``string_ids`` has texts for ids, others numbers."""

Mid = Annotated[str, Field(min_length=1, max_length=64)]
Display = Annotated[str, Field(max_length=1024)]


class Read(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True)


class Stream(Read):
    """One track that somebody publishes."""

    type: Literal["audio", "video", "data"]
    mid: Mid
    description: Annotated[str, Field(max_length=1024)] | None = None
    codec: Annotated[str, Field(max_length=32)] | None = None
    disabled: bool = False


class Somebody(Read):
    """A participant as the room lists them; only who publishes has ``streams``."""

    id: FeedId
    display: Display | None = None
    streams: Annotated[list[Stream], Field(max_length=MAX_STREAMS, fail_fast=True)] | None = None
    publisher: bool | None = None


People = Annotated[list[Somebody], Field(max_length=MAX_PEOPLE, fail_fast=True)]


class RoomData(Read):
    """What the VideoRoom plugin says. ``leaving`` and ``unpublished`` are ``ok`` about oneself."""

    videoroom: Annotated[str, Field(max_length=32)]
    error_code: int | None = None
    id: FeedId | None = None
    display: Display | None = None
    private_id: Number | None = None
    publishers: People | None = None
    attendees: People | None = None
    participants: People | None = None
    joining: Somebody | None = None
    leaving: FeedId | None = None
    unpublished: FeedId | None = None
    kicked: FeedId | None = None
    reason: Annotated[str, Field(max_length=64)] | None = None
    substream: Annotated[int, Field(ge=0, le=2)] | None = None


class TextData(Read):
    """What the TextRoom plugin says outside of its data channel."""

    textroom: Annotated[str, Field(max_length=32)]
    error_code: int | None = None


class Plugin(Read):
    plugin: Annotated[str, Field(max_length=128)]
    data: RoomData | TextData


class Jsep(Read):
    """A session description (RFC 8829), which is not looked into here."""

    type: Literal["offer", "answer"]
    sdp: Annotated[str, Field(min_length=1, max_length=MAX_FRAME_BYTES)]


class Data(Read):
    id: Number


class ErrorInfo(Read):
    code: int


class Candidate(Read):
    """RTCIceCandidateInit of W3C WebRTC, or the word that there are no more."""

    candidate: Annotated[str, Field(max_length=1024)] = ""
    sdpMid: Mid | None = None
    sdpMLineIndex: Annotated[int, Field(ge=0, le=255)] | None = None
    completed: bool = False


class Frame(Read):
    """One message of the server."""

    janus: Annotated[str, Field(max_length=32)]
    transaction: Annotated[str, Field(max_length=64)] | None = None
    session_id: Number | None = None
    sender: Number | None = None
    data: Data | None = None
    plugindata: Plugin | None = None
    jsep: Jsep | None = None
    error: ErrorInfo | None = None
    candidate: Candidate | None = None


_frame = TypeAdapter(Frame)


def parse(text: str | bytes) -> Frame:
    """Read one message of the server; SignalingError, which does not quote it, if it is none."""
    size = len(text) if isinstance(text, bytes) else len(text.encode(errors="surrogatepass"))
    if size > MAX_FRAME_BYTES:
        raise SignalingError(f"a message of Janus may hold {MAX_FRAME_BYTES} bytes here")
    try:
        return _frame.validate_json(text)
    except ValidationError as exc:
        raise SignalingError(f"not a message of Janus ({exc.error_count()} faults)") from None
