"""Which meeting a room is in, and whether its bridge hands the sound on: asked of the server.

Jicofo tells a bridge to send a meeting's sound to a transcriber while a moderator wants it so. The
room's metadata says whether; the meeting's id is in the address that the bridge calls.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from consentry.connectors.jitsi.happenings import Convened, Happening
from consentry.connectors.jitsi.json_object import read_json
from consentry.connectors.jitsi.stanzas import CLIENT, DISCO_INFO, JITMEET, Jid, iq
from consentry.connectors.jitsi.xml import Element, element
from consentry.errors import SignalingError

MEETING_ID = "muc#roominfo_meetingId"
METADATA = "room_metadata"
MAX_ID = 200
_DATA = "jabber:x:data"
"""XEP-0004."""


@dataclass(slots=True)
class Meeting:
    """``send`` takes the stanzas that go out, ``next_id`` names them."""

    send: Callable[[Element], None]
    next_id: Callable[[], str]
    _asked: dict[str, Jid] = field(default_factory=dict)
    """Whom each question was put to."""
    _room: Jid | None = None
    _component: Jid | None = None
    """Who keeps the metadata of rooms."""
    _recording: dict[str, Any] = field(default_factory=dict)
    """What the metadata says, of all that concerns recordings."""
    _wanted: bool | None = None

    def ask(self, room: Jid, domain: str) -> None:
        """The bot is in ``room``: ask the room which meeting this is, and the server who keeps
        metadata."""
        self._room, self._recording, self._component = room.bare, {}, None
        self._asked.clear()
        for whom in (room.bare, Jid(domain)):
            id_ = self.next_id()
            self._asked[id_] = whom
            self.send(iq("get", whom, id_, element("query", DISCO_INFO)))

    def answered(self, answer: Element, sender: Jid | None) -> list[Happening]:
        """An answer came, perhaps to a question of these; SignalingError if it makes no sense."""
        id_ = answer.get("id") or ""
        if id_ not in self._asked or sender != self._asked[id_]:
            return []
        del self._asked[id_]
        query = answer.find("query", DISCO_INFO)
        if answer.get("type") != "result" or query is None:
            return []
        if sender != self._room:
            self._component = _metadata_component(query)
            self._tell()
            return []
        meeting = _meeting_id(query)
        if meeting is None:
            return []
        if not 1 <= len(meeting) <= MAX_ID:
            raise SignalingError(f"a meeting's id has 1 to {MAX_ID} characters")
        return [Convened(meeting)]

    def heard(self, sender: Jid, stanza: Element) -> None:
        """A component says something; SignalingError if it can't be read."""
        said = stanza.find("json-message", JITMEET)
        if sender != self._component or said is None:
            return
        match read_json(said.text):
            case {"type": "room_metadata", "metadata": {"recording": dict(recording)}}:
                self._recording = recording

    def transcribe(self, on: bool) -> None:
        """Ask for the meeting's sound to be handed on, or not any more. The server does it for
        moderators, and else ignores it."""
        self._wanted = on
        self._tell()

    def _tell(self) -> None:
        if self._wanted is None or self._component is None or self._room is None:
            return
        data = self._recording | {"isTranscribingEnabled": self._wanted}
        said = json.dumps({"key": "recording", "data": data, "type": METADATA})
        attributes = {"room": str(self._room)}
        asked = element(METADATA, JITMEET, said, attributes=attributes)
        self.send(element("message", CLIENT, asked, attributes={"to": str(self._component)}))


def _metadata_component(query: Element) -> Jid | None:
    for child in query.children:
        if child.name == "identity" and child.get("type") == METADATA:
            return Jid.parse(child.get("name"))
    return None


def _meeting_id(query: Element) -> str | None:
    for form in query.children:
        for field_ in form.children if form.name == "x" and form.namespace == _DATA else ():
            if field_.get("var") == MEETING_ID and (value := field_.find("value", _DATA)):
                return value.text
    return None
