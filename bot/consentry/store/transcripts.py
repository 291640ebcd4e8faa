"""Transcripts that were kept, put together from their items (docs/storage.md)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import Connection, func, select

from consentry.errors import SetupError
from consentry.messages import ActionItem, Summary, SummaryLine
from consentry.store.archive import Held
from consentry.store.calls import CallFacts, KnownCall
from consentry.store.opening import Store
from consentry.store.tables import vault_item, vault_person
from consentry.transcript import (
    Transcript,
    TranscriptCall,
    TranscriptParticipant,
    TranscriptSegment,
)

PLUGIN = "storage"
"""Whose items make a transcript."""

SEGMENT, NAME, SUMMARY = "segment/", "name/", "summary/"
"""How the names of its items begin (docs/storage.md)."""

M = TypeVar("M", bound=BaseModel)


class KeptLine(BaseModel):
    """One line of a summary, as it is kept."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    made: float
    """When the summary was, in seconds since the bot joined: older lines were replaced."""
    final: bool
    kind: Literal["abstract", "decision", "action", "question"]
    text: str
    segments: list[str] = Field(min_length=1)
    owner: str | None = None
    due: str | None = None
    due_date: str | None = None


@dataclass(frozen=True, slots=True)
class KeptTranscript:
    """That there is a transcript of a call."""

    call: KnownCall
    people: int
    """Who are in it."""
    expires: float | None
    """Unix time in seconds when the last of it is deleted; ``None``: it has no such time."""


async def kept_transcripts(store: Store) -> list[KeptTranscript]:
    """Of which calls there are transcripts, the oldest first. SetupError where the store can't
    be read."""
    counts = await store.database.run(_counts)
    found = []
    for known in await store.calls.known():
        if count := counts.get(store.ring.handle(known.facts.id, "")):
            people, expires = count
            found.append(KeptTranscript(known, people, expires))
    return found


async def transcript_of(store: Store, facts: CallFacts) -> Transcript:
    """What is kept of a call, without the items that somebody has ended. SetupError where the
    store can't be read, or holds what another version wrote."""
    items = await store.archive(facts.id).items(PLUGIN)
    segments = {s.id: s for s in _read(items, SEGMENT, TranscriptSegment)}
    names = {p.id: p for p in _read(items, NAME, TranscriptParticipant)}
    spoke = dict.fromkeys(s.participant for s in segments.values())
    return Transcript(
        call=TranscriptCall(
            id=facts.id,
            title=facts.title,
            date=date.fromisoformat(facts.date),
            language=facts.language,
        ),
        participants=[names.get(p) or TranscriptParticipant(id=p, name=p) for p in spoke],
        segments=sorted(segments.values(), key=lambda s: (s.start, s.end, s.id)),
        summary=_summary(list(_read(items, SUMMARY, KeptLine)), names),
    )


def _counts(connection: Connection) -> dict[bytes, tuple[int, float | None]]:
    """People and the last expiry of each call that has a transcript, by its handle."""
    asked = (
        select(
            vault_item.c.call,
            func.count(vault_person.c.handle.distinct()).label("people"),
            func.max(vault_item.c.expires).label("expires"),
            func.count(vault_item.c.id).label("items"),
            func.count(vault_item.c.expires).label("expiring"),
        )
        .join(vault_person, vault_person.c.item == vault_item.c.id)
        .where(vault_item.c.plugin == PLUGIN)
        .group_by(vault_item.c.call)
    )
    return {
        bytes(row["call"]): (
            row["people"],
            row["expires"] / 1000 if row["items"] == row["expiring"] else None,
        )
        for row in connection.execute(asked).mappings()
    }


def _read(items: Sequence[Held], kind: str, model: type[M]) -> Iterable[M]:
    for item in sorted(items, key=lambda item: (len(item.name), item.name)):
        if item.name.startswith(kind):
            try:
                yield model.model_validate_json(item.content)
            except ValidationError:
                raise SetupError(
                    f"a {kind.rstrip('/')} in the store was written by another version of "
                    "Consentry; export it with that"
                ) from None


def _summary(lines: list[KeptLine], names: dict[str, TranscriptParticipant]) -> Summary | None:
    if not lines:
        return None
    made = max(line.made for line in lines)
    newest = [line for line in lines if line.made == made]

    def of(kind: str) -> list[SummaryLine]:
        found = (line for line in newest if line.kind == kind)
        return [SummaryLine(text=line.text, segments=line.segments) for line in found]

    return Summary(
        abstract=of("abstract"),
        decisions=of("decision"),
        actions=[_action(line, names) for line in newest if line.kind == "action"],
        questions=of("question"),
        final=newest[0].final,
    )


def _action(line: KeptLine, names: dict[str, TranscriptParticipant]) -> ActionItem:
    owner = names.get(line.owner or "")
    return ActionItem(
        text=line.text,
        segments=line.segments,
        owner=line.owner,
        owner_name=owner.name if owner else None,
        due=line.due,
        due_date=line.due_date,
    )
