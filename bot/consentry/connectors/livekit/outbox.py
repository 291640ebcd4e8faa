"""What the bot says into a LiveKit room, in order: chat, captions and their revisions, packets.

A core without I/O.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from consentry.connectors.livekit.frames import Message, SendData, SendText, SendTranscription
from consentry.connectors.livekit.signaling import CHAT, CONSENTRY

TRANSCRIPTION = "lk.transcription"
MAX_WAITING = 500
"""Things to say that wait at most; then the oldest go."""
MAX_CAPTIONS = 10_000
"""That can be taken back: those of a long day."""
TRACK = "TR_"
"""What the server's ids of tracks begin with."""
EMPTY = " "
"""A text stream of no characters is shown by no client."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """Whose words a caption is, and from which track."""

    person: str
    track: str
    name: str | None
    """Put before the words where the room shows the bot as their author; ``None`` where the bot
    may say whose they are."""


class Outbox:
    """Takes what is to be said; :meth:`data_to_send` hands it out."""

    def __init__(self) -> None:
        self._waiting: list[Message] = []
        self._captions: dict[str, Spoken] = {}
        """The last captions, by id."""

    def data_to_send(self, most: int = MAX_WAITING) -> list[Message]:
        """The next things to say, in order."""
        now, self._waiting = self._waiting[:most], self._waiting[most:]
        return now

    def say(self, text: str, to: str | None = None) -> None:
        """A line of chat, to everybody or to one."""
        if text:
            self._add(SendText(CHAT, text, (to,) if to is not None else ()))

    def signed(self, to: str, text: str) -> None:
        """A signed message to somebody's consentry.js."""
        self._add(SendText(CONSENTRY, text, (to,)))

    def card(self, to: str, text: str) -> None:
        """Who the bot is, to somebody's consentry.js; a packet, whose sender nobody can borrow."""
        self._add(SendData(CONSENTRY, text.encode(), to))

    def caption(self, id_: str, spoken: Spoken, text: str, *, final: bool) -> None:
        """Words of somebody's; said again under the same id, they replace those before.

        As LiveKit's own agents do it: a text stream for clients that know those, and in somebody
        else's name a transcription packet for older ones as well. LiveKit's native libraries
        abort on a packet that names no track, so there is none then.
        """
        self._replace(id_)
        self._captions[id_] = spoken
        if len(self._captions) > MAX_CAPTIONS:
            del self._captions[next(iter(self._captions))]
        attributes = {
            "lk.segment_id": id_,
            "lk.transcribed_track_id": spoken.track,
            "lk.transcription_final": "true" if final else "false",
        }
        if spoken.name is not None:
            self._add(SendText(TRANSCRIPTION, f"{spoken.name}: {text}", (), attributes))
            return
        self._add(SendText(TRANSCRIPTION, text, (), attributes, sender=spoken.person))
        if spoken.track.startswith(TRACK):
            self._add(SendTranscription(spoken.person, spoken.track, id_, text, final))

    def retract(self, ids: Iterable[str]) -> None:
        """Make captions empty: a client shows what it was told last, and has no way to remove."""
        for id_ in ids:
            if id_ in self._captions:
                self.caption(id_, self._captions[id_], EMPTY, final=True)
                del self._captions[id_]

    def _add(self, message: Message) -> None:
        self._waiting.append(message)
        if len(self._waiting) > MAX_WAITING:
            # What takes something back is never let go.
            kept = (place for place, each in enumerate(self._waiting) if not _empties(each))
            if (oldest := next(kept, None)) is not None:
                del self._waiting[oldest]

    def _replace(self, id_: str) -> None:
        """A caption that was not sent yet makes room for its next revision."""

        def stays(message: Message) -> bool:
            match message:
                case SendText(attributes=attributes):
                    return attributes.get("lk.segment_id") != id_
                case SendTranscription(id=other):
                    return other != id_
                case _:
                    return True

        self._waiting = [message for message in self._waiting if stays(message)]


def _empties(message: Message) -> bool:
    match message:
        case SendText(text=text) | SendTranscription(text=text):
            return text == EMPTY
        case _:
            return False
