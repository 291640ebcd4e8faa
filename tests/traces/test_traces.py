"""Whatever happens in a call, in whatever order, nothing is seen or said that nobody agreed to."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from consentry.controls import Decide, Disable, Enable, Erase, Heard, Line, Noticed, Request
from consentry.controls import OwnerCode as Code
from consentry.events import AudioFrame, ChatReceived, Gap, Participant, Role, VideoFrame
from consentry.people.claims import Claimed
from consentry.testing.virtual_time import VirtualTimeLoop
from tests.call.check_ins import FACE
from tests.pictures import shown
from tests.traces.call import BLOCK, Shown, Watch
from tests.traces.tries import PURPOSE
from tests.traces.witness import KINDS, NEEDED

IDS = ("ana", "ben", "cleo")
people = st.sampled_from(IDS)
purposes = st.sampled_from(list(KINDS))
BY_FACE = Claimed("", "", False, "face", "ticket")
CLAIMS = (
    BY_FACE,
    BY_FACE,
    replace(BY_FACE, ticket=None),
    replace(BY_FACE, look_alike=True),
    replace(BY_FACE, assurance="code"),
    replace(BY_FACE, assurance="passkey", ticket=None),
)
lags = st.sampled_from([0.0, 0.08, 0.5, 4.0, 60.0])
STEPS = 40


class Trace(RuleBasedStateMachine):
    """One room, from the first time the bot comes in to the last time it leaves."""

    def __init__(self) -> None:
        super().__init__()
        logging.disable()  # a plugin that is let fall says so, thousands of times
        self.loop = VirtualTimeLoop()
        self.watch = Watch(self.loop)
        self.numbers = 0
        self.said: list[tuple[str, Heard]] = []

    def do(self, work: Coroutine[Any, Any, object]) -> None:
        self.loop.run_until_complete(work)

    def teardown(self) -> None:
        self.do(self.watch.close())
        self.loop.close()
        logging.disable(logging.NOTSET)

    @initialize(there=st.sampled_from([IDS, IDS, IDS, IDS[:1], ()]))
    def begins(self, there: tuple[str, ...]) -> None:
        """Most calls begin with people in them, and everything turned on."""

        async def begin() -> None:
            self.watch.start()
            await asyncio.sleep(0)
            for person in there:
                await self._come(Participant(person, person.title()))
            if there:
                await self._turn_all_on()

        self.do(begin())

    async def _turn_all_on(self) -> None:
        await self._say("ana", Code(type="owner", code=self.watch.code.code or ""))
        for purpose in KINDS:
            await self._say("ana", Enable(type="enable", purpose=purpose))

    async def _come(self, who: Participant) -> None:
        self.watch.people[who.id] = who
        await self.watch.stack.join(who)

    async def _say(self, person: str, control: Heard) -> None:
        who = self.watch.people.get(person, Participant(person, person.title()))
        await self.watch.stack.say(who, control)

    # People come, go, and change.

    @rule(person=people, role=st.sampled_from(Role))
    def comes(self, person: str, role: Role) -> None:
        self.do(self._come(Participant(person, person.title(), role)))

    @rule(person=people)
    def is_renamed(self, person: str) -> None:
        if who := self.watch.people.get(person):
            self.do(self._come(Participant(who.id, who.name + "!", who.role)))

    @rule(person=people)
    def goes(self, person: str) -> None:
        if who := self.watch.people.pop(person, None):
            self.do(self.watch.stack.leave(who))

    @rule(person=people, back=people)
    def goes_and_comes_back(self, person: str, back: str) -> None:
        """Under the id they had, or under another."""
        if who := self.watch.people.pop(person, None):
            self.do(self.watch.stack.leave(who))
            self.do(self._come(Participant(back, who.name, who.role)))

    # The owner.

    @rule(person=people, knows=st.booleans())
    def claims_the_call(self, person: str, knows: bool) -> None:
        code = self.watch.code.code if knows else "WRNG-CODE"
        self.do(self._say(person, Code(type="owner", code=code or "")))

    @rule(person=people, purpose=purposes, on=st.booleans())
    def switches(self, person: str, purpose: str, on: bool) -> None:
        owner = self.watch.rules.owner or person
        act = (
            Enable(type="enable", purpose=purpose)
            if on
            else Disable(type="disable", purpose=purpose)
        )
        self.do(self._say(owner, act))

    @rule(person=people, purpose=purposes, on=st.booleans())
    def meddles(self, person: str, purpose: str, on: bool) -> None:
        """Whoever they are."""
        verb = "/on" if on else "/off"
        if person != self.watch.rules.owner:
            self.do(self._say(person, Line(text=f"{verb} {purpose}")))

    # Answers.

    def _terms(self, person: str, purpose: str) -> Shown | None:
        return self.watch.latest(person, purpose)

    @rule(person=people)
    def has_read_the_notice(self, person: str) -> None:
        self.do(self._read(person))

    async def _read(self, person: str) -> None:
        latest = [shown for name in KINDS if (shown := self._terms(person, name))]
        versions = {each.terms.name: each.terms.version for each in latest}
        await self._say(person, Noticed(type="noticed", versions=versions))

    @rule(seconds=st.sampled_from([0.0, 2.9, 3.2]))
    def everybody_agrees(self, seconds: float) -> None:
        """So that there is something to take back."""

        async def agree() -> None:
            for person in list(self.watch.people):
                await self._read(person)
                for purpose in KINDS:
                    if each := self._terms(person, purpose):
                        await self._decides(person, _yes(each))
            await asyncio.sleep(seconds)

        self.do(agree())

    @rule(person=people, purpose=purposes, page=st.booleans(), slow=st.sampled_from([0, 0, 0.3, 2]))
    def says_yes(self, person: str, purpose: str, page: bool, slow: float) -> None:
        self.watch.disk.slow = slow
        if each := self._terms(person, purpose):
            self.do(self._decides(person, _yes(each), page=page))
        self.watch.disk.slow = 0

    async def _decides(self, person: str, act: Heard, *, page: bool = False) -> None:
        self.said.append((person, act))
        if page and self.watch.session.participant(person) is not None:
            await self.watch.page(person, act)
        else:
            await self._say(person, act)

    @rule(person=people, purpose=purposes)
    def says_yes_to_a_full_disk(self, person: str, purpose: str) -> None:
        self.watch.disk.full = True
        if each := self._terms(person, purpose):
            self.do(self._decides(person, _yes(each)))
        self.watch.disk.full = False

    @rule(person=people, purpose=purposes)
    def types_yes(self, person: str, purpose: str) -> None:
        self.do(self._say(person, Line(text=f"/yes {purpose}")))

    @rule(person=people, purpose=purposes, page=st.booleans())
    def says_no(self, person: str, purpose: str, page: bool) -> None:
        act = Decide(type="decide", purpose=purpose, answer="no", version="any")
        self.do(self._decides(person, act, page=page))

    @rule(person=people, act=st.sampled_from([Line(text="/no all"), Line(text="/forget me")]))
    def types_no(self, person: str, act: Line) -> None:
        self.do(self._say(person, act))

    @rule(person=people, page=st.booleans())
    def is_to_be_forgotten(self, person: str, page: bool) -> None:
        self.do(self._decides(person, Erase(type="erase"), page=page))

    # Checking in.

    @rule(on=st.booleans())
    def check_in_is_switched(self, on: bool) -> None:
        self.switches(self.watch.rules.owner or "ana", PURPOSE, on)

    @rule(person=people, name=st.sampled_from(IDS), claim=st.sampled_from(CLAIMS))
    def claims(self, person: str, name: str, claim: Claimed) -> None:
        """To be whoever they can prove to be."""
        self.numbers += 1
        ticket = claim.ticket and f"ticket-{self.numbers}"
        made = replace(claim, person_id=name, name=name.title(), ticket=ticket)
        self.do(self.watch.claims(person, made))

    @rule(verdict=st.sampled_from(["checked_in", "use_code"]), which=st.sampled_from([0, 0, 0, 1]))
    def the_plugin_gives_a_verdict(
        self, verdict: Literal["checked_in", "use_code"], which: int
    ) -> None:
        """On the try it was asked about last, or on another."""
        self.watch.witnesses["checkin"].verdicts.append((which, verdict))
        self.do(asyncio.sleep(0.2))

    @rule(verdict=st.sampled_from(["checked_in", "use_code"]), until=st.sampled_from([1, 2, 3]))
    def everybody_checks_in_by_face(
        self, verdict: Literal["checked_in", "use_code"], until: int
    ) -> None:
        """Or comes as far as that."""
        for person in list(self.watch.people):
            self.claims(person, person, BY_FACE)
            if until > 1:
                picture = VideoFrame(self._who(person), FACE, self.watch.now())
                self.do(self.watch.stack.happen(picture))
            if until > 2:
                self.the_plugin_gives_a_verdict(verdict, 0)

    # Answers that are none.

    @precondition(lambda self: self.said)
    @rule(data=st.data(), person=people)
    def an_answer_is_played_again(self, data: st.DataObject, person: str) -> None:
        """As its own person, or as somebody else."""
        _, act = data.draw(st.sampled_from(self.said))
        self.do(self._say(person, act))

    @precondition(lambda self: self.watch.shown)
    @rule(data=st.data(), person=people, nonce=st.sampled_from(["theirs", "none", "noise"]))
    def a_yes_is_made_up(self, data: st.DataObject, person: str, nonce: str) -> None:
        """From any notice that anybody was ever shown."""
        each = data.draw(st.sampled_from(self.watch.shown))
        quoted = {"theirs": each.terms.nonce, "none": None, "noise": "A" * 88}[nonce]
        act = _yes(each).model_copy(update={"nonce": quoted})
        self.do(self._say(person, act))

    # What people do besides.

    @rule(lag=lags)
    def everybody_takes_part(self, lag: float) -> None:
        """They speak, are seen and write, and somebody wants to know what it came to."""

        async def take_part() -> None:
            at = self.watch.now() - lag
            for who in list(self.watch.people.values()):
                self.numbers += 1
                heard = [AudioFrame(who, BLOCK, at + 0.08 * n) for n in range(3)]
                line = ChatReceived(who, f"line-{self.numbers}", "hi", at)
                await self.watch.stack.happen(*heard, shown(who, at), line, Gap(who, at, 0.5))
            await self._say("ana", Request(type="request", plugin="digest"))

        self.do(take_part())

    @rule(person=people, lag=lags, frames=st.integers(1, 4))
    def speaks(self, person: str, lag: float, frames: int) -> None:
        who = self._who(person)
        at = self.watch.now() - lag
        heard = [AudioFrame(who, BLOCK, at + 0.08 * n) for n in range(frames)]
        self.do(self.watch.stack.happen(*heard))

    @rule(person=people, ahead=st.sampled_from([0.5, 3.5, 3600.0]))
    def a_clock_is_ahead(self, person: str, ahead: float) -> None:
        """What their device sends seems to come from later than now."""
        who, at = self._who(person), self.watch.now() + ahead
        self.do(self.watch.stack.happen(AudioFrame(who, BLOCK, at), shown(who, at)))

    @rule(person=people, lag=lags)
    def is_seen_or_lost(self, person: str, lag: float) -> None:
        who, at = self._who(person), self.watch.now() - lag
        self.do(self.watch.stack.happen(shown(who, at), Gap(who, at, 0.5)))

    @rule(person=people, lag=lags)
    def writes(self, person: str, lag: float) -> None:
        self.numbers += 1
        who, at = self._who(person), self.watch.now() - lag
        self.do(self.watch.stack.happen(ChatReceived(who, f"line-{self.numbers}", "hi", at)))

    @rule(person=people)
    def asks_for_the_summary(self, person: str) -> None:
        self.do(self._say(person, Request(type="request", plugin="digest")))

    def _who(self, person: str) -> Participant:
        return self.watch.people.get(person, Participant(person, person.title()))

    # Time, and what breaks.

    @rule(seconds=st.sampled_from([0.1, 1.0, 2.9, 3.2]))
    def time_passes(self, seconds: float) -> None:
        self.do(asyncio.sleep(seconds))

    @rule(seconds=st.sampled_from([5.0, 90.0, 40_000.0]))
    def the_machine_slept(self, seconds: float) -> None:
        self.loop._jump.now += seconds
        self.do(asyncio.sleep(0.2))

    @rule(purpose=purposes)
    def a_plugin_falls(self, purpose: str) -> None:
        self.watch.witnesses[purpose].falls = True
        self.do(asyncio.sleep(0.2))

    @rule(goes_on=st.booleans())
    def the_bot_crashes(self, goes_on: bool) -> None:
        async def crash() -> None:
            await self.watch.crash()
            if goes_on:
                await self._turn_all_on()

        self.do(crash())

    @invariant()
    def nothing_is_used_that_nobody_agreed_to(self) -> None:
        self.do(self.watch.rest())
        self.watch.wire()
        assert not self.watch.violations


def _yes(shown: Shown) -> Decide:
    terms = shown.terms
    return Decide(
        type="decide", purpose=terms.name, answer="yes", version=terms.version, nonce=terms.nonce
    )


def run(traces: int) -> None:
    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    run_state_machine_as_test(
        Trace,
        settings=settings(
            max_examples=traces,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=checks,
        ),
    )


def test_where_everybody_agrees_everything_is_seen() -> None:
    """Or the traces below would show nothing."""
    trace = Trace()
    trace.begins(there=IDS)
    trace.everybody_agrees(seconds=3.2)
    trace.everybody_checks_in_by_face(verdict="checked_in", until=3)
    trace.nothing_is_used_that_nobody_agreed_to()
    everybody = {person: person.title() for person in IDS}
    assert trace.watch.lists == dict.fromkeys(IDS, everybody)
    for _ in range(2):
        trace.everybody_takes_part(lag=0.0)
        trace.time_passes(seconds=1.0)
        trace.nothing_is_used_that_nobody_agreed_to()
    for name, kind in KINDS.items():
        for event, medium in NEEDED.items():
            assert ((name, event) in trace.watch.seen) == (medium in kind.media)
    assert trace.watch.checked > 500
    trace.teardown()


@pytest.mark.timeout(600)
def test_hundreds_of_calls_of_anybody_doing_anything() -> None:
    run(200)


@pytest.mark.long
@pytest.mark.timeout(6 * 3600)
def test_ten_thousand_calls_of_anybody_doing_anything() -> None:
    run(10_000)
