"""The bot's end of a Jitsi conference: from the login to the last word, without I/O.

    login ─► ask the focus ─► join the room ─► in the call ─► out of it
                 ▲  host absent    │  ▲ let in      │ moved, or let in again
                 └─── 5 s ◄────────┴──┴─ lobby ◄────┘

Who said something is what the server stamped on it: sessions are the focus's alone to begin and
end, presence is its own occupant's, and chat comes from occupants who are there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from consentry.connectors.jitsi import caps, muc, stream
from consentry.connectors.jitsi.happenings import (
    Absent,
    AskFocus,
    Chatted,
    Entered,
    Happening,
    HostAwaited,
    InLobby,
    Invited,
    Lost,
    Moved,
    Over,
    Present,
    Told,
)
from consentry.connectors.jitsi.invitation import Invitation
from consentry.connectors.jitsi.jingle import JINGLE
from consentry.connectors.jitsi.muc import Arrived, Card, Denied, Gone
from consentry.connectors.jitsi.stanzas import (
    DELAY,
    DISCO_INFO,
    FOCUS,
    JITMEET,
    MUC_USER,
    RETRACT,
    Jid,
    body,
    condition,
    iq,
    json_message,
    message,
    read_json,
    result,
)
from consentry.connectors.jitsi.stream import Bound, Broken, Came, Login, Refused, Stream
from consentry.connectors.jitsi.xml import Element, element
from consentry.errors import EndReason, SignalingError

MAX_OCCUPANTS = 500
MAX_LINE = 10_000
"""Characters of a line of chat that are read."""

ANSWER_SECONDS = 15.0
"""For the focus, and for the room."""

INVITE_SECONDS = 5.0
"""For another invitation, where one was asked for."""

AGAIN_SECONDS = 1.0
"""Between two questions to a focus that is not ready."""

HOST_SECONDS = 5.0
"""Between two questions whether the host is there."""

MAX_TRIES = 20
"""Of questions that the focus answers with an error."""

MAX_NICKS = 5

_DENIALS = {
    "not-authorized": EndReason.PASSWORD_NEEDED,
    "service-unavailable": EndReason.ROOM_FULL,
    "resource-constraint": EndReason.ROOM_FULL,
    "item-not-found": EndReason.NO_SUCH_ROOM,
    "gone": EndReason.ROOM_CLOSED,
}


@dataclass(frozen=True, slots=True)
class Visit:
    """Whom the bot visits, and as whom."""

    login: Login
    room: Jid
    """Without a resource."""
    domain: str
    """Of the deployment: rooms, lobbies and components are below it."""
    focus: str
    """Where Jicofo takes requests."""
    card: Card
    nicks: Sequence[str]
    """Ids to go by, random, the first one that nobody has."""
    password: str | None = None
    token: str | None = None
    """For the focus; the stream's address carries it as well."""
    by_http: bool = False
    """Whether the focus is asked by HTTP."""
    patience: float = 600.0
    """Seconds that the bot waits in a lobby, or for a host."""


class _State(Enum):
    LOGIN = auto()
    ASKING = auto()
    JOINING = auto()
    KNOCKING = auto()
    INSIDE = auto()
    OVER = auto()


