"""Makes each mistake in a copy of the bot, and runs the tests that have to notice."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.mutants.mutants import Mutant

ROOT = Path(__file__).parents[2]
FAILED = 1
"""What pytest returns when tests ran, and some failed."""


def applied(mutant: Mutant, text: str) -> str:
    """``text`` with the mistake in it; ValueError where it does not apply any more."""
    if text.count(mutant.original) != 1:
        count = text.count(mutant.original)
        raise ValueError(
            f"{mutant.name!r}: its text stands {count} times in bot/consentry/{mutant.file}, not "
            "once; write it anew for what stands there now"
        )
    return text.replace(mutant.original, mutant.mutated)


def source(mutant: Mutant) -> str:
    return (ROOT / "bot" / "consentry" / mutant.file).read_text(encoding="utf-8")


@contextmanager
def copied(mutant: Mutant) -> Iterator[Path]:
    """The folder of a copy of the bot that makes the mistake."""
    mistaken = applied(mutant, source(mutant))
    with tempfile.TemporaryDirectory(prefix="consentry-mutant-") as name:
        folder = Path(name)
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "bot", folder / "bot", ignore=ignored)
        (folder / "bot" / "consentry" / mutant.file).write_text(mistaken, encoding="utf-8")
        yield folder / "bot"


def survives(mutant: Mutant, bot: Path) -> bool:
    """Whether no test finds the mistake in ``bot``. RuntimeError where tests could not be run."""
    path = os.pathsep.join([str(bot), str(ROOT / "plugins")])
    environment = os.environ | {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    run = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*run, "--no-header", "--tb=no", *shlex.split(mutant.tests)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in (0, FAILED):
        raise RuntimeError(f"{mutant.name!r}: {done.stdout[-500:]}{done.stderr[-500:]}")
    return done.returncode == 0
