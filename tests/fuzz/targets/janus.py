"""What a Janus says: over its WebSocket, and in its text room; either reads every message."""

from __future__ import annotations

import json

from consentry.connectors.janus.happenings import Entry, Offered, Over, Seen
from consentry.connectors.janus.signaling import JanusClient
from consentry.connectors.janus.textroom import TextRoom, Wrote
from consentry.errors import SignalingError
from tests.fuzz.target import Shape, Target

ENTRY = Entry(1234, "Consentry")
WITH_TEXT = Entry(1234, "Consentry", text_room=1234)
SESSION, ROOM, MEDIA = 1, 11, 12
SAM = 5


class Call:
    """The bot in both rooms, where it asked for one track of Sam's."""

    def __init__(self) -> None:
        self._now = 0.0
        self._enter()

    def _enter(self) -> None:
        self._client = JanusClient(ENTRY)
        self._client.open()
        self._say(janus="success", transaction="consentry-1", data={"id": SESSION})
        self._say(janus="success", transaction="consentry-2", data={"id": ROOM})
        joined: dict[str, object] = {
            "videoroom": "joined",
            "id": 7,
            "private_id": 70,
            "publishers": [],
        }
        self._event(ROOM, joined, transaction="consentry-3")
        self._sam = self._client.take(SAM, "0")
        self._client.data_to_send()
        self._text = TextRoom(WITH_TEXT, ["u1"])
        self._text.join()
        joined_text = {"textroom": "success", "transaction": "consentry-1", "participants": []}
        self._text.receive(json.dumps(joined_text))

    def feed(self, data: bytes) -> None:
        for line in data.split(b"\n"):
            for happening in self._receive(line):
                if isinstance(happening, Offered):
                    assert happening.connection == self._sam, "what nobody asked for is taken"
                    self._client.answer(happening.connection, "v=0")
            self._read(line)
        self._now += 0.01
        self._client.handle_timeout(self._now)
        assert sum(map(len, self._client.data_to_send())) < 1 << 20
        self._text.data_to_send()

    def check(self) -> None:
        self._enter()
        mia = {"id": 6, "display": "Mia", "streams": [{"type": "audio", "mid": "0"}]}
        happened = self._event(ROOM, {"videoroom": "event", "publishers": [mia]})
        assert [type(each) for each in happened] == [Seen], "who publishes is not seen any more"
        kicked: dict[str, object] = {"videoroom": "event", "leaving": "ok", "reason": "kicked"}
        assert [type(each) for each in self._event(ROOM, kicked)] == [Over]
        self._text.receive('{"textroom":"join","room":1234,"username":"u2"}')
        line = {"textroom": "message", "room": 1234, "from": "u2", "text": "hello"}
        assert self._text.receive(json.dumps(line)) == [Wrote("u2", "hello", whisper=False)]

    def close(self) -> None:
        return None

    def _event(self, sender: int, data: dict[str, object], **fields: object) -> list[object]:
        plugin = {"plugin": "janus.plugin.videoroom", "data": data}
        return self._say(janus="event", sender=sender, plugindata=plugin, **fields)

    def _say(self, **fields: object) -> list[object]:
        return self._receive(json.dumps(fields).encode())

    def _receive(self, data: bytes) -> list[object]:
        try:
            return [*self._client.receive(data)]
        except SignalingError as exc:
            assert exc.__cause__ is None, "the input is quoted"
            return []

    def _read(self, data: bytes) -> None:
        try:
            self._text.receive(data)
        except SignalingError as exc:
            assert exc.__cause__ is None, "the input is quoted"


TARGET = Target(
    "janus",
    Shape.TEXT,
    Call,
    (
        "consentry.connectors.janus.signaling",
        "consentry.connectors.janus.roster",
        "consentry.connectors.janus.textroom",
    ),
)