class Signaling:
    """The core. Time goes by :meth:`handle_timeout` alone, in seconds of any clock that grows."""

    def __init__(self, visit: Visit, now: float) -> None:
        self._visit = visit
        self._now = now
        self._stream = Stream(visit.login, now)
        self._invitation = Invitation(self._stream.send, self._stream.next_id)
        self._state = _State.LOGIN
        self._due: float | None = None
        self._then: Callable[[], list[Happening]] | None = None
        """What follows when nothing came until then."""
        self._gives_up: float | None = None
        """When the bot has waited for a lobby or a host for long enough."""
        self._patient_for = EndReason.HOST_ABSENT
        self._asked: str | None = None
        self._tries = 0
        self._nicks = [nick for nick in visit.nicks if muc.ENDPOINT.fullmatch(nick)][:MAX_NICKS]
        self._room = visit.room
        self._lobby: Jid | None = None
        self._password = visit.password
        self._focus_jids: set[Jid] = set()
        self._occupants: set[str] = set()
        self._focus_here = False

    @property
    def over(self) -> bool:
        """Whether there is nothing more to come."""
        return self._state is _State.OVER

    @property
    def inside(self) -> bool:
        """Whether the bot is in the room."""
        return self._state is _State.INSIDE

    @property
    def id(self) -> str:
        """The bot's own id in the room."""
        return self._room.resource

    def data_to_send(self) -> list[str]:
        """The frames that have to go out now, in order; each is returned once."""
        return self._stream.data_to_send()

    def next_timeout(self) -> float | None:
        """When :meth:`handle_timeout` has to be called at the latest."""
        times = (self._stream.next_timeout(), self._due, self._gives_up)
        return None if self.over else min((at for at in times if at is not None), default=None)

    def handle_timeout(self, now: float) -> list[Happening]:
        """Time passed."""
        self._now = now
        if self.over:
            return []
        if self._gives_up is not None and now >= self._gives_up:
            return self._end(self._patient_for)
        happenings = self._follow(self._stream.handle_timeout(now))
        if not self.over and self._due is not None and now >= self._due and self._then is not None:
            then, self._then, self._due = self._then, None, None
            happenings += then()
        return happenings

    def receive(self, text: str | bytes) -> list[Happening]:
        """One frame came. SignalingError if it breaks the protocol; nothing changed then."""
        if self.over:
            return []
        return self._follow(self._stream.receive(text))

    def focus_answered(self, status: int, answer: Mapping[str, Any] | None) -> list[Happening]:
        """What the HTTP request for the conference brought; status 0: no answer at all."""
        if self._state is not _State.ASKING:
            return []
        if status == 403:
            return self._host_absent()
        if not 200 <= status < 300 or answer is None:
            return self._ask_again()
        return self._ready(answer.get("ready") is True, answer.get("focusJid"))

    def accept(self, answer: str) -> None:
        """Answer the last invitation."""
        self._invitation.accept(answer)

    def reinvite(self) -> None:
        """The connection to the bridge is dead: ask for another, or join anew if none comes."""
        if self._state is _State.INSIDE and self._invitation.give_up():
            self._wait(INVITE_SECONDS, self._lost)

    def write(self, text: str) -> None:
        """Say ``text`` to everybody."""
        self._say("groupchat", self._room.bare, body(text))

    def whisper(self, to: str, text: str) -> None:
        """Say ``text`` to one occupant."""
        if to in self._occupants:
            self._say("chat", self._room.at(to), body(text))

    def tell(self, to: str | None, payload: Mapping[str, Any]) -> None:
        """Say something in JSON to one occupant's client, or to everybody's."""
        if to is None:
            self._say("groupchat", self._room.bare, json_message(payload))
        elif to in self._occupants:
            self._say("chat", self._room.at(to), json_message(payload))

    def leave(self) -> None:
        """Leave the room, and the server."""
        if self._state is _State.INSIDE:
            self._stream.send(muc.leave(self._room))
        if self._lobby is not None:
            self._stream.send(muc.leave(self._lobby))
        self._stream.close()
        self._state = _State.OVER

    # The stream.

    def _follow(self, said: Sequence[stream.StreamHappening]) -> list[Happening]:
        happenings: list[Happening] = []
        for each in said:
            match each:
                case Bound(jid=jid):
                    happenings += self._bound(jid)
                case Refused(reason=reason):
                    happenings += self._end(reason)
                case Broken():
                    happenings += self._lost()
                case Came(stanza=stanza):
                    happenings += self._stanza(stanza)
        return happenings

    def _bound(self, jid: Jid) -> list[Happening]:
        # Where guests may not choose, the id is the beginning of their address.
        if self._visit.login.account is None and muc.ENDPOINT.fullmatch(jid.node[:8]):
            self._nicks.insert(0, jid.node[:8])
        return self._ask()

    def _stanza(self, stanza: Element) -> list[Happening]:
        match stanza.name:
            case "presence":
                return self._presence(stanza)
            case "message":
                return self._message(stanza)
            case _ if stanza.get("type") in ("result", "error"):
                return self._answer(stanza)
            case _:
                return self._request(stanza)

    def _answer(self, stanza: Element) -> list[Happening]:
        sender = Jid.parse(stanza.get("from"))
        if stanza.get("id") == self._asked and self._state is _State.ASKING:
            if sender is None or str(sender.bare) != self._visit.focus:
                raise SignalingError("an answer of somebody else's")
            return self._focus_said(stanza)
        return self._invitation.answered(stanza) if self._is_focus(sender) else []

    def _request(self, stanza: Element) -> list[Happening]:
        sender = Jid.parse(stanza.get("from"))
        if stanza.find("jingle", JINGLE) is not None:
            if self._is_focus(sender) and sender is not None:
                return self._focus_invites(stanza, sender)
            self._invitation.decline(stanza)
        elif (query := stanza.find("query", DISCO_INFO)) and stanza.get("type") == "get":
            self._stream.send(result(stanza, caps.disco(query)))
        elif stanza.find("mute") is not None and self._is_focus(sender):
            self._stream.send(result(stanza))
        else:
            self._stream.refuse(stanza)
        return []

    def _focus_invites(self, stanza: Element, sender: Jid) -> list[Happening]:
        happenings = self._invitation.receive(stanza, sender)
        if any(isinstance(each, Invited) for each in happenings):
            self._due = self._then = None
        return happenings

    def _is_focus(self, sender: Jid | None) -> bool:
        return self._focus_here and sender == self._room.at(muc.FOCUS_NICK)

    # The focus.

    def _ask(self) -> list[Happening]:
        self._state = _State.ASKING
        self._wait(ANSWER_SECONDS, self._ask_again)
        visit, room = self._visit, str(self._room.bare)
        machine = visit.card.machine_id
        if visit.by_http:
            return [AskFocus({"room": room, "machineUid": machine, "properties": {}})]
        self._asked = self._stream.next_id()
        attributes = {"room": room, "machine-uid": machine, "token": visit.token}
        request = element("conference", FOCUS, attributes=attributes)
        self._stream.send(iq("set", visit.focus, self._asked, request))
        return []

    def _focus_said(self, answer: Element) -> list[Happening]:
        if answer.get("type") == "error":
            if condition(answer) == "not-authorized":
                return self._host_absent()
            return self._ask_again()
        conference = answer.find("conference", FOCUS)
        if conference is None:
            raise SignalingError("an answer that is none to the question for a conference")
        return self._ready(conference.get("ready") == "true", conference.get("focusjid"))

    def _ready(self, ready: bool, focus: object) -> list[Happening]:
        if isinstance(focus, str) and (jid := Jid.parse(focus)) is not None:
            self._focus_jids.add(jid.bare)
        self._tries = 0
        if not ready:
            self._wait(AGAIN_SECONDS, self._ask)
            return []
        return self._join()

    def _ask_again(self) -> list[Happening]:
        self._tries += 1
        if self._tries > MAX_TRIES:
            return self._end(EndReason.UNREACHABLE)
        self._wait(AGAIN_SECONDS, self._ask)
        return []

    def _host_absent(self) -> list[Happening]:
        """Guests may not begin this conference."""
        if self._visit.login.account is not None or self._visit.token is not None:
            return self._end(EndReason.NOT_ALLOWED)
        self._wait(HOST_SECONDS, self._ask)
        return self._be_patient(EndReason.HOST_ABSENT)

    # The room.

    def _join(self) -> list[Happening]:
        if not self._nicks:
            return self._end(EndReason.NOT_ALLOWED)
        self._state = _State.JOINING
        self._room = self._room.at(self._nicks[0])
        self._stream.send(muc.join(self._room, self._visit.card, self._password))
        self._wait(ANSWER_SECONDS, self._lost)
        return []

    def _presence(self, stanza: Element) -> list[Happening]:
        if self._lobby is not None and (said := muc.read_presence(stanza, self._lobby)):
            return self._in_lobby(said)
        match muc.read_presence(stanza, self._room):
            case Denied() as denied if self._state is _State.JOINING:
                return self._denied(denied)
            case Arrived(occupant=occupant, own=True) if occupant.id == self._room.resource:
                return self._entered()
            case Arrived(occupant=occupant, own=False):
                return self._arrived(occupant)
            case Gone(own=True) as gone if gone.id == self._room.resource:
                return self._out(gone)
            case Gone(own=False) as gone:
                return self._departed(gone.id)
            case _:
                return []

    def _entered(self) -> list[Happening]:
        if self._state is not _State.JOINING:
            return []
        self._state = _State.INSIDE
        self._due = self._then = self._gives_up = None
        if self._lobby is not None:
            self._stream.send(muc.leave(self._lobby))
            self._lobby = None
        return [Entered(self.id)]

    def _arrived(self, occupant: muc.Occupant) -> list[Happening]:
        if occupant.id == muc.FOCUS_NICK:
            known = occupant.jid is None or not self._focus_jids
            self._focus_here = occupant.owner and (
                known or (occupant.jid is not None and occupant.jid.bare in self._focus_jids)
            )
            return []
        if occupant.id not in self._occupants and len(self._occupants) >= MAX_OCCUPANTS:
            raise SignalingError(f"a room may hold {MAX_OCCUPANTS} people")
        self._occupants.add(occupant.id)
        return [Present(occupant)]

    def _departed(self, id_: str) -> list[Happening]:
        if id_ == muc.FOCUS_NICK and self._focus_here:
            return self._focus_left()
        if id_ not in self._occupants:
            return []
        self._occupants.discard(id_)
        return [Absent(id_)]

    def _focus_left(self) -> list[Happening]:
        """Jicofo restarts: it comes back to those who ask."""
        self._focus_here = False
        happenings = self._invitation.forget()
        if self._state is _State.INSIDE:
            self._wait(AGAIN_SECONDS, self._call_back)
        return happenings

    def _call_back(self) -> list[Happening]:
        """Ask for the conference from within; whatever is answered, the focus comes or not."""
        if self._focus_here or self._state is not _State.INSIDE:
            return []
        inside = self._state
        happenings = self._ask()
        self._state = inside
        self._wait(HOST_SECONDS, self._call_back)
        return happenings

    def _denied(self, denied: Denied) -> list[Happening]:
        """XEP-0045 section 7.2, and what Jitsi's modules add."""
        match denied.condition:
            case "registration-required" if denied.lobby is not None:
                return self._knock(denied)
            case "registration-required" if denied.host:
                self._wait(HOST_SECONDS, self._ask)
                return self._be_patient(EndReason.HOST_ABSENT)
            case "conflict":
                self._nicks.pop(0)
                return self._join()
            case "not-allowed" if denied.restricted:
                self._state = _State.ASKING
                return self._ask_again()
            case said:
                return self._end(_DENIALS.get(said, EndReason.NOT_ALLOWED))

    def _out(self, gone: Gone) -> list[Happening]:
        if gone.instead is not None and self._is_ours(gone.instead.domain):
            return self._move(gone.instead.bare)
        if gone.destroyed:
            return self._end(EndReason.ROOM_CLOSED)
        return self._end(EndReason.KICKED) if gone.kicked else self._lost()

    def _is_ours(self, domain: str) -> bool:
        """Whether the deployment itself holds this domain."""
        own = self._visit.domain
        return domain in (own, self._visit.room.domain) or domain.endswith(f".{own}")

    def _move(self, room: Jid) -> list[Happening]:
        self._focus_here = False
        self._occupants.clear()
        happenings = self._invitation.forget()
        self._room, self._password = room, self._visit.password
        return [*happenings, Moved(), *self._ask()]

    # The lobby.

    def _knock(self, denied: Denied) -> list[Happening]:
        assert denied.lobby is not None
        if not self._is_ours(denied.lobby.domain):
            return self._end(EndReason.NOT_ALLOWED)
        self._state = _State.KNOCKING
        self._due = self._then = None
        self._lobby = denied.lobby.at(self._room.resource)
        self._stream.send(muc.knock(self._lobby, self._visit.card))
        return self._be_patient(EndReason.HOST_ABSENT if denied.host else EndReason.LOBBY_DENIED)

    def _in_lobby(self, said: Arrived | Gone | Denied) -> list[Happening]:
        match said:
            case Gone(own=True, instead=room) if room is not None:
                self._lobby = None
                return self._ask()
            case Gone(own=True, destroyed=True):
                return self._end(EndReason.ROOM_CLOSED)
            case Gone(own=True, kicked=True) if self._state is _State.KNOCKING:
                return self._end(EndReason.LOBBY_DENIED)
            case Denied() if self._state is _State.KNOCKING:
                return self._end(EndReason.NOT_ALLOWED)
            case _:
                return []

    def _be_patient(self, otherwise: EndReason) -> list[Happening]:
        self._patient_for = otherwise
        if self._gives_up is None:
            self._gives_up = self._now + self._visit.patience
        return [HostAwaited() if otherwise is EndReason.HOST_ABSENT else InLobby()]

    # Words.

    def _message(self, stanza: Element) -> list[Happening]:
        sender, kind = Jid.parse(stanza.get("from")), stanza.get("type")
        if sender is None or kind == "error":
            return []
        if not sender.node and not sender.resource:
            return self._component(sender, stanza)
        if sender == self._room.bare:
            return self._invited(stanza)
        known = sender.bare == self._room.bare and sender.resource in self._occupants
        if not known or kind not in ("groupchat", "chat") or stanza.find("delay", DELAY):
            return []
        return self._words(sender.resource, stanza, private=kind == "chat")

    def _words(self, sender: str, stanza: Element, *, private: bool) -> list[Happening]:
        said = stanza.find("json-message", JITMEET)
        if said is not None:
            return [Told(sender, read_json(said.text))] if private else []
        text = stanza.find("body")
        # What is relayed for a visitor bears another's name; a retraction says nothing new.
        if text is None or stanza.find("display-name") or stanza.find("retract", RETRACT):
            return []
        return [Chatted(sender, stanza.get("id") or "", text.text[:MAX_LINE], private)]

    def _invited(self, stanza: Element) -> list[Happening]:
        """The room itself speaks: somebody let the bot in."""
        user = stanza.find("x", MUC_USER)
        if self._state is not _State.KNOCKING or user is None or user.find("invite") is None:
            return []
        password = user.find("password")
        self._password = password.text if password is not None else self._password
        return self._ask()

    def _component(self, sender: Jid, stanza: Element) -> list[Happening]:
        """A component of the server speaks: a moderator moves the bot to another room."""
        said = stanza.find("json-message", JITMEET)
        if said is None or not self._is_ours(sender.domain) or self._state is not _State.INSIDE:
            return []
        match read_json(said.text):
            case {
                "type": "breakout_rooms",
                "event": "features/breakout-rooms/move-to-room",
                "roomJid": str(target),
            }:
                room = Jid.parse(target)
                if room is None or not room.node or not self._is_ours(room.domain):
                    raise SignalingError("a move to a room that is none of this server's")
                if room.bare == self._room.bare:
                    return []
                self._stream.send(muc.leave(self._room))
                return self._move(room.bare)
        return []

    def _say(self, kind: str, to: Jid, said: Element) -> None:
        if self._state is _State.INSIDE:
            self._stream.send(message(to, kind, self._stream.next_id(), said))

    # The end.

    def _wait(self, seconds: float, then: Callable[[], list[Happening]]) -> None:
        self._due, self._then = self._now + seconds, then

    def _end(self, reason: EndReason) -> list[Happening]:
        self.leave()
        return [Over(reason)]

    def _lost(self) -> list[Happening]:
        self._stream.close()
        self._state = _State.OVER
        return [Lost()]
