"""People of a LiveKit room, as the core is told of them."""

from __future__ import annotations

from collections.abc import Mapping

from consentry.connectors.livekit.frames import Entered, Person, Publication
from consentry.connectors.livekit.signaling import VISIBLE, RoomCore
from consentry.events import Medium

MIC = Publication("TR_mic", Medium.AUDIO)
CAMERA = Publication("TR_camera", Medium.VIDEO)
SCREEN = Publication("TR_screen", None)

LATER = VISIBLE + 1.0
"""When everybody's client has been told of the bot."""


def person(
    identity: str = "mia",
    *publications: Publication,
    name: str = "",
    session: str = "PA_1",
    human: bool = True,
    reads: bool = True,
    writes_attributes: bool = False,
    attributes: Mapping[str, str] | None = None,
) -> Person:
    return Person(
        identity,
        session,
        name or identity.title(),
        human=human,
        reads=reads,
        writes_attributes=writes_attributes,
        attributes=attributes or {},
        publications=publications,
    )


def room(*people: Person, agent: bool = True) -> RoomCore:
    """The bot has joined a room in which these are, and has forgotten what it said about it."""
    core = RoomCore()
    core.receive(Entered("consentry", agent, people), 0.0)
    core.handle_timeout(LATER)
    core.subscriptions()
    return core
