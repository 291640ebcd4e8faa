"""The bot's end of Galene's signaling, without I/O. Text in, happenings and text out.

The rules, beyond those of :mod:`subscriptions`:

* who somebody is (``source``, the permissions of ``user``) is said by the server alone; what
  carries no source, or one that is not in the group, comes from nobody and is not heard
* that the bot was kicked is believed of the server alone (``privileged``)
* what was said before the bot came (``chathistory``) is none of its business
* the roster that follows ``joined`` has no end of its own: a ``ping`` sent after it marks it
* some who are in the group have no chat (a camera that publishes by WHIP): each newcomer is sent
  a message that no page shows, and a ``ping``; who brings no error before its ``pong`` can read
* ids are chosen by clients: one that was somebody's and comes again is somebody else
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from consentry.connectors.galene.frames import (
    MAX_TEXT,
    Bare,
    Candidate,
    Chat,
    Close,
    FromServer,
    Handshake,
    Ice,
    Joined,
    Offer,
    User,
    UserMessage,
    dump,
    parse,
)
from consentry.connectors.galene.happenings import (
    Admitted,
    Arrived,
    CandidateFound,
    Departed,
    GroupHappening,
    Offered,
    Person,
    Reached,
    Refused,
    RosterKnown,
    ServerClosing,
    Spoke,
    StreamEnded,
    Told,
)
from consentry.connectors.galene.refusals import refusal
from consentry.connectors.galene.subscriptions import Media, Subscriptions, media_sent
from consentry.errors import EndReason, SignalingError

VERSION = "2"
KIND = "consentry"
"""Of the messages between the bot and consentry.js."""

MAX_PEOPLE = 512
MAX_EARLY_STREAMS = 64
MAX_EARLY_CANDIDATES = 32
"""Candidates that wait for their stream's offer; a host has a handful of addresses."""

MAX_PINGS = 2 * MAX_PEOPLE
PROBE = "consentry-probe"
"""The kind of a message that asks whether somebody has a chat. Pages pass it over."""

NO_CHAT = "this user doesn't chat"
SYSTEM = "system"
"""The permission of what is in the group and is nobody: Galene's own recorder."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who the bot is to the group."""

    group: str
    username: str
    password: str = ""
    token: str | None = None


