"""Who is in a VideoRoom, by what its events and its lists say."""

from __future__ import annotations

from dataclasses import replace

from consentry.connectors.janus.frames import MAX_PEOPLE, FeedId, RoomData, Somebody
from consentry.connectors.janus.happenings import Gone, Person, Seen


class Roster:
    """Everybody but the bot.

    Events tell who publishes and who leaves; who joins, they tell in few rooms
    (``notify_joining``), and the list of participants is read for it.
    """

    def __init__(self) -> None:
        self.own: FeedId | None = None
        """The bot's id, once it is in."""
        self._people: dict[FeedId, Person] = {}
        self._absent: frozenset[FeedId] = frozenset()
        """Whom the last list lacked: an event may overtake a list, but not two."""

    def hear(self, data: RoomData) -> list[Seen | Gone]:
        """An event of the room's."""
        happened: list[Seen | Gone] = []
        arrived = [*(data.publishers or ()), *(data.attendees or ())]
        if data.joining is not None:
            arrived.append(data.joining)
        for somebody in arrived:
            happened += self._see(somebody)
        for gone in (data.leaving, data.kicked):
            happened += self._miss(gone)
        if (person := self._known(data.unpublished)) is not None:
            happened += self._keep(replace(person, streams=()))
        if data.display is not None and (person := self._known(data.id)) is not None:
            happened += self._keep(replace(person, display=data.display))
        return happened

    def listed(self, there: list[Somebody]) -> list[Seen | Gone]:
        """Everybody who is there; who was neither on this list nor on the last has left."""
        ids = {somebody.id for somebody in there}
        absent = frozenset(self._people) - ids
        happened = [gone for id_ in absent & self._absent for gone in self._miss(id_)]
        self._absent = absent
        for somebody in there:
            happened += self._see(somebody)
        return happened

    def _see(self, somebody: Somebody) -> list[Seen | Gone]:
        known = self._known(somebody.id)
        if somebody.id == self.own or (known is None and len(self._people) >= MAX_PEOPLE):
            return []
        streams = known.streams if known is not None else ()
        if somebody.streams is not None:
            streams = tuple(somebody.streams)
        return self._keep(Person(somebody.id, somebody.display or "", streams))

    def _keep(self, person: Person) -> list[Seen | Gone]:
        if self._people.get(person.id) == person:
            return []
        self._people[person.id] = person
        return [Seen(person)]

    def _miss(self, id_: FeedId | None) -> list[Seen | Gone]:
        if id_ is None or self._people.pop(id_, None) is None:
            return []
        return [Gone(id_)]

    def _known(self, id_: FeedId | None) -> Person | None:
        return None if id_ is None else self._people.get(id_)
