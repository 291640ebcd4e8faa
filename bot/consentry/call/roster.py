"""Who is in the call, and who was."""

from __future__ import annotations

from collections.abc import Iterator

from consentry.events import Participant, Role


class Roster:
    """People by the id that the stack gave them. Who left is still known: their answers last."""

    def __init__(self) -> None:
        self._known: dict[str, Participant] = {}
        self._present: set[str] = set()
        self._gathered = 0
        """The most people there were since :meth:`halved` last said so."""
        self.alone_since = 0.0
        """When somebody last left, in seconds since the bot joined."""

    def __contains__(self, person: str) -> bool:
        """Whether ``person`` is in the call now."""
        return person in self._present

    def __iter__(self) -> Iterator[str]:
        """Ids of those who are in the call now."""
        return iter(tuple(self._present))

    def __len__(self) -> int:
        """How many are in the call now."""
        return len(self._present)

    @property
    def known(self) -> tuple[str, ...]:
        """Ids of everybody who is or was in the call."""
        return tuple(self._known)

    def __getitem__(self, person: str) -> Participant:
        """Whoever has or had this id; KeyError if nobody ever did."""
        return self._known[person]

    def get(self, person: str) -> Participant | None:
        """Whoever has or had this id."""
        return self._known.get(person)

    def reads(self, person: str) -> str | None:
        """The language that ``person``'s client says they read (BCP 47)."""
        return self._known[person].language if person in self._known else None

    def role(self, person: str) -> Role:
        """What the stack says of ``person``'s say over the call."""
        return self._known[person].role if person in self._known else Role.UNKNOWN

    def enter(self, participant: Participant) -> bool:
        """Take note of ``participant``; whether they were not there before."""
        self._known[participant.id] = participant
        if participant.id in self._present:
            return False
        self._present.add(participant.id)
        self._gathered = max(self._gathered, len(self._present))
        return True

    def leave(self, person: str, at: float) -> bool:
        """Take note that ``person`` is gone; whether they had been there."""
        if person not in self._present:
            return False
        self._present.discard(person)
        self.alone_since = at
        return True

    def deserted(self, now: float, patience: float | None) -> bool:
        """Whether nobody has been there for longer than ``patience`` seconds; ``None``: never."""
        if patience is None or self._present:
            return False
        return now - self.alone_since > patience

    def halved(self) -> bool:
        """Whether half of the people have left; said once for each gathering."""
        if not self._gathered or 2 * len(self._present) > self._gathered:
            return False
        self._gathered = 0
        return True
