"""What goes into one call: what its plugins say, and what is taken back."""

from __future__ import annotations

import itertools
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable

from consentry.call.open_captions import OpenCaptions, segment
from consentry.call.plan import Observer
from consentry.call.provenance import Provenance
from consentry.call.roster import Roster
from consentry.errors import MessageError
from consentry.events import ChatReceived, Segment, Summarized
from consentry.gate import Clock
from consentry.messages import Message, PluginState, Reply, Retraction, Summary
from consentry.pipeline import Lane, LaneState
from consentry.telemetry import Telemetry

log = logging.getLogger(__name__)

IDS_AT_ONCE = 200
"""In one retraction; a carrier takes a message of a certain length only."""


class Output:
    """
    Carries messages, and knows of each whose data it was made from.

    ``carry`` hands one to the connector. What was carried is told to ``observer``.
    """

    def __init__(
        self,
        carry: Callable[[Message], Awaitable[None]],
        clock: Clock,
        roster: Roster,
        observer: Observer,
        telemetry: Telemetry,
    ) -> None:
        self._carry = carry
        self._clock = clock
        self._roster = roster
        self._observer = observer
        self._telemetry = telemetry
        self._captions = OpenCaptions()
        self._provenance = Provenance()
        self._replies: Counter[str] = Counter()
        """How many each person got: one's own ids tell nothing of others."""
        self._retractions = itertools.count(1)

    def heard(self, chat: ChatReceived) -> None:
        """Somebody wrote to everybody."""
        self._provenance.heard(chat)

    async def say(self, plugin: str, message: Message) -> Segment | Summarized | None:
        """Carry what ``plugin`` said; what it is from now on, where others may read it."""
        # Before it is carried: meanwhile somebody it is about may have themselves erased.
        self._provenance.said(message)
        try:
            await self._carry(message)
        except MessageError:
            # Too long for any carrier. Its text stays out of the log.
            log.warning("a %s message of plugin %s can't be sent", message.kind, plugin)
            self._telemetry.blocked(plugin)
            return None
        self._telemetry.said(message)
        if message.about and message not in self._provenance and not _retracts(message):
            await self._take_back([message.id], "erased")
            return None
        self._observer.said(message)
        return self._follow(message)

    def _follow(self, message: Message) -> Segment | Summarized | None:
        if caption := self._captions.follow(message):
            return segment(message, caption, self._roster[caption.participant])
        if isinstance(message.body, Summary):
            return self._provenance.summarized(message, message.body)
        return None

    async def tell(self, person: str, reply: Reply) -> None:
        """Answer ``person``, privately."""
        self._replies[person] += 1
        name = f"bot/reply-{self._replies[person]}"
        await self._carry(Message(reply, name, self._clock(), to=frozenset({person})))

    async def retract(self, plugin: str, person: str | None, reason: str) -> None:
        """Take unfinished captions off the screens: their words were never said to the end."""
        ids = self._captions.abandon(plugin, person)
        self._provenance.retracted(ids)
        await self._take_back(ids, reason)

    async def erase(self, person: str) -> dict[str, int]:
        """Take back every message that was made from ``person``; how many, by kind."""
        theirs = self._provenance.erase(person)
        self._captions.forget(theirs)
        await self._take_back(theirs, "erased")
        return Counter(theirs.values())

    async def _take_back(self, ids: Iterable[str], reason: str) -> None:
        waiting = list(ids)
        while waiting:
            some, waiting = waiting[:IDS_AT_ONCE], waiting[IDS_AT_ONCE:]
            body = Retraction.model_validate({"ids": some, "reason": reason})
            name = f"bot/retraction-{next(self._retractions)}"
            message = Message(body, name, self._clock())
            await self._carry(message)
            self._observer.said(message)

    def broken_off(self, plugin: str) -> list[Message]:
        """What ``plugin`` leaves unfinished where it fell, as finals that say so."""
        return self._captions.break_off(plugin)

    async def announce(self, lane: Lane, state: LaneState) -> None:
        """Tell everybody that a plugin stopped, or runs again."""
        body = PluginState.model_validate(
            {"plugin": lane.name, "title": lane.plugin.purpose.title, "state": state.value}
        )
        await self._carry(Message(body, f"bot/state-{lane.name}", self._clock()))


def _retracts(message: Message) -> bool:
    return isinstance(message.body, Retraction)
