"""How many lines the bridge is asked for while somebody checks in, and after."""

from __future__ import annotations

import pytest

from consentry.connectors.jitsi.heights import FINE, FINEST, LARGER_AFTER, SMALL, Heights
from consentry.rtc.video.codecs import VideoCodec


def trying() -> Heights:
    """Mia checks in since second 0."""
    heights = Heights()
    heights.want("mia", VideoCodec.VP8, 0.0)
    return heights


def test_few_lines_are_enough_whatever_comes() -> None:
    heights = Heights()
    assert not heights.seen("mia", 160, 120, 9.0)
    assert heights.lines("mia") == SMALL


def test_while_somebody_checks_in_they_have_more_and_nobody_else() -> None:
    heights = trying()
    assert (heights.lines("mia"), heights.lines("sam")) == (FINE, SMALL)
    assert not heights.seen("mia", 640, 360, 9.0)
    assert not heights.seen("sam", 320, 180, 9.0)
    assert (heights.lines("mia"), heights.lines("sam")) == (FINE, SMALL)
    heights.forget("mia")
    assert heights.lines("mia") == SMALL


def test_a_camera_of_which_too_little_comes_may_send_all_that_it_has() -> None:
    heights = trying()
    assert not heights.seen("mia", 160, 120, LARGER_AFTER / 2), "the larger ones are on their way"
    heights.want("mia", VideoCodec.VP8, LARGER_AFTER / 2)
    assert heights.seen("mia", 320, 240, LARGER_AFTER)
    assert heights.lines("mia") == FINEST
    assert not heights.seen("mia", 320, 240, 2 * LARGER_AFTER), "there is no more to be had"
    heights.forget("mia")
    heights.want("mia", VideoCodec.VP8, 9.0)
    assert heights.lines("mia") == FINE, "another try begins as the first did"


@pytest.mark.parametrize("codec", [None, VideoCodec.VP9, VideoCodec.AV1])
def test_where_only_the_smallest_can_be_read_no_larger_one_is_asked_for(
    codec: VideoCodec | None,
) -> None:
    heights = Heights()
    heights.want("mia", codec, 0.0)
    assert heights.lines("mia") == SMALL
    heights.want("mia", VideoCodec.H264, 1.0)
    assert heights.lines("mia") == FINE
    heights.want("mia", codec, 2.0)
    assert heights.lines("mia") == SMALL, "they changed to that"
