"""Key frames are asked for rarely."""

from __future__ import annotations

from consentry.rtc.video.key_request import MAX_PAUSE, PAUSE, KeyFrameRequest


def test_a_second_request_waits_and_each_further_one_waits_longer() -> None:
    request = KeyFrameRequest()
    assert request.due(10.0)
    assert not request.due(10.0 + PAUSE - 0.01)
    assert request.due(10.0 + PAUSE)
    assert not request.due(10.0 + 2 * PAUSE)
    assert request.due(10.0 + 3 * PAUSE)


def test_no_pause_grows_beyond_the_longest() -> None:
    request = KeyFrameRequest()
    now = 0.0
    for _ in range(20):
        now += MAX_PAUSE
        assert request.due(now)


def test_once_answered_the_pause_is_short_again_and_never_none() -> None:
    request = KeyFrameRequest()
    for now in (0.0, 2.0, 6.0):
        assert request.due(now)
    request.answered()
    assert not request.due(7.9)
    assert request.due(8.0)
