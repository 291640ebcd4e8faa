"""The default engine on real photos: who is there, where, and who is whom."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from consentry.engines.face import dlib_faces
from consentry.engines.face.dlib_faces import POINTS, RESNET, DlibFaces
from consentry.engines.face.engine import Box, Embedding, Face, FaceEngine
from consentry.engines.face.loading import FaceSpec, face_version, load, prepare
from consentry.engines.models import ModelStore
from consentry.errors import FaceEngineError, SetupError
from consentry.events import Pixels
from tests.engines.face.photos import photo

EYES = {
    "astronaut": ((200, 103), (248, 104)),
    "obama": ((444, 216), (549, 215)),
    "obama2": ((254, 380), (383, 387)),
}
"""Where the pupils are, read off the photos by eye: the person's right one, then the left one."""


@pytest.fixture(scope="module")
def engine() -> FaceEngine:
    return load(FaceSpec())


def embedding(engine: FaceEngine, pixels: Pixels) -> Embedding:
    face = engine.detect(pixels)[0]
    return engine.embed(engine.align(pixels, face))


@pytest.mark.parametrize("name", EYES)
def test_one_face_is_found_and_its_eyes_are_where_they_are(engine: FaceEngine, name: str) -> None:
    (face,) = engine.detect(photo(name))
    assert face.score > 0.8
    right, left = np.array(EYES[name], float)
    near = 0.12 * np.linalg.norm(left - right)
    assert np.linalg.norm(face.landmarks[0] - right) < near
    assert np.linalg.norm(face.landmarks[1] - left) < near
    assert face.box.left < right[0] < left[0] < face.box.right
    nose, mouth = face.landmarks[2], face.landmarks[3:]
    assert right[1] < nose[1] < mouth[:, 1].min() < face.box.bottom
    assert mouth[0, 0] < mouth[1, 0]


@pytest.mark.parametrize("name", EYES)
def test_the_mesh_lies_on_the_face(engine: FaceEngine, name: str) -> None:
    pixels = photo(name)
    (face,) = engine.detect(pixels)
    mesh = engine.mesh(pixels, face)
    assert mesh is not None
    assert mesh.points.shape == (468, 3)
    assert mesh.score > 0.99
    right, left = np.array(EYES[name], float)
    near = 0.15 * np.linalg.norm(left - right)
    # Of MediaPipe's canonical mesh: the corners of the right eye, then of the left.
    assert np.linalg.norm(mesh.points[[33, 133], :2].mean(axis=0) - right) < near
    assert np.linalg.norm(mesh.points[[263, 362], :2].mean(axis=0) - left) < near
    assert mesh.points[10, 1] < right[1] < mesh.points[1, 1] < mesh.points[152, 1]
    assert mesh.points[1, 2] < mesh.points[234, 2], "the nose is nearer than the ear"


def test_a_turned_picture_turns_the_mesh_along(engine: FaceEngine) -> None:
    pixels = photo("obama")
    (face,) = engine.detect(pixels)
    upright = engine.mesh(pixels, face)
    height = pixels.shape[0]
    turned = np.ascontiguousarray(np.rot90(pixels, -1))
    x, y = face.landmarks[:, 0], face.landmarks[:, 1]
    last = height - 1
    box = Box(last - face.box.bottom, face.box.left, last - face.box.top, face.box.right)
    lying = engine.mesh(turned, Face(box, np.column_stack([last - y, x]), face.score))
    assert upright is not None
    assert lying is not None
    expected = np.column_stack([last - upright.points[:, 1], upright.points[:, 0]])
    assert np.abs(lying.points[:, :2] - expected).max() < 0.01 * face.box.width


def test_where_no_face_is_no_mesh_is(engine: FaceEngine) -> None:
    pixels = photo("astronaut")
    (face,) = engine.detect(pixels)
    elsewhere = Face(Box(380, 380, 480, 480), face.landmarks - face.landmarks.mean(0) + 430, 0.9)
    assert engine.mesh(pixels, elsewhere) is None


def test_one_person_is_near_on_two_photos_and_another_is_far(engine: FaceEngine) -> None:
    one, again, other = (
        embedding(engine, photo(name)) for name in ("obama", "obama2", "astronaut")
    )
    assert one.shape == (engine.dimensions,)
    assert np.linalg.norm(one - again) < engine.threshold - 0.1
    assert np.linalg.norm(one - other) > engine.threshold + 0.3
    assert np.linalg.norm(again - other) > engine.threshold + 0.3


def test_two_faces_are_two(engine: FaceEngine) -> None:
    one, other = photo("astronaut")[:400], photo("obama")[:800:2, 100:800:2]
    both = np.zeros((400, 512 + other.shape[1], 3), np.uint8)
    both[:, :512], both[: other.shape[0], 512:] = one, other
    first, second = engine.detect(both)
    assert first.box.width >= second.box.width
    assert (first.box.left < 512) != (second.box.left < 512)


