"""What is still to be written: a write that failed is tried again, unless it is not wanted now."""

from __future__ import annotations

from consentry.api import Event, Participant, Revoked, Segment, SetupError, Summarized, Vault
from consentry_storage.record import (
    Item,
    line_name,
    of_name,
    of_segment,
    of_summary,
    segment_name,
)

RETRY = 5.0
"""Seconds between two tries to write what the vault did not take."""


class Shelf:
    """Holds nothing but what is not in the vault yet, and which revisions are."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._waiting: dict[str, Item | None] = {}
        """By name; None is to be deleted."""
        self._revisions: dict[str, dict[str, int]] = {}
        """Of each participant's segments."""
        self._names: dict[str, str] = {}
        self._summary = -1
        self._lines = 0
        self._next = 0.0
        self.failed = False

    async def take(self, event: Event) -> None:
        """Note what ``event`` changes, and write what is to be written."""
        match event:
            case Segment():
                self._segment(event)
            case Summarized() if event.revision > self._summary:
                self._summarized(event)
            case Revoked():
                self._forget(event.participant.id)
        if self._waiting and event.at >= self._next:
            await self._try(event.at)

    async def close(self) -> None:
        """Write what is left; SetupError if that fails."""
        for name, item in tuple(self._waiting.items()):
            if item is None:
                await self._vault.delete(name)
            else:
                await self._vault.put(item.name, item.content, item.about)
            del self._waiting[name]

    async def _try(self, at: float) -> None:
        try:
            await self.close()
        except SetupError:
            self.failed, self._next = True, at + RETRY
        else:
            self.failed = False

    def _segment(self, segment: Segment) -> None:
        revisions = self._revisions.setdefault(segment.participant.id, {})
        if segment.revision <= revisions.get(segment.id, -1):
            return
        known = segment.id in revisions
        revisions[segment.id] = segment.revision
        if segment.text.strip():
            self._call_by_name(segment.participant)
            self._put(of_segment(segment))
        elif known:
            self._waiting[segment_name(segment.id)] = None

    def _call_by_name(self, who: Participant) -> None:
        if self._names.get(who.id) != who.name:
            self._names[who.id] = who.name
            self._put(of_name(who))

    def _summarized(self, summary: Summarized) -> None:
        items = list(of_summary(summary))
        for item in items:
            self._put(item)
        for number in range(len(items), self._lines):
            self._waiting[line_name(number)] = None
        self._summary, self._lines = summary.revision, len(items)

    def _put(self, item: Item) -> None:
        self._waiting[item.name] = item

    def _forget(self, person: str) -> None:
        """What is in the vault is theirs to erase; what is not there yet never gets there."""
        self._revisions.pop(person, None)
        self._names.pop(person, None)
        for name, item in tuple(self._waiting.items()):
            if item is not None and person in item.about:
                del self._waiting[name]
