"""The bot's end of a LiveKit room: who is there, what is taken from them, what they say.

A core without I/O. What the SDK reports goes in as plain data (:mod:`.frames`), with the time in
seconds of the call; what happened comes out, and what is to be asked of the server waits in
:meth:`RoomCore.subscriptions`. The rules:

- nothing is subscribed that :meth:`RoomCore.want` does not cover, nothing encrypted, no screens;
- of each person one microphone and one camera is taken, the first they publish;
- people keep their identity while the server is away: whoever is back within
  :data:`ABSENCE` has not left, whether they are seen to go in that time or not;
- attributes prove something only of those who could not have written them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from consentry.connectors.livekit.frames import (
    Came,
    Chatted,
    Controlled,
    Data,
    Entered,
    FromRoom,
    Gone,
    Happened,
    Interrupted,
    Person,
    Publication,
    Readable,
    Sealed,
    Seen,
    Subscribe,
    Text,
    Went,
)
from consentry.errors import SignalingError
from consentry.events import Medium, Participant, Role

CHAT = "lk.chat"
OLD_CHAT = "lk-chat-topic"
"""Data packets of clients that do not know text streams; newer ones send both and say so."""
CONSENTRY = "consentry"
"""Of consentry.js: controls to the bot as data packets, signed messages from it as text streams."""

OWNER = "consentry.owner"
"""Attribute that a token may assert: ``true`` for who runs the call, ``false`` for who does not."""

MAX_PEOPLE = 500
MAX_PUBLICATIONS = 16
"""Of one participant; further ones are not looked at."""
MAX_NAME = 128
MAX_IDENTITY = 256
"""Characters, as the server's own default limit has it."""
MAX_CHAT = 4000
MAX_CONTROL = 16 * 1024
VISIBLE = 3.5
"""Seconds after the bot joined until everybody's client knows it: a server tells of a participant
who publishes nothing in rounds of 3 s, and a line from somebody unknown stands there nameless."""

MAX_WRITERS = 10_000
"""Identities that are remembered for having written attributes; beyond, nobody's prove anything."""

ABSENCE = 15.0
"""Seconds for people to be back after the server was: their clients try again every few. Those
that the server still knew go in that time, and come in a session of their own."""

MEDIA = (Medium.AUDIO, Medium.VIDEO)


