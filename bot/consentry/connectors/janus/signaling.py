"""The bot's end of the Janus API, without I/O: a session, its handles, and the VideoRoom in them.

Every message of the server goes into :meth:`JanusClient.receive`, time into
:meth:`JanusClient.handle_timeout`; what is to be sent comes out of
:meth:`JanusClient.data_to_send`. The rules:

* the bot joins the room as a publisher who publishes nothing: it is told who publishes and who
  leaves, people see it where their room tells them who joins, and it can be put out
* media comes by handles of their own, one for each track that is taken. Each has a connection and
  keys of its own, so that what one person sends can't be taken for another's; and nothing of
  anybody comes before :meth:`JanusClient.take`
* :meth:`JanusClient.drop` unsubscribes and detaches; whatever that handle still says is not heard
* an answer to a request that was not made, or that was answered, changes nothing
"""

from __future__ import annotations

import itertools
import json
from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum

from consentry.connectors.janus import refusals
from consentry.connectors.janus.frames import (
    Candidate,
    FeedId,
    Frame,
    Jsep,
    RoomData,
    TextData,
    parse,
)
from consentry.connectors.janus.happenings import (
    TEXT,
    Entered,
    Entry,
    Happening,
    Hung,
    Lost,
    Offered,
    Over,
    Switched,
    Trickled,
)
from consentry.connectors.janus.layers import LOWEST
from consentry.connectors.janus.roster import Roster
from consentry.errors import EndReason

KEEPALIVE_SECONDS = 20.0
"""Janus ends a session that it has not heard of for 60 s."""

PATIENCE = 10.0
"""Seconds within which a request is answered."""

CUT_PATIENCE = 40.0
"""The same for looks at who is there: a network that was cut for 20 s may be back, and TCP takes
its time to notice."""

LIST_SECONDS = 5.0
"""Between two looks at who is in the room without publishing."""

LOWEST_OF_SVC = {"spatial_layer": 0, "temporal_layer": 0}
"""The smallest layer, where they build on one another: of those no other one can be read."""

MAX_EARLY = 32
"""Addresses of one connection that wait for its offer."""

_ROOM = -1
_VIDEO_PLUGIN, _TEXT_PLUGIN = "janus.plugin.videoroom", "janus.plugin.textroom"


class _Asked(StrEnum):
    CREATE = "create"
    ATTACH = "attach"
    JOIN = "join"
    OFFER = "offer"
    LIST = "list"


@dataclass(slots=True)
class _Pending:
    asked: _Asked
    connection: int
    deadline: float | None = None
    """Set when time is told next."""


@dataclass(slots=True)
class _Handle:
    """Something of the session's that speaks to one plugin."""

    feed: FeedId | None = None
    mid: str | None = None
    substream: int = LOWEST
    id: int | None = None
    """Janus's, once it has given one."""
    early: list[Trickled] | None = field(default_factory=list)
    """Addresses that overtook the offer they belong to; None once that is there."""


