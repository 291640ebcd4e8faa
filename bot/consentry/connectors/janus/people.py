"""Who of the video room is who in the call: ids that were nobody else's, names, and tracks."""

from __future__ import annotations

import unicodedata
from collections import Counter

from consentry.connectors.janus.frames import FeedId, Stream
from consentry.connectors.janus.happenings import Person
from consentry.events import Medium, Participant

MAX_NAME = 64

_HIDING = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_JOINERS = "\u200c\u200d"  # part of names in several scripts, and of emoji


def shown_name(name: str) -> str:
    """What people call themselves, without what hides or reorders the text around it."""
    visible = (c for c in name if unicodedata.category(c) not in _HIDING or c in _JOINERS)
    return "".join(visible).strip()[:MAX_NAME].strip() or "Anonymous"


def track_of(person: Person, medium: Medium) -> Stream | None:
    """The track to take of somebody's microphone or camera; a screen is neither."""
    kind = "audio" if medium is Medium.AUDIO else "video"
    for stream in person.streams:
        screen = "screen" in (stream.description or "").casefold()
        if stream.type == kind and not stream.disabled and not screen:
            return stream
    return None


class People:
    """Participants by the ids that Janus has for them.

    A client may choose its id, and take that of somebody who has left; so an id in the call is
    that of one stay. What was agreed to by one is not another's.
    """

    def __init__(self) -> None:
        self._present: dict[FeedId, Participant] = {}
        self._stays: Counter[FeedId] = Counter()

    @property
    def present(self) -> tuple[FeedId, ...]:
        """Whom Janus has in the room."""
        return tuple(self._present)

    def of(self, id_: FeedId) -> Participant | None:
        """Whoever Janus calls so now."""
        return self._present.get(id_)

    def feed(self, participant: str) -> FeedId | None:
        """What Janus calls whoever has this id in the call."""
        found = (feed for feed, who in self._present.items() if who.id == participant)
        return next(found, None)

    def see(self, person: Person, name: str) -> Participant:
        """``person``, who is called ``name``, as a participant."""
        known = self._present.get(person.id)
        if known is None:
            self._stays[person.id] += 1
            stay = self._stays[person.id]
            id_ = str(person.id) if stay == 1 else f"{person.id}/{stay}"
        else:
            id_ = known.id
        participant = self._present[person.id] = Participant(id_, shown_name(name))
        return participant

    def miss(self, id_: FeedId) -> None:
        """They have left."""
        self._present.pop(id_, None)
