"""The bot's end of a TextRoom, without I/O: JSON texts over its data channel.

The TextRoom plugin chooses no name for anybody: a username is what its client says, unique among
those present. ``from`` is the server's word for who, of these, wrote; it says nothing of who they
are in the VideoRoom (see :mod:`consentry.connectors.janus.ties`). A message that Janus kept for
those who come late is not asked for.
"""

from __future__ import annotations

import itertools
import json
from collections import deque
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from consentry.connectors.janus.frames import MAX_FRAME_BYTES, MAX_PEOPLE, FeedId
from consentry.connectors.janus.happenings import Entry, Over
from consentry.connectors.janus.refusals import USERNAME_EXISTS, of_room
from consentry.errors import EndReason, SignalingError

CHANNEL = "JanusDataChannel"
"""The label of the data channel, which the client opens."""

MAX_MESSAGE_BYTES = 32 * 1024
"""Of one message as JSON: Janus reads 64 KiB, and repeats it with a name and a date around it."""

Username = Annotated[str, Field(min_length=1, max_length=128)]
Display = Annotated[str, Field(max_length=1024)]


class _Read(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True)


class _User(_Read):
    username: Username
    display: Display | None = None


class _Frame(_Read):
    textroom: Annotated[str, Field(max_length=32)]
    transaction: Annotated[str, Field(max_length=64)] | None = None
    room: FeedId | None = None
    username: Username | None = None
    display: Display | None = None
    sender: Annotated[Username | None, Field(alias="from")] = None
    text: Annotated[str, Field(max_length=MAX_FRAME_BYTES)] | None = None
    whisper: bool = False
    error_code: int | None = None
    participants: Annotated[list[_User], Field(max_length=MAX_PEOPLE, fail_fast=True)] | None = None


_frame = TypeAdapter(_Frame)


@dataclass(frozen=True, slots=True)
class Came:
    """``username`` is in the text room, and calls itself ``display``."""

    username: str
    display: str


@dataclass(frozen=True, slots=True)
class Went:
    username: str


@dataclass(frozen=True, slots=True)
class Wrote:
    """``username`` wrote this, to the bot alone where it is a ``whisper``."""

    username: str
    text: str
    whisper: bool


@dataclass(frozen=True, slots=True)
class Ready:
    """The bot is in the text room."""


TextHappening = Ready | Came | Went | Wrote | Over


class TextRoom:
    """One stay in the text room of ``entry``, over one data channel.

    ``usernames`` are the names to come in under, one after the other while they are taken.
    """

    def __init__(self, entry: Entry, usernames: list[str]) -> None:
        self._entry = entry
        self._usernames = deque(usernames)
        self._own: str | None = None
        self._joining: str | None = None
        """The transaction of the join that is not answered."""
        self._in = False
        self._users: dict[str, str] = {}
        """Displays by username; told once the bot is in, and then as they change."""
        self._numbers = itertools.count(1)
        self._output: deque[str] = deque()

    def join(self) -> None:
        """Come in, once the data channel is open."""
        self._own = self._usernames.popleft()
        who: dict[str, object] = {"username": self._own, "display": self._entry.display}
        secrets = {"pin": self._entry.pin, "token": self._entry.token}
        given = {key: secret for key, secret in secrets.items() if secret is not None}
        self._joining = self._send("join", {**who, **given, "history": False})

    def whisper(self, username: str, text: str) -> bool:
        """Write to one person; false if it is too long for one message."""
        return self._write({"to": username, "text": text, "ack": False})

    def announce(self, text: str) -> bool:
        """Write to everybody; false if it is too long for one message."""
        return self._write({"text": text, "ack": False})

    def receive(self, text: str | bytes) -> list[TextHappening]:
        """What one message of the channel says. SignalingError if it is none of a TextRoom."""
        frame = _parse(text)
        if frame.transaction is not None:
            return self._answered(frame)
        if frame.room != self._entry.text_room:
            return []
        match frame:
            case _Frame(textroom="join", username=user) if user is not None:
                return self._came(user, frame.display)
            case _Frame(textroom="leave" | "kicked", username=user) if user is not None:
                return self._went(user, kicked=frame.textroom == "kicked")
            case _Frame(textroom="destroyed"):
                return [Over(EndReason.ROOM_CLOSED)]
            case _Frame(textroom="message", sender=user, text=said) if user and said and self._in:
                return [Wrote(user, said, frame.whisper)] if user in self._users else []
        return []

    def data_to_send(self) -> list[str]:
        """The messages that have to go out now, in order; each is returned once."""
        output = list(self._output)
        self._output.clear()
        return output

    def _answered(self, frame: _Frame) -> list[TextHappening]:
        if frame.transaction != self._joining:
            return []
        self._joining = None
        if frame.error_code == USERNAME_EXISTS and self._usernames:
            self.join()
            return []
        if frame.error_code is not None or frame.textroom != "success":
            return [of_room(frame.error_code or 0, self._entry, "text room")]
        for user in frame.participants or ():
            self._came(user.username, user.display)
        self._in = True
        return [Ready(), *(Came(*user) for user in self._users.items())]

    def _came(self, username: str, display: str | None) -> list[TextHappening]:
        if username == self._own or username in self._users or len(self._users) >= MAX_PEOPLE:
            return []
        self._users[username] = display or username
        return [Came(username, self._users[username])] if self._in else []

    def _went(self, username: str, *, kicked: bool) -> list[TextHappening]:
        if username == self._own:
            return [Over(EndReason.KICKED)] if kicked else []
        if self._users.pop(username, None) is None or not self._in:
            return []
        return [Went(username)]

    def _write(self, message: dict[str, object]) -> bool:
        return self._in and self._send("message", message) is not None

    def _send(self, request: str, fields: dict[str, object]) -> str | None:
        """The transaction of the request; None if it is too long."""
        transaction = f"consentry-{next(self._numbers)}"
        head = {"textroom": request, "transaction": transaction, "room": self._entry.text_room}
        text = json.dumps(head | fields, ensure_ascii=False)
        if len(text.encode(errors="surrogatepass")) > MAX_MESSAGE_BYTES:
            return None
        self._output.append(text)
        return transaction


def _parse(text: str | bytes) -> _Frame:
    size = len(text) if isinstance(text, bytes) else len(text.encode(errors="surrogatepass"))
    if size > MAX_FRAME_BYTES:
        raise SignalingError(f"a message of a text room may hold {MAX_FRAME_BYTES} bytes here")
    try:
        return _frame.validate_json(text)
    except ValidationError as exc:
        raise SignalingError(f"not a message of a text room ({exc.error_count()} faults)") from None
