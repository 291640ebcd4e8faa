"""A room, and the lobby before it: who is there, and what they say.

Who said something is what the server stamped on it: presence is its own occupant's, chat comes
from occupants who are there, and the room speaks under its own address alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from consentry.connectors.jitsi import muc
from consentry.connectors.jitsi.happenings import Absent, Chatted, Present, Told
from consentry.connectors.jitsi.json_object import read_json
from consentry.connectors.jitsi.muc import Arrived, Card, Denied, Gone
from consentry.connectors.jitsi.stanzas import DELAY, JITMEET, MUC_USER, RETRACT, Jid
from consentry.connectors.jitsi.xml import Element
from consentry.errors import SignalingError

MAX_OCCUPANTS = 500
MAX_LINE = 10_000
"""Characters of a line of chat that are read."""


@dataclass(frozen=True, slots=True)
class Inside:
    """The bot is in the room; everybody who was there when it came has been said."""

    owner: bool
    """Whether the room is the bot's to run."""


@dataclass(frozen=True, slots=True)
class LetIn:
    """The bot may come in from the lobby, with this password where one is needed."""

    password: str | None = None


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """The bot is not let in from the lobby; ``closed``: there is none any more."""

    closed: bool = False


@dataclass(frozen=True, slots=True)
class FocusLeft:
    """Jicofo is no more in the room."""


RoomNews = Inside | LetIn | TurnedAway | FocusLeft | Denied | Gone | Present | Absent


@dataclass(slots=True)
class Room:
    """The bot's view of one room after the other. ``send`` takes the stanzas that go out."""

    jid: Jid
    """With the bot's nick, once it has one."""
    card: Card
    send: Callable[[Element], None]
    lobby: Jid | None = None
    focus_here: bool = False
    focus_jids: set[Jid] = field(default_factory=set)
    """Whose presence counts as Jicofo's, as far as the server said."""
    occupants: dict[str, Jid | None] = field(default_factory=dict)
    """With their addresses, where the room shows them."""

    def join(self, nick: str, password: str | None) -> None:
        self.jid = self.jid.at(nick)
        self.send(muc.join(self.jid, self.card, password))

    def knock(self, lobby: Jid) -> None:
        """Wait in the lobby."""
        self.lobby = lobby.at(self.jid.resource)
        self.send(muc.knock(self.lobby, self.card))

    def leave_lobby(self) -> None:
        lobby, self.lobby = self.lobby, None
        if lobby is not None:
            self.send(muc.leave(lobby))

    def leave(self) -> None:
        self.send(muc.leave(self.jid))

    def go(self, room: Jid) -> None:
        """What comes next is another room."""
        self.jid, self.focus_here = room, False
        self.occupants.clear()

    def is_focus(self, sender: Jid | None) -> bool:
        """Whether this is Jicofo, as an occupant of the room."""
        return self.focus_here and sender == self.jid.at(muc.FOCUS_NICK)

    def presence(self, stanza: Element) -> RoomNews | None:
        """What somebody's presence means; SignalingError if it can't be read."""
        if self.lobby is not None and (said := muc.read_presence(stanza, self.lobby)):
            return self._in_lobby(said)
        match muc.read_presence(stanza, self.jid):
            case Denied() as denied:
                return denied
            case Arrived(occupant=occupant, own=True):
                return Inside(occupant.owner) if occupant.id == self.jid.resource else None
            case Gone(own=True) as gone:
                return gone if gone.id == self.jid.resource else None
            case Arrived(occupant=occupant):
                return self._arrived(occupant)
            case Gone(id=gone):
                return self._departed(gone)
        return None

    def message(self, stanza: Element) -> LetIn | Chatted | Told | None:
        """What somebody in the room, or the room, said; SignalingError if it can't be read."""
        sender, kind = Jid.parse(stanza.get("from")), stanza.get("type")
        if sender is None or sender.bare != self.jid.bare or kind == "error":
            return None
        if not sender.resource:
            return _let_in(stanza)
        # What was said before the bot came was not said to it.
        known = sender.resource in self.occupants and stanza.find("delay", DELAY) is None
        if not known or kind not in ("groupchat", "chat"):
            return None
        return _words(sender.resource, stanza, private=kind == "chat")

    def _arrived(self, occupant: muc.Occupant) -> RoomNews | None:
        if occupant.id == muc.FOCUS_NICK:
            self.focus_here = occupant.owner and self._may_be_focus(occupant.jid)
            return None
        if occupant.id not in self.occupants and len(self.occupants) >= MAX_OCCUPANTS:
            raise SignalingError(f"a room may hold {MAX_OCCUPANTS} people")
        self.occupants[occupant.id] = occupant.jid
        return Present(occupant)

    def _may_be_focus(self, jid: Jid | None) -> bool:
        """An address that is shown has to be the one that the focus's answer named."""
        return jid is None or not self.focus_jids or jid.bare in self.focus_jids

    def _departed(self, id_: str) -> RoomNews | None:
        if id_ == muc.FOCUS_NICK:
            here, self.focus_here = self.focus_here, False
            return FocusLeft() if here else None
        if id_ not in self.occupants:
            return None
        del self.occupants[id_]
        return Absent(id_)

    def _in_lobby(self, said: Arrived | Gone | Denied) -> RoomNews | None:
        match said:
            case Gone(own=True, instead=room) if room is not None:
                self.lobby = None
                return LetIn()
            case Gone(own=True, destroyed=closed, kicked=kicked) if closed or kicked:
                return TurnedAway(closed)
            case Denied():
                return TurnedAway()
        return None


def _words(sender: str, stanza: Element, *, private: bool) -> Chatted | Told | None:
    said = stanza.find("json-message", JITMEET)
    if said is not None:
        return Told(sender, read_json(said.text)) if private else None
    text = stanza.find("body")
    # What is relayed for a visitor bears another's name; a retraction says nothing new.
    if text is None or stanza.find("display-name") or stanza.find("retract", RETRACT):
        return None
    return Chatted(sender, stanza.get("id") or "", text.text[:MAX_LINE], private)


def _let_in(stanza: Element) -> LetIn | None:
    user = stanza.find("x", MUC_USER)
    if user is None or user.find("invite") is None:
        return None
    password = user.find("password")
    return LetIn(password.text if password is not None else None)


def read_move(stanza: Element) -> Jid | None:
    """Where a moderator moves the bot, by the component for breakout rooms; None: nowhere."""
    said = stanza.find("json-message", JITMEET)
    if said is None:
        return None
    match read_json(said.text):
        case {
            "type": "breakout_rooms",
            "event": "features/breakout-rooms/move-to-room",
            "roomJid": str(target),
        }:
            room = Jid.parse(target)
            if room is None or not room.node:
                raise SignalingError("a move to no room")
            return room.bare
    return None
