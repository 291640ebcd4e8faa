"""Carries an erasure out: off the screens, out of the store, into the ledger."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping

from consentry.call.output import Output
from consentry.call.plan import Plan
from consentry.consent.erasure import ORDER, ErasureReport, Remains, in_words
from consentry.consent.ledger import Act, Entry
from consentry.errors import SetupError
from consentry.gate import Clock
from consentry.messages import Reply
from consentry.telemetry import Telemetry
from consentry.words.catalog import Words

log = logging.getLogger(__name__)

RETRIES = (0.2, 0.5, 1.0, 2.0)
"""Seconds before each further try to delete what is stored."""


class Eraser:
    """
    Erases people of one call, who refused every purpose before.

    ``remains`` tells where words about somebody went from which the stack can't take them back.
    """

    def __init__(
        self,
        plan: Plan,
        output: Output,
        clock: Clock,
        remains: Callable[[str], Collection[Remains]],
        telemetry: Telemetry,
    ) -> None:
        self._plan = plan
        self._output = output
        self._clock = clock
        self._remains = remains
        self._telemetry = telemetry
        self._under_way = 0
        self._rests = asyncio.Event()
        self._rests.set()
        self._tombstones: dict[str, Callable[[ErasureReport], None]] = {}

    def forget(self, person: str) -> None:
        """At once, and before anything is waited for: nothing more is kept under their key."""
        if person not in self._tombstones:
            entry = Entry(Act.ERASED, self._clock(), person)
            self._tombstones[person] = self._plan.ledger.tombstone(entry)
        if self._plan.archive is not None:
            self._plan.archive.forget_now(person)

    async def settled(self) -> None:
        """Wait for what is under way: the call is ending."""
        await self._rests.wait()

    async def erase(self, person: str) -> ErasureReport:
        """Take back what was said of ``person``, and delete what is stored of them.

        SetupError where what is stored can't be deleted; it may be tried again. The ledger has
        it once all is gone.
        """
        self._under_way += 1
        self._rests.clear()
        try:
            return await self._erase(person)
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._rests.set()

    async def erase_and_tell(self, person: str, words: Words) -> None:
        """The same for somebody who said so in the call, and is told there what came of it."""
        try:
            reply = Reply(code="erased", text=in_words(await self.erase(person), words))
        except SetupError as exc:
            log.error("what is stored of somebody could not be erased: %s", exc)
            reply = Reply(code="not_erased", text=words.say("reply.not_erased"))
        await self._output.tell(person, reply)

    async def _erase(self, person: str) -> ErasureReport:
        at = self._clock()
        retracted = await self._output.erase(person)
        self._telemetry.erased("shown", self._clock() - at)
        items = await self._delete(person)
        self._telemetry.erased("kept", self._clock() - at)
        remains = set(self._remains(person))
        if retracted or items:
            remains |= {"exports", "recordings"}
        report = ErasureReport(at, retracted, items, tuple(r for r in ORDER if r in remains))
        if (tombstone := self._tombstones.pop(person, None)) is not None:
            tombstone(report)
        return report

    async def _delete(self, person: str) -> Mapping[str, int]:
        archive = self._plan.archive
        if archive is None:
            return {}
        for delay in RETRIES:
            try:
                return (await archive.erase(person)).items
            except SetupError:
                await asyncio.sleep(delay)
        return (await archive.erase(person)).items
