"""The messages of Galene's protocol that the bot reads, and how it writes its own.

Source: galene-protocol.md of Galene 1.1. Unknown fields are ignored, as a newer server may add
some; types are strict. What clients choose of themselves (ids, names, labels, text) is bounded.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from consentry.errors import SignalingError

MAX_MESSAGE_BYTES = 1024 * 1024
"""What Galene itself takes of a client, one message."""

MAX_TEXT = 16 * 1024
"""Of one line of chat, in characters."""

MAX_SDP = 128 * 1024

Id = Annotated[str, Field(min_length=1, max_length=128)]
MaybeId = Annotated[str, Field(max_length=128)]
Permission = Annotated[str, Field(max_length=64)]
Permissions = Annotated[list[Permission], Field(max_length=32)]


class Frame(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True)


class Handshake(Frame):
    type: Literal["handshake"]
    version: Annotated[list[Annotated[str, Field(max_length=16)]], Field(max_length=16)] = []


class IceServer(Frame):
    """RTCIceServer of W3C WebRTC."""

    urls: Annotated[list[Annotated[str, Field(max_length=512)]], Field(max_length=8)]
    username: Annotated[str, Field(max_length=512)] | None = None
    credential: Annotated[str, Field(max_length=512)] | None = None


class RtcConfiguration(Frame):
    iceServers: Annotated[list[IceServer], Field(max_length=8)] = []


class Joined(Frame):
    """The answer to our joining; later, that our permissions or the group's state changed."""

    type: Literal["joined"]
    kind: Literal["join", "fail", "change", "leave", "redirect"]
    error: Annotated[str, Field(max_length=64)] = ""
    username: Annotated[str, Field(max_length=1024)] = ""
    permissions: Permissions = []
    value: Any = None
    rtcConfiguration: RtcConfiguration = RtcConfiguration()


class User(Frame):
    """Who is in the group."""

    type: Literal["user"]
    kind: Literal["add", "change", "delete"]
    id: Id
    username: Annotated[str, Field(max_length=1024)] = ""
    permissions: Permissions = []


class Offer(Frame):
    """The server would send the bot a stream of the client ``source``."""

    type: Literal["offer"]
    id: Id
    label: MaybeId = ""
    replace: MaybeId = ""
    source: MaybeId = ""
    sdp: Annotated[str, Field(min_length=1, max_length=MAX_SDP)]


class Candidate(Frame):
    """RTCIceCandidateInit of W3C WebRTC."""

    candidate: Annotated[str, Field(max_length=1024)]
    sdpMid: Annotated[str, Field(max_length=64)] | None = None
    sdpMLineIndex: Annotated[int, Field(ge=0, le=255)] | None = None


class Ice(Frame):
    type: Literal["ice"]
    id: Id
    candidate: Candidate


class Close(Frame):
    """A stream has ended; said of streams the bot never heard of, too."""

    type: Literal["close"]
    id: Id


class Chat(Frame):
    """A line of chat. The server vouches for ``source`` where there is one, and for no more."""

    type: Literal["chat"]
    kind: Annotated[str, Field(max_length=64)] = ""
    id: MaybeId = ""
    source: MaybeId = ""
    dest: MaybeId = ""
    value: Any = None


class UserMessage(Frame):
    """Something one client, or the server, tells another, which is no chat."""

    type: Literal["usermessage"]
    kind: Annotated[str, Field(max_length=64)] = ""
    id: MaybeId = ""
    source: MaybeId = ""
    dest: MaybeId = ""
    privileged: bool = False
    value: Any = None


class Bare(Frame):
    """What needs no more than its type; ``ignored`` concern streams of ours, or the past."""

    type: Literal["ping", "pong", "chathistory", "answer", "renegotiate", "abort"]


FromServer = Handshake | Joined | User | Offer | Ice | Close | Chat | UserMessage | Bare

_from_server: TypeAdapter[FromServer] = TypeAdapter(
    Annotated[FromServer, Field(discriminator="type")]
)


def parse(text: str | bytes) -> FromServer:
    """Read one message of the server's; SignalingError, which does not quote it, if it is none."""
    if len(text) > MAX_MESSAGE_BYTES:  # of text, characters: none has less than a byte
        raise SignalingError(f"a message of more than {MAX_MESSAGE_BYTES} bytes")
    try:
        return _from_server.validate_json(text)
    except (ValidationError, RecursionError) as exc:
        faults = exc.error_count() if isinstance(exc, ValidationError) else 1
        raise SignalingError(f"not a message of Galene's ({faults} faults)") from None


def dump(**fields: object) -> str:
    """A message of ours; fields without a value are left out, as Galene's own client does."""
    said = {name: value for name, value in fields.items() if value is not None}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))
