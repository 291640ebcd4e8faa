"""What is missing where one connection took another's place."""

from __future__ import annotations

import numpy as np

from consentry.events import AudioFrame, Gap, Participant
from consentry.rtc.continuity import Continuity

SAM = Participant("p1", "Sam")


def frame(at: float) -> AudioFrame:
    """80 ms of Sam."""
    return AudioFrame(SAM, np.zeros(1280, np.float32), at)


def test_one_connection_is_not_followed_by_gaps_of_its_own() -> None:
    continuity = Continuity(SAM)
    assert continuity.before(frame(1.0)) is None
    assert continuity.before(frame(3.0)) is None


def test_from_the_last_sample_to_the_first_new_one_is_missing() -> None:
    continuity = Continuity(SAM)
    continuity.before(frame(1.0))
    continuity.interrupted()
    assert continuity.before(frame(5.0)) == Gap(SAM, 1.08, 3.92)
    assert continuity.before(frame(5.08)) is None


def test_a_connection_that_took_over_in_time_lost_nothing() -> None:
    continuity = Continuity(SAM)
    continuity.before(frame(1.0))
    continuity.interrupted()
    assert continuity.before(frame(1.09)) is None


def test_whoever_was_never_heard_has_no_gap() -> None:
    continuity = Continuity(SAM)
    continuity.interrupted()
    assert continuity.before(frame(5.0)) is None
