"""``consentry export``: a kept transcript in a format that other programs read."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from consentry.commands.options import ConfigOption
from consentry.config.loading import DEFAULT_PATH, load_config
from consentry.config.sections import Config
from consentry.consent.ledger import Act, Entry
from consentry.errors import SetupError
from consentry.exports import Format
from consentry.exports import export as to_text
from consentry.ledger.call import CallBook, CallLedger
from consentry.ledger.log import Log, log_of
from consentry.store.calls import CallFacts
from consentry.store.opening import Store, store_of
from consentry.store.transcripts import kept_transcripts, transcript_of
from consentry.transcript import read_transcript

CALL = re.compile(r"c-[0-9a-f]{16}")
"""The id of a call; whatever looks otherwise is a file."""


def export(
    what: Annotated[
        str | None,
        typer.Argument(
            metavar="[CALL|FILE]",
            help="A call of `consentry transcripts`, or a transcript as JSON.",
        ),
    ] = None,
    to: Annotated[Format, typer.Option("--to", help="The format to write.")] = Format.VTT,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="Where to; without it, to the terminal. With --all, a folder."
        ),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Every transcript that is kept, each to a file.")
    ] = False,
    config: ConfigOption = DEFAULT_PATH,
) -> None:
    """Convert a transcript to subtitles, Markdown, JSON or a format for scoring."""
    if everything == (what is not None) or (everything and output is None):
        raise typer.BadParameter("name one call or file, or give --all and a folder as --output")
    if what is not None and not CALL.fullmatch(what):
        _write(to_text(read_transcript(Path(what)), to), output)
        return
    asyncio.run(_export(load_config(config), Wanted(what, to, output)))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be exported from the store."""

    call: str | None
    """None: every call."""
    to: Format
    output: Path | None


async def _export(config: Config, wanted: Wanted) -> None:
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(store_of(config.storage))
        log: Log | None = None
        if config.ledger.enabled:
            log = await stack.enter_async_context(log_of(store))
        if wanted.call is None and wanted.output is not None:
            _make(wanted.output)
        kept = [transcript.call.facts for transcript in await kept_transcripts(store)]
        for facts in _chosen(kept, wanted.call):
            text = to_text(await transcript_of(store, facts), wanted.to)
            if log is not None:
                await _note(store, log, facts.id, wanted.to)
            _write(text, _target(facts, wanted))


def _chosen(kept: list[CallFacts], call: str | None) -> Iterator[CallFacts]:
    if call is None:
        yield from kept
        return
    found = next((facts for facts in kept if facts.id == call), None)
    if found is None:
        raise SetupError(
            f"{call}: is no call whose transcript is kept; see `consentry transcripts`"
        )
    yield found


async def _note(store: Store, log: Log, call: str, to: Format) -> None:
    """Write it into the ledger, before there is a copy that nothing is known of."""
    keys = store.archive(call).keys
    if await keys.load(None) is not None:
        book = CallBook(log, call, keys, store.now)
        await CallLedger(book).append(Entry(Act.EXPORTED, 0.0, None, subject=to.value))


def _target(facts: CallFacts, wanted: Wanted) -> Path | None:
    if wanted.call is not None or wanted.output is None:
        return wanted.output
    return wanted.output / f"{facts.date}-{facts.id}.{wanted.to.value}"


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as exc:
        raise SetupError(f"{folder}: can't be made ({exc.strerror})") from None


def _write(text: str, output: Path | None) -> None:
    if output is None:
        typer.echo(text.encode(), nl=False)  # UTF-8, whatever the terminal was set to
        return
    try:
        output.write_bytes(text.encode())
    except OSError as exc:
        raise SetupError(f"{output}: can't be written ({exc.strerror})") from None
