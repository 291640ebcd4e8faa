"""A real session on a scripted connector, watched event by event against the rules."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Set
from dataclasses import dataclass, replace

import numpy as np

from consentry.call.plan import Plan
from consentry.call.session import Session
from consentry.connectors.driver import Happening, Said
from consentry.consent.ledger import Act, Entry, MemoryLedger
from consentry.consent.notice import Offer
from consentry.consent.owner import OwnerCode
from consentry.consent.purpose import Mode
from consentry.controls import Decide, Disable, Enable, Erase, Heard, Line, Noticed
from consentry.controls import OwnerCode as Code
from consentry.errors import SetupError
from consentry.events import (
    ON_THE_WIRE,
    CheckInAsked,
    Event,
    Joined,
    Left,
    Medium,
    Participant,
    Requested,
    Revoked,
    Role,
    Summarized,
    Tick,
    VideoFrame,
)
from consentry.messages import (
    CheckedIn,
    CheckIn,
    CheckInPrompt,
    Message,
    Notice,
    PurposeTerms,
)
from consentry.metrics import Metrics
from consentry.people.claims import Claimed
from consentry.testing import ScriptedConnector
from consentry.testing.call import fake_context
from tests.traces.rules import Asks, Kind, Rules
from tests.traces.tapped import Tapped
from tests.traces.tries import PURPOSE, Tries
from tests.traces.witness import KINDS, NEEDED, Shelf, Witness

BLOCK = np.zeros(1280, np.float32)
LATE = 0.25
"""Seconds after which the bot has noticed that time alone started something, and said who left."""


@dataclass(frozen=True)
class Shown:
    """Terms as they stood in somebody's notice."""

    person: str
    terms: PurposeTerms
    answers: int
    """Of :meth:`Rules.answers` then: the same as long as nothing was said since."""
    session: int


class Disk(MemoryLedger):
    """A ledger that may be slow, or full."""

    def __init__(self, watch: Watch) -> None:
        super().__init__()
        self._watch = watch
        self.slow = 0.0
        self.full = False

    async def append(self, entry: Entry) -> None:
        if entry.act is Act.GRANTED:
            assert entry.person is not None and entry.purpose is not None
            await self._grant(entry.person, entry.purpose)
        await super().append(entry)

    async def _grant(self, person: str, purpose: str) -> None:
        key = (person, purpose)
        self._watch.require(key in self._watch.valid, f"a yes that is none was taken: {key}")
        self._watch.valid.discard(key)
        rules = self._watch.rules
        before = rules.answers(purpose, person)
        if self.slow:
            await asyncio.sleep(self.slow)
        if self.full:
            raise SetupError("the disk is full")
        same = rules.answers(purpose, person) == before
        if same and rules.present(person) and rules is self._watch.rules:
            rules.happened(Kind.YES, self._watch.now(), person, purpose)

    def note(self, entry: Entry) -> None:
        rules = self._watch.rules
        match entry.act:
            case Act.OWNER_CONFIRMED | Act.OWNER_CHANGED:
                self._watch.require(rules.owner == entry.person, "somebody else owns the call")
            case Act.ENABLED:
                self._watch.require(rules.on(entry.purpose or ""), "what nobody turned on is on")
        super().note(entry)


