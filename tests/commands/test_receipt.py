"""A receipt, as whoever holds it checks it: with the command, and with nothing else of ours."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from consentry.cli import build
from consentry.config.loading import load_config
from consentry.consent.ledger import Act
from consentry.ledger.heads import HeadSigner
from consentry.ledger.log import Log, append_group
from consentry.ledger.records import Record
from consentry.receipts.building import Issuer
from consentry.receipts.call import CallReceipts, Office
from consentry.signing import b64url, from_b64url
from consentry.store.keys import CallKeys
from consentry.store.opening import Store, store_of
from tests.receipts.store import LINK, noticed, opened, said, words


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration whose store has a call, and beside it the receipt of Mia."""
    path = tmp_path / "consentry.yaml"
    path.write_text("storage: {directory: data}\n")
    asyncio.run(_fill(path))
    return path


def store_in(config: Path) -> Store:
    return store_of(load_config(config).storage)


async def _fill(config: Path) -> None:
    store = store_in(config)
    signer = HeadSigner(store.ring.ledger_key())
    async with store, Log(store.database, signer, time.time) as log:
        office = Office(store.database, log, Issuer("Consentry"), time.time)
        keys = CallKeys(store.ring, "c-1", store.keys)
        receipts = CallReceipts(office, "c-1", keys, lambda person: LINK)
        await receipts.append(noticed("mia"))
        await receipts.append(said(Act.GRANTED, "mia"))
        await receipts.append(said(Act.WITHDRAWN, "mia"))
        issued = await receipts.of("mia")
    assert issued is not None
    (config.parent / "mia.jws").write_text(issued.jws + "\n")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(build(), [*map(str, arguments)])


def refused(*arguments: object) -> str:
    """What is said where ``arguments`` end with exit code 1."""
    result = run(*arguments)
    assert result.exit_code == 1
    return f"{result.output} {result.exception}"


def test_a_receipt_is_ok_and_says_what_was_answered(config: Path) -> None:
    result = run("receipt", "verify", config.parent / "mia.jws")
    assert result.exit_code == 0, result.output
    assert "OK: 3 entries of a ledger that had 3, all proved." in result.output
    assert "Live captions: consent given" in result.output
    assert "Live captions: consent withdrawn" in result.output


def test_a_receipt_that_was_altered_is_refused(config: Path) -> None:
    file = config.parent / "mia.jws"
    header, payload, signature = file.read_text().strip().split(".")
    fields = json.loads(from_b64url(payload))
    fields["dpv:hasRecordOfActivity"][0]["dpv:hasConsentStatus"].pop()
    file.write_text(f"{header}.{b64url(json.dumps(fields).encode())}.{signature}")
    assert "was altered" in refused("receipt", "verify", file)


@pytest.mark.parametrize("content", [b"", b"a.b.c", b"{}", b"\xff", b"x" * 5_000_000])
def test_a_file_that_is_no_receipt_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    assert "is no receipt" in refused("receipt", "verify", file)


def test_what_a_receipt_says_can_not_command_the_terminal(tmp_path: Path) -> None:
    async def made() -> str:
        async with opened(tmp_path) as store:
            receipts = store.call()
            text = words("captions").replace("Live captions", "\\u001b[2J\\u0007 captions")
            await receipts.append(noticed("mia", "captions", text))
            issued = await receipts.of("mia")
        assert issued is not None
        return issued.jws

    file = tmp_path / "mia.jws"
    file.write_text(asyncio.run(made()))
    output = run("receipt", "verify", file).output
    assert "?[2J? captions" in output
    assert "\x1b" not in output


def test_a_receipt_of_another_ledger_than_expected_is_told(config: Path) -> None:
    file = config.parent / "mia.jws"
    key = run("receipt", "verify", file).output.strip().rpartition("key is ")[2]
    assert run("receipt", "verify", file, "--key", key.replace(" ", "").upper()).exit_code == 0
    assert "another ledger" in refused("receipt", "verify", file, "--key", "0000" + key[4:])


def test_a_receipt_and_an_export_are_held_against_each_other(config: Path) -> None:
    file, export = config.parent / "mia.jws", config.parent / "ledger.jsonl"
    assert run("ledger", "export", export, "-c", config).exit_code == 0
    assert run("receipt", "verify", file, "--ledger", export).exit_code == 0
    assert run("ledger", "verify", export, "--receipt", file).exit_code == 0
    lines = export.read_text().splitlines()
    heads = [line for line in lines[1:] if "head" in line][:-1]
    header = json.loads(lines[0]) | {"heads": len(heads)}
    entries = [line for line in lines if '"entry"' in line][:-1]
    export.write_text("\n".join([json.dumps(header), *heads, *entries]))
    assert run("ledger", "verify", export).exit_code == 0, "cut short, and in itself right"
    assert "a head was signed for 3 entries; there are 2" in refused(
        "ledger", "verify", export, "--receipt", file
    )


def test_a_log_that_was_written_anew_with_the_stores_own_key_is_found_by_a_receipt(
    config: Path,
) -> None:
    with sqlite3.connect(config.parent / "data" / "consentry.db") as direct:
        for table in ("ledger_entry", "ledger_node", "ledger_head", "ledger_person"):
            direct.execute(f"DELETE FROM {table}")
    store = store_in(config)
    signer = HeadSigner(store.ring.ledger_key())
    forged = [Record(Act.GRANTED, number, "ab" * 16).encode() for number in range(5)]
    with store:
        store.database.transact(lambda c: append_group(c, forged, signer, 0))
    assert run("ledger", "verify", "-c", config).exit_code == 0, "right in itself"
    told = refused("ledger", "verify", "-c", config, "--receipt", config.parent / "mia.jws")
    assert "the first 3 entries are not those that were signed for" in told
