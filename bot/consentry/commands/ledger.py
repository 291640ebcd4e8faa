"""``consentry ledger``: check the log of consent, or write it to a file that others can check."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from consentry.commands.options import ConfigOption
from consentry.config import DEFAULT_PATH, load_config
from consentry.errors import LedgerError
from consentry.ledger.export import copy_of, read_export, write_export
from consentry.ledger.heads import HeadSigner
from consentry.ledger.verify import Report
from consentry.ledger.verify import verify as verify_log
from consentry.store.opening import Store, store_of

app = typer.Typer(
    name="ledger",
    help="The log of who agreed to what: check it, or write it to a file.",
    no_args_is_help=True,
)

MAX_SHOWN = 20


@app.command()
def verify(
    file: Annotated[
        Path | None, typer.Argument(help="An export; without one, the log of this store.")
    ] = None,
    config: ConfigOption = DEFAULT_PATH,
) -> None:
    """Check every entry, and every head that was signed. Exit code 1 if anything was changed."""
    report = verify_log(read_export(file)) if file else _verified(_store(config))
    for fault in report.faults[:MAX_SHOWN]:
        typer.echo(f"error: {fault}", err=True)
    if report.faults:
        typer.echo(f"This ledger was changed: {len(report.faults)} faults.", err=True)
        raise typer.Exit(1)
    typer.echo(f"OK: {report.entries} entries, {report.heads} signed heads.")


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="Where to; it must not exist.")],
    config: ConfigOption = DEFAULT_PATH,
) -> None:
    """Write the log to a file that `consentry ledger verify FILE` checks anywhere."""
    with _store(config) as store:
        count = store.database.transact(
            lambda connection: write_export(connection, _public_key(store), file)
        )
    typer.echo(f"{file}: {count} entries.")


def _store(config: Path) -> Store:
    return store_of(load_config(config).storage)


def _public_key(store: Store) -> bytes:
    return HeadSigner(store.ring.ledger_key()).public_key


def _verified(store: Store) -> Report:
    try:
        with store:
            return store.database.transact(
                lambda connection: verify_log(copy_of(connection, _public_key(store)))
            )
    except LedgerError as exc:
        return Report(faults=[str(exc)])
