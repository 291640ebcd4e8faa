"""Whose data each thing that was said in a call was made from."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from consentry.events import ChatReceived, Kind, Summarized, SummaryItem
from consentry.messages import ActionItem, Caption, Message, Retraction, Summary, SummaryLine


@dataclass(frozen=True, slots=True)
class Origin:
    """Of one message, or one chat line."""

    about: frozenset[str]
    """Ids of everybody whose data it was made from."""
    at: float
    """When the first of that data was captured, in seconds since the bot joined."""
    kind: str = "chat"
    """Of the message."""


class Provenance:
    """Follows messages into the call. Holds ids and times, never content."""

    def __init__(self) -> None:
        self._said: dict[str, Origin] = {}
        self._heard: dict[str, Origin] = {}

    def __contains__(self, message: Message) -> bool:
        """Whether ``message`` was made from anybody, and was not taken back since."""
        return message.id in self._said

    def said(self, message: Message) -> None:
        """``message`` goes out, or takes back what did."""
        match message.body:
            case Retraction(ids=ids):
                self.retracted(ids)
            case Caption(start=start):
                self._said[message.id] = Origin(message.about, start, message.kind)
            case _ if message.about:
                self._said[message.id] = Origin(message.about, message.at, message.kind)
            case _:
                self._said.pop(message.id, None)  # a revision that is about nobody any more

    def retracted(self, ids: Iterable[str]) -> None:
        """These messages were taken back."""
        for name in ids:
            self._said.pop(name, None)

    def erase(self, person: str) -> dict[str, str]:
        """Forget all that was made from ``person``: the kinds of messages to take back, by id."""
        theirs = {id: o.kind for id, o in self._said.items() if person in o.about}
        self.retracted(theirs)
        self._heard = {id: o for id, o in self._heard.items() if person not in o.about}
        return theirs

    def heard(self, chat: ChatReceived) -> None:
        """Somebody wrote to everybody: what a summary may rest on as well."""
        self._heard[chat.id] = Origin(frozenset({chat.participant.id}), chat.at)

    def summarized(self, message: Message, body: Summary) -> Summarized:
        """A summary that went out, line by line. A line that rests on what nobody said here is
        left out: nobody could say whose it is."""
        found = [self._item("abstract", line) for line in body.abstract]
        found += [self._item("decision", line) for line in body.decisions]
        found += [self._item("action", line) for line in body.actions]
        found += [self._item("question", line) for line in body.questions]
        lines = tuple(item for item in found if item is not None)
        return Summarized(message.at, message.id, message.revision, lines, body.final)

    def _item(self, kind: Kind, line: SummaryLine) -> SummaryItem | None:
        about: set[str] = set()
        at = math.inf
        for name in line.segments:
            origin = self._said.get(name) or self._heard.get(name)
            if origin is None:
                return None
            about |= origin.about
            at = min(at, origin.at)
        item = SummaryItem(kind, line.text, tuple(line.segments), frozenset(about), at)
        if not isinstance(line, ActionItem):
            return item
        named = item.about | ({line.owner} if line.owner else frozenset())
        return replace(item, about=named, owner=line.owner, due=line.due, due_date=line.due_date)
