"""``consentry ledger``: check the log of consent, or write it to a file that others can check."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from consentry.commands.options import ConfigOption
from consentry.commands.receipt import read_receipt_file
from consentry.config.loading import DEFAULT_PATH, load_config
from consentry.errors import LedgerError
from consentry.ledger.export import copy_of, read_export, write_export
from consentry.ledger.heads import HeadSigner
from consentry.ledger.verify import Report, Witness
from consentry.ledger.verify import verify as verify_log
from consentry.receipts.check import check, witnesses
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
    receipt: Annotated[
        list[Path] | None,
        typer.Option(help="A receipt that somebody kept; may be given more than once."),
    ] = None,
    config: ConfigOption = DEFAULT_PATH,
) -> None:
    """Check every entry, and every head that was signed; with receipts, also that this is the log
    that they are of. Exit code 1 if anything was changed."""
    kept = [one for path in receipt or () for one in _witnesses(path)]
    report = verify_log(read_export(file), kept) if file else _verified(_store(config), kept)
    for fault in report.faults[:MAX_SHOWN]:
        typer.echo(f"error: {fault}", err=True)
    if report.faults:
        typer.echo(f"This ledger was changed: {len(report.faults)} faults.", err=True)
        raise typer.Exit(1)
    receipts = f", {len(receipt)} receipts" if receipt else ""
    typer.echo(f"OK: {report.entries} entries, {report.heads} signed heads{receipts}.")


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


def _witnesses(path: Path) -> list[Witness]:
    signed = read_receipt_file(path)
    if faults := check(signed).faults:
        raise LedgerError(f"{path}: can't be relied on: {faults[0]}")
    return witnesses(signed, str(path))


def _store(config: Path) -> Store:
    return store_of(load_config(config).storage)


def _public_key(store: Store) -> bytes:
    return HeadSigner(store.ring.ledger_key()).public_key


def _verified(store: Store, kept: list[Witness]) -> Report:
    try:
        with store:
            return store.database.transact(
                lambda connection: verify_log(copy_of(connection, _public_key(store)), kept)
            )
    except LedgerError as exc:
        return Report(faults=[str(exc)])