@pytest.mark.parametrize("name", EYES)
@pytest.mark.parametrize(("width", "height"), [(640, 480), (1280, 720)])
def test_somebody_far_behind_counts(engine: FaceEngine, name: str, width: int, height: int) -> None:
    (near,) = engine.detect(photo(name))
    box, size = near.box, width // 16
    left, top = box.left - box.width / 2, box.top - box.height / 2
    around = (left, top, left + 2 * box.width, top + 2 * box.height)
    room = Image.new("RGB", (width, height), (120, 120, 120))
    small = Image.fromarray(photo(name)).crop(around).resize((size, size))
    room.paste(small, (width // 3, height // 3))
    (face,) = engine.detect(np.asarray(room))  # a thirtieth of the picture's width
    middle = (face.box.left + face.box.right) / 2, (face.box.top + face.box.bottom) / 2
    expected = width // 3 + size / 2, height // 3 + size / 2
    assert middle == pytest.approx(expected, abs=size / 4)


@pytest.mark.parametrize("level", [0, 127, 255])
def test_an_empty_picture_holds_nobody(engine: FaceEngine, level: int) -> None:
    assert engine.detect(np.full((480, 640, 3), level, np.uint8)) == []


def test_noise_holds_nobody(engine: FaceEngine) -> None:
    draws = np.random.default_rng(7)
    for _ in range(5):
        assert engine.detect(draws.integers(0, 256, (240, 320, 3), np.uint8)) == []


@pytest.mark.parametrize(
    "shape", [(0, 0, 3), (0, 640, 3), (480, 0, 3), (1, 1, 3), (480, 640), (480, 640, 4), (3,)]
)
def test_a_picture_of_an_odd_size_holds_nobody(engine: FaceEngine, shape: tuple[int, ...]) -> None:
    pixels = np.full(shape, 128, np.uint8)
    (face,) = engine.detect(photo("astronaut"))
    assert engine.detect(pixels) == []
    assert engine.mesh(pixels, face) is None


@pytest.mark.parametrize("size", [(17, 8000), (8000, 17), (33, 47), (1081, 1919)])
def test_an_unusual_size_is_looked_at(engine: FaceEngine, size: tuple[int, int]) -> None:
    assert engine.detect(np.full((*size, 3), 90, np.uint8)) == []


def test_a_face_over_the_edge_is_still_aligned(engine: FaceEngine) -> None:
    pixels = np.ascontiguousarray(photo("obama")[200:, 420:])
    face = Face(Box(-60, -50, 205, 215), np.zeros((5, 2), np.float32), 0.9)
    assert np.isfinite(engine.embed(engine.align(pixels, face))).all()


@pytest.mark.parametrize("left", [float("nan"), float("-inf"), -1e30])
def test_a_face_without_a_place_is_an_error(engine: FaceEngine, left: float) -> None:
    nowhere = Face(Box(left, 0, 1, 1), np.zeros((5, 2), np.float32), 0.9)
    with pytest.raises(FaceEngineError, match="without a place"):
        engine.align(photo("astronaut"), nowhere)


@pytest.mark.parametrize("box", [Box(9, 9, 9, 9), Box(9, 9, 2, 2), Box(float("nan"), 0, 1, 1)])
def test_a_face_without_a_size_has_no_mesh(engine: FaceEngine, box: Box) -> None:
    assert engine.mesh(photo("astronaut"), Face(box, np.zeros((5, 2), np.float32), 0.9)) is None


@pytest.mark.parametrize("shape", [(112, 112, 3), (150, 150), (0, 0, 3)])
def test_only_an_aligned_face_is_embedded(engine: FaceEngine, shape: tuple[int, ...]) -> None:
    with pytest.raises(FaceEngineError, match="aligned face"):
        engine.embed(np.zeros(shape, np.uint8))


def test_a_stricter_threshold_is_taken(engine: FaceEngine) -> None:
    assert load(FaceSpec(threshold=0.4)).threshold == 0.4
    assert engine.threshold == dlib_faces.THRESHOLD


def test_a_process_loads_it_once() -> None:
    prepare(FaceSpec())
    spec = pickle.loads(pickle.dumps(FaceSpec()))
    assert load(spec) is load(FaceSpec())


def test_the_version_names_every_model_with_its_pin() -> None:
    parts = face_version(FaceSpec()).split(", ")
    assert [part.split(" ")[0] for part in parts] == ["facemesh", "blazeface", "dlib-resnet"]
    assert all(len(part.split(" ")[1]) == 16 for part in parts)


def test_a_file_dlib_does_not_know_is_an_error() -> None:
    files = ModelStore().read("dlib-resnet")
    with pytest.raises(SetupError, match=rf"{RESNET}.*dlib-bin"):
        DlibFaces({POINTS: files[POINTS], RESNET: b"weights of something else"})


def test_without_room_for_temporary_files_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "none"))
    with pytest.raises(SetupError, match=f"{POINTS}.*TMPDIR"):
        DlibFaces(ModelStore().read("dlib-resnet"))


def test_the_weights_leave_no_copy_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    DlibFaces(ModelStore().read("dlib-resnet"))
    assert list(tmp_path.iterdir()) == []
