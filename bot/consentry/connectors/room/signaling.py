"""Both ends of the room's signaling, without I/O.

:class:`Room` is the server's: connections are opened, their frames go into
:meth:`Room.receive`, and what is to be sent comes out of :meth:`Room.data_to_send`.
:class:`RoomClient` is a peer's, bot or person. Neither knows sockets or time.

The rules (docs/protocol.md):

* eight people and one bot; the bot shows the room's bot token
* who somebody is (``id``, ``from``, ``bot``) is said by the server alone
* a frame that breaks the protocol is answered with ``bad_message``; the tenth closes the socket
* a chat line that starts with ``/`` goes to the bot and nobody else
* the bot alone may ask for a new connection
"""

from __future__ import annotations

import hmac
import itertools
from collections import deque
from dataclasses import dataclass

from consentry.connectors.room.frames import (
    MAX_PEOPLE,
    BotCard,
    Candidate,
    Chat,
    Chatted,
    Description,
    Error,
    ErrorCode,
    FromServer,
    Join,
    Leave,
    Peer,
    PeerJoined,
    PeerLeft,
    Reconnect,
    ReconnectAsked,
    Signal,
    Signaled,
    Welcome,
    dump,
    is_name,
    parse_from_client,
    parse_from_server,
)
from consentry.errors import SignalingError

MAX_BAD_FRAMES = 10
POLICY_VIOLATION = 1008
GOING_AWAY = 1001
NORMAL_CLOSURE = 1000

Connection = int
"""Names one socket; given out by :meth:`Room.connect` and never used again."""


@dataclass(frozen=True, slots=True)
class Send:
    """Send ``text`` on ``connection``."""

    connection: Connection
    text: str


@dataclass(frozen=True, slots=True)
class Close:
    """Close ``connection`` once what was sent before is out."""

    connection: Connection
    code: int


Output = Send | Close


@dataclass(frozen=True, slots=True)
class Entered:
    """``peer`` is in the room."""

    peer: Peer


@dataclass(frozen=True, slots=True)
class Departed:
    peer: Peer


@dataclass(frozen=True, slots=True)
class Refused:
    """A frame or a join was turned down; for the count."""

    code: ErrorCode


RoomHappening = Entered | Departed | Refused


