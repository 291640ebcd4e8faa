"""A head that turns, and a picture of one that is turned, are told apart."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentry.checkin.gestures import NOD, TURN, Change, Gesture, Points, Rest, angles, parallax
from tests.attacks.sheet import rotation
from tests.checkin.faces import face, mesh, turned

ALL: tuple[Gesture, ...] = (
    *("turn_left", "turn_right", "look_up", "look_down", "tilt_left", "tilt_right"),
    *("blink", "open_mouth"),
)
FLAT = settings(max_examples=200, deadline=None)


def change(points: Points, eyes: tuple[float, float] = (0.7, 0.7)) -> Change:
    return Rest(mesh(), (0.7, 0.7)).change(points, eyes)


@pytest.mark.parametrize("gesture", ALL)
def test_each_gesture_is_seen_and_no_other(gesture: Gesture) -> None:
    found = face(gesture)
    assert found.points is not None
    seen = change(found.points, found.eyes)
    assert [each for each in ALL if seen.shows(each)] == [gesture]
    assert not seen.still


def test_a_face_that_looks_straight_ahead_does_nothing() -> None:
    assert change(mesh()).still


@given(yaw=st.floats(-30, 30), pitch=st.floats(-20, 20))
@settings(max_examples=100, deadline=None)
def test_a_solid_head_moves_by_the_sine_of_its_angle(yaw: float, pitch: float) -> None:
    moved = parallax(mesh(), turned(yaw, pitch, 0.0))
    assert moved.turn == pytest.approx(
        np.sin(np.radians(yaw)) * np.cos(np.radians(pitch)), abs=0.13
    )
    assert moved.nod == pytest.approx(np.sin(np.radians(pitch)), abs=0.13)


@given(yaw=st.floats(-30, 30))
@settings(max_examples=50, deadline=None)
def test_a_solid_head_keeps_its_shape(yaw: float) -> None:
    assert parallax(mesh(), turned(yaw, 0.0, 0.0)).stretch == pytest.approx(1.0, abs=0.01)
    assert parallax(mesh(), turned(0.0, yaw / 1.5, 0.0)).stretch == pytest.approx(1.0, abs=0.01)


def test_what_becomes_narrower_than_a_head_would_is_no_turn() -> None:
    paper = turned(22, 0, 0)
    paper[:, 0] = paper[:, 0].mean() + 0.9 * (paper[:, 0] - paper[:, 0].mean())
    assert change(turned(22, 0, 0)).shows("turn_left")
    assert not change(paper).shows("turn_left")


def as_picture(yaw: float, pitch: float, roll: float, bend: float, distance: float) -> Points:
    """The points on a sheet ``distance`` faces away, turned by degrees, its sides bent back."""
    flat = mesh().astype(np.float64)
    middle, width = flat.mean(axis=0), float(np.ptp(flat[:, 0]))
    flat -= middle
    flat[:, 2] = bend * flat[:, 0] ** 2 / width
    placed = flat @ rotation(yaw, pitch, roll).T
    near = distance * width / (distance * width + placed[:, 2])
    placed[:, :2] *= near[:, None]
    placed[:, 2] = mesh()[:, 2]  # what the network makes up
    return np.asarray(placed + [*middle[:2], 0], np.float32)


@given(
    yaw=st.floats(-45, 45),
    pitch=st.floats(-45, 45),
    roll=st.floats(-30, 30),
    distance=st.floats(3, 10),
)
@FLAT
def test_a_flat_picture_never_turns_however_it_is_held(
    yaw: float, pitch: float, roll: float, distance: float
) -> None:
    moved = parallax(mesh(), as_picture(yaw, pitch, roll, 0.0, distance))
    assert abs(moved.turn) < TURN / 2
    assert abs(moved.nod) < NOD / 2


@given(yaw=st.floats(-40, 40), bend=st.floats(-0.8, 0.8), distance=st.floats(3, 10))
@FLAT
def test_nor_does_one_that_is_bent(yaw: float, bend: float, distance: float) -> None:
    moved = parallax(mesh(), as_picture(yaw, 0.0, 0.0, bend, distance))
    assert abs(moved.turn) < TURN / 2
    assert abs(moved.nod) < NOD / 2


def test_the_angles_of_a_mesh_have_the_signs_of_the_person() -> None:
    rest = angles(mesh())
    assert angles(turned(20, 0, 0)).yaw > rest.yaw + 10
    assert angles(turned(0, 15, 0)).pitch > rest.pitch + 10
    assert angles(turned(0, 0, 15)).roll > rest.roll + 10


def test_one_closed_eye_is_no_blink() -> None:
    both, neither = face("blink"), face()
    assert both.points is not None
    assert neither.points is not None
    one = neither.points.copy()
    one[[160, 159, 158]] = both.points[[160, 159, 158]]
    assert not change(one, (0.35, 0.7)).shows("blink")
