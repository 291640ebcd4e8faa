"""How many lines the bridge is asked for while somebody checks in, and after."""

from __future__ import annotations

from consentry.connectors.jitsi.heights import FINE, FINEST, LARGER_AFTER, SMALL, Heights


def trying() -> Heights:
    """Mia checks in since second 0."""
    heights = Heights()
    heights.want("mia", 0.0, fine=True)
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
    heights.want("mia", 9.0, fine=False)
    assert heights.lines("mia") == SMALL


def test_a_camera_of_which_too_little_comes_may_send_all_that_it_has() -> None:
    heights = trying()
    assert not heights.seen("mia", 160, 120, LARGER_AFTER / 2), "the larger ones are on their way"
    heights.want("mia", LARGER_AFTER / 2, fine=True)
    assert heights.seen("mia", 320, 240, LARGER_AFTER)
    assert heights.lines("mia") == FINEST
    assert not heights.seen("mia", 320, 240, 2 * LARGER_AFTER), "there is no more to be had"
    heights.want("mia", 9.0, fine=False)
    heights.want("mia", 9.0, fine=True)
    assert heights.lines("mia") == FINE, "another try begins as the first did"