class GroupClient:
    """One connection to a Galene server; ``id`` names it and is not to be used a second time."""

    def __init__(self, id: str, credentials: Credentials) -> None:
        self.id = id
        self.permissions: frozenset[str] = frozenset()
        self.people: dict[str, Person] = {}
        self._credentials = credentials
        self._username = credentials.username
        self._admitted = False
        self._pings: deque[str | None] = deque()
        """What each pong that is to come says: that this person has a chat; ``None``: that the
        roster is complete."""
        self._output: deque[str] = deque()
        self._streams = Subscriptions(self._write)
        self._early: dict[str, list[Candidate]] = {}
        self._write(type="handshake", version=[VERSION], id=id)

    @property
    def may_caption(self) -> bool:
        """Whether the server shows captions of the bot's."""
        return "caption" in self.permissions

    @property
    def may_write(self) -> bool:
        """Whether the server takes chat of the bot's, and messages to consentry.js."""
        return "message" in self.permissions

    def join(self) -> None:
        """Ask to come in; Admitted or Refused is the answer."""
        known = self._credentials
        self._write(
            type="join",
            kind="join",
            group=known.group,
            username=known.username,
            password=known.password if known.token is None else None,
            token=known.token,
        )

    def leave(self) -> None:
        self._write(type="join", kind="leave", group=self._credentials.group)

    def want(self, person: str, media: Media, *, fine: bool = False) -> list[str]:
        """Take this and no more of ``person``; the streams that ended with it are returned."""
        return self._streams.want(person, media, fine=fine) if person in self.people else []

    def answer(self, offered: Offered, sdp: str) -> None:
        """Answer an offer, if it still stands and is still wanted."""
        self._streams.answer(offered.stream, offered.number, sdp)

    def refuse(self, offered: Offered) -> None:
        """An offer can't be answered."""
        self._streams.refuse(offered.stream, offered.number)

    def renew(self, person: str) -> None:
        """End what comes of ``person`` and ask for it anew, on a new connection."""
        self._streams.renew(person)

    def chat(self, text: str, to: str) -> None:
        """One line to one person. It is not kept by the server, as one to everybody would be."""
        if self.may_write:
            self._say(type="chat", kind="", dest=to, value=text)

    def caption(self, text: str, to: str) -> None:
        """Show ``text`` as the caption on one person's page; nothing takes away what is shown."""
        if self.may_caption:
            self._say(type="chat", kind="caption", dest=to, value=text)

    def tell(self, text: str, to: str) -> None:
        """To consentry.js in one person's page."""
        if self.may_write:
            self._say(type="usermessage", kind=KIND, dest=to, value=text)

    def next_timeout(self) -> float | None:
        """When :meth:`handle_timeout` has something to do."""
        return self._streams.next_timeout()

    def handle_timeout(self, now: float) -> None:
        """Time is ``now``, in seconds of any clock that does not go back."""
        self._streams.handle_timeout(now)

    def data_to_send(self) -> list[str]:
        """The messages that have to go out now, in order; each is returned once."""
        output = list(self._output)
        self._output.clear()
        return output

    def receive(self, text: str | bytes) -> list[GroupHappening]:
        """What one message says. SignalingError if it breaks the protocol; nothing changed then."""
        frame = parse(text)
        if isinstance(frame, Handshake | Bare | Joined) or self._admitted:
            return self._receive(frame)
        raise SignalingError("a message about a group that the bot has not joined")

    def _receive(self, frame: FromServer) -> list[GroupHappening]:
        match frame:
            case Handshake():
                if VERSION not in frame.version:
                    raise SignalingError(f"a Galene that does not speak protocol {VERSION}")
            case Bare(type="ping"):
                self._write(type="pong")
            case Bare(type="pong") if self._pings:
                return self._pong(self._pings.popleft())
            case Joined():
                return self._joined(frame)
            case User():
                return self._user(frame)
            case Offer():
                return self._offer(frame)
            case Ice():
                return self._ice(frame)
            case Close(id=stream):
                self._early.pop(stream, None)
                person = self._streams.closed(stream)
                return [StreamEnded(stream, person)] if person is not None else []
            case Chat():
                return self._chat(frame)
            case UserMessage():
                return self._user_message(frame)
        return []

    def _joined(self, frame: Joined) -> list[GroupHappening]:
        match frame.kind:
            case "join" if not self._admitted:
                self._admitted = True
                self._username = frame.username
                self.permissions = frozenset(frame.permissions)
                self._ping(None)
                return [Admitted(tuple(frame.rtcConfiguration.iceServers))]
            case "change" if self._admitted:
                could_write, self.permissions = self.may_write, frozenset(frame.permissions)
                for person in () if could_write else self.people:
                    self._probe(person)
                return []
            case "fail" | "redirect" if not self._admitted:
                known = self._credentials
                return [Refused(refusal(frame, bool(known.password), known.token is not None))]
            case "leave":
                return [Refused(EndReason.LEFT)] if self._admitted else []
        raise SignalingError("an answer to a join that was not asked for")

    def _user(self, frame: User) -> list[GroupHappening]:
        if frame.id == self.id:
            return []
        if frame.kind == "delete":
            if self.people.pop(frame.id, None) is None:
                return []
            self._streams.forget(frame.id)
            return [Departed(frame.id)]
        if SYSTEM in frame.permissions:
            return []
        if frame.id not in self.people and len(self.people) >= MAX_PEOPLE:
            raise SignalingError(f"more than {MAX_PEOPLE} people")
        person = Person(frame.id, frame.username, "op" in frame.permissions)
        if self.people.get(frame.id) == person:
            return []
        if frame.id not in self.people:
            self._probe(frame.id)
        self.people[frame.id] = person
        return [Arrived(person)]

    def _probe(self, person: str) -> None:
        if self.may_write:
            self._say(type="usermessage", kind=PROBE, dest=person)
            self._ping(person)

    def _ping(self, meaning: str | None) -> None:
        if len(self._pings) >= MAX_PINGS:
            raise SignalingError("a server that answers no ping")
        self._pings.append(meaning)
        self._write(type="ping")

    def _pong(self, meaning: str | None) -> list[GroupHappening]:
        if meaning is None:
            return [RosterKnown()]
        return [Reached(meaning)] if meaning in self.people else []

    def _offer(self, frame: Offer) -> list[GroupHappening]:
        ended: list[GroupHappening] = []
        for stream in {frame.replace, frame.id} - {""}:
            person = self._streams.taken(stream)
            if person is not None and (stream == frame.replace or person != frame.source):
                ended.append(StreamEnded(stream, person))
        early = self._early.pop(frame.id, [])
        before = self._streams.taken(frame.id)
        number = self._streams.offered(frame)
        if number is None:
            gone = before is not None and before == frame.source
            return [*ended, StreamEnded(frame.id, frame.source)] if gone else ended
        offered = Offered(frame.id, number, frame.source, media_sent(frame.sdp), frame.sdp)
        found = [CandidateFound(frame.id, frame.source, candidate) for candidate in early]
        return [*ended, offered, *found]

    def _ice(self, frame: Ice) -> list[GroupHappening]:
        person = self._streams.taken(frame.id)
        if person is not None:
            return [CandidateFound(frame.id, person, frame.candidate)]
        if frame.id not in self._early and len(self._early) >= MAX_EARLY_STREAMS:
            self._early.pop(next(iter(self._early)))
        waiting = self._early.setdefault(frame.id, [])
        if len(waiting) < MAX_EARLY_CANDIDATES:
            waiting.append(frame.candidate)
        return []

    def _chat(self, frame: Chat) -> list[GroupHappening]:
        if frame.source not in self.people or frame.kind == "caption":
            return []
        if not isinstance(frame.value, str) or len(frame.value) > MAX_TEXT:
            raise SignalingError("a line of chat that is no text, or too long")
        return [Spoke(frame.source, frame.id, frame.value, private=frame.dest == self.id)]

    def _user_message(self, frame: UserMessage) -> list[GroupHappening]:
        if frame.kind == "kicked" and frame.privileged and not frame.source:
            return [_kicked(frame)]
        if frame.kind == "error" and frame.privileged and not frame.source:
            self._complained(frame.value)
            return []
        if frame.kind != KIND or frame.source not in self.people or frame.dest != self.id:
            return []
        if not isinstance(frame.value, str):
            raise SignalingError("a message to the bot that is no text")
        return [Told(frame.source, frame.value)]

    def _complained(self, value: object) -> None:
        """An error is about the oldest message that it fits: the probe of the next pong."""
        if value == NO_CHAT and self._pings and self._pings[0] is not None:
            self._pings[0] = ""

    def _say(self, **fields: object) -> None:
        self._write(**fields, source=self.id, username=self._username)

    def _write(self, **fields: object) -> None:
        self._output.append(dump(**fields))


def _kicked(frame: UserMessage) -> GroupHappening:
    """By an operator, who is named; or by the server, which kicks everybody when it stops."""
    if frame.id:
        return Refused(EndReason.KICKED)
    if isinstance(frame.value, str) and "no operators" in frame.value:
        return Refused(EndReason.HOST_ABSENT)
    return ServerClosing()
