"""``consentry face evaluate`` measures, draws, and says what it can't."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner, Result

from consentry.cli import build
from consentry.errors import ConfigError, SetupError
from tests.evaluation.folders import fill


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "people").mkdir()
    return fill(tmp_path / "people")


def evaluate(*arguments: str) -> Result:
    return CliRunner().invoke(build(), ["face", "evaluate", *arguments])


def test_it_measures_the_configured_engine(folder: Path) -> None:
    Path("consentry.yaml").write_text("face: {threshold: 0.3}\n")
    result = evaluate("people")
    assert result.exit_code == 0, result.output
    assert "engine dlib-resnet, threshold 0.3" in result.output
    assert "FNMR  false non-match rate: 1 of 1, not established" in result.output


def test_it_prints_json(folder: Path) -> None:
    report = json.loads(evaluate("people", "--json", "--fmr", "0.05").output)
    assert (report["threshold"], report["people"]) == (0.5, 2)
    assert (report["wanted_fmr"], report["people_for_wanted_fmr"]) == (0.05, 12)


def test_it_draws_a_plot(folder: Path) -> None:
    assert evaluate("people", "--plot", "det.svg").exit_code == 0
    assert ElementTree.parse("det.svg").getroot().tag.endswith("svg")


@pytest.mark.parametrize(
    ("arguments", "error", "told"),
    [
        (["nowhere"], SetupError, "nowhere: there is no such folder"),
        (["people", "--plot", "no/det.svg"], SetupError, r"no/det\.svg: can't be written"),
        (["people", "--config", "gone.yaml"], ConfigError, r"gone\.yaml"),
    ],
)
def test_what_is_in_the_way_is_told(
    folder: Path, arguments: list[str], error: type[Exception], told: str
) -> None:
    result = evaluate(*arguments)
    assert isinstance(result.exception, error)
    with pytest.raises(error, match=told):
        raise result.exception


def test_a_plot_takes_something_to_compare(folder: Path) -> None:
    for photo in (folder / "barack").iterdir():
        photo.unlink()
    assert "takes two photos" in str(evaluate("people", "--plot", "det.svg").exception)


def test_a_rate_that_is_none_is_refused(folder: Path) -> None:
    assert evaluate("people", "--fmr", "0").exit_code == 2
