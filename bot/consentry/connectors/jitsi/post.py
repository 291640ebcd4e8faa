"""What Jitsi carries of the bot's words: chat, the bridge's messages, and its own captions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from consentry.connectors.jitsi import captions
from consentry.connectors.jitsi.line import Line
from consentry.connectors.jitsi.people import People
from consentry.connectors.jitsi.reception import Reception
from consentry.consent.erasure import Remains
from consentry.events import Participant
from consentry.messages import Caption, Message

SCRIPT = "consentry"
"""The type of what consentry.js and the bot tell each other."""

MAX_OPEN = 1000
"""Captions that are not final yet, of which is remembered whose they are."""


class JitsiPost:
    """A :class:`consentry.connectors.delivery.Post`.

    Captions go by the bridge where its channel stands, by the server otherwise. Signed messages
    always go by the server: one that overtook another would make that one a replay to its reader.
    """

    def __init__(
        self, people: People, media: Reception, line: Line, clock: Callable[[], float]
    ) -> None:
        self.native = False
        """Whether Jitsi's page shows the bot's captions as its own."""
        self._people = people
        self._media = media
        self._line = line
        self._clock = clock
        self._open: dict[str, str] = {}
        """Whose words the captions are that are not final, by message."""

    def people(self) -> Mapping[str, Participant]:
        return self._people.here

    def signed(self, person: str, text: str) -> None:
        self._line.tell(person, {"type": SCRIPT, "text": text})

    def private(self, person: str, text: str) -> None:
        self._line.whisper(person, text)

    def public(self, text: str) -> None:
        self._line.write(text)

    def caption(self, message: Message, caption: Caption) -> Remains | None:
        """As a transcription, or as chat once final. Jitsi's page keeps finals in its list of
        captions, where nothing replaces them."""
        if not self.native:
            if not caption.final:
                return None
            self.public(captions.spoken(caption))
            return "chat"
        self._open.pop(message.id, None)
        if not caption.final and len(self._open) < MAX_OPEN:
            self._open[message.id] = caption.participant
        self._show(captions.transcription(message, caption, self._milliseconds()))
        return "captions" if caption.final else None

    def retract(self, ids: Iterable[str]) -> None:
        for id_ in ids:
            if (whose := self._open.pop(id_, None)) is not None:
                self._show(captions.withdrawal(id_, whose, self._milliseconds()))

    def _show(self, result: dict[str, Any]) -> None:
        if not self._media.tell("", result):
            self._line.tell(None, result)

    def _milliseconds(self) -> int:
        return int(self._clock() * 1000)
