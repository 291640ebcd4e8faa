"""The log of consent, as whoever runs the bot checks it."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from consentry.cli import build
from consentry.config.loading import load_config
from consentry.consent.ledger import Act
from consentry.ledger.heads import HeadSigner
from consentry.ledger.log import Log
from consentry.ledger.records import Record
from consentry.store.opening import store_of


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration whose store has a log of ten entries."""
    path = tmp_path / "consentry.yaml"
    path.write_text("storage: {directory: data}\n")
    asyncio.run(_fill(path))
    return path


async def _fill(config: Path) -> None:
    store = store_of(load_config(config).storage)
    signer = HeadSigner(store.ring.ledger_key())
    async with store, Log(store.database, signer, time.time) as log:
        for number in range(10):
            await log.append(Record(Act.GRANTED, number, "call").encode())


def run(*arguments: object) -> Result:
    return CliRunner().invoke(build(), ["ledger", *map(str, arguments)])


def test_a_log_that_nobody_touched_is_ok(config: Path) -> None:
    result = run("verify", "-c", config)
    assert result.exit_code == 0
    assert result.output == "OK: 10 entries, 10 signed heads.\n"


def test_a_log_that_was_changed_is_said_to_be(config: Path) -> None:
    with sqlite3.connect(config.parent / "data" / "consentry.db") as direct:
        forged = Record(Act.GRANTED, 99, "other").encode()
        direct.execute('UPDATE ledger_entry SET data = ? WHERE "index" = 4', (forged,))
    result = run("verify", "-c", config)
    assert result.exit_code == 1
    assert "the first 5 entries are not those that were signed for" in result.output
    assert "This ledger was changed" in result.output


def test_an_export_can_be_checked_elsewhere_and_is_never_overwritten(config: Path) -> None:
    file = config.parent / "ledger.jsonl"
    assert run("export", file, "-c", config).exit_code == 0
    result = run("verify", file)
    assert (result.exit_code, result.output) == (0, "OK: 10 entries, 10 signed heads.\n")
    before = file.read_bytes()
    again = run("export", file, "-c", config)
    assert again.exit_code != 0
    assert file.read_bytes() == before
