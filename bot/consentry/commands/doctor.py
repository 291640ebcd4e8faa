"""``consentry doctor``: what is missing on this machine, and how to get it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import typer

from consentry.commands import machine, stored
from consentry.commands.machine import Finding, State
from consentry.commands.options import ConfigOption
from consentry.config.loading import DEFAULT_PATH, load_config
from consentry.config.sections import Config
from consentry.errors import ConfigError

_MARKS = {State.OK: "ok", State.NOTE: "note", State.MISSING: "MISSING"}


def doctor(config: ConfigOption = DEFAULT_PATH) -> None:
    """Say what this machine lacks, one line each. Exit code 1 if something needed is missing."""
    worst = State.OK
    for finding in _findings(config):
        worst = max(worst, finding.state)
        fix = f" -> {finding.fix}" if finding.fix else ""
        typer.echo(f"{_MARKS[finding.state]:<7}  {finding.text}{fix}")
    if worst is State.MISSING:
        raise typer.Exit(1)


def _findings(path: Path) -> Iterator[Finding]:
    yield machine.python_version()
    yield from machine.packages()
    yield from machine.models()
    yield machine.opus()
    yield machine.network()
    checked: Config | None = None
    if path.exists() or path != DEFAULT_PATH:
        try:
            checked = load_config(path)
            yield Finding(State.OK, f"configuration {path}")
        except ConfigError as exc:
            for line in str(exc).splitlines():
                yield Finding(State.MISSING, f"configuration {line}")
    else:
        fix = "write one before you host calls: docs/configuration.md"
        yield Finding(State.NOTE, f"no {path} here", fix)
    yield from stored.store((checked or Config()).storage)
    yield from machine.ports(checked or Config())
    yield from machine.fonts(checked or Config())
    yield from machine.faces(checked or Config())
    yield machine.browser()
