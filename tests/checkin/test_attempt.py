"""A try to check in: what is asked, what is answered, and how it ends."""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from consentry.checkin.attempt import Attempt, Limits
from consentry.checkin.challenge import SEQUENCES
from consentry.checkin.findings import Findings
from consentry.checkin.gestures import Gesture, Motion
from consentry.plugin import Progress, Prompt, Verdict
from tests.checkin.faces import NOBODY, SEVERAL, face, somebody_else, turned

ASKED = tuple(Prompt(kind) for kind in ("turn_left", "blink", "look_up"))
USE_CODE = Progress(None, Verdict.USE_CODE)
GESTURES: tuple[Gesture, ...] = ("turn_left", "turn_right", "look_up", "look_down", "blink")


class Camera:
    """Shows pictures to a try, eight a second."""

    def __init__(self, prompts: tuple[Prompt, ...] = ASKED, instead: Prompt | None = None) -> None:
        self.attempt = Attempt(prompts, 0.0, instead=instead)
        self.now = 0.0

    def show(self, findings: Findings, times: int = 1) -> Progress:
        progress = self.attempt.progress
        for _ in range(times):
            self.now += 0.125
            progress = self.attempt.see(findings, self.now)
        return progress

    def do(self, *gestures: Gesture | None) -> Progress:
        """Each for two pictures, as anybody takes a moment."""
        progress = self.attempt.progress
        for gesture in gestures:
            for _ in range(2):
                progress = self.show(face(gesture))
        return progress

    def look(self) -> Progress:
        return [self.show(face()) for _ in range(3)][-1]


@pytest.fixture
def camera() -> Camera:
    return Camera()


def test_somebody_is_asked_to_look_and_then_one_thing_after_another(camera: Camera) -> None:
    assert camera.attempt.progress == Progress(Prompt("look"), None)
    assert camera.look() == Progress(Prompt("turn_left"), None)
    assert camera.do(None, "turn_left") == Progress(Prompt("blink"), None)
    assert camera.do(None, "blink") == Progress(Prompt("look_up"), None)
    assert not camera.attempt.passed


def test_who_did_it_all_is_looked_at_for_who_they_are_and_checked_in(camera: Camera) -> None:
    camera.look()
    camera.do(None, "turn_left", None, "blink", None, "look_up")
    assert camera.attempt.passed
    assert camera.attempt.best_at is not None
    assert camera.attempt.matched(True) == Progress(None, Verdict.CHECKED_IN)


def test_somebody_else_who_did_it_all_uses_the_code(camera: Camera) -> None:
    camera.look()
    camera.do(None, "turn_left", None, "blink", None, "look_up")
    assert camera.attempt.matched(False) == USE_CODE


def test_a_face_that_was_not_asked_yet_can_not_match(camera: Camera) -> None:
    camera.look()
    assert camera.attempt.matched(True) == Progress(Prompt("turn_left"), None)


@pytest.mark.parametrize("wrong", ["turn_right", "look_up", "look_down", "tilt_right"])
def test_to_do_something_else_than_was_asked_ends_it(camera: Camera, wrong: Motion) -> None:
    camera.look()
    assert camera.do(None, wrong) == USE_CODE


def test_what_comes_before_anybody_could_react_ends_it() -> None:
    camera = Camera()
    camera.look()
    camera.now += 0.02 - 0.125
    assert camera.show(face("turn_left")) == USE_CODE


def test_people_may_blink_while_they_turn_and_come_back_at_their_ease(camera: Camera) -> None:
    camera.look()
    camera.do(None, "turn_left")
    assert camera.do("turn_left", None, "blink") == Progress(Prompt("look_up"), None)


def test_one_picture_with_closed_eyes_is_no_answer(camera: Camera) -> None:
    camera.look()
    camera.do(None, "turn_left", None)
    assert camera.show(face("blink")) == Progress(Prompt("blink"), None)
    assert camera.show(face()) == Progress(Prompt("blink"), None)


