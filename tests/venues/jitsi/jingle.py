"""Sessions of Jingle (XEP-0166) as the focus keeps them for each participant."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import Enum, auto
from xml.etree.ElementTree import Element

from .offer import DEFAULT_FEATURES
from .sources import SourceSet
from .transport import ICE
from .xmpp import StanzaError


class Refusal(Exception):
    """The answer to a request is an error."""

    def __init__(self, condition: str, text: str) -> None:
        super().__init__(text)
        self.error = StanzaError(condition, text)


class State(Enum):
    """Of a session."""

    PENDING = auto()
    ACTIVE = auto()
    ENDED = auto()


@dataclass(slots=True)
class Session:
    """One invitation and what became of it."""

    sid: str
    state: State = State.PENDING

    @classmethod
    def of(cls, participant: Participant | None, jingle: Element) -> Session:
        """The session that ``jingle`` is about. Raises Refusal."""
        sid = jingle.get("sid")
        if participant is None or sid not in participant.sessions:
            raise Refusal("bad-request", f"No session found for SID {sid}")
        session = participant.sessions[sid]
        if session.state is State.ENDED:
            raise Refusal("gone", "session ended")
        if session is not participant.session:
            raise Refusal("item-not-found", "jingle session no longer active")
        return session

    def accept(self) -> None:
        self.state = State.ACTIVE


@dataclass(slots=True)
class Participant:
    """Somebody in the room who was invited to the media."""

    address: str
    name: str
    features: frozenset[str] = DEFAULT_FEATURES
    sessions: dict[str, Session] = field(default_factory=dict)
    told: dict[str, SourceSet] = field(default_factory=dict)
    """Whose sources they know of."""
    restarted: float = -math.inf
    """When they last asked for a new session."""
    _current: Session | None = None

    @property
    def session(self) -> Session | None:
        return self._current

    @session.setter
    def session(self, session: Session) -> None:
        self.end_session()
        self._current = self.sessions[session.sid] = session

    def end_session(self) -> Session | None:
        """The session that this ends; None where there is none."""
        ended, self._current = self._current, None
        if ended is not None:
            ended.state = State.ENDED
        return ended

    def changes(self, now: dict[str, SourceSet]) -> list[tuple[str, dict[str, SourceSet]]]:
        """What to tell so that they know of the sources ``now``: action and sources."""
        gone = _without(self.told, now)
        new = _without(now, self.told)
        self.told = now
        said = [("source-remove", gone), ("source-add", new)]
        return [(action, sources) for action, sources in said if sources]


def _without(some: dict[str, SourceSet], others: dict[str, SourceSet]) -> dict[str, SourceSet]:
    left = {}
    for name, sources in some.items():
        other = others.get(name, SourceSet())
        rest = SourceSet(sources.sources - other.sources, sources.groups - other.groups)
        if rest:
            left[name] = rest
    return left


def first_transport(contents: list[Element]) -> Element:
    """Jicofo takes the first there is. Raises Refusal where there is none."""
    for content in contents:
        transport = content.find(f"{{{ICE}}}transport")
        if transport is not None:
            return transport
    raise Refusal("bad-request", "missing transport")