class Room:
    """The server's end of one room."""

    def __init__(self, name: str, bot_token: str | None = None) -> None:
        self.name = name
        self._bot_token = bot_token
        self._connections: dict[Connection, Peer | None] = {}
        self._bad_frames: dict[Connection, int] = {}
        self._numbers = itertools.count(1)
        self._peer_ids = (f"p{n}" for n in itertools.count(1))
        self._chat_ids = (f"c{n}" for n in itertools.count(1))
        self._output: deque[Output] = deque()

    def __len__(self) -> int:
        return len(self._connections)

    @property
    def peers(self) -> list[Peer]:
        """Who has joined, in the order of their joining."""
        return sorted(
            (peer for peer in self._connections.values() if peer), key=lambda p: int(p.id[1:])
        )

    def is_open(self, connection: Connection) -> bool:
        """Whether frames of ``connection`` are still read."""
        return connection in self._connections

    def has_joined(self, connection: Connection) -> bool:
        return self._connections.get(connection) is not None

    def connect(self) -> Connection:
        """A socket was opened; its frames are received under the number returned."""
        connection = next(self._numbers)
        self._connections[connection] = None
        self._bad_frames[connection] = 0
        return connection

    def disconnect(self, connection: Connection) -> list[RoomHappening]:
        """The socket is gone; whoever it was has left."""
        peer = self._connections.pop(connection, None)
        self._bad_frames.pop(connection, None)
        if peer is None:
            return []
        self._to_all(PeerLeft(id=peer.id))
        return [Departed(peer)]

    def receive(self, connection: Connection, text: str | bytes) -> list[RoomHappening]:
        """One frame came; nothing of a connection that was closed is looked at."""
        if connection not in self._connections:
            return []
        try:
            frame = parse_from_client(text)
        except SignalingError as exc:
            return self._refuse(connection, "bad_message", str(exc))
        peer = self._connections[connection]
        match frame:
            case Leave():
                self._output.append(Close(connection, NORMAL_CLOSURE))
                return self.disconnect(connection)
            case Join() if peer is None:
                return self._join(connection, frame)
            case Signal() if peer is not None:
                self._signal(peer, frame)
            case Chat() if peer is not None:
                self._chat(peer, frame.text)
            case Reconnect() if peer is not None and peer.bot:
                self._to_one(frame.to, ReconnectAsked(sender=peer.id))
            case Reconnect() if peer is not None:
                return self._refuse(connection, "bad_message", "only the bot asks for that")
            case _:
                return self._refuse(connection, "bad_message", "join first, and once")
        return []

    def refuse_oversized(self, connection: Connection) -> list[RoomHappening]:
        """A frame too long to be read came, and took its socket with it."""
        return [Refused("bad_message"), *self.disconnect(connection)]

    def close(self) -> list[RoomHappening]:
        """Tell everybody that the room is closed, and end their connections."""
        happenings: list[RoomHappening] = []
        for connection in list(self._connections):
            self._send(connection, Error(code="room_closed", text="The room was closed."))
            self._output.append(Close(connection, GOING_AWAY))
        while self._connections:
            _, peer = self._connections.popitem()
            happenings += [Departed(peer)] if peer else []
        self._bad_frames.clear()
        return happenings

    def data_to_send(self) -> list[Output]:
        """What has to go out now, in order; each is returned once."""
        output = list(self._output)
        self._output.clear()
        return output

    def _join(self, connection: Connection, join: Join) -> list[RoomHappening]:
        if not is_name(name := join.name.strip()):
            return self._refuse(connection, "bad_name", "A name has 1 to 64 visible characters.")
        if refusal := self._door(join.bot):
            return self._turn_away(connection, *refusal)
        others = self.peers
        peer = Peer(
            id=next(self._peer_ids),
            name=self._distinct(name),
            shared=join.shared,
            language=join.language,
            receives=join.receives,
            bot=join.bot is not None,
            key=join.bot.key if join.bot else None,
        )
        self._to_all(PeerJoined(peer=peer))
        self._connections[connection] = peer
        self._send(connection, Welcome(id=peer.id, room=self.name, peers=others))
        return [Entered(peer)]

    def _distinct(self, name: str) -> str:
        """``name``, numbered where somebody here is called so: captions tell people by name."""
        taken = {peer.name.casefold() for peer in self.peers}
        numbered = (f"{name[:58].rstrip()} ({n})" for n in itertools.count(2))
        names = itertools.chain([name], numbered)
        return next(each for each in names if each.casefold() not in taken)

    def _door(self, bot: BotCard | None) -> tuple[ErrorCode, str] | None:
        """Why a newcomer can't come in; ``None`` if they can."""
        if bot is None:
            full = sum(not peer.bot for peer in self.peers) >= MAX_PEOPLE
            return ("room_full", f"The room holds {MAX_PEOPLE} people.") if full else None
        if self._bot_token is None or not hmac.compare_digest(
            bot.token.encode(), self._bot_token.encode()
        ):
            return "not_allowed", "The bot token is not this room's."
        if any(peer.bot for peer in self.peers):
            return "bot_present", "A bot is in the room already."
        return None

    def _signal(self, sender: Peer, frame: Signal) -> None:
        if frame.to != sender.id:
            self._to_one(frame.to, _passed_on(sender.id, frame.description, frame.candidate))

    def _chat(self, sender: Peer, text: str) -> None:
        chat = Chatted(sender=sender.id, text=text, id=next(self._chat_ids))
        self._to_all(chat, bot_only=text.startswith("/"))

    def _refuse(self, connection: Connection, code: ErrorCode, text: str) -> list[RoomHappening]:
        """Say what was wrong; the tenth time, close."""
        self._send(connection, Error(code=code, text=text))
        self._bad_frames[connection] += 1
        if self._bad_frames[connection] < MAX_BAD_FRAMES:
            return [Refused(code)]
        self._output.append(Close(connection, POLICY_VIOLATION))
        return [Refused(code), *self.disconnect(connection)]

    def _turn_away(self, connection: Connection, code: ErrorCode, text: str) -> list[RoomHappening]:
        """No second try on this socket: a token is not to be guessed at speed."""
        self._send(connection, Error(code=code, text=text))
        self._output.append(Close(connection, POLICY_VIOLATION))
        self.disconnect(connection)
        return [Refused(code)]

    def _to_one(self, id_: str, frame: FromServer) -> None:
        """To nobody where they have just left: that is no mistake of the sender's."""
        for connection, peer in self._connections.items():
            if peer is not None and peer.id == id_:
                self._send(connection, frame)

    def _to_all(self, frame: FromServer, *, bot_only: bool = False) -> None:
        for connection, peer in self._connections.items():
            if peer is not None and (peer.bot or not bot_only):
                self._send(connection, frame)

    def _send(self, connection: Connection, frame: FromServer) -> None:
        self._output.append(Send(connection, dump(frame)))


def _passed_on(
    sender: str, description: Description | None, candidate: Candidate | None
) -> Signaled:
    if description is not None:
        return Signaled(sender=sender, description=description)
    return Signaled(sender=sender, candidate=candidate)


class RoomClient:
    """A peer's end. ``id`` and ``peers`` are as the server said last."""

    def __init__(self) -> None:
        self.id: str | None = None
        self.peers: dict[str, Peer] = {}
        self._output: deque[str] = deque()

    def join(self, join: Join) -> None:
        """Ask to come in; Welcome or Error is the answer."""
        self._output.append(dump(join))

    def describe(self, to: str, description: Description) -> None:
        self._output.append(dump(Signal(to=to, description=description)))

    def add_candidate(self, to: str, candidate: Candidate | None) -> None:
        """Name one address of ours; ``None`` says that there are no more."""
        self._output.append(dump(Signal(to=to, candidate=candidate)))

    def chat(self, text: str) -> None:
        self._output.append(dump(Chat(text=text)))

    def reconnect(self, to: str) -> None:
        """Ask for a new connection; for the bot alone."""
        self._output.append(dump(Reconnect(to=to)))

    def leave(self) -> None:
        self._output.append(dump(Leave()))

    def receive(self, text: str | bytes) -> list[FromServer]:
        """What one frame says; nothing if it came from a peer who is not here.

        SignalingError if the frame breaks the protocol.
        """
        frame = parse_from_server(text)
        match frame:
            case Welcome():
                self.id = frame.id
                self.peers = {peer.id: peer for peer in frame.peers}
            case PeerJoined(peer=peer):
                self.peers[peer.id] = peer
            case PeerLeft(id=gone):
                return [frame] if self.peers.pop(gone, None) else []
            case Signaled() | Chatted() | ReconnectAsked() if not self._knows(frame.sender):
                return []
        return [frame]

    def _knows(self, id_: str) -> bool:
        return id_ == self.id or id_ in self.peers

    def data_to_send(self) -> list[str]:
        """The frames that have to go out now, in order; each is returned once."""
        output = list(self._output)
        self._output.clear()
        return output
