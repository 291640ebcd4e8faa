"""The bot's end of a Jitsi conference: from the login to the last word, without I/O.

    login ─► ask the focus ─► join the room ─► inside ─► over
                 ▲  host absent   │     ▲ let in  │ moved
                 ├─── 5 s ◄───────┴─► lobby       │
                 └────────────────────────────────┘

Sessions are the focus's alone to begin and end; whoever else offers one is declined.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import Enum, auto
from typing import Any

from consentry.connectors.jitsi import caps, conference_request, muc
from consentry.connectors.jitsi.conference_request import Answer, Forbidden, Granted
from consentry.connectors.jitsi.happenings import (
    AskFocus,
    Empowered,
    Entered,
    Happening,
    HostAwaited,
    InLobby,
    Invited,
    Lost,
    Moved,
    Over,
)
from consentry.connectors.jitsi.invitation import Invitation
from consentry.connectors.jitsi.jingle import JINGLE
from consentry.connectors.jitsi.meeting import Meeting
from consentry.connectors.jitsi.muc import Denied, Gone
from consentry.connectors.jitsi.room import (
    FocusLeft,
    Inside,
    LetIn,
    Room,
    TurnedAway,
    read_move,
)
from consentry.connectors.jitsi.stanzas import (
    DISCO_INFO,
    Jid,
    body,
    json_message,
    message,
    result,
)
from consentry.connectors.jitsi.stream import (
    Bound,
    Broken,
    Came,
    Refused,
    Stream,
    StreamHappening,
)
from consentry.connectors.jitsi.visit import Visit
from consentry.connectors.jitsi.xml import Element
from consentry.errors import EndReason, SignalingError

ANSWER_SECONDS = 5.0
"""For the focus; then it is asked again."""

JOIN_SECONDS = 10.0
"""For the room."""

AGAIN_SECONDS = 1.0
"""Between two questions to a focus that is not ready."""

HOST_SECONDS = 5.0
"""Between two questions whether the host is there."""

INVITE_SECONDS = 5.0
"""For another invitation, where one was asked for."""

MAX_TRIES = 20
"""Of questions that the focus answers with an error."""

MAX_NICKS = 5

_PASSING = frozenset({"internal-server-error", "remote-server-not-found", "remote-server-timeout"})
"""What a server says that has only just started."""

_DENIALS = {
    "not-authorized": EndReason.PASSWORD_NEEDED,
    "service-unavailable": EndReason.ROOM_FULL,
    "resource-constraint": EndReason.ROOM_FULL,
    "item-not-found": EndReason.NO_SUCH_ROOM,
    "gone": EndReason.ROOM_CLOSED,
}
"""XEP-0045 section 7.2; what is not here is NOT_ALLOWED."""


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
        self._room = Room(visit.room, visit.card, self._stream.send)
        self._invitation = Invitation(self._stream.send, self._stream.next_id)
        self._meeting = Meeting(self._stream.send, self._stream.next_id)
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
        self._password = visit.password

    @property
    def over(self) -> bool:
        """Whether there is nothing more to come."""
        return self._state is _State.OVER

    @property
    def inside(self) -> bool:
        """Whether the bot is in the room."""
        return self._state is _State.INSIDE

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
        """One frame came. SignalingError if it breaks the protocol; the call goes on."""
        return [] if self.over else self._follow(self._stream.receive(text))

    def focus_answered(self, status: int, answer: Mapping[str, Any] | None) -> list[Happening]:
        """What the HTTP request for the conference brought; status 0: no answer at all."""
        if self._state is not _State.ASKING:
            return []
        return self._focus_said(conference_request.read_http(status, answer))

    def accept(self, answer: str) -> None:
        """Answer the last invitation."""
        self._invitation.accept(answer)

    def reinvite(self) -> None:
        """The connection to the bridge is dead: ask for another, or join anew if none comes."""
        if self.inside and self._invitation.give_up():
            self._wait(INVITE_SECONDS, self._lost)

    def transcribe(self, on: bool) -> None:
        """Ask that the bridge hands the sound on, or not any more."""
        self._meeting.transcribe(on)

    def write(self, text: str) -> None:
        """Say ``text`` to everybody."""
        self._say("groupchat", None, body(text))

    def whisper(self, to: str, text: str) -> None:
        """Say ``text`` to one occupant."""
        self._say("chat", to, body(text))

    def tell(self, to: str | None, payload: Mapping[str, Any]) -> None:
        """Say something in JSON to one occupant's client, or to everybody's."""
        self._say("groupchat" if to is None else "chat", to, json_message(payload))

    def grant(self, to: str) -> None:
        """Make an occupant an owner of the room, besides the bot."""
        jid = self._room.occupants.get(to)
        if self.inside and jid is not None:
            self._stream.send(muc.grant(self._room.jid, jid, self._stream.next_id()))

    def leave(self) -> None:
        """Leave the room, and the server."""
        if self.inside:
            self._room.leave()
        self._room.leave_lobby()
        self._stream.close()
        self._state = _State.OVER

    # The stream.

    def _follow(self, said: Sequence[StreamHappening]) -> list[Happening]:
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
        if self._state is _State.ASKING and stanza.get("id") == self._asked:
            if sender is None or str(sender) != self._visit.focus:
                raise SignalingError("an answer of somebody else's")
            return self._focus_said(conference_request.read_stanza(stanza))
        if self._room.is_focus(sender):
            return self._invitation.answered(stanza)
        return self._meeting.answered(stanza, sender)

    def _request(self, stanza: Element) -> list[Happening]:
        sender = Jid.parse(stanza.get("from"))
        from_focus = self._room.is_focus(sender)
        query = stanza.find("query", DISCO_INFO)
        if stanza.find("jingle", JINGLE) is not None:
            if sender is not None and from_focus and self._visit.media:
                return self._invited(stanza, sender)
            self._invitation.decline(stanza)
        elif query is not None and stanza.get("type") == "get":
            self._stream.send(result(stanza, caps.disco(query)))
        elif stanza.find("mute") is not None and from_focus:
            self._stream.send(result(stanza))
        else:
            self._stream.refuse(stanza)
        return []

    def _invited(self, stanza: Element, sender: Jid) -> list[Happening]:
        happenings = self._invitation.receive(stanza, sender)
        if any(isinstance(each, Invited) for each in happenings):
            self._due = self._then = None
        return happenings

    # The focus.

    def _ask(self) -> list[Happening]:
        self._state = _State.ASKING
        self._wait(ANSWER_SECONDS, self._ask_again)
        return self._request_conference()

    def _request_conference(self) -> list[Happening]:
        visit, room = self._visit, self._room.jid.bare
        if visit.by_http:
            return [AskFocus(conference_request.by_http(visit, room))]
        self._asked = self._stream.next_id()
        self._stream.send(conference_request.by_xmpp(visit, room, self._asked))
        return []

    def _focus_said(self, answer: Answer) -> list[Happening]:
        match answer:
            case Forbidden():
                return self._host_absent()
            case Granted(ready=ready, focus=focus):
                self._room.focus_jids = {focus} if focus is not None else set()
                self._tries = 0
                if ready:
                    return self._join()
                self._wait(AGAIN_SECONDS, self._ask)
                return []
        return self._ask_again()

    def _ask_again(self) -> list[Happening]:
        self._tries += 1
        if self._tries > MAX_TRIES:
            return self._lost()  # Jicofo may be on its way: the connector knows how long to try
        self._state = _State.ASKING
        self._wait(AGAIN_SECONDS, self._ask)
        return []

    def _host_absent(self) -> list[Happening]:
        """Guests may not begin this conference."""
        if self._visit.login.account is not None or self._visit.token is not None:
            return self._end(EndReason.NOT_ALLOWED)
        self._wait(HOST_SECONDS, self._ask)
        return self._be_patient(EndReason.HOST_ABSENT)

    def _call_back(self) -> list[Happening]:
        """Jicofo left, to restart: it comes back to those who ask, whatever it answers."""
        if self._room.focus_here or not self.inside:
            return []
        self._wait(HOST_SECONDS, self._call_back)
        return self._request_conference()

    # The room.

    def _join(self) -> list[Happening]:
        if not self._nicks:
            return self._end(EndReason.NOT_ALLOWED)
        self._state = _State.JOINING
        self._room.join(self._nicks[0], self._password)
        self._wait(JOIN_SECONDS, self._lost)
        return []

    def _presence(self, stanza: Element) -> list[Happening]:
        match self._room.presence(stanza):
            case Inside(owner=owner) if self._state is _State.JOINING:
                return [*self._entered(), Empowered(owner)]
            case Inside(owner=owner) if self.inside:
                return [Empowered(owner)]
            case Denied() as denied if self._state is _State.JOINING:
                return self._denied(denied)
            case Gone() as gone if self.inside:
                return self._out(gone)
            case FocusLeft():
                self._wait(AGAIN_SECONDS, self._call_back)
                return self._invitation.forget()
            case LetIn() if self._state is _State.KNOCKING:
                return self._ask()
            case TurnedAway(closed=closed) if self._state is _State.KNOCKING:
                return self._end(EndReason.ROOM_CLOSED if closed else EndReason.LOBBY_DENIED)
            case Inside() | Denied() | Gone() | LetIn() | TurnedAway() | None:
                return []
            case happening:
                return [happening]

    def _entered(self) -> list[Happening]:
        self._state = _State.INSIDE
        self._due = self._then = self._gives_up = None
        self._room.leave_lobby()
        if not self._visit.media:
            self._meeting.ask(self._room.jid, self._visit.domain)
        return [Entered(self._room.jid.resource)]

    def _denied(self, denied: Denied) -> list[Happening]:
        """What XEP-0045 knows, and what Jitsi's modules add."""
        match denied.condition:
            case "registration-required" if denied.lobby is not None:
                return self._knock(denied.lobby, host=denied.host)
            case "registration-required" if denied.host:
                self._wait(HOST_SECONDS, self._ask)
                return self._be_patient(EndReason.HOST_ABSENT)
            case "conflict":
                self._nicks.pop(0)
                return self._join()
            case "not-allowed" if denied.restricted:
                return self._ask_again()
            case said if said in _PASSING:
                return self._ask_again()
            case said:
                return self._end(_DENIALS.get(said, EndReason.NOT_ALLOWED))

    def _knock(self, lobby: Jid, *, host: bool) -> list[Happening]:
        if not self._visit.holds(lobby.domain):
            return self._end(EndReason.NOT_ALLOWED)
        self._state = _State.KNOCKING
        self._due = self._then = None
        self._room.knock(lobby)
        return self._be_patient(EndReason.HOST_ABSENT if host else EndReason.LOBBY_DENIED)

    def _be_patient(self, otherwise: EndReason) -> list[Happening]:
        self._patient_for = otherwise
        if self._gives_up is None:
            self._gives_up = self._now + self._visit.patience
        return [HostAwaited() if otherwise is EndReason.HOST_ABSENT else InLobby()]

    def _out(self, gone: Gone) -> list[Happening]:
        if gone.instead is not None and self._visit.holds(gone.instead.domain):
            return self._move(gone.instead.bare)
        if gone.destroyed:
            return self._end(EndReason.ROOM_CLOSED)
        return self._end(EndReason.KICKED) if gone.kicked else self._lost()

    def _move(self, room: Jid) -> list[Happening]:
        happenings = self._invitation.forget()
        self._room.go(room)
        self._password = self._visit.password
        return [*happenings, Moved(), *self._ask()]

    # Words.

    def _message(self, stanza: Element) -> list[Happening]:
        sender = Jid.parse(stanza.get("from"))
        if sender is not None and not sender.node and not sender.resource:
            return self._component(sender, stanza)
        match self._room.message(stanza):
            case LetIn(password=password):
                if self._state is not _State.KNOCKING:
                    return []
                self._password = password or self._password
                return self._ask()
            case None:
                return []
            case happening:
                return [happening]

    def _component(self, sender: Jid, stanza: Element) -> list[Happening]:
        """A component of the server speaks: a moderator moves the bot to another room."""
        if not self.inside or not self._visit.holds(sender.domain):
            return []
        self._meeting.heard(sender, stanza)
        room = read_move(stanza)
        if room is None or room == self._room.jid.bare:
            return []
        if not self._visit.holds(room.domain):
            raise SignalingError("a move to a room that is none of this server's")
        self._room.leave()
        return self._move(room)

    def _say(self, kind: str, to: str | None, said: Element) -> None:
        if not self.inside or (to is not None and to not in self._room.occupants):
            return
        room = self._room.jid.bare
        target = room if to is None else room.at(to)
        self._stream.send(message(target, kind, self._stream.next_id(), said))

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
