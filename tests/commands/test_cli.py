"""What somebody at a terminal sees."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from consentry.cli import COMMANDS, build


def run(code: str, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run ``code`` in a process of its own, with a command line."""
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=50
    )


@pytest.mark.parametrize("command", [command.__name__ for command in COMMANDS])
def test_every_command_explains_itself(command: str) -> None:
    result = CliRunner().invoke(build(), [command, "--help"], terminal_width=100)
    assert result.exit_code == 0
    assert "Usage:" in result.output


def test_without_a_command_the_help_is_shown() -> None:
    result = CliRunner().invoke(build(), [])
    assert "A meeting assistant that asks first." in result.output


def test_a_configuration_error_is_a_line_on_stderr_and_exit_code_2(tmp_path: Path) -> None:
    code = """
import consentry.cli as cli
from consentry.errors import ConfigError

def broken() -> None:
    raise ConfigError("a.yaml:1:1: wrong\\na.yaml:2:1: wrong too")

cli.COMMANDS = (*cli.COMMANDS, broken)
cli.main()
"""
    result = run(code, "broken", folder=tmp_path)
    assert result.returncode == 2
    assert result.stderr == "error: a.yaml:1:1: wrong\nerror: a.yaml:2:1: wrong too\n"


def test_any_other_error_is_a_line_on_stderr_and_exit_code_1(tmp_path: Path) -> None:
    code = "from consentry.cli import main; main()"
    result = run(code, "export", "absent.json", "--to", "vtt", folder=tmp_path)
    assert result.returncode == 1
    assert result.stderr == "error: absent.json: can't be read (No such file or directory)\n"
    assert result.stdout == ""
