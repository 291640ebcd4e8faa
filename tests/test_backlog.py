"""What waits: sound and pictures make room, and nothing else does."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.backlog import PICTURES_EACH, Backlog
from consentry.events import AudioFrame, Event, Gap, Joined, Participant, Tick, VideoFrame
from tests.pictures import shown

ANA, BEN = Participant("a", "Ana"), Participant("b", "Ben")


def said(who: Participant, at: float) -> AudioFrame:
    return AudioFrame(who, np.zeros(1280, np.float32), at)


def filled(*events: Event) -> Backlog[Event]:
    backlog: Backlog[Event] = Backlog()
    for event in events:
        backlog.append(event)
    return backlog


def taken(backlog: Backlog[Event]) -> list[Event]:
    return [backlog.popleft() for _ in range(len(backlog))]


def test_what_waits_can_be_narrowed_in_its_place() -> None:
    backlog = filled(Tick(1.0), said(ANA, 1.0), Tick(2.0), shown(BEN, 2.0))
    backlog.narrow(lambda item: None if isinstance(item, AudioFrame) else item)
    backlog.narrow(lambda item: Tick(item.at + 1) if isinstance(item, Tick) else item)
    assert backlog.sounds == 0
    first, second, picture = taken(backlog)
    assert (first, second) == (Tick(2.0), Tick(3.0))
    assert isinstance(picture, VideoFrame)


def test_of_each_persons_pictures_the_newest_two_wait() -> None:
    pictures = [shown(ANA, float(second)) for second in range(5)]
    of_ben = shown(BEN, 0.0)
    backlog = filled(of_ben, *pictures)
    assert backlog.dropped == 3
    assert taken(backlog) == [of_ben, *pictures[-PICTURES_EACH:]]


def test_a_picture_that_was_taken_makes_room_for_another() -> None:
    first, second, third = (shown(ANA, float(at)) for at in range(3))
    backlog = filled(first, second)
    assert backlog.popleft() is first
    backlog.append(third)
    assert taken(backlog) == [second, third]
    assert not backlog.dropped


def test_sound_let_go_leaves_one_gap_for_each_person() -> None:
    mine = [said(ANA, at * 0.08) for at in range(3)]
    backlog = filled(mine[0], said(BEN, 0.0), *mine[1:])
    while backlog.let_go(AudioFrame):
        pass
    of_ana, of_ben = taken(backlog)
    assert isinstance(of_ana, Gap)
    assert (of_ana.participant, of_ana.at) == (ANA, 0.0)
    assert of_ana.duration == pytest.approx(0.24)
    assert of_ben == Gap(BEN, 0.0, 0.08)


def test_what_is_forgotten_is_not_counted_as_dropped() -> None:
    joined = Joined(ANA, 0.0)
    backlog = filled(joined, said(ANA, 0.0), shown(ANA, 0.0))
    backlog.keep(lambda event: isinstance(event, Joined))
    assert (len(backlog), backlog.sounds, backlog.dropped) == (1, 0, 0)
    assert not backlog.let_go(VideoFrame)
    assert taken(backlog) == [joined]


STEPS = st.lists(st.sampled_from(["say a", "say b", "show a", "show b", "tick", "take", "let go"]))


@given(STEPS)
def test_its_counts_are_those_of_what_waits(steps: list[str]) -> None:
    backlog: Backlog[Event] = Backlog()
    for number, step in enumerate(steps):
        who = ANA if step.endswith("a") else BEN
        match step.split():
            case ["say", _]:
                backlog.append(said(who, float(number)))
            case ["show", _]:
                backlog.append(shown(who, float(number)))
            case ["tick"]:
                backlog.append(Tick(float(number)))
            case ["take"] if len(backlog):
                backlog.popleft()
            case ["let", "go"]:
                backlog.let_go(AudioFrame, Tick)
        waiting = list(reversed(backlog))
        assert backlog.sounds == sum(isinstance(e, AudioFrame | Gap) for e in waiting)
        for person in (ANA, BEN):
            pictures = [e for e in waiting if isinstance(e, VideoFrame) and e.participant == person]
            assert len(pictures) <= PICTURES_EACH
        assert backlog.let_go(VideoFrame) == any(isinstance(e, VideoFrame) for e in waiting)
