"""A log as a file that anybody can check without the database: one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from consentry.errors import LedgerError, SetupError
from consentry.ledger.log import entries_of, heads_of
from consentry.signing import b64url, from_b64url

FORMAT = "consentry-ledger"
EXPORT_VERSION = 1

MAX_LINE = 64 * 1024


@dataclass(frozen=True, slots=True)
class LogCopy:
    """A log as it was found, not yet checked. ``entries`` are read once."""

    public_key: bytes
    entries: Iterable[bytes]
    heads: list[str] = field(default_factory=list)


def copy_of(connection: Connection, public_key: bytes) -> LogCopy:
    """The log in a database. LedgerError, on the way through, where an index is missing."""
    return LogCopy(public_key, _in_order(connection), list(heads_of(connection)))


def write_export(connection: Connection, public_key: bytes, path: Path) -> int:
    """Write the log to ``path``, which must not exist; how many entries it has. SetupError if it
    can't be written."""
    count = 0
    heads = list(heads_of(connection))
    header = {"format": FORMAT, "v": EXPORT_VERSION, "key": b64url(public_key)}
    try:
        with path.open("x", encoding="ascii") as file:
            file.write(json.dumps(header | {"heads": len(heads)}) + "\n")
            file.writelines(json.dumps({"head": head}) + "\n" for head in heads)
            for entry in _in_order(connection):
                file.write(json.dumps({"entry": b64url(entry)}) + "\n")
                count += 1
    except OSError as exc:
        raise SetupError(f"{path}: can't be written ({exc.strerror})") from None
    return count


def read_export(path: Path) -> LogCopy:
    """The log in a file of :func:`write_export`. LedgerError if it is none."""
    lines = _lines(path)
    try:
        header = next(lines)
        if header["format"] != FORMAT or header["v"] != EXPORT_VERSION:
            raise ValueError
        heads = [str(next(lines)["head"]) for _ in range(int(header["heads"]))]
        public_key = from_b64url(header["key"])
    except (StopIteration, KeyError, ValueError, TypeError):
        raise LedgerError(f"{path}: is no export of a ledger") from None
    return LogCopy(public_key, _entries(path, lines), heads)


def _in_order(connection: Connection) -> Iterator[bytes]:
    for expected, (index, data) in enumerate(entries_of(connection)):
        if index != expected:
            raise LedgerError(f"entry {expected} is missing")
        yield data


def _entries(path: Path, lines: Iterator[dict[str, Any]]) -> Iterator[bytes]:
    for number, line in enumerate(lines):
        try:
            yield from_b64url(line["entry"])
        except (KeyError, ValueError, TypeError, AttributeError):
            raise LedgerError(f"{path}: entry {number} can't be read") from None


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with path.open("rb") as file:
            while line := file.readline(MAX_LINE):
                yield json.loads(line)
    except OSError as exc:
        raise LedgerError(f"{path}: can't be read ({exc.strerror})") from None
    except (ValueError, RecursionError):
        raise LedgerError(f"{path}: is no export of a ledger") from None
