"""``consentry export`` writes a kept transcript in another format."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from consentry.cli import build
from consentry.errors import SetupError
from consentry.exports import Format
from consentry.exports import export as to_text
from tests.exports.calls import spoken, summary

CALL = spoken(("Sam", 0, 1, "Grüße \U0001f980"), summary=summary())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "transcript.json"
    path.write_bytes(to_text(CALL, Format.JSON).encode())
    return path


def export(*arguments: object) -> Result:
    return CliRunner().invoke(build(), ["export", *map(str, arguments)])


@pytest.mark.parametrize("format", list(Format))
def test_to_the_terminal(file: Path, format: Format) -> None:
    result = export(file, "--to", format.value)
    assert result.exit_code == 0
    assert result.stdout_bytes.decode() == to_text(CALL, format)


def test_to_a_file(file: Path, tmp_path: Path) -> None:
    output = tmp_path / "call.srt"
    assert export(file, "--to", "srt", "--output", output).exit_code == 0
    assert output.read_bytes().decode() == to_text(CALL, Format.SRT)


def test_a_format_that_does_not_exist_is_refused_with_those_that_do(file: Path) -> None:
    result = export(file, "--to", "docx")
    assert result.exit_code == 2
    assert "seglst" in result.output


def test_a_file_that_is_no_transcript_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("just notes")
    result = export(path, "--to", "vtt")
    assert isinstance(result.exception, SetupError)
    assert "is no Consentry transcript" in str(result.exception)


def test_a_folder_that_is_not_there_is_named(file: Path, tmp_path: Path) -> None:
    result = export(file, "--to", "vtt", "--output", tmp_path / "absent" / "call.vtt")
    assert isinstance(result.exception, SetupError)
    assert "can't be written" in str(result.exception)
