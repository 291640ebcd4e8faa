"""One call: its people, its lanes, its time, and everything that keeps them in step."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from contextlib import closing

from consentry.call.answers import Answers
from consentry.call.arrivals import Arrivals, check_ins_of
from consentry.call.attendance import Attendance
from consentry.call.audience import Audience
from consentry.call.bookkeeping import Bookkeeping
from consentry.call.checkins import CheckInStep, Claim
from consentry.call.eraser import Eraser
from consentry.call.intake import Intake
from consentry.call.lanes import Lanes
from consentry.call.notices import Notices
from consentry.call.output import Output
from consentry.call.plan import Nobody, Observer, Plan
from consentry.call.roster import Roster
from consentry.connectors.driver import (
    Connector,
    Ended,
    Happening,
    Reachable,
    Said,
    Setting,
)
from consentry.consent.commands import LinkAsked
from consentry.consent.desk import Around, Asked, Desk, Outcome
from consentry.consent.erasure import ErasureReport, Remains
from consentry.consent.languages import Languages
from consentry.consent.state import Consent
from consentry.controls import Erase, Heard
from consentry.errors import EndReason
from consentry.events import (
    AudioFrame,
    ChatReceived,
    Gap,
    Joined,
    Left,
    Participant,
    Requested,
    Role,
    Tick,
    VideoFrame,
)
from consentry.messages import CheckIn, CheckInPrompt, Message, Notice, Reply, Status
from consentry.metrics import Metrics
from consentry.pipeline import Lane, LaneState, Street
from consentry.receipts.call import CallReceipts
from consentry.signing import Signer
from consentry.telemetry import Telemetry

TICK = 0.1
"""Seconds between ticks."""

Joins = Callable[[Setting], Connector]
"""Makes the connector of this call."""


class Session:
    """Runs one call from joining to the last word of the last plugin."""

    def __init__(
        self,
        plan: Plan,
        joins: Joins,
        metrics: Metrics,
        observer: Observer | None = None,
        signer: Signer | None = None,
    ) -> None:
        self._plan = plan
        self._joins = joins
        self._metrics = metrics
        self._telemetry = Telemetry(metrics, plan.tracer, plan.call, self.now)
        self._observer = observer or Nobody()
        self.signer = signer or Signer(plan.call, clock=self.now)
        self.consent = Consent(offer.terms() for _, offer in plan.plugins)
        self._roster = Roster()
        self.languages = Languages(plan.language, self._roster.reads)
        around = Around(
            self.now, self._close, self._roster.role, self._telemetry.not_taken, self.languages
        )
        self.desk = Desk(self.consent, plan.owner_code, plan.ledger, around)
        self._notices = Notices(plan, self.signer, self.consent, self.desk, self.languages)
        street = Street(self.now, self._say, self._lane_changed, metrics)
        check_ins = self._check_ins = check_ins_of(plan, self.consent)
        self._lanes = Lanes(plan, self.consent, self._roster, street, check_ins.trying)
        self._intake = Intake(plan.needs, self.consent, check_ins.trying)
        self._arrivals = Arrivals(plan, check_ins, self._lanes, self.languages, self._carry)
        self.attendance = Attendance(check_ins, self._arrivals, self.now, self._settle)
        self._audience = Audience()
        self._output = Output(self._carry, self.now, self._roster, self._observer, self._telemetry)
        self._eraser = Eraser(plan, self._output, self.now, self._remains, self._telemetry)
        self._books = Bookkeeping(plan, self.languages, self._carry, self.now)
        self._answers = Answers(plan, self.languages, self._books, check_ins)
        self._stop = asyncio.Event()
        self._began = 0.0
        self._next_change = 0.0

    def now(self) -> float:
        """Seconds since the bot joined."""
        return asyncio.get_running_loop().time() - self._began

    def stop(self) -> None:
        """Leave the call; :meth:`run` returns once the plugins have said their last."""
        self._stop.set()

    async def run(self) -> EndReason:
        """Join, stay until the call ends, and return why; JoinRefused if the room says no."""
        self._began = asyncio.get_running_loop().time()
        setting = Setting(
            self.now,
            self.signer,
            self._metrics,
            lambda person, medium: self._intake.standing(person, medium, self.now()),
            self._notices.running,
            self._plan.tracer,
            self._observer.waiting,
            self.languages.call,
        )
        with self._telemetry.lasting():
            async with self._joins(setting) as self._connector, asyncio.TaskGroup() as self._tasks:
                self._observer.owner_code(self._plan.owner_code.code)
                self._books.began(self.signer.fingerprint)
                running_on = [
                    self._tasks.create_task(self._tick(), name="clock"),
                    self._tasks.create_task(self._books.run(), name="receipts"),
                ]
                reason = await self._listen()
                self._telemetry.requested()
                await self._lanes.finish()
                await self._eraser.settled()
                for task in running_on:
                    task.cancel()
                await self._books.ended(reason)
            self._telemetry.ended(reason)
        return reason

    async def hear(self, person: str, control: Heard) -> list[Reply]:
        """``person`` acts, by whatever way: a button, a chat line, their page."""
        owner = self.consent.owner
        with self._telemetry.acting(control, self.consent.purposes) as act:
            outcomes = await self.desk.hear(person, control)
            if self.consent.owner != owner:
                self._observer.owner_code(self._plan.owner_code.code)
            if any(isinstance(outcome, Erase) for outcome in outcomes):
                self._forget(person)
                erasure = self._eraser.erase_and_tell(person, self.languages.words(person))
                self._tasks.create_task(erasure, name="erasure")
            await self._settle()
            act.replies += [
                reply for o in outcomes if (reply := await self._answer(person, o)) is not None
            ]
        return act.replies

    async def erase(self, person: str) -> ErasureReport:
        """``person`` refuses every purpose, and what was made from them in this call is erased.

        Buffers and screens come first, then what is stored: SetupError where that can't be
        deleted. The no holds whatever happens, and this may be asked for again.
        """
        control = Erase(type="erase")
        with self._telemetry.acting(control, self.consent.purposes) as act:
            outcomes = await self.desk.hear(person, control)
            self._forget(person)
            await self._settle()
            act.replies += [outcome for outcome in outcomes if isinstance(outcome, Reply)]
        return await self._eraser.erase(person)

    async def check_in(self, person: str, claim: Claim) -> CheckInStep:
        """``person`` proved elsewhere who they are: by code or passkey that checks them in."""
        if person in self._roster and (purpose := self._check_ins.agreed_by(person, claim)):
            await self.desk.agree(person, purpose)
        if person not in self._roster or self._check_ins.closed:
            return self._check_ins.turn_away(claim)
        step = self._arrivals.claim(person, claim, self.now())
        await self._settle()
        return step

    def _forget(self, person: str) -> None:
        self._eraser.forget(person)
        self._arrivals.left(person)

    @property
    def receipts(self) -> CallReceipts | None:
        """What people get of the ledger; None where it does not outlive the call."""
        return self._plan.receipts

    @property
    def checks_in(self) -> bool:
        """Whether people can check in now."""
        return self._check_ins.on

    def participant(self, person: str) -> Participant | None:
        """Whoever has or had this id in the call."""
        return self._roster.get(person)

    def present(self, person: str) -> bool:
        """Whether ``person`` is in the call now."""
        return person in self._roster

    def notice_and_status(self, person: str, language: str | None = None) -> tuple[Notice, Status]:
        """What ``person``'s page shows, in ``language`` or the one they are spoken to in."""
        return self._notices.of(person, self.now(), language)

    def notice(self, language: str | None = None) -> Notice:
        """What everybody may know: the notice without a personal link."""
        return self._notices.public(language)

    # What happens in the call.

    async def _listen(self) -> EndReason:
        listening = self._tasks.create_task(self._follow(), name="call")
        stopping = self._tasks.create_task(self._stop.wait(), name="stop")
        with closing(self._check_ins):
            await asyncio.wait([listening, stopping], return_when=asyncio.FIRST_COMPLETED)
        for task in (listening, stopping):
            task.cancel()
        await asyncio.wait([listening, stopping])
        return EndReason.LEFT if listening.cancelled() else listening.result()

    async def _follow(self) -> EndReason:
        async for happening in self._connector.happenings():
            if isinstance(happening, Ended):
                return happening.reason
            await self._take(happening)
            del happening  # or it would stay here until the next one comes
        return EndReason.LOST

    async def _take(self, happening: Happening) -> None:
        match happening:
            case AudioFrame() | Gap():
                self._lanes.offer(happening)
            case VideoFrame():
                if await self._arrivals.seen(happening, self.now()):
                    self._next_change = self.now()
                self._lanes.offer(happening)
            case ChatReceived():
                self._output.heard(happening)
                self._lanes.offer(happening)
            case Joined():
                await self._joined(happening.participant)
            case Reachable():
                self._audience.add(happening.participant.id)
                await self._settle()
            case Said():
                await self._heard(happening.participant.id, happening.control)
            case Left():
                await self._left(happening.participant)

    async def _joined(self, participant: Participant) -> None:
        if self._roster.enter(participant):
            self.desk.met(participant.id)
            self._telemetry.arrived()
        await self._heed(participant)
        await self._settle()

    async def _heed(self, participant: Participant) -> None:
        """What the stack says of who runs the call."""
        if participant.role is Role.PROVEN_OWNER:
            await self.desk.prove(participant.id)
        elif participant.role is Role.GUEST and participant.id == self.consent.owner:
            await self.desk.disown()
            self._observer.owner_code(self._plan.owner_code.renew())

    async def _left(self, participant: Participant) -> None:
        person = participant.id
        if not self._roster.leave(person, self.now()):
            return
        self._lanes.offer(Left(participant, self.now()))
        self._telemetry.departed()
        self._audience.remove(person)
        self._intake.forget(person)
        self._arrivals.left(person)
        self.consent.left(person)
        self._next_change = self.now()  # others read that they are checked in
        if self._roster.halved():
            # The call is ending: ask for results while others are there to read them.
            self._telemetry.requested()
            self._lanes.offer(Requested(self.now()))
        if person == self.consent.owner:
            self._observer.owner_code(self._plan.owner_code.renew())

    async def _heard(self, person: str, control: Heard) -> None:
        if person not in self._roster:
            return
        for reply in await self.hear(person, control):
            await self._output.tell(person, reply)

    async def _answer(self, person: str, outcome: Outcome) -> Reply | None:
        if isinstance(outcome, Asked):
            return self._ask(person, outcome)
        reply = await self._answers.answer(person, outcome)
        if isinstance(outcome, LinkAsked):
            await self._settle()  # the notice quotes it from now on
        return reply

    def _ask(self, person: str, asked: Asked) -> Reply | None:
        if self._lanes.ask(asked.plugin):
            self._telemetry.requested()
            return None
        return self._answers.not_running(person)

    # What follows from the consent as it stands.

    async def _close(self) -> None:
        """What consent no longer covers is gone before anything is waited for: out of the queues,
        and off the wire. Plugins are told, and half a caption is taken back."""
        self._arrivals.narrow(self.now())
        withdrawn = self._lanes.revoke(self.now())
        for narrower in self._intake.narrowed(self.now()):
            await self._connector.want(narrower)
        self._telemetry.covered()
        for plugin, person in withdrawn:
            await self._output.retract(plugin, person, "withdrawn")
        await self._arrivals.tell()

    async def _settle(self) -> None:
        """Bring lanes, the wire and what people are told in line with the consent state."""
        self._next_change = math.inf
        await self._close()
        now = self.now()
        for lane in self._lanes:
            await self._settle_lane(lane, now)
        self._arrivals.begin(now)
        for person in self._roster:
            # Whoever left while another was waited for is asked for nothing.
            if person in self._roster and (wider := self._intake.changed(person, now)):
                await self._connector.want(wider)
        for person in self._audience:
            for message in self._news(person, now):
                await self._connector.send(message)
        await self._arrivals.tell()
        changes = self.consent.next_change(now), self._arrivals.next_change()
        self._next_change = min(self._next_change, *changes)

    def _news(self, person: str, now: float) -> list[Message]:
        """What ``person`` is to be told, so that they know how things stand."""
        notice, status = self.notice_and_status(person)
        listed = self._arrivals.listed(person, owner=status.owner)
        return self._audience.news(person, now, notice, status, self._intake.want(person), *listed)

    async def _settle_lane(self, lane: Lane, now: float) -> None:
        if not self.consent.enabled(lane.name):
            await self._lanes.stop(lane)
            await self._output.retract(lane.name, None, "disabled")
            return
        self._lanes.run(lane, now, self._tasks)

    def _remains(self, person: str) -> frozenset[Remains]:
        return self._connector.remains(person)

    # What plugins say.

    async def _carry(self, message: Message) -> None:
        await self._connector.send(message)

    async def _say(self, plugin: str, message: Message) -> None:
        if isinstance(message.body, CheckIn | CheckInPrompt):
            await self._check(plugin, message)
        elif made := await self._output.say(plugin, message):
            self._lanes.offer(made)

    async def _check(self, plugin: str, message: Message) -> None:
        """What a plugin says of a try to check in is its person's alone."""
        if not self._arrivals.heard(plugin, message, self.now()):
            self._telemetry.blocked(plugin)
        self._next_change = self.now()  # not here: to settle may wait for this plugin's lane
        await self._arrivals.tell()

    def _lane_changed(self, plugin: str, state: LaneState) -> None:
        if state in (LaneState.RESTARTING, LaneState.FAILED):
            self._arrivals.break_off(plugin, self.now())
            self._next_change = self.now()
        if state is not LaneState.OFF:
            self._tasks.create_task(self._announce(self._lanes[plugin], state))

    async def _announce(self, lane: Lane, state: LaneState) -> None:
        if state is not LaneState.RUNNING:
            for message in self._output.broken_off(lane.name):
                await self._say(lane.name, message)
        await self._output.announce(lane, state)

    # Time.

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK)
            now = self.now()
            self._lanes.offer(Tick(now))
            self._lanes.check_stuck(now)
            self._telemetry.waits(self._lanes.waiting)
            if now >= self._next_change:
                await self._settle()
            if self._roster.deserted(now, self._plan.alone_for):
                self.stop()
