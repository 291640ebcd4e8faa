"""The folders of deploy/, as a self-hoster's first command leaves them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
DEPLOY = REPOSITORY / "deploy"
STACKS = sorted(path.parent.name for path in DEPLOY.glob("*/compose.yaml"))
CALLS, PAGES = "calls.test", "pages.test"


def copy_of(stack: str, folder: Path) -> Path:
    """A copy of the folder of ``stack`` in ``folder``, beside what it builds on."""
    here = folder / "deploy" / stack
    shutil.copytree(DEPLOY / stack, here, ignore=shutil.ignore_patterns(".env"))
    for file in ("Containerfile", "prepare.sh"):
        shutil.copy(DEPLOY / file, folder / "deploy")
    return here


def prepare(here: Path) -> subprocess.CompletedProcess[str]:
    """Run the first command of the guides in ``here``."""
    command = ["sh", "../prepare.sh", CALLS, PAGES]
    return subprocess.run(command, cwd=here, capture_output=True, text=True, check=False)


def variables(file: Path) -> dict[str, str]:
    """What an environment file sets."""
    lines = [line for line in file.read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)
