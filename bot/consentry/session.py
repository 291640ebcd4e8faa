"""One call: its people, its lanes, its time, and everything that keeps them in step."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial

from consentry.audience import Audience
from consentry.bookkeeping import Bookkeeping
from consentry.connectors.driver import (
    Connector,
    Ended,
    Happening,
    MediaConsent,
    Reachable,
    Said,
    Setting,
)
from consentry.consent.commands import LinkAsked, ReceiptAsked
from consentry.consent.desk import Around, Asked, Desk, Outcome
from consentry.consent.erasure import ErasureReport, Remains, in_words
from consentry.consent.languages import Languages
from consentry.consent.notice import Board
from consentry.consent.state import Consent
from consentry.controls import Erase, Heard
from consentry.eraser import Eraser
from consentry.errors import EndReason, SetupError
from consentry.events import (
    AudioFrame,
    ChatReceived,
    Gap,
    Joined,
    Left,
    Medium,
    Participant,
    Requested,
    Role,
    Tick,
    VideoFrame,
)
from consentry.intake import Intake
from consentry.lanes import Lanes
from consentry.messages import Message, Notice, Reply, Status
from consentry.metrics import Metrics
from consentry.output import Output
from consentry.pipeline import Lane, LaneState, Street
from consentry.plan import Nobody, Observer, Plan
from consentry.receipts.call import CallReceipts
from consentry.roster import Roster
from consentry.signing import Signer
from consentry.telemetry import Telemetry

log = logging.getLogger(__name__)

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
        offers = {offer.name: offer for _, offer in plan.plugins}
        self._board = Board(plan.bot, self.signer.fingerprint, offers)
        street = Street(self.now, self._say, self._lane_changed, metrics)
        self._lanes = Lanes(plan, self.consent, self._roster, street)
        needs = {plugin.name: plugin.needs for plugin, _ in plan.plugins}
        self._intake = Intake(needs, self.consent)
        self._audience = Audience()
        self._output = Output(self._carry, self.now, self._roster, self._observer, self._telemetry)
        self._eraser = Eraser(plan, self._output, self.now, self._remains, self._telemetry)
        self._books = Bookkeeping(plan, self.languages, self._carry, self.now)
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
        running = partial(self._board.running, self.consent, self.languages.call)
        setting = Setting(
            self.now,
            self.signer,
            self._metrics,
            self._standing,
            running,
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
                self._eraser.forget(person)
                self._tasks.create_task(self._erase(person), name="erasure")
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
            self._eraser.forget(person)
            await self._settle()
            act.replies += [outcome for outcome in outcomes if isinstance(outcome, Reply)]
        return await self._eraser.erase(person)

    async def _erase(self, person: str) -> None:
        """The same for somebody who said so in the call, and is told there what came of it."""
        words = self.languages.words(person)
        try:
            reply = Reply(code="erased", text=in_words(await self._eraser.erase(person), words))
        except SetupError as exc:
            log.error("what is stored of somebody could not be erased: %s", exc)
            reply = Reply(code="not_erased", text=words.say("reply.not_erased"))
        await self._output.tell(person, reply)

    @property
    def receipts(self) -> CallReceipts | None:
        """What people get of the ledger; None where it does not outlive the call."""
        return self._plan.receipts

    def participant(self, person: str) -> Participant | None:
        """Whoever has or had this id in the call."""
        return self._roster.get(person)

    def present(self, person: str) -> bool:
        """Whether ``person`` is in the call now."""
        return person in self._roster

    def notice_and_status(self, person: str, language: str | None = None) -> tuple[Notice, Status]:
        """What ``person``'s page shows, in ``language`` or the one they are spoken to in."""
        spoken = language or self.languages.of(person)
        notice = self._board.notice(self.consent, self._plan.link(person), spoken)
        return self.desk.quoted(person, notice), self._status(person)

    def notice(self, language: str | None = None) -> Notice:
        """What everybody may know: the notice without a personal link."""
        return self._board.notice(self.consent, None, language or self.languages.call)

    # What happens in the call.

    async def _listen(self) -> EndReason:
        listening = self._tasks.create_task(self._follow(), name="call")
        stopping = self._tasks.create_task(self._stop.wait(), name="stop")
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
            case AudioFrame() | Gap() | VideoFrame():
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
        self.consent.left(person)
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
        match outcome:
            case Reply():
                return outcome
            case Asked():
                return self._ask(person, outcome)
            case Erase():
                return None  # said once it is done
            case LinkAsked():
                return await self._renew_link(person)
            case ReceiptAsked():
                return await self._books.asked(person)

    def _ask(self, person: str, asked: Asked) -> Reply | None:
        if self._lanes.ask(asked.plugin):
            self._telemetry.requested()
            return None
        text = self.languages.words(person).say("reply.not_running")
        return Reply(code="unknown_purpose", text=text)

    async def _renew_link(self, person: str) -> Reply:
        """Another link to their page; the notice quotes it from now on."""
        words = self.languages.words(person)
        try:
            link = await self._plan.renew_link(person)
        except SetupError as exc:
            log.error("a new link could not be made: %s", exc)
            return Reply(code="unavailable", text=words.say("link.full"))
        if link is None:
            return Reply(code="no_page", text=words.say("reply.no_page"))
        await self._settle()
        return Reply(code="link", text=words.say("reply.link", link=link))

    # What follows from the consent as it stands.

    async def _close(self) -> None:
        """What consent no longer covers is gone before anything is waited for: out of the queues,
        and off the wire. Plugins are told, and half a caption is taken back."""
        withdrawn = self._lanes.revoke(self.now())
        for narrower in self._intake.narrowed(self.now()):
            await self._connector.want(narrower)
        self._telemetry.covered()
        for plugin, person in withdrawn:
            await self._output.retract(plugin, person, "withdrawn")

    async def _settle(self) -> None:
        """Bring lanes, the wire and what people are told in line with the consent state."""
        await self._close()
        now = self.now()
        for lane in self._lanes:
            await self._settle_lane(lane, now)
        for person in self._roster:
            # Whoever left while another was waited for is asked for nothing.
            if person in self._roster and (wider := self._intake.changed(person, now)):
                await self._connector.want(wider)
        for person in self._audience:
            bodies = (*self.notice_and_status(person), self._intake.want(person))
            for message in self._audience.news(person, now, *bodies):
                await self._connector.send(message)
        self._next_change = self.consent.next_change(now)

    async def _settle_lane(self, lane: Lane, now: float) -> None:
        if not self.consent.enabled(lane.name):
            await self._lanes.stop(lane)
            await self._output.retract(lane.name, None, "disabled")
            return
        self._lanes.run(lane, now, self._tasks)

    def _status(self, person: str) -> Status:
        now = self.now()
        names = self.consent.purposes
        return Status(
            purposes={n: self.consent.standing(n, person, now).value for n in names},
            owner=self.consent.owner == person,
            owner_confirmed=self.consent.owner is not None,
        )

    def _standing(self, person: str, medium: Medium) -> MediaConsent:
        return self._intake.standing(person, medium, self.now())

    def _remains(self, person: str) -> frozenset[Remains]:
        return self._connector.remains(person)

    # What plugins say.

    async def _carry(self, message: Message) -> None:
        await self._connector.send(message)

    async def _say(self, plugin: str, message: Message) -> None:
        if made := await self._output.say(plugin, message):
            self._lanes.offer(made)

    def _lane_changed(self, plugin: str, state: LaneState) -> None:
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
            self._leave_if_alone(now)

    def _leave_if_alone(self, now: float) -> None:
        patience = self._plan.alone_for
        alone = now - self._roster.alone_since
        if patience is not None and not len(self._roster) and alone > patience:
            self.stop()
