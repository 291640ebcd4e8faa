"""``consentry check`` says what would run, or all that is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml
from typer.testing import CliRunner, Result

from consentry.cli import build


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    return tmp_path


def check(*arguments: str) -> Result:
    return CliRunner().invoke(build(), ["check", *arguments])


def test_a_right_file_shows_what_would_run_and_when(folder: Path) -> None:
    (folder / "consentry.yaml").write_text(
        "plugins:\n  names: {mode: notice, grace: 15}\n  storage: {}\n"
    )
    result = check()
    assert result.exit_code == 0
    assert "consentry.yaml: OK" in result.output
    assert "15 s after the notice, unless they say no" in result.output
    assert "on their yes" in result.output
    assert "Keep the transcript" in result.output


def test_nothing_enabled_is_said(folder: Path) -> None:
    (folder / "other.yaml").write_text("call: {title: Weekly}\n")
    result = check("--config", "other.yaml")
    assert result.exit_code == 0
    assert "No plugin is enabled" in result.output


def test_every_fault_is_a_line_on_stderr(folder: Path) -> None:
    (folder / "consentry.yaml").write_text("plugins:\n  nams: {}\nroom: {port: x}\n")
    result = check()
    assert result.exit_code == 1
    assert [line.split(": ")[:3] for line in result.stderr.splitlines()] == [
        ["error", "consentry.yaml:2:3", "plugins.nams"],
        ["error", "consentry.yaml:3:14", "room.port"],
    ]
    assert result.stdout == ""


def test_no_file_is_said(folder: Path) -> None:
    result = check()
    assert result.exit_code == 1
    assert result.stderr.startswith("error: consentry.yaml: not found; write one")


def test_the_schema_accepts_what_check_accepts() -> None:
    schema = json.loads(check("--schema").stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    text = """
plugins:
  names: {grace: 15, hangover: 1.0}
  storage:
call: {title: Weekly, language: pt-BR, vocabulary: [Kubernetes]}
language_model: {base_url: http://localhost/v1, model: m, api_key: "${env:KEY}"}
"""
    jsonschema.validate(yaml.safe_load(text), schema)


@pytest.mark.parametrize(
    "text",
    [
        "plugin: {}",
        "plugins: {names: {hangovr: 1}}",
        "plugins: {nams: {}}",
        "plugins: {names: {mode: always}}",
        "plugins: {names: {grace: 1}}",
        "call: {language: English}",
        "language_model: {base_url: http://localhost/v1, model: m, api_key: hunter2}",
    ],
)
def test_the_schema_refuses_what_check_refuses(folder: Path, text: str) -> None:
    (folder / "consentry.yaml").write_text(text)
    assert check().exit_code == 1
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(yaml.safe_load(text), json.loads(check("--schema").stdout))
