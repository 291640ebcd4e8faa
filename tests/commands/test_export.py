"""``consentry export`` writes a kept transcript in another format."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from consentry.cli import build
from consentry.config.loading import load_config
from consentry.config.sections import Config
from consentry.consent.ledger import Act
from consentry.errors import SetupError
from consentry.events import Summarized, SummaryItem
from consentry.exports import Format
from consentry.exports import export as to_text
from consentry.ledger.log import entries_of
from consentry.ledger.records import decode
from consentry.plugin import Context
from consentry.store.calls import CallFacts
from consentry.store.opening import Store, store_of
from consentry.testing import FakeCall
from consentry.testing.call import fake_context
from consentry.transcript import Transcript
from consentry_storage import Storage
from tests.exports.calls import spoken, summary

CALL = spoken(("Sam", 0, 1, "Grüße \U0001f980"), summary=summary())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "transcript.json"
    path.write_bytes(to_text(CALL, Format.JSON).encode())
    return path


def export(*arguments: object) -> Result:
    return CliRunner().invoke(build(), ["export", *map(str, arguments)])


@pytest.mark.parametrize("format", list(Format))
def test_to_the_terminal(file: Path, format: Format) -> None:
    result = export(file, "--to", format.value)
    assert result.exit_code == 0
    assert result.stdout_bytes.decode() == to_text(CALL, format)


def test_to_a_file(file: Path, tmp_path: Path) -> None:
    output = tmp_path / "call.srt"
    assert export(file, "--to", "srt", "--output", output).exit_code == 0
    assert output.read_bytes().decode() == to_text(CALL, Format.SRT)


def test_a_format_that_does_not_exist_is_refused_with_those_that_do(file: Path) -> None:
    result = export(file, "--to", "docx")
    assert result.exit_code == 2
    assert "seglst" in result.output


def test_a_file_that_is_no_transcript_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("just notes")
    result = export(path, "--to", "vtt")
    assert isinstance(result.exception, SetupError)
    assert "is no Consentry transcript" in str(result.exception)


CALL_ID = "c-0123456789abcdef"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration whose store has the transcript of a call, with a summary."""
    path = tmp_path / "consentry.yaml"
    path.write_text("storage: {directory: data}\n")
    asyncio.run(_keep(load_config(path)))
    return path


async def _keep(config: Config) -> None:
    async with store_of(config.storage) as store, FakeCall(Storage(), ctx=_context(store)) as call:
        facts = CallFacts(CALL_ID, "Weekly \x1b[2J", "2026-06-08", "en")
        await store.calls.begin(facts)
        await store.archive(CALL_ID).keys.save({None: store.archive(CALL_ID).keys.of(None)})
        ana, bob = call.join("Ana <A>"), call.join("Bob")
        first = await call.segment(ana, "I will send it by Friday.")
        await call.segment(bob, "Good.")
        promise = SummaryItem(
            "action",
            "Send it",
            (first.id,),
            frozenset({ana.id}),
            at=0.0,
            owner=ana.id,
            due="by Friday",
            due_date="2026-06-12",
        )
        told = SummaryItem("abstract", "It was promised.", (first.id,), frozenset({ana.id}), 0.0)
        await call.offer(Summarized(4.0, "summary", 1, (told, promise), final=True))


def _context(store: Store) -> Context:
    vault = store.archive(CALL_ID).vault("storage", timedelta(days=30))
    return replace(fake_context(), vault=vault)


def test_a_call_that_was_kept_is_listed(config: Path) -> None:
    result = CliRunner().invoke(build(), ["transcripts", "-c", str(config)])
    until = (datetime.now(UTC) + timedelta(days=30)).date()
    assert result.output == f"{CALL_ID}  2026-06-08  Weekly  [2J  2 people, until {until}\n"


def test_where_nothing_is_kept_that_is_said(tmp_path: Path) -> None:
    path = tmp_path / "consentry.yaml"
    path.write_text("storage: {directory: data}\n")
    result = CliRunner().invoke(build(), ["transcripts", "-c", str(path)])
    assert result.output == "No transcript is kept.\n"


def test_a_kept_call_as_subtitles(config: Path) -> None:
    result = export(CALL_ID, "--to", "vtt", "-c", config)
    assert "<v Ana &lt;A&gt;>I will send it by Friday.</v>" in result.output
    assert "<v Bob>Good.</v>" in result.output


def test_a_kept_call_with_its_summary(config: Path) -> None:
    result = export(CALL_ID, "--to", "json", "-c", config)
    transcript = Transcript.model_validate_json(result.output)
    assert (transcript.call.id, transcript.call.language) == (CALL_ID, "en")
    assert transcript.summary is not None
    [action] = transcript.summary.actions
    assert (action.owner_name, action.due_date) == ("Ana <A>", "2026-06-12")
    assert [line.text for line in transcript.summary.abstract] == ["It was promised."]
    assert transcript.summary.final


def test_every_kept_call_each_to_a_file(config: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    assert export("--all", "--to", "srt", "-o", folder, "-c", config).exit_code == 0
    [file] = folder.iterdir()
    assert file.name == f"2026-06-08-{CALL_ID}.srt"
    assert "Bob: Good." in file.read_text("utf-8")


def test_every_export_is_in_the_ledger(config: Path) -> None:
    for form in ("vtt", "md"):
        export(CALL_ID, "--to", form, "-c", config)
    with store_of(load_config(config).storage) as store:
        entries = store.database.transact(lambda c: [decode(data) for _, data in entries_of(c)])
    assert [(entry.act, entry.subject, entry.person) for entry in entries] == [
        (Act.EXPORTED, "vtt", None),
        (Act.EXPORTED, "md", None),
    ]
    assert len({entry.call for entry in entries}) == 1


def test_without_a_ledger_an_export_needs_none(config: Path) -> None:
    with config.open("a") as file:
        file.write("ledger: {enabled: false}\n")
    assert export(CALL_ID, "--to", "vtt", "-c", config).exit_code == 0


def test_what_somebody_erased_is_in_no_export(config: Path) -> None:
    async def erase() -> None:
        async with store_of(load_config(config).storage) as store:
            await store.archive(CALL_ID).erase("p1")

    asyncio.run(erase())
    result = export(CALL_ID, "--to", "json", "-c", config)
    transcript = Transcript.model_validate_json(result.output)
    assert [segment.text for segment in transcript.segments] == ["Good."]
    assert transcript.summary is None
    assert "Ana" not in result.output


def test_a_call_that_there_is_not_is_said_so(config: Path) -> None:
    result = export("c-fedcba9876543210", "-c", config)
    assert isinstance(result.exception, SetupError)
    assert "consentry transcripts" in str(result.exception)


@pytest.mark.parametrize("arguments", [(), ("--all",), (CALL_ID, "--all", "-o", "out")])
def test_what_is_meant_has_to_be_clear(arguments: tuple[str, ...]) -> None:
    result = export(*arguments)
    assert result.exit_code == 2
    assert "--all" in result.output


def test_a_folder_that_is_not_there_is_named(file: Path, tmp_path: Path) -> None:
    result = export(file, "--to", "vtt", "--output", tmp_path / "absent" / "call.vtt")
    assert isinstance(result.exception, SetupError)
    assert "can't be written" in str(result.exception)