def test_a_second_face_ends_it_at_any_time(camera: Camera) -> None:
    camera.look()
    assert camera.show(SEVERAL) == USE_CODE
    assert Camera().show(SEVERAL) == USE_CODE


def test_another_face_slipped_in_ends_it(camera: Camera) -> None:
    camera.look()
    assert camera.show(somebody_else()) == USE_CODE


def test_a_picture_that_does_not_change_at_all_ends_it() -> None:
    camera = Camera()
    assert camera.show(face(), times=5) == USE_CODE


def test_a_face_that_is_gone_for_a_moment_ends_it(camera: Camera) -> None:
    camera.look()
    assert camera.show(NOBODY, times=6).verdict is None
    assert camera.show(NOBODY, times=2) == USE_CODE


def test_who_is_not_there_yet_has_a_moment_to_come(camera: Camera) -> None:
    camera.show(NOBODY, times=20)
    assert camera.look() == Progress(Prompt("turn_left"), None)


@pytest.mark.parametrize("angles", [(35.0, 0.0, 0.0), (0.0, 30.0, 0.0), (0.0, 0.0, 25.0)])
def test_who_does_not_look_straight_ahead_is_asked_to_until_it_is_too_late(
    camera: Camera, angles: tuple[float, float, float]
) -> None:
    for _ in range(30):
        found = face()
        assert found.points is not None
        found.points[:] = turned(*angles)
        progress = camera.show(found)
    assert progress == Progress(Prompt("look"), None)
    assert camera.attempt.tick(4.1) == USE_CODE


def test_time_alone_ends_it(camera: Camera) -> None:
    camera.look()
    assert camera.attempt.tick(camera.now + 1.9).verdict is None
    assert camera.attempt.tick(camera.now + 2.1) == USE_CODE


def test_who_does_nothing_uses_the_code_after_three_seconds(camera: Camera) -> None:
    camera.look()
    progress = camera.attempt.progress
    while progress.verdict is None:
        progress = camera.show(face())
    assert 3.0 < camera.now < 3.8


def test_a_number_is_to_be_read_with_lips_that_move() -> None:
    camera = Camera((Prompt("say", "4827"),))
    camera.look()
    camera.attempt.hear("four eight two seven", camera.now + 0.5)
    assert camera.attempt.progress == Progress(Prompt("say", "4827"), None)
    camera.show(face())
    camera.show(face("open_mouth"))
    camera.attempt.hear("four eight two one", camera.now)
    assert not camera.attempt.passed
    camera.attempt.hear("Vier acht zwei sieben.", camera.now)
    assert camera.attempt.passed


def test_who_cannot_be_heard_is_asked_for_something_else() -> None:
    prompts = (Prompt("turn_left"), Prompt("say", "4827"))
    camera = Camera(prompts, instead=Prompt("blink"))
    camera.look()
    assert camera.attempt.unheard(camera.now) == Progress(prompts[0], None), "nothing to hear yet"
    camera.do(None, "turn_left", None)
    assert camera.attempt.progress.prompt == prompts[1]
    assert camera.attempt.unheard(camera.now) == Progress(Prompt("blink"), None)
    camera.attempt.hear("four eight two seven", camera.now + 0.5)
    assert not camera.attempt.passed
    camera.do(None, "blink")
    assert camera.attempt.passed


def test_who_cannot_be_heard_where_there_is_nothing_else_uses_the_code() -> None:
    camera = Camera((Prompt("say", "4827"),))
    camera.look()
    assert camera.attempt.unheard(camera.now).verdict is Verdict.USE_CODE


def test_who_says_nothing_in_time_uses_the_code() -> None:
    camera = Camera((Prompt("say", "4827"),), instead=Prompt("blink"))
    camera.look()
    began, progress = camera.now, camera.attempt.progress
    while progress.verdict is None:
        progress = camera.show(face())
    assert progress.verdict is Verdict.USE_CODE
    assert 8.0 < camera.now - began < 8.8


