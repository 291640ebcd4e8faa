"""What a LiveKit room passes on from people: packets, text streams, and who they say they are."""

from __future__ import annotations

from consentry.connectors.livekit.frames import (
    Chatted,
    Data,
    Entered,
    FromRoom,
    Person,
    Publication,
    Seen,
    Text,
)
from consentry.connectors.livekit.signaling import CHAT, CONSENTRY, OLD_CHAT, RoomCore
from consentry.errors import SignalingError
from consentry.events import Medium, Role
from tests.fuzz.target import SEEDS, Shape, Target


def _mia(name: str, attribute: str, sid: str) -> Person:
    """Somebody who may write her own attributes, and does."""
    return Person(
        "mia",
        "PA_1",
        name,
        human=True,
        reads=True,
        writes_attributes=True,
        attributes={"consentry.owner": attribute},
        publications=(Publication(sid, Medium.AUDIO),),
    )


class Room:
    """Each input is a packet of both topics, a line of chat, a name, an attribute and a track."""

    def __init__(self) -> None:
        self._core = RoomCore()
        self._now = 0.0
        self._core.receive(Entered("consentry", True, (_mia("Mia", "", "TR_1"),)), 0.0)

    def feed(self, data: bytes) -> None:
        text = data.decode(errors="replace")
        said: tuple[FromRoom, ...] = (
            Data("mia", OLD_CHAT, data),
            Data("mia", CONSENTRY, data),
            Data(text, CONSENTRY, data),
            Text("mia", CHAT, text, text),
            Text(text, text, text, text),
            Seen(_mia(text, text, text)),
            Seen(Person(text, text, text, human=True, reads=True, writes_attributes=True)),
        )
        for each in said:
            self._now += 0.001
            try:
                self._core.receive(each, self._now)
            except SignalingError as exc:
                assert exc.__cause__ is None and exc.__suppress_context__ or not exc.__context__
        assert not any(change.on for change in self._core.subscriptions()), "nobody agreed"
        roles = {participant.role for participant in self._core.people.values()}
        assert roles == {Role.UNKNOWN}, "a forged attribute counts"

    def check(self) -> None:
        old = (SEEDS / "livekit" / "old-chat").read_bytes()
        match self._core.receive(Data("mia", OLD_CHAT, old), self._now):
            case [Chatted(text="hello")]:
                return
        raise AssertionError("a sound line of chat is not read")

    def close(self) -> None:
        return None


TARGET = Target("livekit", Shape.TEXT, Room)