class Watch:
    """One room: session after session in it, and what each did that the rules do not allow."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._began = 0.0
        self.violations: list[str] = []
        self.valid: set[tuple[str, str]] = set()
        """Yeses under way that count, once they are written down."""
        self.shown: list[Shown] = []
        self.checked = 0
        """Events and messages that were held against the rules."""
        self.seen: set[tuple[str, type[Event]]] = set()
        """Which plugin was shown which kinds of events."""
        self._used: set[str | None] = set()
        self._sessions = 0
        self._pending: list[asyncio.Task[object]] = []
        self.people: dict[str, Participant] = {}
        self.open: set[str | None] = set()
        """Tickets of claims."""

    # One session after the other.

    def start(self) -> None:
        """The bot comes into the room: the first time as configured, after a crash asking all."""
        modes = {n: k.asks if not self._sessions else Asks(Mode.OPT_IN) for n, k in KINDS.items()}
        self._sessions += 1
        self.rules = Rules(modes)
        self.tries = Tries(self.rules)
        self.lists: dict[str, dict[str, str]] = {}
        self.left = -LATE
        """When somebody last did."""
        self.disk = Disk(self)
        self.stack = ScriptedConnector()
        self.witnesses = {name: Witness(name, self.saw, self.judged) for name in KINDS}
        plugins = [(w, _offer(w, modes[w.name])) for w in self.witnesses.values()]
        self.code = OwnerCode()
        plan = Plan(
            f"c-{self._sessions}",
            "Consentry",
            plugins,
            lambda name: replace(fake_context(), vault=Shelf(name, self.kept)),
            self.code,
            self.disk,
            forget_ticket=self.open.discard,
        )
        self.session = Session(plan, Tapped(self.stack, self.heard, self.said).joins, Metrics())
        self._began = self._loop.time()
        self.running = self._loop.create_task(self.session.run())

    async def crash(self) -> None:
        """The bot is gone from one moment to the next, and comes back; people stayed."""
        for task in (self.running, *self._pending):
            task.cancel()
        await asyncio.wait([self.running, *self._pending])
        self.require(not self.open, "a ticket outlives the call it was for")
        self._pending.clear()
        self.valid.clear()
        self.start()
        await asyncio.sleep(0)
        for who in self.people.values():
            await self.stack.join(who)

    async def close(self) -> None:
        """The call is over."""
        if self._pending:
            await asyncio.wait(self._pending)
        self.stack.end()
        await self.running
        self.require(not self.open, "a ticket outlives its call")

    def now(self) -> float:
        """Seconds since the bot joined, as the session has it."""
        return self._loop.time() - self._began

    # What people do.

    async def page(self, person: str, control: Heard) -> None:
        """``person`` acts on their page, while the call goes on."""

        async def hear() -> None:
            self._acts(person, control)
            await self.session.hear(person, control)

        await self._meanwhile(hear())

    async def claims(self, person: str, claim: Claimed) -> None:
        """``person`` proves on their page who they are, while the call goes on."""

        async def check_in() -> None:
            self.open |= {claim.ticket} - {None}
            self.tries.claimed(person, claim, self.now())
            await self.session.check_in(person, claim)

        await self._meanwhile(check_in())

    async def _meanwhile(self, work: Coroutine[object, object, None]) -> None:
        self._pending.append(asyncio.create_task(work))
        await self.rest()
        for task in [task for task in self._pending if task.done()]:
            self._pending.remove(task)
            task.result()

    async def rest(self) -> None:
        """Whatever can go on without time passing goes on."""
        for _ in range(30):
            await asyncio.sleep(0)

    # What the session is told.

    def heard(self, happening: Happening) -> None:
        """In the moment in which the session is."""
        self._happened(happening)
        self.tries.settle(self.now())

    def _happened(self, happening: Happening) -> None:
        match happening:
            case Joined(participant=who):
                self.rules.happened(Kind.CAME, self.now(), who.id)
                self._heed(who)
            case Left(participant=who) if self.rules.present(who.id):
                self.rules.happened(Kind.WENT, self.now(), who.id)
                # With them goes their connection, and what was taken over it.
                self.stack.subscriptions.pop(who.id, None)
                self.tries.left(who.id)
                self.left = self.now()
            case Said(participant=who, control=control) if self.rules.present(who.id):
                self._acts(who.id, control)

    def _heed(self, who: Participant) -> None:
        rules = self.rules
        if who.role is Role.PROVEN_OWNER and (rules.owner is None or rules.lost):
            rules.happened(Kind.OWNS, self.now(), who.id)
        elif who.role is Role.GUEST and who.id == rules.owner:
            rules.happened(Kind.LOST, self.now())

    def _acts(self, person: str, control: Heard) -> None:
        rules, now = self.rules, self.now()
        match control:
            case Decide(answer="no", purpose=purpose):
                rules.happened(Kind.NO, now, person, purpose)
            case Erase() | Line(text="/no all") | Line(text="/forget me"):
                for purpose in KINDS:
                    rules.happened(Kind.NO, now, person, purpose)
                if control != Line(text="/no all"):
                    self.tries.left(person)
            case Decide(answer="yes"):
                self._says_yes(person, control)
            case Line(text=text) if text.startswith("/yes "):
                purpose = text.removeprefix("/yes ")
                if rules.switched_on(purpose):
                    self.valid.add((person, purpose))
                    if latest := self.latest(person, purpose):
                        self._used.add(latest.terms.nonce)
            case Noticed(versions=versions):
                for purpose, version in versions.items():
                    latest = self.latest(person, purpose)
                    current = latest is not None and latest.terms.version == version
                    if current and rules.switched_on(purpose):
                        rules.happened(Kind.SHOWN, now, person, purpose)
            case Code(code=code):
                if code == self.code.code and self._role(person) is not Role.GUEST:
                    rules.happened(Kind.OWNS, now, person)
            case Enable(purpose=purpose) if person == rules.owner and not rules.lost:
                rules.happened(Kind.ON, now, purpose=purpose)
            case Disable(purpose=purpose) if person == rules.owner:
                rules.happened(Kind.OFF, now, purpose=purpose)

    def _says_yes(self, person: str, act: Decide) -> None:
        latest = self.latest(person, act.purpose)
        if latest is None or latest.terms.nonce in self._used:
            return
        asked = (latest.terms.version, latest.terms.nonce) == (act.version, act.nonce)
        unsaid = latest.answers == self.rules.answers(act.purpose, person)
        if asked and unsaid and self.rules.switched_on(act.purpose):
            self._used.add(act.nonce)
            self.valid.add((person, act.purpose))

    def latest(self, person: str, purpose: str) -> Shown | None:
        """What this session's last notice to ``person`` said of ``purpose``."""
        for shown in reversed(self.shown):
            asked = (shown.session, shown.person, shown.terms.name)
            if asked == (self._sessions, person, purpose):
                return shown
        return None

    def _role(self, person: str) -> Role:
        return self.people[person].role if person in self.people else Role.UNKNOWN

    # What the session does, held against the rules.

    def require(self, holds: bool, text: str) -> None:
        self.checked += 1
        if not holds:
            self.violations.append(f"at {self.now():.2f}: {text}")

    def saw(self, purpose: str, event: Event) -> None:
        """A plugin is shown ``event``."""
        self.seen.add((purpose, type(event)))
        needed = NEEDED.get(type(event))
        kind = type(event).__name__
        if needed is not None:
            self.require(needed in KINDS[purpose].media, f"{purpose} was shown a {kind}")
        match event:
            case Revoked():
                pass
            case CheckInAsked(participant=who, id=id_):
                self._looks(who.id, event.at)
                self.tries.asked(who.id, id_)
            case VideoFrame(participant=who) if purpose == PURPOSE:
                self._looks(who.id, event.at)
            case Tick() | Requested():
                self.require(self.rules.on(purpose), f"{purpose} is off, and gets a {kind}")
            case Summarized(lines=lines):
                for line in lines:
                    self._covered(purpose, line.about, line.at, kind)
            case _:
                self._covered(purpose, {event.participant.id}, event.at, kind)

    def _looks(self, person: str, at: float) -> None:
        may = self.tries.may_look(person, at, self.now())
        self.require(may, f"{person} is looked at, as of {at:.2f}")

    def judged(self, asked: CheckInAsked, verdict: str) -> None:
        """The plugin gives its verdict."""
        self.tries.answered(asked.participant.id, asked.id, verdict)

    def _covered(self, purpose: str, about: Set[str], at: float, what: str) -> None:
        now = self.now()
        for who in about:
            self.require(
                self.rules.may(purpose, who, at, now),
                f"{purpose}: {what} of {who}, captured at {at:.2f}",
            )

    def said(self, message: Message) -> None:
        """The session sends ``message``."""
        match message.body:
            case Notice(purposes=purposes):
                person = _alone(message)
                for terms in purposes:
                    answers = self.rules.answers(terms.name, person)
                    self.shown.append(Shown(person, terms, answers, self._sessions))
            case CheckIn(verdict=verdict):
                may = self.tries.told(_alone(message), verdict, self.now())
                self.require(may, f"{message.to} are told that they are checked in")
            case CheckInPrompt():
                may = self.tries.may_look(_alone(message), self.now(), self.now())
                self.require(may, f"{message.to} are told what to do")
            case CheckedIn(people=people):
                self.lists[_alone(message)] = {each.participant: each.name for each in people}
            case body if message.id.partition("/")[0] in KINDS:
                now = self.now()
                self._covered(message.id.partition("/")[0], message.about, now, body.kind)

    def kept(self, purpose: str, about: frozenset[str]) -> None:
        """A plugin's item goes into the vault."""
        self._covered(purpose, about, self.now(), "an item")

    def wire(self) -> None:
        """What is subscribed to is what consent covers; where time alone just started something
        it may be a moment behind."""
        now = self.now()
        for who in self.people:
            wanted = self.stack.wanted.get(who, frozenset())
            tried = KINDS[PURPOSE].media if self.tries.may_take(who, now) else frozenset()
            self.require(wanted <= self._covers(who, now) | tried, f"too much is taken from {who}")
            if not self._pending:
                late = wanted >= self._covers(who, now - LATE) & self._covers(who, now)
                self.require(late, f"what {who} agreed to is not taken")
            if not self._pending and now >= self.left + LATE:
                listed = self.lists.get(who, {})
                self.require(self.tries.may_list(listed, now), f"{who} reads who is not checked in")
        self.require(self.open <= self.tries.tickets(now), "a ticket outlives its claim")

    def _covers(self, who: str, now: float) -> frozenset[Medium]:
        """Tries apart."""
        others = [name for name in KINDS if name != PURPOSE]
        running = [KINDS[name] for name in others if self.rules.may(name, who, now, now)]
        return frozenset(m for kind in running for m in kind.media) & ON_THE_WIRE


def _alone(message: Message) -> str:
    """Whom it is for."""
    assert message.to is not None and len(message.to) == 1
    (person,) = message.to
    return person


def _offer(witness: Witness, asks: Asks) -> Offer:
    media = KINDS[witness.name].media
    return Offer(witness.name, witness.purpose, asks.mode, asks.grace, media)