class JanusClient:
    """One session with Janus. When it is Lost, another one is made with another client."""

    def __init__(self, entry: Entry) -> None:
        self._entry = entry
        self._session: int | None = None
        self._handles: dict[int, _Handle] = {}
        self._pending: dict[str, _Pending] = {}
        self._roster = Roster()
        self._private: int | None = None
        self._keepalive_at: float | None = None
        self._list_at: float | None = None
        self._connections = itertools.count(TEXT + 1)
        self._transactions = itertools.count(1)
        self._output: deque[str] = deque()

    def open(self) -> None:
        """Ask for a session, and go into the room with it."""
        self._ask(_Asked.CREATE, _ROOM, {"janus": "create"})

    def close(self) -> None:
        """Leave: everything of the session ends."""
        if self._session is not None:
            self._send({"janus": "destroy"})
        self._session = None
        self._handles.clear()
        self._pending.clear()

    def take(self, feed: FeedId, mid: str, substream: int = LOWEST) -> int:
        """Subscribe to one track; Offered or Hung of the number returned comes of it."""
        connection = next(self._connections)
        self._attach(connection, _VIDEO_PLUGIN, _Handle(feed, mid, substream))
        return connection

    def resize(self, connection: int, substream: int) -> None:
        """Take this simulcast layer of it instead; Switched says when."""
        handle = self._handles.get(connection)
        if handle is None:
            return
        handle.substream = substream
        if handle.id is not None:  # else it is joined with that
            self._plugin(handle.id, {"request": "configure", **_layer(substream)})

    def drop(self, connection: int) -> None:
        """Take no more of it, at once; nothing is told of it from here on."""
        handle = self._handles.pop(connection, None)
        for transaction, pending in list(self._pending.items()):
            if pending.connection == connection and pending.asked is not _Asked.ATTACH:
                del self._pending[transaction]
        if handle is None or handle.id is None:
            return  # what is not attached yet will be detached when it is
        if handle.feed is not None:
            streams = [{"feed": handle.feed, "mid": handle.mid}]
            self._plugin(handle.id, {"request": "unsubscribe", "streams": streams})
        self._send({"janus": "detach", "handle_id": handle.id})

    def connect_text(self) -> None:
        """Ask for a connection to the text room, in place of the one before."""
        self.drop(TEXT)
        self._attach(TEXT, _TEXT_PLUGIN, _Handle())

    def answer(self, connection: int, sdp: str) -> None:
        """Give the answer to what was Offered, all candidates in it."""
        handle = self._handles.get(connection)
        if handle is None or handle.id is None:
            return
        body: dict[str, object] = {"request": "ack" if connection == TEXT else "start"}
        self._plugin(handle.id, body, {"type": "answer", "sdp": sdp})
        completed = {"janus": "trickle", "handle_id": handle.id, "candidate": {"completed": True}}
        self._send(completed)

    def data_to_send(self) -> list[str]:
        """The messages that have to go out now, in order; each is returned once."""
        output = list(self._output)
        self._output.clear()
        return output

    def next_timeout(self) -> float | None:
        """When to call :meth:`handle_timeout`; 0: at once; None: not before something comes."""
        if any(pending.deadline is None for pending in self._pending.values()):
            return 0.0
        times = [p.deadline for p in self._pending.values()] + [self._keepalive_at, self._list_at]
        return min((at for at in times if at is not None), default=None)

    def handle_timeout(self, now: float) -> list[Happening]:
        """Time passed: say that the bot is there, look who is, give up on what is not answered."""
        for pending in self._pending.values():
            if pending.deadline is None:
                listing = pending.asked is _Asked.LIST
                pending.deadline = now + (CUT_PATIENCE if listing else PATIENCE)
        late = [p.connection for p in self._pending.values() if now >= (p.deadline or now)]
        if _ROOM in late:
            return [Lost()]
        if self._session is not None and now >= (self._keepalive_at or now):
            self._send({"janus": "keepalive"})
            self._keepalive_at = now + KEEPALIVE_SECONDS
        listing = any(pending.asked is _Asked.LIST for pending in self._pending.values())
        inside = self._roster.own is not None and _ROOM in self._handles
        if inside and not listing and now >= (self._list_at or now):
            self._ask_plugin(_Asked.LIST, _ROOM, {"request": "listparticipants"} | self._in_room())
            self._list_at = now + LIST_SECONDS
        return [hung for connection in late for hung in self._hang(connection)]

    def receive(self, text: str | bytes) -> list[Happening]:
        """What one message says. SignalingError if it is none of Janus's."""
        frame = parse(text)
        match frame.janus:
            case "success" | "error":
                pending = self._pending.pop(frame.transaction or "", None)
                if pending is None:
                    return []
                if frame.error is not None or frame.janus == "error":
                    return self._failed(pending, frame.error.code if frame.error else 0)
                return self._succeeded(pending, frame)
            case "timeout" if frame.session_id == self._session:
                return [Lost()]
            case _ if (connection := self._named(frame.sender)) is not None:
                return self._happened(connection, frame)
            case _:
                return []

    # What requests brought.

    def _succeeded(self, pending: _Pending, frame: Frame) -> list[Happening]:
        match pending, frame:
            case _Pending(asked=_Asked.CREATE), Frame(data=data) if data is not None:
                self._session = data.id
                self._attach(_ROOM, _VIDEO_PLUGIN, _Handle())
            case _Pending(asked=_Asked.ATTACH, connection=connection), Frame(data=data) if (
                data is not None
            ):
                self._attached(connection, data.id)
            case _Pending(asked=_Asked.LIST), Frame(plugindata=plugin) if plugin is not None:
                if isinstance(plugin.data, RoomData) and plugin.data.participants is not None:
                    return [*self._roster.listed(plugin.data.participants)]
        return []

    def _failed(self, pending: _Pending, code: int) -> list[Happening]:
        if pending.asked is _Asked.LIST:
            return []
        if pending.connection > TEXT:
            return self._hang(pending.connection)
        return [refusals.of_api(code)]

    def _attached(self, connection: int, id_: int) -> None:
        handle = self._handles.get(connection)
        if handle is None or handle.id is not None:
            self._send({"janus": "detach", "handle_id": id_})
            return
        handle.id = id_
        if connection == TEXT:
            self._ask_plugin(_Asked.OFFER, TEXT, {"request": "setup"})
            return
        body = {"request": "join", **self._in_room(), **self._credentials()}
        if connection == _ROOM:
            body |= {"ptype": "publisher", "display": self._entry.display}
            self._ask_plugin(_Asked.JOIN, _ROOM, body)
            return
        layer = _layer(handle.substream) | LOWEST_OF_SVC
        stream = {"feed": handle.feed, "mid": handle.mid, **layer}
        body |= {"ptype": "subscriber", "streams": [stream], "autoupdate": False}
        if self._private is not None:
            body["private_id"] = self._private
        self._ask_plugin(_Asked.OFFER, connection, body)

    # What happens of itself.

    def _happened(self, connection: int, frame: Frame) -> list[Happening]:
        match frame:
            case Frame(janus="detached") if connection == _ROOM:
                return [Lost()]
            case Frame(janus="hangup" | "detached") if connection != _ROOM:
                return self._hang(connection)
            case Frame(janus="trickle", candidate=found) if found is not None:
                return self._trickled(connection, found)
            case Frame(janus="event", plugindata=plugin) if plugin is not None:
                pending = self._pending.get(frame.transaction or "")
                if pending is not None and pending.connection == connection:
                    del self._pending[frame.transaction or ""]
                else:
                    pending = None
                return self._said(connection, pending, plugin.data, frame.jsep)
            case _:
                return []

    def _said(
        self,
        connection: int,
        pending: _Pending | None,
        data: RoomData | TextData,
        jsep: Jsep | None,
    ) -> list[Happening]:
        if data.error_code is not None:
            return self._refused(connection, pending, data.error_code)
        match data:
            case RoomData(videoroom="destroyed"):
                return [Over(EndReason.ROOM_CLOSED)]
            case RoomData(leaving="ok", reason="kicked") if connection == _ROOM:
                return [Over(EndReason.KICKED)]
            case RoomData(videoroom="joined") if pending and pending.asked is _Asked.JOIN:
                self._roster.own, self._private = data.id, data.private_id
                if self._entry.text_room is not None:
                    self.connect_text()
                return [Entered(), *self._roster.hear(data)]
            case RoomData(videoroom="event") if connection == _ROOM and self._roster.own:
                return [*self._roster.hear(data)]
            case RoomData(videoroom="event", substream=int(substream)) if connection > TEXT:
                return [Switched(connection, substream)]
            case _ if jsep is not None and jsep.type == "offer" and connection != _ROOM:
                handle = self._handles[connection]
                early, handle.early = handle.early or [], None
                return [Offered(connection, jsep.sdp), *early]
            case _:
                return []

    def _trickled(self, connection: int, found: Candidate) -> list[Happening]:
        candidate = None if found.completed else found.candidate
        trickled = Trickled(connection, candidate, found.sdpMid, found.sdpMLineIndex)
        early = self._handles[connection].early
        if early is None:
            return [trickled]
        if len(early) < MAX_EARLY:
            early.append(trickled)
        return []

    def _refused(self, connection: int, pending: _Pending | None, code: int) -> list[Happening]:
        if pending is None:
            return []
        if pending.asked is _Asked.JOIN:
            return [refusals.of_room(code, self._entry)]
        return self._hang(connection) if connection != _ROOM else []

    def _hang(self, connection: int) -> list[Happening]:
        if connection not in self._handles:
            return []
        self.drop(connection)
        return [Hung(connection)]

    # What goes out.

    def _attach(self, connection: int, plugin: str, handle: _Handle) -> None:
        self._handles[connection] = handle
        self._ask(_Asked.ATTACH, connection, {"janus": "attach", "plugin": plugin})

    def _named(self, sender: int | None) -> int | None:
        found = (key for key, handle in self._handles.items() if handle.id == sender)
        return next(found, None) if sender is not None else None

    def _in_room(self) -> dict[str, object]:
        return {"room": self._entry.room}

    def _credentials(self) -> dict[str, object]:
        entry = {"pin": self._entry.pin, "token": self._entry.token}
        return {key: value for key, value in entry.items() if value is not None}

    def _ask_plugin(self, asked: _Asked, connection: int, body: dict[str, object]) -> None:
        handle_id = self._handles[connection].id
        message: dict[str, object] = {"janus": "message", "handle_id": handle_id, "body": body}
        self._ask(asked, connection, message)

    def _plugin(
        self, handle_id: int, body: dict[str, object], jsep: dict[str, str] | None = None
    ) -> None:
        message: dict[str, object] = {"janus": "message", "handle_id": handle_id, "body": body}
        self._send(message | ({"jsep": jsep} if jsep else {}))

    def _ask(self, asked: _Asked, connection: int, message: dict[str, object]) -> None:
        self._pending[self._send(message)] = _Pending(asked, connection)

    def _send(self, message: dict[str, object]) -> str:
        transaction = f"consentry-{next(self._transactions)}"
        message["transaction"] = transaction
        if self._session is not None:
            message["session_id"] = self._session
        secrets = {"apisecret": self._entry.api_secret, "token": self._entry.token}
        message |= {key: secret for key, secret in secrets.items() if secret is not None}
        self._output.append(json.dumps(message))
        return transaction


def _layer(substream: int) -> dict[str, object]:
    """Of the smallest layer as few pictures as there are, of another one all."""
    return {"substream": substream, "temporal": 0 if substream == LOWEST else 2}
