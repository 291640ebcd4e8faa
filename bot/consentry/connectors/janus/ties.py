"""Who in the text room is who in the video room: proved by a code, or not taken for anybody.

Janus ties the two rooms to each other in no way. In the text room a client says under which name
it comes, and may take one that somebody else goes by in the video room. What Janus does vouch for
is that a display name in the video room is what the participant with that id says of themselves,
and that ``from`` in the text room is who of those present wrote. So the bot whispers a code to each
who comes to the text room, to them alone; whoever shows it in the video room, in their display
name or in the description of a track, had it from them. A code counts

* once, while both are present;
* where both go by the same name, and nobody else in either room does: whoever was talked into
  showing somebody else's code has a name of their own in the text room, next to that of whoever
  talked them into it.

A code that is shown otherwise is void, and another takes its place. A tie ends when either leaves.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass

from consentry.connectors.janus.codes import Codes
from consentry.connectors.janus.frames import FeedId
from consentry.connectors.janus.happenings import Person

MAX_CODES = 5
"""Given to one user while they stay."""


@dataclass(frozen=True, slots=True)
class Told:
    """``code`` is to be whispered to ``username``, with ``name`` to put it behind."""

    username: str
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Tied:
    """``username`` in the text room is the participant with this id."""

    id: FeedId
    username: str


@dataclass(frozen=True, slots=True)
class Untied:
    """The participant with this id has nobody in the text room any more."""

    id: FeedId


Outcome = Told | Tied | Untied


class Ties:
    """What is known of both rooms while the bot is in them."""

    def __init__(self, codes: Codes) -> None:
        self._made = codes
        self._people: dict[FeedId, Person] = {}
        self._users: dict[str, str] = {}
        """Displays by username."""
        self._codes: dict[str, str] = {}
        """Usernames by the code that each was told."""
        self._given: Counter[str] = Counter()
        self._ids: dict[str, FeedId] = {}
        """Who has been proved to be whom, by username."""

    def username(self, id_: FeedId) -> str | None:
        """Under which name the participant is in the text room, if that is proved."""
        return next((user for user, tied in self._ids.items() if tied == id_), None)

    def id(self, username: str) -> FeedId | None:
        """Which participant this is, if that is proved."""
        return self._ids.get(username)

    def told(self, username: str) -> Told | None:
        """What whoever is not known was told, or is told now."""
        if username not in self._users or username in self._ids:
            return None
        for code, user in self._codes.items():
            if user == username:
                return Told(username, code, self._made.plain(self._users[username]))
        return None

    def came(self, username: str, display: str) -> list[Outcome]:
        """Somebody is in the text room."""
        self._users[username] = display
        return self._tell(username)

    def went(self, username: str) -> list[Outcome]:
        """They are not, any more: whoever comes under that name next is somebody else."""
        self._users.pop(username, None)
        self._given.pop(username, None)
        self._codes = {c: user for c, user in self._codes.items() if user != username}
        id_ = self._ids.pop(username, None)
        return [] if id_ is None else [Untied(id_)]

    def blind(self) -> list[Outcome]:
        """The text room is out of sight: anybody may have come and gone there."""
        return [each for username in list(self._users) for each in self.went(username)]

    def seen(self, person: Person) -> list[Outcome]:
        """Somebody is in the video room, or says something else of themselves."""
        self._people[person.id] = person
        says = [person.display, *(stream.description or "" for stream in person.streams)]
        codes = self._made.shown(says)
        shown = [user for code in codes if (user := self._codes.pop(code, None))]
        outcomes: list[Outcome] = []
        for username in shown:
            if len(shown) == 1 and self._agree(person, username):
                outcomes += self._tie(person.id, username)
            else:
                outcomes += self._tell(username)
        return outcomes

    def gone(self, id_: FeedId) -> list[Outcome]:
        """Somebody has left the video room; in the text room they can prove to be another."""
        self._people.pop(id_, None)
        username = self.username(id_)
        if username is None:
            return []
        del self._ids[username]
        return [Untied(id_), *self._tell(username)]

    def _tie(self, id_: FeedId, username: str) -> list[Outcome]:
        outcomes: list[Outcome] = []
        if (before := self.username(id_)) is not None:
            del self._ids[before]
            outcomes.append(Untied(id_))
        self._ids[username] = id_
        return [*outcomes, Tied(id_, username)]

    def _agree(self, person: Person, username: str) -> bool:
        name = self._key(person.display)
        in_video = [p.id for p in self._people.values() if self._key(p.display) == name]
        in_text = [user for user, display in self._users.items() if self._key(display) == name]
        return bool(name) and in_video == [person.id] and in_text == [username]

    def _tell(self, username: str) -> list[Outcome]:
        if self._given[username] >= MAX_CODES:
            return []
        self._given[username] += 1
        code = self._made.new()
        self._codes[code] = username
        return [Told(username, code, self._made.plain(self._users[username]))]

    def _key(self, display: str) -> str:
        """Names that read the same are the same."""
        return unicodedata.normalize("NFKC", self._made.plain(display)).casefold().strip()