def test_nothing_of_the_face_is_kept_beyond_the_verdict(camera: Camera) -> None:
    camera.look()
    camera.do(None, "turn_left")
    camera.attempt.fail()
    kept = [getattr(camera.attempt, name) for name in vars(camera.attempt)]
    assert not any(isinstance(each, np.ndarray | Findings) for each in _all(kept))


def _all(values: Iterable[object]) -> Iterable[object]:
    for value in values:
        if isinstance(value, list | tuple):
            yield from _all(value)
        else:
            yield value


class Tries(RuleBasedStateMachine):
    """Whatever happens in whatever order: a check-in needs all that was asked, in order, and a
    face that matches after it."""

    def __init__(self) -> None:
        super().__init__()
        self.prompts = tuple(Prompt(kind) for kind in SEQUENCES[17])
        self.attempt = Attempt(self.prompts, 0.0)
        self.now = 0.0
        self.shown: list[Gesture | None] = []
        self.ended: Verdict | None = None
        self.doubted = False

    @rule(
        gesture=st.sampled_from((None, None, *SEQUENCES[17], *GESTURES)), pause=st.floats(0.01, 1.2)
    )
    def shows(self, gesture: Gesture | None, pause: float) -> None:
        self.now += pause
        self.shown.append(gesture)
        self.attempt.see(face(gesture), self.now)

    @rule()
    def answers(self) -> None:
        """Does what they are asked, as they are asked it."""
        prompt = self.attempt.progress.prompt
        if prompt is None:
            return
        for gesture in (None, prompt.kind, prompt.kind):
            self.now += 0.12
            doing = gesture if gesture in {each.kind for each in self.prompts} else None
            self.shown.append(doing)  # type: ignore[arg-type]
            self.attempt.see(face(doing), self.now)  # type: ignore[arg-type]

    @rule(findings=st.sampled_from((SEVERAL,)))
    def meets_somebody(self, findings: Findings) -> None:
        self.now += 0.1
        self.doubted = True
        self.attempt.see(findings, self.now)

    @rule(pause=st.floats(0, 3))
    def waits(self, pause: float) -> None:
        self.now += pause
        self.attempt.tick(self.now)

    @rule(same=st.booleans())
    def is_compared(self, same: bool) -> None:
        passed = self.attempt.passed
        progress = self.attempt.matched(same)
        if progress.verdict is Verdict.CHECKED_IN and self.ended is None:
            assert passed
            assert same
            assert self._did_it_all()
            assert not self.doubted
            assert self.now <= Limits().whole

    @precondition(lambda self: self.attempt.verdict is None)
    @rule()
    def sees_an_old_picture(self) -> None:
        before = self.attempt.progress
        assert self.attempt.see(face("turn_right"), self.now - 5) == before

    @invariant()
    def a_verdict_stays(self) -> None:
        if self.ended is not None:
            assert self.attempt.verdict is self.ended
        self.ended = self.attempt.verdict

    @invariant()
    def there_is_a_prompt_or_a_verdict(self) -> None:
        progress = self.attempt.progress
        assert (progress.prompt is None) == (progress.verdict is not None)

    def _did_it_all(self) -> bool:
        left = [prompt.kind for prompt in self.prompts]
        for gesture in self.shown:
            if left and gesture == left[0]:
                left.pop(0)
        return not left


TestTries = Tries.TestCase
TestTries.settings = settings(max_examples=150, stateful_step_count=25, deadline=None)


def test_the_machine_reaches_a_check_in() -> None:
    """Or its properties would hold of nothing."""
    machine = Tries()
    for _ in range(5):
        machine.answers()
    machine.is_compared(True)
    assert machine.attempt.verdict is Verdict.CHECKED_IN


def test_every_kind_of_prompt_has_a_gesture() -> None:
    assert {kind for each in SEQUENCES for kind in each} == {
        *get_args(Motion),
        "blink",
        "open_mouth",
    }
