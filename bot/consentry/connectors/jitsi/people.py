"""Who of a room's occupants is a person in the call, and what the session is told of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from consentry.connectors.driver import Happening, Reachable
from consentry.connectors.jitsi.muc import Occupant
from consentry.events import Joined, Left, Participant, Role


class People:
    """The people of a call, across the rooms and the connections that it goes through."""

    def __init__(self, emit: Callable[[Happening], None], clock: Callable[[], float]) -> None:
        self.hidden_domain = ""
        """Whose users are services; empty: there is none."""
        self._emit = emit
        self._clock = clock
        self._here: dict[str, Participant] = {}
        self._occupants: dict[str, Occupant] = {}
        self._unseen: set[str] = set()
        """Who was there before the bot had to join anew, and was not seen since."""

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._here))

    def __len__(self) -> int:
        return len(self._here)

    @property
    def here(self) -> Mapping[str, Participant]:
        """Everybody, by id."""
        return MappingProxyType(self._here)

    def get(self, id_: str) -> Participant | None:
        return self._here.get(id_)

    def muted(self, id_: str, source: str) -> bool:
        """Whether they say that this source sends nothing."""
        occupant = self._occupants.get(id_)
        return occupant is not None and source in occupant.muted

    @property
    def heir(self) -> str | None:
        """Who came first, where the room is none of theirs to run."""
        owned = any(each.role is Role.OWNER for each in self._here.values())
        return None if owned else next(iter(self._here), None)

    @property
    def encrypted(self) -> frozenset[str]:
        """Whose media can't be read."""
        return frozenset(id_ for id_, each in self._occupants.items() if each.encrypted)

    def present(self, occupant: Occupant) -> None:
        """Their presence came, for the first time or not."""
        if self._is_service(occupant):
            return
        role = Role.OWNER if occupant.owner else Role.GUEST
        participant = Participant(occupant.id, occupant.name, role)
        self._occupants[occupant.id] = occupant
        self._unseen.discard(occupant.id)
        known = self._here.get(occupant.id)
        if known == participant:
            return
        self._here[occupant.id] = participant
        self._emit(Joined(participant, self._clock()))
        if known is None:
            self._emit(Reachable(participant))

    def absent(self, id_: str) -> bool:
        """They left; false if they were not here."""
        self._unseen.discard(id_)
        self._occupants.pop(id_, None)
        participant = self._here.pop(id_, None)
        if participant is None:
            return False
        self._emit(Left(participant, self._clock()))
        return True

    def interrupted(self) -> None:
        """The bot is out of the room for now: who is still there is seen when it is back."""
        self._unseen = set(self._here)

    def settled(self) -> list[str]:
        """The bot is back, and everybody who is there was seen: the ids of who left meanwhile."""
        return sorted(self._unseen)

    def _is_service(self, occupant: Occupant) -> bool:
        hidden = occupant.jid is not None and occupant.jid.domain == self.hidden_domain
        return occupant.machine or hidden
