"""A pack of the self-hoster's own, through insightface where that is installed."""

from __future__ import annotations

import ctypes.util
import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from consentry.engines.face.insightface_pack import InsightFacePack
from consentry.engines.face.loading import FaceSpec, face_version, load
from consentry.errors import FaceEngineError, ModelMissing, SetupError
from tests.engines.face.networks import means, network, scrfd

INSTALLED = bool(importlib.util.find_spec("insightface") and ctypes.util.find_library("GL"))
installed = pytest.mark.skipif(
    not INSTALLED,
    reason="insightface is not on this machine: pip install 'consentry[insightface]', "
    "and for its OpenCV apt install libgl1",
)
# Of insightface itself, and of what it imports.
loud = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")

FACE = np.array([0.9, 2, 2, 2, 2, -0.5, -0.5, 0.5, -0.5, 0, 0, -0.5, 0.5, 0.5, 0.5])


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A detector that sees a face at x and y 48 of 96, an embedder that sees its color, and what
    guesses age and sex."""
    parts = {"score_8", "score_16", "score_32"}
    detector = network([1, 3, 96, 96], scrfd(96, {(16, 3, 3): FACE}), sorted(parts))
    embedder = means((1, 3, 112, 112), (2, 3), np.array([1, 2, 3]))
    guesses = network([1, 3, 96, 96], {"fc1": np.zeros((1, 3))})
    for name, content in {"det": detector, "w": embedder, "genderage": guesses}.items():
        (tmp_path / f"{name}.onnx").write_bytes(content)
    return tmp_path


@installed
@loud
def test_a_pack_makes_an_engine(pack: Path) -> None:
    engine = load(FaceSpec("insightface", pack=pack))
    pixels = np.full((192, 192, 3), [255, 128, 128], np.uint8)
    (face,) = engine.detect(pixels)
    box = [face.box.left, face.box.top, face.box.right, face.box.bottom]
    assert box == pytest.approx([32, 32, 160, 160], abs=0.1)
    assert face.landmarks[0].tolist() == pytest.approx([80, 80])
    assert engine.dimensions == 3
    assert engine.threshold == 1.0
    assert np.allclose(engine.embed(engine.align(pixels, face)), [1, 0, 0], atol=0.02)
    assert engine.detect(np.zeros((192, 192, 3), np.uint8)) == [], "it sees red, and there is none"


@installed
@loud
def test_nothing_that_guesses_at_people_is_kept(pack: Path) -> None:
    assert set(InsightFacePack(pack, "insightface")._models) == {"detection", "recognition"}


@installed
@loud
def test_a_pack_that_lacks_a_part_is_told(pack: Path) -> None:
    (pack / "w.onnx").unlink()
    with pytest.raises(ModelMissing, match="face.pack: has no model for recognition"):
        load(FaceSpec("insightface", pack=pack))


@installed
@loud
@pytest.mark.parametrize("name", ["det", "w"])
def test_a_pack_with_a_broken_model_is_told(pack: Path, name: str) -> None:
    (pack / f"{name}.onnx").write_bytes(b"<html>404</html>")
    with pytest.raises(FaceEngineError, match="face.pack: insightface can't load this pack"):
        load(FaceSpec("insightface", pack=pack))


def test_without_insightface_it_is_said_how_to_get_it(
    pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "insightface.app", None)
    monkeypatch.setitem(sys.modules, "insightface", None)
    with pytest.raises(SetupError, match=r"pip install 'consentry\[insightface\]'"):
        load(FaceSpec("insightface", pack=pack))


def test_the_version_names_every_file_of_the_pack(pack: Path) -> None:
    names = [
        part.split(" ")[0] for part in face_version(FaceSpec("insightface", pack=pack)).split(", ")
    ]
    assert names == ["facemesh", "det.onnx", "genderage.onnx", "w.onnx"]
