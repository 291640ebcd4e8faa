"""The frames of the room's signaling, as docs/protocol.md has them; both ends read them here.

Unknown fields are ignored and never passed on, so a newer client can talk to an
older server. Types are strict: a number is no name.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from consentry.errors import SignalingError

MAX_FRAME_BYTES = 64 * 1024
MAX_PEOPLE = 8
ROOM_NAME = re.compile(r"[a-z0-9-]{1,64}")

_LANGUAGE = r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}$"
_PUBLIC_KEY = r"^[A-Za-z0-9_-]{43}$"
_JOINERS = "\u200c\u200d"  # part of names in several scripts, and of emoji


def is_name(text: str) -> bool:
    """Whether ``text`` can be shown as a name: nothing that hides or reorders what is around it."""
    return 1 <= len(text) <= 64 and not any(
        unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"} and c not in _JOINERS
        for c in text
    )


def _speakable(text: str) -> str:
    if not text.strip():
        raise ValueError("blank")
    return text


class Frame(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True)


class BotCard(Frame):
    """What a bot shows at the door: the room's bot token and its public key."""

    token: Annotated[str, Field(max_length=256)]
    key: Annotated[str, Field(pattern=_PUBLIC_KEY)]


class Join(Frame):
    type: Literal["join"] = "join"
    name: Annotated[str, Field(max_length=1024)]
    """Checked by :func:`is_name`, so that a wrong one gets an answer of its own."""
    shared: bool = False
    language: Annotated[str, Field(pattern=_LANGUAGE)] | None = None
    receives: bool = True
    bot: BotCard | None = None


class Description(Frame):
    """RTCSessionDescriptionInit of W3C WebRTC; the room does not look into it."""

    type: Literal["offer", "answer"]
    sdp: Annotated[str, Field(min_length=1)]


class Candidate(Frame):
    """RTCIceCandidateInit of W3C WebRTC."""

    candidate: Annotated[str, Field(max_length=1024)]
    sdpMid: Annotated[str, Field(max_length=64)] | None = None
    sdpMLineIndex: Annotated[int, Field(ge=0, le=255)] | None = None


class _Negotiation(Frame):
    description: Description | None = None
    candidate: Candidate | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> _Negotiation:
        """Either a description, or a candidate, where null says that there are no more."""
        if ("candidate" in self.model_fields_set) == (self.description is not None):
            raise ValueError("description or candidate")
        return self


class Signal(_Negotiation):
    """To one peer."""

    type: Literal["signal"] = "signal"
    to: Annotated[str, Field(min_length=1, max_length=16)]


class Chat(Frame):
    type: Literal["chat"] = "chat"
    text: Annotated[str, Field(min_length=1, max_length=2000), AfterValidator(_speakable)]


class Leave(Frame):
    type: Literal["leave"] = "leave"


class Reconnect(Frame):
    """The bot's alone: nothing arrives of this person's connection to it; they are to make anew."""

    type: Literal["reconnect"] = "reconnect"
    to: Annotated[str, Field(min_length=1, max_length=16)]


class Peer(Frame):
    """Somebody in the room, as the server asserts them."""

    id: Annotated[str, Field(min_length=1, max_length=16)]
    name: Annotated[str, Field(min_length=1, max_length=64)]
    shared: bool
    language: str | None
    receives: bool
    bot: bool
    key: str | None


class Welcome(Frame):
    type: Literal["welcome"] = "welcome"
    id: str
    room: str
    peers: list[Peer]


class PeerJoined(Frame):
    type: Literal["joined"] = "joined"
    peer: Peer


class PeerLeft(Frame):
    type: Literal["left"] = "left"
    id: str


class Signaled(_Negotiation):
    """From one peer."""

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    type: Literal["signal"] = "signal"
    sender: Annotated[str, Field(alias="from")]


class Chatted(Frame):
    """A line for everybody, its sender included; or, where it starts with ``/``, for the bot."""

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    type: Literal["chat"] = "chat"
    sender: Annotated[str, Field(alias="from")]
    text: str
    id: str


class ReconnectAsked(Frame):
    """The bot asks whoever gets this for a new connection."""

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    type: Literal["reconnect"] = "reconnect"
    sender: Annotated[str, Field(alias="from")]


ErrorCode = Literal[
    "room_full", "bot_present", "not_allowed", "bad_name", "bad_message", "room_closed"
]


class Error(Frame):
    type: Literal["error"] = "error"
    code: ErrorCode
    text: str


FromClient = Join | Signal | Chat | Reconnect | Leave
FromServer = Welcome | PeerJoined | PeerLeft | Signaled | Chatted | ReconnectAsked | Error

_from_client: TypeAdapter[FromClient] = TypeAdapter(
    Annotated[FromClient, Field(discriminator="type")]
)
_from_server: TypeAdapter[FromServer] = TypeAdapter(
    Annotated[FromServer, Field(discriminator="type")]
)


def parse_from_client(text: str | bytes) -> FromClient:
    """Read one frame of a client's; SignalingError, which does not quote it, if it is none."""
    _check_size(text)
    try:
        return _from_client.validate_json(text)
    except ValidationError as exc:
        raise SignalingError(f"not a frame of a client ({exc.error_count()} faults)") from None


def parse_from_server(text: str | bytes) -> FromServer:
    """Read one frame of the server's; SignalingError, which does not quote it, if it is none."""
    _check_size(text)
    try:
        return _from_server.validate_json(text)
    except ValidationError as exc:
        raise SignalingError(f"not a frame of a server ({exc.error_count()} faults)") from None


def _check_size(text: str | bytes) -> None:
    size = len(text) if isinstance(text, bytes) else len(text.encode(errors="surrogatepass"))
    if size > MAX_FRAME_BYTES:
        raise SignalingError(f"a signaling frame may hold {MAX_FRAME_BYTES} bytes")


def dump(frame: FromClient | FromServer) -> str:
    """The frame as JSON; a signal carries its candidate or its description, never both."""
    if isinstance(frame, (Signal, Signaled)) and frame.description is not None:
        return frame.model_dump_json(exclude={"candidate"})
    if isinstance(frame, (Signal, Signaled)):
        return frame.model_dump_json(exclude={"description"})
    return frame.model_dump_json()
