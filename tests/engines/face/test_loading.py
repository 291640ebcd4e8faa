"""The engine that the configuration asks for is loaded, or it is said what is in the way."""

from __future__ import annotations

import pickle
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from consentry.config.loading import load_config
from consentry.engines.face.loading import (
    FaceSpec,
    engine_name,
    face_version,
    load,
    prepare,
    spec_of,
)
from consentry.errors import ConfigError, FaceEngineError, ModelCorrupt, ModelMissing, SetupError
from consentry.workers import Workers
from tests.engines.face.networks import means, network, scrfd
from tests.engines.face.photos import photo

FACE = np.array([0.9, 2, 2, 2, 2, -0.5, -0.5, 0.5, -0.5, 0, 0, -0.5, 0.5, 0.5, 0.5])


@pytest.fixture
def brought(tmp_path: Path) -> FaceSpec:
    """A detector that sees a face in the middle of all, and an embedder that sees its color."""
    (tmp_path / "det_kps.onnx").write_bytes(network([1, 3, 96, 96], scrfd(96, {(16, 3, 3): FACE})))
    (tmp_path / "color.onnx").write_bytes(means((1, 3, 112, 112), (2, 3), np.array([1, 2, 3])))
    detector, embedder = tmp_path / "det_kps.onnx", tmp_path / "color.onnx"
    return FaceSpec("onnx", detector=detector, embedder=embedder)


def test_models_that_are_brought_make_an_engine(brought: FaceSpec) -> None:
    engine = load(brought)
    pixels = np.full((96, 96, 3), [255, 128, 128], np.uint8)
    (face,) = engine.detect(pixels)
    embedding = engine.embed(engine.align(pixels, face))
    assert engine.dimensions == 3
    assert engine.threshold == 1.0
    assert np.allclose(embedding, [1, 0, 0], atol=0.02)


def test_without_a_detector_blazeface_finds_them(brought: FaceSpec) -> None:
    engine = load(replace(brought, detector=None))
    (face,) = engine.detect(photo("obama"))
    assert engine.embed(engine.align(photo("obama"), face)).shape == (3,)
    assert engine.mesh(photo("obama"), face) is not None


def test_another_embedder_has_another_name(brought: FaceSpec, tmp_path: Path) -> None:
    other = tmp_path / "other.onnx"
    other.write_bytes(means((1, 3, 112, 112), (2, 3), np.array([3, 2, 1])))
    assert load(brought).name != load(replace(brought, embedder=other)).name


def test_the_name_is_known_without_loading(brought: FaceSpec) -> None:
    assert [engine_name(spec) for spec in (FaceSpec(), brought)] == [
        load(FaceSpec()).name,
        load(brought).name,
    ]


def test_the_version_names_the_files_and_their_pins(brought: FaceSpec) -> None:
    names = [part.split(" ")[0] for part in face_version(brought).split(", ")]
    assert names == ["facemesh", "color.onnx", "det_kps.onnx"]


@pytest.mark.parametrize("key", ["detector", "embedder"])
def test_a_model_that_is_gone_is_told(brought: FaceSpec, tmp_path: Path, key: str) -> None:
    with pytest.raises(ModelMissing, match=rf"face\.{key}: gone\.onnx can't be read"):
        load(replace(brought, **{key: tmp_path / "gone.onnx"}))  # type: ignore[arg-type]


@pytest.mark.parametrize("key", ["detector", "embedder"])
@pytest.mark.parametrize("content", [b"", b"<html>404</html>", bytes(range(256)) * 40])
def test_a_file_that_is_no_model_is_told(
    brought: FaceSpec, tmp_path: Path, key: str, content: bytes
) -> None:
    (tmp_path / "broken.onnx").write_bytes(content)
    with pytest.raises(ModelCorrupt, match=rf"face\.{key}: is no ONNX model that can be read"):
        load(replace(brought, **{key: tmp_path / "broken.onnx"}))  # type: ignore[arg-type]


def test_a_detector_in_the_place_of_the_embedder_is_told(brought: FaceSpec) -> None:
    with pytest.raises(FaceEngineError, match="an embedder in the manner of ArcFace takes"):
        load(replace(brought, embedder=brought.detector))


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        (FaceSpec("onnx"), "face.embedder: is missing"),
        (FaceSpec("insightface"), "face.pack: is missing"),
    ],
)
def test_an_engine_without_its_models_is_told(spec: FaceSpec, told: str) -> None:
    with pytest.raises(ModelMissing, match=told):
        load(spec)


def test_a_pack_without_models_is_told(tmp_path: Path) -> None:
    (tmp_path / "buffalo_l.zip").write_bytes(b"PK")
    with pytest.raises(ModelMissing, match=r"no \.onnx files.*not the archive"):
        load(FaceSpec("insightface", pack=tmp_path))


async def test_a_worker_loads_it_and_its_faults_come_back(tmp_path: Path) -> None:
    good, bad = FaceSpec(), FaceSpec("onnx", embedder=tmp_path / "gone.onnx")
    async with Workers(prepare=partial(prepare, good)) as workers:
        await workers.warm_up()
        assert await workers.run(face_version, good) == face_version(good)
        with pytest.raises(SetupError, match="gone.onnx"):
            await workers.run(prepare, bad)


def test_a_spec_crosses_to_a_worker_and_stays_the_same(brought: FaceSpec) -> None:
    assert hash(pickle.loads(pickle.dumps(brought))) == hash(brought)


def config(folder: Path, text: str) -> FaceSpec:
    (folder / "consentry.yaml").write_text(text)
    return spec_of(load_config(folder / "consentry.yaml", environment={}).face)


def test_without_a_section_it_is_dlib(tmp_path: Path) -> None:
    assert config(tmp_path, "{}") == FaceSpec()


def test_the_section_is_taken_and_paths_start_at_its_folder(tmp_path: Path) -> None:
    (tmp_path / "w600k.onnx").write_bytes(b"")
    text = "face: {engine: onnx, embedder: w600k.onnx, threshold: 1.1, threads: 2}"
    embedder = tmp_path / "w600k.onnx"
    assert config(tmp_path, text) == FaceSpec("onnx", embedder=embedder, threshold=1.1, threads=2)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{engine: insightface}", r"face\.engine: insightface takes models.*name them in `pack:`"),
        ("{engine: insightface, pack: gone}", r"face\.pack: there is no such folder"),
        ("{engine: onnx}", r"face\.engine: onnx takes models that you bring.*`embedder:`"),
        ("{engine: onnx, embedder: gone.onnx}", r"face\.embedder: there is no such file"),
        ("{pack: gone}", r"face\.pack: is not for the engine dlib; leave it out"),
        ("{engine: buffalo}", r"face\.engine: found 'buffalo', must be one of"),
        ("{threshold: 0}", r"face\.threshold: found 0, must be above 0"),
    ],
)
def test_a_fault_in_the_section_is_told_with_its_key(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        config(tmp_path, f"face: {text}")
