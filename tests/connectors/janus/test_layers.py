"""Which simulcast layer of a camera is asked for while its person checks in, and after."""

from __future__ import annotations

from consentry.connectors.janus.layers import HIGHEST, LOWEST, SETTLED, Layers


def trying() -> Layers:
    """Those of a camera whose person checks in."""
    layers = Layers()
    assert layers.want(fine=True)
    return layers


def test_the_lowest_is_taken_and_stays_whatever_comes() -> None:
    layers = Layers()
    assert not layers.want(fine=False)
    layers.switched(LOWEST, 0.0)
    assert not layers.seen(160, 90, 9.0)
    assert layers.substream == LOWEST


def test_the_second_is_asked_for_and_kept_where_it_is_large_enough() -> None:
    layers = trying()
    assert layers.substream == 1
    layers.switched(1, 0.0)
    assert not layers.seen(640, 360, 1.0)
    assert not layers.seen(360, 640, 2.0), "of a telephone held upright"
    assert layers.substream == 1


def test_the_third_is_asked_for_where_the_second_is_too_small() -> None:
    layers = trying()
    layers.switched(1, 0.0)
    assert layers.seen(320, 240, 1.0)
    assert layers.substream == HIGHEST
    layers.switched(HIGHEST, 1.0)
    assert not layers.seen(320, 240, 2.0), "there is none above"


def test_pictures_from_before_janus_switched_say_nothing_of_the_new_layer() -> None:
    layers = trying()
    assert not layers.seen(160, 120, 5.0), "it has not switched yet"
    layers.switched(LOWEST, 5.0)
    assert not layers.seen(160, 120, 6.0), "that was the one before"
    layers.switched(1, 6.0)
    assert not layers.seen(160, 120, 6.0 + SETTLED / 2), "it was on its way"


def test_once_the_try_is_over_the_lowest_is_asked_for() -> None:
    layers = trying()
    layers.switched(1, 0.0)
    assert layers.seen(320, 240, 1.0)
    assert layers.want(fine=False)
    assert layers.substream == LOWEST
    layers.switched(HIGHEST, 1.1)
    assert not layers.seen(320, 240, 2.0)


def test_another_connection_has_to_switch_anew() -> None:
    layers = trying()
    layers.switched(1, 0.0)
    layers.connected()
    assert not layers.seen(160, 120, 5.0)
    assert layers.substream == 1
