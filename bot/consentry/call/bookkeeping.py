"""What is written of a call as a whole, and the receipts that its people get."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress

from consentry.call.plan import Plan
from consentry.consent.languages import Languages
from consentry.consent.ledger import Act, Entry
from consentry.errors import EndReason, LedgerError, MessageError, SetupError
from consentry.gate import Clock
from consentry.messages import Message, Receipt, Reply
from consentry.receipts.call import Issued
from consentry.words.catalog import Words

log = logging.getLogger(__name__)

QUIET = 1.0
"""Seconds after the last of several acts of a person: a receipt for all of them."""

MOST = (16, 8, 4, 2)
"""Acts in a receipt that comes as a message; fewer where a carrier takes no message so long."""

PATIENCE = 5.0
"""Seconds to wait for the disk when the call ends; what comes later is on people's pages."""

ANSWERS = ("consent_given", "consent_refused", "consent_withdrawn")


Made = Callable[[str, int], Awaitable[Issued | None]]
"""A receipt of a person, with so many acts; ``None``: there is none."""


class Bookkeeping:
    """Writes down when a call begins and ends and what is loaded in it; hands people their receipts
    a moment after they did something.

    ``carry`` hands a message to the connector.
    """

    def __init__(
        self,
        plan: Plan,
        languages: Languages,
        carry: Callable[[Message], Awaitable[None]],
        clock: Clock,
    ) -> None:
        self._plan = plan
        self._languages = languages
        self._carry = carry
        self._clock = clock
        self._due: dict[str, float] = {}
        """When whose receipt is due."""
        self._revisions: Counter[str] = Counter()
        """Of each person's receipts: their numbers tell nothing of others."""

    def began(self, fingerprint: str) -> None:
        """The bot is in the call, and signs with the key of this ``fingerprint``."""
        plan, now = self._plan, self._clock()
        subject = f"{plan.stack} {fingerprint}"
        plan.ledger.note(Entry(Act.CALL_BEGAN, now, None, subject=subject))
        for plugin, _ in plan.plugins:
            loaded = plan.loaded.get(plugin.name)
            plan.ledger.note(Entry(Act.PLUGIN_LOADED, now, None, plugin.name, subject=loaded))

    async def run(self) -> None:
        """Hand out receipts until cancelled."""
        if (receipts := self._plan.receipts) is None:
            return
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._wait()):
                    self._did(await receipts.acted())
            now = self._clock()
            for person in [who for who, at in self._due.items() if at <= now]:
                del self._due[person]
                await self._hand(person)

    async def ended(self, reason: EndReason) -> None:
        """The call is over, for this ``reason``; whoever did something just now gets their receipt,
        as far as they are still there."""
        entry = Entry(Act.CALL_ENDED, self._clock(), None, subject=reason.value)
        with suppress(SetupError, LedgerError, TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await self._plan.ledger.append(entry)  # all acts before it are durable then
        if self._plan.receipts is not None:
            for person in {*self._due, *self._plan.receipts.waiting()}:
                await self._hand(person)

    async def asked(self, person: str) -> Reply:
        """``person`` wants their receipt now."""
        words = self._languages.words(person)
        self._due.pop(person, None)
        if not await self._hand(person):
            return Reply(code="no_receipt", text=words.say("receipt.nothing"))
        link = self._plan.link(person)
        text = words.say("receipt.here", link=link) if link else words.say("receipt.sent")
        return Reply(code="receipt", text=text)

    def _wait(self) -> float | None:
        """Seconds until the next receipt is due; ``None``: none is."""
        if not self._due:
            return None
        return max(0.0, min(self._due.values()) - self._clock())

    def _did(self, person: str) -> None:
        self._due[person] = self._clock() + QUIET

    async def _hand(self, person: str) -> bool:
        """Whether ``person`` has a receipt, which is on its way."""
        receipts = self._plan.receipts
        if receipts is None:
            return False
        if receipts.parts(person):
            # Nobody can make it again: it stands beside any later one.
            await self._send(person, receipts.last, f"bot/receipt-{self._next(person)}")
        return await self._send(person, receipts.of, "bot/receipt")

    async def _send(self, person: str, receipt: Made, name: str) -> bool:
        """Whether there is one; it has as many acts as a carrier takes."""
        for most in MOST:
            try:
                issued = await receipt(person, most)
                if issued is None:
                    return False
                await self._carry(self._message(person, issued, name))
            except MessageError:
                continue  # too long for any carrier; the page gives the whole
            except (SetupError, LedgerError) as exc:
                log.error("a receipt can't be made: %s", exc)
                return False
            return True
        log.warning("a receipt is too long to be sent")
        return True

    def _next(self, person: str) -> int:
        self._revisions[person] += 1
        return self._revisions[person]

    def _message(self, person: str, issued: Issued, name: str) -> Message:
        body = body_of(issued, self._plan.link(person), self._languages.words(person))
        revision = self._next(person)
        return Message(body, name, self._clock(), to=frozenset({person}), revision=revision)


def body_of(issued: Issued, link: str | None, words: Words) -> Receipt:
    """The message that brings a receipt, with a line for those whose client shows none."""
    record = issued.record
    states = {consent.asked: consent.events[-1].state for consent in record.records}
    if record.erasure is not None:
        text = words.say("receipt.erased")
    else:
        said = [
            words.say(f"receipt.{state}", purpose=name)
            for name, state in states.items()
            if state in ANSWERS
        ]
        text = words.say("receipt.written", answers=words.listed(said)) if said else ""
    if text and link is not None:
        text = f"{text} {words.say('receipt.page', link=link)}"
    return Receipt(jws=issued.jws, states=states, link=link, text=text)
