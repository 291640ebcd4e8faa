"""The systemd units are sound, and leave a bot that was taken over little to do."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.deploy.folders import DEPLOY
from tests.requirements import need

UNITS = {"consentry.service": "room", "consentry@.service": "join"}
EACH = pytest.mark.parametrize("unit", list(UNITS))
PROGRAM = "/opt/consentry/.venv/bin/consentry"
EXPOSED = 20
"""Of 100, as systemd counts it: more is not hardened."""


@pytest.fixture
def installed(unit: str, tmp_path: Path) -> Path:
    """The unit, of one call where it is a template, with a program that this machine has."""
    text = (DEPLOY / "systemd" / unit).read_text()
    assert f"ExecStart={PROGRAM} {UNITS[unit]} " in text
    here = tmp_path / unit.replace("@", "@weekly")
    here.write_text(text.replace(PROGRAM, "/bin/true"))
    return here


@EACH
def test_systemd_takes_it(installed: Path) -> None:
    program = need("systemd-analyze")
    done = subprocess.run(
        [program, "verify", installed], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@EACH
def test_it_is_hardened(installed: Path) -> None:
    program = need("systemd-analyze")
    strict = ["--offline=true", f"--threshold={EXPOSED}", str(installed)]
    done = subprocess.run(
        [program, "security", *strict], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


@EACH
def test_it_holds_no_secret_and_is_read_by_everybody(unit: str) -> None:
    text = (DEPLOY / "systemd" / unit).read_text()
    settings = [line for line in text.splitlines() if not line.startswith("#")]
    assert not [line for line in settings if re.search(r"(?i)token|password|secret|key=", line)]


def test_each_call_has_a_configuration_and_secrets_of_its_own() -> None:
    text = (DEPLOY / "systemd" / "consentry@.service").read_text()
    assert "--config /etc/consentry/%i.yaml ${CALL}" in text
    assert "EnvironmentFile=/etc/consentry/%i.env" in text
    assert "StateDirectory=consentry-calls/%i" in text
