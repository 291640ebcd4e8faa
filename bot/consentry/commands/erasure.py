"""``consentry erasure``: show on a backup that what somebody had erased can't be read in it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from consentry.commands.options import ConfigOption
from consentry.commands.receipt import read_receipt_file
from consentry.config.loading import DEFAULT_PATH, load_config
from consentry.consent.ledger import Act
from consentry.errors import LedgerError
from consentry.ledger.heads import HeadSigner
from consentry.receipts.backup import Findings, look_into
from consentry.receipts.check import Signed, check
from consentry.store.opening import Store, store_of

app = typer.Typer(
    name="erasure",
    help="Show that what somebody had erased is gone, in backups too.",
    no_args_is_help=True,
)


@app.callback()
def group() -> None:
    """Keep ``check`` a command of its own while it is the only one."""


@app.command(name="check")
def check_backup(
    backup: Annotated[
        str,
        typer.Argument(
            help="A backup of consentry.db, or the URL of a database that one was restored to; it "
            "is only read."
        ),
    ],
    receipt: Annotated[Path, typer.Option(help="The receipt of that erasure.")],
    config: ConfigOption = DEFAULT_PATH,
) -> None:
    """Try to open each item in the backup with the keys there are. Exit code 1 if the key that was
    to be destroyed is still to be found, in the store or beside the backup."""
    signed = read_receipt_file(receipt)
    with store_of(load_config(config).storage) as store:
        at = _erased_at(signed, store, receipt)
        found = look_into(backup, signed.receipt.opening, store)
    typer.echo(f"Erased at {at}; entry and proof are right.")
    _tell(backup, found)
    if not found.erased:
        raise typer.Exit(1)


def _erased_at(signed: Signed, store: Store, path: Path) -> str:
    """When the erasure was written down. LedgerError unless this receipt proves one in this
    store's ledger."""
    if faults := check(signed).faults:
        raise LedgerError(f"{path}: can't be relied on: {faults[0]}")
    if signed.public_key != HeadSigner(store.ring.ledger_key()).public_key:
        raise LedgerError(f"{path}: is of another store, whose key is {signed.fingerprint}")
    times = [deed.at for deed in signed.receipt.acts if deed.act == Act.ERASED]
    if not times or signed.receipt.erasure is None:
        raise LedgerError(f"{path}: is no receipt of an erasure")
    return times[-1]


def _tell(backup: str, found: Findings) -> None:
    if found.key_kept:
        typer.echo("error: the store still has the key that was to be destroyed", err=True)
    for path in found.beside:
        text = f"error: {path}: holds the key, so whoever has it and the store's key can read them"
        typer.echo(f"{text}; delete it", err=True)
    if found.erased:
        name = "The backup" if "://" in backup else backup
        typer.echo(f"{name}: {found.theirs} items are about them.")
        if found.theirs_opened:
            again = "were made after they said yes again, with a new key, and can be opened"
            typer.echo(f"Of these {found.theirs_opened} {again}; of the rest, none.")
        else:
            typer.echo("None of these can be opened: their key is destroyed.")
        typer.echo(f"Of others: {found.others} items; {found.others_opened} can be opened.")
