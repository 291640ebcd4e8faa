"""The command line: ``consentry <command>``."""

from __future__ import annotations

import sys

import typer

from consentry.commands.check import check
from consentry.commands.demo import demo
from consentry.commands.doctor import doctor
from consentry.commands.erasure import app as erasure
from consentry.commands.export import export
from consentry.commands.face import app as face
from consentry.commands.join import join
from consentry.commands.kiosk import app as kiosk
from consentry.commands.ledger import app as ledger
from consentry.commands.pages import pages
from consentry.commands.people import app as people
from consentry.commands.play import play
from consentry.commands.plugins import plugins
from consentry.commands.receipt import app as receipt
from consentry.commands.records import records
from consentry.commands.room import room
from consentry.commands.transcripts import transcripts
from consentry.errors import ConfigError, ConsentryError

COMMANDS = (
    demo,
    room,
    join,
    pages,
    play,
    check,
    plugins,
    doctor,
    transcripts,
    export,
    records,
)
"""In the order of ``consentry --help``. A command is a function with typer's annotations."""


def build() -> typer.Typer:
    """The command line, with every command in it."""
    app = typer.Typer(
        name="consentry",
        help="A meeting assistant that asks first.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for command in COMMANDS:
        app.command()(command)
    app.add_typer(kiosk)
    app.add_typer(people)
    app.add_typer(ledger)
    app.add_typer(receipt)
    app.add_typer(erasure)
    app.add_typer(face)
    return app


def main() -> None:
    """Run a command. An error is a line on stderr: exit code 2 for the configuration's, else 1."""
    try:
        build()()
    except ConsentryError as exc:
        for line in str(exc).splitlines():
            typer.echo(f"error: {line}", err=True)
        sys.exit(2 if isinstance(exc, ConfigError) else 1)
