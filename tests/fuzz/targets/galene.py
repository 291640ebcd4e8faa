"""What a Galene server says: one message or several, a line each."""

from __future__ import annotations

import json

from consentry.connectors.galene.happenings import GroupHappening, Offered
from consentry.connectors.galene.signaling import Credentials, GroupClient
from consentry.errors import SignalingError
from consentry.events import Medium
from tests.fuzz.target import SEEDS, Shape, Target

BOT, SAM, EVE = "b" * 32, "a" * 32, "e" * 32
AUDIO = frozenset({Medium.AUDIO})


class Group:
    """The bot in a group where Sam agreed to be heard, and nobody else to anything."""

    def __init__(self) -> None:
        self._client = GroupClient(BOT, Credentials("planning", "Consentry"))
        self._client.join()
        self._now = 0.0
        folder = SEEDS / "galene"
        self._client.receive((folder / "joined").read_bytes())
        self._offer = json.loads((folder / "offer").read_text())

    def feed(self, data: bytes) -> None:
        for line in data.split(b"\n"):
            for happening in self._receive(line):
                if isinstance(happening, Offered):
                    assert happening.person == SAM and happening.media == AUDIO
                    self._client.answer(happening, "v=0")
        self._client.want(SAM, AUDIO)
        self._now += 1.0
        self._client.handle_timeout(self._now)
        self._client.data_to_send()

    def check(self) -> None:
        for person in list(self._client.people):
            self._say(type="user", kind="delete", id=person)
        for person in (SAM, EVE):
            self._say(type="user", kind="add", id=person, username="x")
        self._client.want(SAM, AUDIO)
        heard = [self._say(**self._offer | {"source": who, "id": who}) for who in (EVE, SAM)]
        assert heard[0] == [], "somebody who did not agree is heard"
        assert [type(each) for each in heard[1]] == [Offered], "who agreed is not heard any more"

    def close(self) -> None:
        return None

    def _say(self, **fields: object) -> list[GroupHappening]:
        return self._receive(json.dumps(fields).encode())

    def _receive(self, data: bytes) -> list[GroupHappening]:
        try:
            return self._client.receive(data)
        except SignalingError as exc:
            assert exc.__cause__ is None, "the input is quoted"
            return []


TARGET = Target(
    "galene",
    Shape.TEXT,
    Group,
    ("consentry.connectors.galene.signaling", "consentry.connectors.galene.subscriptions"),
)
