"""The demo in the terminal: who agreed to what, what is said, what was decided."""

from __future__ import annotations

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from consentry.demo.script import Stage
from consentry.messages import Caption, Summary

LINES = 8
"""Captions shown at a time."""

MARKS = {"running": "[green]yes[/]", "refused": "no", "grace": "soon", "asked": "asked", "off": "–"}


class Screen:
    """A live table where the terminal can show one; else a line for each finished caption."""

    def __init__(self, console: Console, stage: Stage) -> None:
        self._console = console
        self._stage = stage
        self._printed: set[str] = set()
        self._live = Live(console=console, auto_refresh=False, vertical_overflow="crop")

    async def follow(self) -> None:
        """Show the stage on every change, until cancelled."""
        if not self._console.is_terminal:
            while True:
                await self._changed()
                self._print_new()
        with self._live:
            while True:
                await self._changed()
                self._live.update(self._picture(), refresh=True)

    async def _changed(self) -> None:
        await self._stage.changed.wait()
        self._stage.changed.clear()

    def _print_new(self) -> None:
        for name, caption in list(self._stage.captions.items()):
            if caption.final and name not in self._printed:
                self._printed.add(name)
                self._console.print(_line(caption))

    def _picture(self) -> RenderableType:
        parts: list[RenderableType] = [self._people(), self._captions()]
        if self._stage.summary is not None:
            parts.append(summary_panel(self._stage.summary))
        if self._stage.hint:
            parts.append(Text(self._stage.hint, style="bold"))
        return Group(*parts)

    def _people(self) -> Table:
        stage = self._stage
        purposes = next(iter(stage.standings.values()), {})
        table = Table(title=f"Join with a browser: {stage.url}", title_justify="left", expand=True)
        for column in ("", "Who", *(p.capitalize() for p in purposes)):
            table.add_column(column)
        for name, states in sorted(stage.standings.items()):
            speaks = "●" if name in stage.speaking else " "
            table.add_row(speaks, Text(name), *(MARKS.get(s, s) for s in states.values()))
        return table

    def _captions(self) -> Panel:
        spoken = sorted(self._stage.captions.values(), key=lambda c: c.start)[-LINES:]
        return Panel(Group(*(_line(c) for c in spoken)), title="Captions", title_align="left")


def summary_panel(summary: Summary) -> Panel:
    """The summary as a person reads it."""
    lines: list[RenderableType] = [Text(line.text) for line in summary.abstract]
    lines += [Text.assemble(("Decision  ", "bold"), line.text) for line in summary.decisions]
    for action in summary.actions:
        who = f"{action.owner_name}: " if action.owner_name else ""
        due = f" ({action.due})" if action.due else ""
        lines.append(Text.assemble(("To do  ", "bold"), who, action.text, due))
    lines += [Text.assemble(("Open  ", "bold"), line.text) for line in summary.questions]
    return Panel(Group(*lines), title="Summary", title_align="left")


def _line(caption: Caption) -> Text:
    style = "" if caption.final else "dim"
    return Text.assemble((f"{caption.name}: ", "bold"), (caption.text, style))
