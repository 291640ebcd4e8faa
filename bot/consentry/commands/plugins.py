"""``consentry plugins``: what is installed, and what each would ask of people."""

from __future__ import annotations

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from consentry.plugin import Plugin
from consentry.registry import FoundPlugin, list_plugins


def plugins() -> None:
    """List the installed plugins. None runs unless the configuration names it."""
    found = list_plugins()
    table = Table("name", "package", "title", "biometric", "mode", "needs")
    for entry in found:
        table.add_row(*(Text(cell) for cell in _row(entry)))
    Console().print(table)
    failed = [entry.error for entry in found if entry.error is not None]
    for error in dict.fromkeys(map(str, failed)):
        typer.echo(f"error: {error}", err=True)
    if failed:
        raise typer.Exit(1)


def _row(entry: FoundPlugin) -> tuple[str, ...]:
    if entry.plugin is None:
        return (entry.name, entry.package, "can't be loaded", "", "", "")
    purpose = entry.plugin.purpose
    biometric = "yes" if purpose.biometric else "no"
    title, mode = purpose.title, purpose.mode.value
    return (entry.name, entry.package, title, biometric, mode, _needs(entry.plugin))


def _needs(plugin: type[Plugin]) -> str:
    needs = plugin.needs
    optional = [f"{engine} (optional)" for engine in sorted(needs.optional_engines)]
    return ", ".join([*sorted(needs.media), *sorted(needs.engines), *optional])
