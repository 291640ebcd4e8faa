"""What a Galene group carries for the bot, always to one person at a time.

Galene keeps what is written to everybody, captions too, for four hours and gives it to whoever
comes later. What is written to one person it forgets. So everybody is written to, one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from consentry.connectors.galene.attendee import Attendee
from consentry.connectors.galene.captions import CaptionLine
from consentry.connectors.galene.signaling import GroupClient
from consentry.consent.erasure import Remains
from consentry.events import Participant
from consentry.messages import Caption, Message


def command(bot: str) -> str:
    """What people type in Galene's page before a word to the bot alone. The page keeps every other
    line that starts with a slash for itself."""
    return f'/msg "{bot}" ' if " " in bot else f"/msg {bot} "


class GalenePost:
    """A :class:`consentry.connectors.delivery.Post`. ``reached`` says who has a chat, by the ids of
    participants; ``client`` is the connection as it is now, if there is one."""

    def __init__(
        self,
        reached: Callable[[], Mapping[str, Attendee]],
        client: Callable[[], GroupClient | None],
        flush: Callable[[], None],
    ) -> None:
        self._reached = reached
        self._client = client
        self._flush = flush
        self._line = CaptionLine()

    def people(self) -> Mapping[str, Participant]:
        return {id_: attendee.participant for id_, attendee in self._reached().items()}

    def signed(self, person: str, text: str) -> None:
        client, attendee = self._client(), self._reached().get(person)
        if client is not None and attendee is not None:
            client.tell(text, attendee.person.id)
            self._flush()

    def private(self, person: str, text: str) -> None:
        client, attendee = self._client(), self._reached().get(person)
        if client is not None and attendee is not None:
            client.chat(text, attendee.person.id)
            self._flush()

    def public(self, text: str) -> None:
        for person in self.people():
            self.private(person, text)

    def caption(self, message: Message, caption: Caption) -> Remains | None:
        """On the line of the page, or, where the bot may not write there, as chat once final.
        A line of chat is an operator's alone to delete."""
        client = self._client()
        if client is None:
            return None
        if client.may_caption:
            self._put(client, self._line.show(message.id, caption.name, caption.text))
            return None
        if not caption.final or not caption.text:
            return None
        self.public(f"{caption.name}: {caption.text}")
        return "chat"

    def retract(self, ids: Iterable[str]) -> None:
        """Empty the line if it is theirs; a line of chat can't be taken back."""
        client = self._client()
        if client is not None and self._line.retract(frozenset(ids)):
            self._put(client, "")

    def _put(self, client: GroupClient, text: str) -> None:
        for attendee in self._reached().values():
            client.caption(text, attendee.person.id)
        self._flush()
