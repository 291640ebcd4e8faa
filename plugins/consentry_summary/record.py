"""What was said so far: the newest revision of each segment, by whom it may still be used."""

from __future__ import annotations

from consentry.api import Participant, Segment


class Record:
    """Segments of people who agreed to summaries, and nothing of those who withdrew."""

    def __init__(self) -> None:
        self._segments: dict[str, Segment] = {}
        self._people: dict[str, Participant] = {}

    @property
    def segments(self) -> tuple[Segment, ...]:
        """In the order they were spoken."""
        return tuple(sorted(self._segments.values(), key=lambda each: (each.at, each.end, each.id)))

    @property
    def people(self) -> tuple[Participant, ...]:
        """Those who may be named as the owner of an action."""
        return tuple(self._people.values())

    def meet(self, participant: Participant) -> None:
        """Remember who is there; a later name replaces the earlier one."""
        self._people[participant.id] = participant

    def take(self, segment: Segment) -> None:
        """Keep ``segment`` unless a later revision of it is known; empty text removes it."""
        self.meet(segment.participant)
        known = self._segments.get(segment.id)
        if known is not None and known.revision > segment.revision:
            return
        self._segments[segment.id] = segment

    def forget(self, participant: Participant) -> None:
        """Drop all that came from ``participant``, and that they were there."""
        self._people.pop(participant.id, None)
        self._segments = {
            key: segment
            for key, segment in self._segments.items()
            if segment.participant.id != participant.id
        }
