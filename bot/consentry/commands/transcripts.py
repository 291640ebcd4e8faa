"""``consentry transcripts``: which calls have left a transcript, and until when."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import typer

from consentry.commands.options import ConfigOption
from consentry.config.loading import DEFAULT_PATH, load_config
from consentry.store.opening import Store, store_of
from consentry.store.transcripts import KeptTranscript, kept_transcripts


def transcripts(config: ConfigOption = DEFAULT_PATH) -> None:
    """List the calls whose transcript is kept: `consentry export` takes their ids."""
    kept = asyncio.run(_kept(store_of(load_config(config).storage)))
    for transcript in kept:
        typer.echo(_line(transcript))
    if not kept:
        typer.echo("No transcript is kept.")


async def _kept(store: Store) -> list[KeptTranscript]:
    async with store:
        return await kept_transcripts(store)


def _line(kept: KeptTranscript) -> str:
    facts = kept.call.facts
    people = "1 person" if kept.people == 1 else f"{kept.people} people"
    until = "without end" if kept.expires is None else f"until {_day(kept.expires)}"
    return f"{facts.id}  {facts.date}  {_shown(facts.title)}  {people}, {until}"


def _day(time: float) -> str:
    return datetime.fromtimestamp(time, UTC).date().isoformat()


def _shown(title: str) -> str:
    """``title`` without what a terminal would act on."""
    return "".join(c if c.isprintable() else " " for c in title)
