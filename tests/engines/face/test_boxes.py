"""Of many boxes around one face, the best stays."""

from __future__ import annotations

import numpy as np

from consentry.engines.face.boxes import Candidates, best_of_each, grid, share


def test_a_share_is_intersection_over_union() -> None:
    one = np.array([0.0, 0, 10, 10])
    others = np.array([[0.0, 0, 10, 10], [5, 0, 15, 10], [20, 20, 30, 30], [2, 2, 4, 4]])
    assert np.allclose(share(one, others), [1, 1 / 3, 0, 0.04])


def test_of_boxes_that_overlap_the_best_is_kept() -> None:
    boxes = np.array([[0.0, 0, 10, 10], [1, 1, 11, 11], [50, 50, 60, 60], [52, 50, 62, 60]])
    assert best_of_each(boxes, np.array([0.6, 0.9, 0.8, 0.7]), 0.4) == [1, 2]
    assert best_of_each(boxes, np.array([0.6, 0.9, 0.8, 0.7]), 1.0) == [1, 2, 3, 0]
    assert best_of_each(np.empty((0, 4)), np.empty(0), 0.4) == []


def test_cells_are_counted_row_by_row() -> None:
    assert grid(32, 16).tolist() == [[0, 0], [1, 0], [0, 1], [1, 1]]


def test_faces_come_the_largest_first() -> None:
    boxes = np.array([[0.0, 0, 10, 10], [20, 20, 50, 40], [1, 0, 11, 10]])
    points = np.arange(30, dtype=float).reshape(3, 5, 2)
    faces = Candidates(boxes, points, np.array([0.7, 0.6, 0.9])).faces(0.4)
    assert [(face.box.left, face.score) for face in faces] == [(20.0, 0.6), (1.0, 0.9)]
    assert faces[1].landmarks.tolist() == points[2].tolist()


def test_what_has_no_size_is_no_face() -> None:
    boxes = np.array([[5.0, 5, 5, 9], [9, 9, 4, 4], [0, 0, np.nan, 4], [0, 0, 4, 4]])
    faces = Candidates(boxes, np.zeros((4, 5, 2)), np.array([0.9, 0.8, 0.7, 0.6])).faces(0.4)
    assert [face.score for face in faces] == [0.6]