class RoomCore:
    """One call, over all the connections it takes."""

    def __init__(self) -> None:
        self.me = ""
        self.agent = False
        """Whether the bot may caption in the name of others."""
        self.away = True
        """Whether the server can't be told anything now."""
        self._people: dict[str, Person] = {}
        self._participants: dict[str, Participant] = {}
        self._wrote_attributes: set[str] = set()
        """Who at some time could write their own attributes. What they wrote then stays, also in
        the tokens with which the server lets them come back, so they are never forgotten."""
        self._absent: set[str] = set()
        """Who was here before the server went away, and is not seen again yet, or not any more."""
        self._absent_until: float | None = None
        self._unread: dict[str, float] = {}
        """Whose client knows the bot from then on."""
        self._wanted: dict[str, frozenset[Medium]] = {}
        self._fine: set[str] = set()
        """Whose pictures are to be fine."""
        self._subscribed: dict[tuple[str, Medium], str] = {}
        self._tracks: dict[str, str] = {}
        """The microphone that each person was last known to have."""
        self._let_go: set[tuple[tuple[str, Medium], str]] = set()
        """What was unsubscribed while the server was away."""
        self._changes: list[Subscribe] = []
        self._visible_at = 0.0

    # What the room says.

    def receive(self, said: FromRoom, now: float) -> list[Happened]:
        """Take one report; SignalingError if it is nothing a room would say."""
        if not self.me and not isinstance(said, Entered):
            raise SignalingError("a report of a room that the bot is not in")
        match said:
            case Entered():
                return self._entered(said, now)
            case Seen(person=person):
                return self._seen(person, now)
            case Gone(identity=identity):
                return self._gone(identity)
            case Interrupted():
                self.away, self._absent_until = True, None
                return []
            case Text():
                return self._text(said)
            case Data():
                return self._data(said)

    def handle_timeout(self, now: float) -> list[Happened]:
        """What became true by time alone."""
        happened: list[Happened] = []
        for identity in [who for who, at in self._unread.items() if at <= now]:
            del self._unread[identity]
            happened.append(Readable(self._participants[identity]))
        if self._absent_until is not None and self._absent_until <= now:
            self._absent_until = None
            for identity in sorted(self._absent):
                happened += self._forget(identity)
            self._absent.clear()
        return happened

    def next_timeout(self) -> float | None:
        """When :meth:`handle_timeout` has something to do."""
        times = [*self._unread.values()]
        if self._absent_until is not None:
            times.append(self._absent_until)
        return min(times, default=None)

    def subscriptions(self) -> list[Subscribe]:
        """What the server is to be asked for, or to send no more, since last asked; at once."""
        changes, self._changes = self._changes, []
        return changes

    # What the bot knows and does.

    @property
    def people(self) -> Mapping[str, Participant]:
        """Everybody here, and who is expected back, by identity."""
        return self._participants

    @property
    def settling(self) -> bool:
        """Whether the server is away or was a moment ago: who goes is expected back."""
        return self.away or self._absent_until is not None

    def takes(self, identity: str, sid: str) -> Medium | None:
        """As what this publication is subscribed now, if it is."""
        for medium in MEDIA:
            if self._subscribed.get((identity, medium)) == sid:
                return medium
        return None

    def muted(self, identity: str, sid: str) -> bool:
        """Whether they said that it sends nothing."""
        person = self._people.get(identity)
        return person is not None and any(p.muted for p in person.publications if p.sid == sid)

    def track(self, identity: str) -> str:
        """The microphone that they are known to have, or had last; empty where there was none."""
        return self._tracks.get(identity, "")

    def want(self, identity: str, media: frozenset[Medium], *, fine: bool = False) -> None:
        """Take these of theirs from now on, and no more."""
        if media:
            self._wanted[identity] = media
        else:
            self._wanted.pop(identity, None)
        resized = fine != (identity in self._fine)
        (self._fine.add if fine else self._fine.discard)(identity)
        before = self._subscribed.get((identity, Medium.VIDEO))
        self._subscribe(identity)
        held = self._subscribed.get((identity, Medium.VIDEO))
        if resized and held is not None and held == before:
            self._changes.append(Subscribe(identity, held, Medium.VIDEO, on=True, fine=fine))

    # Who is here.

    def _entered(self, entered: Entered, now: float) -> list[Happened]:
        again = bool(self.me)
        self.me, self.agent, self.away = entered.me, entered.agent, False
        self._visible_at = now + VISIBLE
        here = {person.identity: person for person in entered.people if self._fits(person)}
        self._absent |= self._participants.keys() - here.keys()
        for identity in self._people.keys() - here.keys():
            del self._people[identity]
            self._unread.pop(identity, None)
        self._absent_until = now + ABSENCE if again else None
        held, self._subscribed = self._subscribed, {}
        happened: list[Happened] = []
        for person in here.values():
            happened += self._person(person, now)
        self._say_again(held)
        return happened

    def _say_again(self, held: Mapping[tuple[str, Medium], str]) -> None:
        """What was let go while the server was away, or is not wanted by now: the server, or the
        SDK in its place, may think that it goes on."""
        for (identity, medium), sid in sorted({*held.items(), *self._let_go}):
            if self._subscribed.get((identity, medium)) != sid:
                self._changes.append(Subscribe(identity, sid, medium, on=False))
        self._let_go.clear()

    def _fits(self, person: Person) -> bool:
        """Whether they are somebody, and there is room for them."""
        known = person.identity in self._participants or len(self._participants) < MAX_PEOPLE
        return known and 0 < len(person.identity) <= MAX_IDENTITY

    def _seen(self, person: Person, now: float) -> list[Happened]:
        if not self._fits(person):
            raise SignalingError("a participant without a proper identity, or one too many")
        before = self._people.get(person.identity)
        if before is None or before.session == person.session or self.settling:
            return self._person(person, now)
        # They left and came back, and the server told of the coming alone.
        return self._forget(person.identity) + self._person(person, now)

    def _person(self, person: Person, now: float) -> list[Happened]:
        identity = person.identity
        if not person.human or identity == self.me or not self._fits(person):
            return []
        before = self._people.get(identity)
        anew = before is None or before.session != person.session
        if person.writes_attributes and len(self._wrote_attributes) <= MAX_WRITERS:
            self._wrote_attributes.add(identity)
        self._people[identity] = person
        self._absent.discard(identity)
        happened = self._named(identity, self._participant(person))
        if person.reads and (anew or before is None or not before.reads):
            self._unread[identity] = max(now, self._visible_at)
        elif not person.reads:
            self._unread.pop(identity, None)
        self._subscribe(identity)
        happened += self._sealed()
        return happened + self.handle_timeout(now)

    def _named(self, identity: str, participant: Participant) -> list[Happened]:
        if self._participants.get(identity) == participant:
            return []
        self._participants[identity] = participant
        return [Came(participant)]

    def _participant(self, person: Person) -> Participant:
        name = " ".join("".join(c if c.isprintable() else " " for c in person.name).split())
        return Participant(
            person.identity, name[:MAX_NAME] or person.identity, role=self._role(person)
        )

    def _role(self, person: Person) -> Role:
        """By the token's word alone: an attribute that they could write themselves is none."""
        if person.identity in self._wrote_attributes or len(self._wrote_attributes) > MAX_WRITERS:
            return Role.UNKNOWN
        match person.attributes.get(OWNER):
            case "true":
                return Role.PROVEN_OWNER
            case "false":
                return Role.GUEST
            case _:
                return Role.UNKNOWN

    def _gone(self, identity: str) -> list[Happened]:
        if identity not in self._participants:
            return []
        if self.settling:
            self._people.pop(identity, None)
            self._unread.pop(identity, None)
            self._subscribe(identity)
            self._absent.add(identity)
            return []
        return self._forget(identity)

    def _forget(self, identity: str) -> list[Happened]:
        self._people.pop(identity, None)
        self._unread.pop(identity, None)
        self._wanted.pop(identity, None)
        self._fine.discard(identity)
        self._tracks.pop(identity, None)
        for medium in MEDIA:
            self._switch(identity, medium, None)
        return [Went(self._participants.pop(identity))]

    # What is taken.

    def _subscribe(self, identity: str) -> None:
        """Bring what the server is asked for in line with what is wanted."""
        person = self._people.get(identity)
        offered = person.publications[:MAX_PUBLICATIONS] if person is not None else ()
        for medium in MEDIA:
            found = _first(offered, medium)
            if medium is Medium.AUDIO and found is not None:
                self._tracks[identity] = found
            wanted = medium in self._wanted.get(identity, frozenset())
            self._switch(identity, medium, found if wanted else None)

    def _switch(self, identity: str, medium: Medium, sid: str | None) -> None:
        held = self._subscribed.get((identity, medium))
        if held == sid:
            return
        if held is not None:
            del self._subscribed[identity, medium]
            if self.away:
                self._let_go.add(((identity, medium), held))
            self._changes.append(Subscribe(identity, held, medium, on=False))
        if sid is not None:
            self._subscribed[identity, medium] = sid
            fine = medium is Medium.VIDEO and identity in self._fine
            self._changes.append(Subscribe(identity, sid, medium, on=True, fine=fine))

    def _sealed(self) -> list[Happened]:
        media = [
            publication
            for person in self._people.values()
            for publication in person.publications
            if publication.medium is not None
        ]
        return [Sealed()] if media and all(p.encrypted for p in media) else []

    # What people say.

    def _text(self, text: Text) -> list[Happened]:
        if text.topic != CHAT:
            raise SignalingError("a text stream of a topic that nobody asked for")
        return self._line(text.sender, text.id, text.text)

    def _data(self, data: Data) -> list[Happened]:
        match data.topic:
            case "consentry":
                if len(data.payload) > MAX_CONTROL:
                    raise SignalingError(f"a control of more than {MAX_CONTROL} bytes")
                return [Controlled(self._speaker(data.sender), data.payload)]
            case "lk-chat-topic":
                line = _old_chat(data.payload)
                return self._line(data.sender, *line) if line is not None else []
            case _:
                return []  # of some other application in the room

    def _line(self, sender: str | None, id_: str, text: str) -> list[Happened]:
        if len(text) > MAX_CHAT:
            raise SignalingError(f"a line of chat of more than {MAX_CHAT} characters")
        participant = self._speaker(sender)
        return [Chatted(participant, f"{participant.id}/{id_[:64]}", text)] if text else []

    def _speaker(self, identity: str | None) -> Participant:
        participant = self._participants.get(identity or "")
        if participant is None:
            raise SignalingError("a message from nobody who can be seen in the room")
        return participant


def _first(publications: Iterable[Publication], medium: Medium) -> str | None:
    fits = (p.sid for p in publications if p.medium is medium and not p.encrypted)
    return next(fits, None)


def _old_chat(payload: bytes) -> tuple[str, str] | None:
    """Id and text of an old client's line; ``None`` if a text stream says the same."""
    try:
        said = json.loads(payload) if len(payload) <= MAX_CONTROL else None
    except (ValueError, RecursionError):
        said = None
    match said:
        case {"ignoreLegacy": True}:
            return None
        case {"id": str(id_), "message": str(text)}:
            return id_, text
        case _:
            raise SignalingError("a line of chat that is none")
