"""Whatever people claim, answer and do: nobody is two, and no try runs without its yes."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from consentry.call.checkins import CAMERA_WITHIN, TRY_LASTS, CheckIns, CheckInStep
from consentry.consent.state import Consent, Terms
from consentry.events import Medium
from consentry.people.claims import Claimed

PURPOSE, PEOPLE = "checkin", ("a", "b", "c")
CLAIMS = tuple(
    Claimed(person, person.title(), twin, assurance)
    for person in ("ana", "ben")
    for assurance in ("code", "face")
    for twin in (False, True)
)

MEETING = 25.0
"""Seconds that a meeting lasts after somebody arrives for it."""
STEPS = st.one_of(
    st.tuples(st.just("claim"), st.sampled_from(PEOPLE), st.sampled_from(CLAIMS)),
    st.tuples(
        st.sampled_from(
            ["yes", "no", "picture", "say", "gesture", "checked in", "use code", "leave", "erase"]
        ),
        st.sampled_from(PEOPLE),
        st.none(),
    ),
    st.tuples(st.sampled_from(["arrive", "depart", "delete"]), st.none(), st.sampled_from(CLAIMS)),
    st.tuples(st.sampled_from(["on", "off", "fall", "wait"]), st.none(), st.none()),
)


class Call:
    """The state of check-in as the session drives it, and what has to hold after each step."""

    def __init__(self, *, by_face: bool = True) -> None:
        self.by_face = by_face
        self.now = 0.0
        self.consent = Consent([Terms("checkin", "v")])
        self.consent.confirm_owner("olga")
        for person in PEOPLE:
            self.consent.joined(person)
        self.open: set[str] = set()
        """Tickets of claims that are not over."""
        self.ends: dict[str, float] = {}
        """When the meetings end for which people arrived last."""
        self.state = CheckIns("checkin", self.consent, self.open.discard, by_face=by_face)

    def step(self, act: str, who: str | None, claim: Claimed | None) -> None:
        self.now += 0.5
        before = self.state.marks
        match act:
            case "claim" if who and claim:
                self._claim(who, claim)
            case "yes" if who and self.consent.enabled("checkin"):
                self._agree(who)
            case "no" if who:
                self.consent.refuse(who, "checkin")
            case "picture" if who and self.state.shown(who, self.now, fine=True):
                self.state.hand_over(who, self.now)
            case "say" | "gesture" if who and self.state.trial(who):
                self.state.prompted(who, aloud=act == "say", now=self.now)
                assert self.state.trying(who, self.now, Medium.AUDIO) == (act == "say")
                assert not self.state.trying(who, self.now - 100, Medium.AUDIO)
            case "checked in" if who and (trial := self.state.trial(who)):
                if self.state.succeed(who):
                    assert self.state.marks[who].person_id == trial.claim.person_id
                else:
                    assert self.state.marks == before, "somebody is there as them already"
            case "use code" if who:
                self.state.fail(who)
                assert self.state.marks == before, "a try that fails takes nothing"
            case "arrive" if claim:
                listed = self.state.arrive(claim, self.now + MEETING, self.now)
                assert listed == self.consent.enabled("checkin"), "by code or face, all the same"
                self.ends[claim.person_id] = self.now + MEETING
            case "depart" if claim:
                self.state.departed(claim.person_id)
                assert self.state.marks == before, "only the room is left"
            case "delete" if claim:
                self.state.deleted(frozenset({claim.person_id}))
                assert claim.person_id not in self.state.people
            case "leave" | "erase" if who:
                self.state.left(who)
            case "on":
                self.consent.enable("checkin", "olga")
            case "off":
                self.consent.disable("checkin", "olga")
            case "fall":
                self.state.break_off()
            case "wait":
                self.now += max(TRY_LASTS, CAMERA_WITHIN)
        self.state.narrow(self.now)
        self.state.begin(self.now)
        self.check()

    def _agree(self, who: str) -> None:
        version = self.consent.version("checkin")
        self.consent.commit(self.consent.propose(who, "checkin", version), self.now)

    def _claim(self, who: str, claim: Claimed) -> None:
        ticket = f"{who} at {self.now}"
        self.open.add(ticket)
        if self.state.agreed_by(who, claim):
            assert not self.by_face, "a code says nothing of a face"
            self._agree(who)
        step = self.state.claim(who, replace(claim, ticket=ticket), self.now)
        assert (ticket in self.open) == (step in (CheckInStep.TRYING, CheckInStep.ASKED))
        if not self.consent.enabled("checkin"):
            assert step is CheckInStep.OFF
        elif claim.assurance == "code" and not self.by_face and self.consent.refused(PURPOSE, who):
            assert step is CheckInStep.SAID_NO
        elif claim.assurance == "code":
            assert step is CheckInStep.CHECKED_IN, "a code is enough, always"
        elif claim.look_alike or not self.by_face:
            assert step is CheckInStep.USE_CODE

    def check(self) -> None:
        for mark in self.state.room:
            assert self.now < mark.until <= self.ends[mark.person_id]
            assert self.state.next_change() <= mark.until
        marks = [mark.person_id for mark in (*self.state.marks.values(), *self.state.room)]
        assert set(marks) <= self.state.people
        assert len(marks) == len(set(marks)), "somebody is there twice"
        assert self.consent.enabled("checkin") or not marks
        trying = [person for person in PEOPLE if self.state.trying(person, self.now)]
        tickets = {t.ticket for person in trying if (t := self.state.trial(person))}
        assert tickets <= self.open, "a try whose template is shut"
        assert self.consent.enabled("checkin") or not self.open
        if not self.by_face:
            assert not trying and not self.open, "nobody's face is waited for"
            assert all(self.consent.allows("checkin", who, self.now) for who in self.state.marks)
        heard = {p for p in PEOPLE if self.state.trying(p, self.now, Medium.AUDIO)}
        assert heard <= set(trying), "nobody is heard who does not try"
        waiting = self.open - tickets
        assert not any(self.consent.refused("checkin", who.split()[0]) for who in waiting)
        for person in trying:
            assert self.consent.allows("checkin", person, self.now), "a try without a yes"
            trial = self.state.trial(person)
            assert trial is not None and not trial.claim.look_alike
            assert self.now < trial.until and self.state.next_change() <= trial.until


@settings(max_examples=300)
@given(st.lists(STEPS, max_size=40))
def test_whatever_happens(steps: list[tuple[str, str | None, Claimed | None]]) -> None:
    call = Call()
    call.step("on", None, None)
    for step in steps:
        call.step(*step)


@settings(max_examples=300)
@given(st.lists(STEPS, max_size=40))
def test_whatever_happens_where_nobody_looks_at_faces(
    steps: list[tuple[str, str | None, Claimed | None]],
) -> None:
    call = Call(by_face=False)
    call.step("on", None, None)
    for step in steps:
        call.step(*step)


@given(st.lists(STEPS, max_size=20))
def test_two_faces_never_stand_for_one_person(
    steps: list[tuple[str, str | None, Claimed | None]],
) -> None:
    """Where all tries succeed, and nobody has a code: who is there first stays."""
    call = Call()
    call.step("on", None, None)
    for person in PEOPLE:
        call.step("yes", person, None)
    for act, who, claim in steps:
        if act == "claim" and claim is not None:
            before = call.state.marks
            call.step(act, who, replace(claim, assurance="face", look_alike=False))
            if who is not None and call.state.trial(who) is not None:
                call.step("checked in", who, None)
            assert before.items() <= call.state.marks.items() or who in before
        elif act == "arrive" and claim is not None:
            call.step("delete", None, claim)
