"""``consentry check`` says what would run, or all that is wrong."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jsonschema
import pytest
import yaml
from typer.testing import CliRunner, Result

from consentry.cli import build
from tests.meetings.calendars import calendar


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


FEEDS = "people: {}\nkiosk:\n  time_zone: Europe/Berlin\n  feeds:\n"


def test_the_feeds_of_the_kiosk_are_read(folder: Path) -> None:
    soon = datetime.now(UTC) + timedelta(hours=3)
    event = f"UID:a\nDTSTART:{soon:%Y%m%dT%H%M%SZ}\nDURATION:PT1H\nSUMMARY:Ana's secret"
    (folder / "room.ics").write_bytes(calendar(event, "UID:b\nDTSTART:whenever"))
    (folder / "consentry.yaml").write_text(FEEDS + "    - file: room.ics\n")
    result = check()
    assert result.exit_code == 0
    row = next(line for line in result.output.splitlines() if "kiosk.feeds.0" in line)
    assert [cell.strip() for cell in row.split("│")[1:-1]] == ["kiosk.feeds.0", "1", "1"]
    assert "Ana" not in result.output


def test_a_feed_that_cannot_be_read_is_a_fault(folder: Path) -> None:
    (folder / "login.ics").write_text("<html>")
    (folder / "consentry.yaml").write_text(FEEDS + "    - file: gone.ics\n    - file: login.ics\n")
    result = check()
    assert result.exit_code == 1
    first, second = result.stderr.splitlines()
    assert first.startswith("error: kiosk.feeds.0: ") and "gone.ics can't be read" in first
    assert second == "error: kiosk.feeds.1: is no calendar (RFC 5545, .ics)"
