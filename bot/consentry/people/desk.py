"""The desk that hears claims: a PIN, a link or a passkey, and the same silence for all the rest."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from consentry.config.people import Chosen
from consentry.messages import Assurance
from consentry.people.claims import Claim, Claimed, LinkClaim, PasskeyClaim, PinClaim, Unlocked
from consentry.people.passkeys import Passkeys
from consentry.people.person import Kind
from consentry.people.pin import NOBODYS, PinHashing, digits
from consentry.people.registry import Found, People
from consentry.people.rows import Window
from consentry.people.secrets import read_token
from consentry.people.tickets import TicketDrawer
from consentry.people.turns import Turns

PIN_TRIES = 5
LOCKED_SECONDS = 600
"""Since the last try that counted."""
MAX_WAITING = 16
"""PINs that wait to be checked; more at once is no crowd at a door."""
ANSWER_SECONDS = 0.4
"""A PIN is answered after as much, or where the machine is busy a multiple of it, whether it is
right or wrong, anybody's or nobody's: hashing takes a quarter of it, and the rest hides what else
was done."""

_WINDOW = Window(PIN_TRIES, LOCKED_SECONDS * 1000)


@dataclass(frozen=True, slots=True)
class Time:
    """The desk's clock."""

    now: Callable[[], float] = field(default_factory=lambda: asyncio.get_running_loop().time)
    """Seconds, of any beginning."""
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


@dataclass(frozen=True, slots=True)
class Rules:
    """What the desk goes by."""

    engine: str | None = None
    """Of what templates are compared with now; those of another stay shut, without one all do."""
    allowed: frozenset[Chosen] = frozenset(Chosen)
    """A way that is not among them is taken from nobody, whoever chose it earlier."""


_CHOSEN = {PinClaim: Chosen.PIN, LinkClaim: Chosen.LINK, PasskeyClaim: Chosen.PASSKEY}


class CheckInDesk:
    """Implements :class:`consentry.people.claims.ClaimDesk`."""

    def __init__(
        self,
        people: People,
        passkeys: Passkeys,
        hashing: PinHashing,
        rules: Rules | None = None,
        time: Time | None = None,
    ) -> None:
        self.people = people
        self.passkeys = passkeys
        self.hashing = hashing
        self.tickets = TicketDrawer()
        self._rules = rules or Rules()
        self._time = time or Time()
        self._turns = Turns(MAX_WAITING)

    async def claim(self, claim: Claim) -> Claimed | None:
        """Who it is; ``None`` for whatever does not hold. SetupError where the store fails, and
        Busy, of which it is one, where more PINs are sent than can be checked."""
        if _CHOSEN[type(claim)] not in self._rules.allowed:
            return None
        match claim:
            case PinClaim():
                return await self._by_pin(claim)
            case LinkClaim(token):
                found = await self.people.find_token(Kind.LINK, token)
                if found is None:
                    return None
                return await self._claimed(found, "code", read_token(token))
            case PasskeyClaim():
                shown = await self.passkeys.shown(claim)
                if shown is None:
                    return None
                await self.people.counted(shown.found, shown.sign_count)
                return await self._claimed(shown.found, "passkey", shown.secret)

    def unlocked(self, ticket: str) -> Unlocked | None:
        """The template of whoever has ``ticket``."""
        return self.tickets.opened(ticket)

    def unlocked_now(self) -> list[Unlocked]:
        """Every template that is open now; somebody's may be there twice."""
        return self.tickets.all()

    def forget(self, ticket: str | None) -> None:
        """There is a verdict, or nobody is to be compared."""
        if ticket is not None:
            self.tickets.forget(ticket)

    async def _by_pin(self, claim: PinClaim) -> Claimed | None:
        began = self._time.now()
        # In turns: what is turned away as too many was no try, and locks nobody's PIN.
        async with self._turns.turn(digits(claim.handle)):
            found = await self._check_pin(claim)
        took = self._time.now() - began
        await self._time.sleep(ANSWER_SECONDS - took % ANSWER_SECONDS)
        return found

    async def _check_pin(self, claim: PinClaim) -> Claimed | None:
        # Counted before it is looked at: many at once are as many tries.
        found = await self.people.find_number(claim.handle)
        may_try = await self.people.count_try(claim.handle, found, _WINDOW)
        kept = found.pin if may_try and found is not None and found.pin else NOBODYS
        if not await self.hashing.matches(claim.pin, kept) or found is None or not may_try:
            return None
        await self.people.forget_tries(claim.handle)
        await self.people.forget_wrong(found.person.id)
        return await self._claimed(found, "code", None)

    async def _claimed(self, found: Found, assurance: Assurance, secret: bytes | None) -> Claimed:
        person, ticket = found.person, None
        opened = await self.people.open_face(found, secret) if secret else None
        if opened is not None and opened.template.engine == self._rules.engine:
            unlocked = Unlocked(person.id, opened.template, opened.key)
            ticket = self.tickets.issue(unlocked)
        return Claimed(person.id, person.name, person.look_alike, assurance, ticket)
