"""No order of acts lets a purpose touch somebody who has not agreed."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, field

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from consentry.consent.purpose import Mode
from consentry.consent.state import Consent, Standing, Terms
from consentry.errors import ConsentError

GRACE = 2.0
STEPS = (
    "enable",
    "disable",
    "change",
    "notice",
    "yes",
    "no",
    "rejoin",
    "other owner",
    "lose",
    "+1",
)


@dataclass
class Model:
    """What a lawyer would say, for one person and one purpose."""

    mode: Mode
    on: bool = False
    paused: bool = False
    said: str = "nothing"
    """``nothing``, ``yes`` or ``no``."""
    shown_at: float | None = None
    """When the present terms came on the screen."""
    usable_from: list[float] = field(default_factory=list)

    def asked_again(self) -> None:
        self.shown_at = None
        if self.said == "yes":
            self.said = "nothing"
        self.usable_from = []

    def usable(self, at: float) -> bool:
        started = any(at >= start for start in self.usable_from)
        return self.on and not self.paused and self.said != "no" and started


class Pair:
    """The state and the model, taking the same steps."""

    def __init__(self, mode: Mode) -> None:
        self.now = 0.0
        self.consent = Consent([Terms("captions", "v", mode, GRACE)])
        self.consent.confirm_owner("olga")
        self.consent.joined("ana")
        self.model = Model(mode)
        self.owners = itertools.cycle(("otto", "olga"))

    def step(self, name: str) -> None:
        consent, model = self.consent, self.model
        owner = consent.owner or ""
        match name:
            case "enable" if model.paused:
                with pytest.raises(ConsentError, match="changed hands"):
                    consent.enable("captions", owner)
            case "enable":
                consent.enable("captions", owner)
                if not model.on:
                    model.on = True
                    model.asked_again()
            case "disable":
                consent.disable("captions", owner)
                model.on = False
                model.asked_again()
            case "change":
                consent.change(Terms("captions", "other words", model.mode, GRACE))
                model.asked_again()
            case "other owner":
                consent.confirm_owner(next(self.owners))
                model.paused = False
                model.asked_again()
            case "lose":
                consent.owner_lost()
                model.paused = True
            case "rejoin":
                consent.left("ana")
                consent.joined("ana")
                model.asked_again()
            case _:
                self._person(name)

    def _person(self, name: str) -> None:
        consent, model = self.consent, self.model
        version = consent.version("captions")
        match name:
            case "notice":
                consent.noticed("ana", "captions", version, self.now)
                if model.on and model.shown_at is None:
                    model.shown_at = self.now
                    if model.mode is Mode.NOTICE and model.said != "no":
                        model.usable_from.append(self.now + GRACE)
            case "yes":
                if model.on:
                    assert consent.commit(consent.propose("ana", "captions", version), self.now)
                    model.said = "yes"
                    model.shown_at = model.shown_at if model.shown_at is not None else self.now
                    model.usable_from.append(self.now)
            case "no":
                consent.refuse("ana", "captions")
                model.asked_again()
                model.said = "no"
            case "+1":
                self.now += 1.0

    def check(self) -> None:
        for at in (self.now - 1.5, self.now, self.now + 1.0, self.now + 100.0):
            held = self.consent.allows("captions", "ana", at)
            assert held == self.model.usable(at), f"captured at {at}, now {self.now}"


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.timeout(240)
def test_every_sequence_of_five_acts_agrees_with_the_model(mode: Mode) -> None:
    for steps in itertools.product(STEPS, repeat=5):
        pair = Pair(mode)
        for name in steps:
            pair.step(name)
        try:
            pair.check()
        except AssertionError as exc:
            raise AssertionError(f"{mode}: {steps}: {exc}") from None


@pytest.mark.parametrize("mode", list(Mode))
def test_long_traces_agree_with_the_model(mode: Mode) -> None:
    class Traces(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.pair = Pair(mode)

        @rule(name=st.sampled_from(STEPS))
        def act(self, name: str) -> None:
            self.pair.step(name)

        @invariant()
        def agrees(self) -> None:
            self.pair.check()

    test = Traces.TestCase
    test.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)
    test().runTest()


def running() -> Consent:
    consent = Consent([Terms("captions", "v"), Terms("summary", "v")])
    consent.confirm_owner("olga")
    consent.joined("ana")
    for purpose in consent.purposes:
        consent.enable(purpose, "olga")
        grant = consent.propose("ana", purpose, consent.version(purpose))
        assert consent.commit(grant, 10.0)
    return consent


def test_a_yes_does_not_reach_back() -> None:
    consent = running()
    assert not consent.allows("captions", "ana", 9.99)
    assert consent.allows("captions", "ana", 10.0)


def test_a_no_between_a_yes_and_its_record_wins() -> None:
    consent = running()
    grant = consent.propose("ana", "captions", consent.version("captions"))
    consent.refuse("ana", "captions")
    assert not consent.commit(grant, 11.0)
    assert not consent.allows("captions", "ana", 12.0)


def test_one_purpose_says_nothing_of_another() -> None:
    consent = running()
    consent.refuse("ana", "captions")
    assert consent.allows("summary", "ana", 12.0)


def test_nobody_but_the_owner_turns_a_purpose_on_or_off() -> None:
    consent = running()
    for change in (consent.enable, consent.disable):
        with pytest.raises(ConsentError, match="only the owner"):
            change("captions", "ana")
    assert consent.allows("captions", "ana", 12.0)


def test_before_an_owner_is_confirmed_nobody_is_one() -> None:
    consent = Consent([Terms("captions", "v")])
    with pytest.raises(ConsentError, match="only the owner"):
        consent.enable("captions", "")


def test_a_yes_to_other_terms_does_not_count() -> None:
    consent = running()
    old = consent.version("captions")
    consent.disable("captions", "olga")
    consent.enable("captions", "olga")
    with pytest.raises(ConsentError, match="terms"):
        consent.propose("ana", "captions", old)


def test_a_late_joiner_is_asked_for_themselves() -> None:
    consent = running()
    consent.joined("ben")
    assert consent.standing("captions", "ben", 20.0) is Standing.ASKED
    assert consent.standing("captions", "ana", 20.0) is Standing.RUNNING


def test_somebody_unknown_is_never_allowed() -> None:
    consent = running()
    assert not consent.allows("captions", "nobody", 20.0)
    assert not consent.allows("nothing", "ana", 20.0)
    with pytest.raises(ConsentError, match="not in the call"):
        consent.refuse("nobody", "captions")
    with pytest.raises(ConsentError, match="captions, summary"):
        consent.refuse("ana", "nothing")


def test_a_grace_period_is_announced_and_ends() -> None:
    consent = Consent([Terms("names", "v", Mode.NOTICE, GRACE)])
    consent.confirm_owner("olga")
    consent.joined("ana")
    consent.enable("names", "olga")
    assert consent.next_change(0.0) == math.inf
    consent.noticed("ana", "names", consent.version("names"), 5.0)
    assert consent.standing("names", "ana", 6.0) is Standing.GRACE
    assert consent.next_change(6.0) == 7.0
    assert consent.standing("names", "ana", 7.0) is Standing.RUNNING
    assert consent.next_change(7.0) == math.inf


def test_what_somebody_agreed_to_stays_usable_after_they_hang_up() -> None:
    consent = running()
    consent.left("ana")
    assert consent.allows("captions", "ana", 12.0)
    grant = consent.propose("ana", "summary", consent.version("summary"))
    assert not consent.commit(grant, 13.0), "who is gone can't start anything"


def test_a_yes_after_a_no_begins_anew() -> None:
    consent = running()
    consent.refuse("ana", "captions")
    grant = consent.propose("ana", "captions", consent.version("captions"))
    assert consent.commit(grant, 30.0)
    assert not consent.allows("captions", "ana", 20.0), "said while the answer was no"
    assert consent.allows("captions", "ana", 30.0)


def test_old_terms_on_a_screen_start_nothing() -> None:
    consent = Consent([Terms("names", "v", Mode.NOTICE, GRACE)])
    consent.confirm_owner("olga")
    consent.joined("ana")
    consent.enable("names", "olga")
    old = consent.version("names")
    consent.change(Terms("names", "w", Mode.NOTICE, GRACE))
    consent.noticed("ana", "names", old, 5.0)
    assert consent.standing("names", "ana", 60.0) is Standing.ASKED
