"""``consentry receipt``: check a participant's receipt, anywhere, without the bot and its store."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from consentry.errors import LedgerError
from consentry.ledger.export import read_export
from consentry.ledger.verify import verify as verify_log
from consentry.receipts.check import (
    MAX_RECEIPT_BYTES,
    Checked,
    Signed,
    check,
    read_receipt,
    witnesses,
)

app = typer.Typer(
    name="receipt",
    help="What a participant holds: what they were asked and said, with the proof.",
    no_args_is_help=True,
)


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="A receipt, as it was saved.")],
    ledger: Annotated[
        Path | None, typer.Option(help="An export of the ledger, to hold against the receipt.")
    ] = None,
    key: Annotated[
        str | None, typer.Option(help="Fingerprint of the ledger's key, known from elsewhere.")
    ] = None,
) -> None:
    """Check its signature, every proof in it, and that it says what the ledger says. Exit code 1
    if anything is wrong."""
    signed = read_receipt_file(file)
    checked = check(signed)
    faults = list(checked.faults)
    if key is not None and _bare(key) != _bare(signed.fingerprint):
        faults.append(f"it is of another ledger, whose key is {signed.fingerprint}")
    if ledger is not None:
        faults += verify_log(read_export(ledger), witnesses(signed, str(file))).faults
    for fault in faults:
        typer.echo(f"error: {fault}", err=True)
    if faults:
        typer.echo(f"{file}: can't be relied on.", err=True)
        raise typer.Exit(1)
    for line in _lines(checked):
        # Whoever made a receipt chose what stands in it; a terminal obeys some of what it shows.
        typer.echo("".join(one if one.isprintable() else "?" for one in line))


def read_receipt_file(path: Path) -> Signed:
    """The receipt in ``path``; LedgerError if it can't be read, or is none."""
    try:
        with path.open("rb") as file:
            text = file.read(MAX_RECEIPT_BYTES + 1).decode("ascii")
        return read_receipt(text)
    except OSError as exc:
        raise LedgerError(f"{path}: can't be read ({exc.strerror})") from None
    except UnicodeDecodeError:
        raise LedgerError(f"{path}: is no receipt") from None
    except LedgerError as exc:
        raise LedgerError(f"{path}: {exc}") from None


def _lines(checked: Checked) -> list[str]:
    receipt, head = checked.signed.receipt, checked.head
    size = head.size if head is not None else 0
    entries = len(receipt.log.entries)
    lines = [f"OK: {entries} entries of a ledger that had {size}, all proved."]
    for record in receipt.records:
        for event in record.events:
            name = record.processes.purpose.title if record.processes else record.asked
            lines.append(f"  {event.event_time}  {name}: {event.state.replace('_', ' ')}")
    lines += [f"  {deed.at}  {deed.act.replace('_', ' ')}" for deed in receipt.acts]
    if receipt.left_out:
        lines.append(f"{receipt.left_out} older entries of theirs are not in it.")
    lines.append(f"Signed by the ledger whose key is {checked.signed.fingerprint}")
    return lines


def _bare(key: str) -> str:
    return "".join(key.lower().split())
