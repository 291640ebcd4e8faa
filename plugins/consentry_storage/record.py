"""What is kept, each piece for itself and with those it was made from: docs/storage.md."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from consentry.api import Participant, Segment, Summarized


@dataclass(frozen=True, slots=True)
class Item:
    """One piece, as it goes into the vault."""

    name: str
    about: frozenset[str]
    content: bytes = field(repr=False)


def segment_name(id: str) -> str:
    return f"segment/{id}"


def line_name(number: int) -> str:
    return f"summary/{number}"


def of_name(who: Participant) -> Item:
    """What somebody was called: their words are kept under their id alone."""
    return _item(f"name/{who.id}", {who.id}, {"id": who.id, "name": who.name})


def of_segment(segment: Segment) -> Item:
    """Somebody's words."""
    content = {
        "id": segment.id,
        "revision": segment.revision,
        "participant": segment.participant.id,
        "start": round(max(0.0, segment.at), 3),
        "end": round(max(0.0, segment.at, segment.end), 3),
        "text": segment.text,
        "language": segment.language,
    }
    return _item(segment_name(segment.id), {segment.participant.id}, content)


def of_summary(summary: Summarized) -> Iterator[Item]:
    """Its lines; one that is about nobody is nobody's to erase, and is left out."""
    for number, line in enumerate(line for line in summary.lines if line.about):
        content = {
            "made": round(summary.at, 3),
            "final": summary.final,
            "kind": line.kind,
            "text": line.text,
            "segments": list(line.segments),
            "owner": line.owner,
            "due": line.due,
            "due_date": line.due_date,
        }
        yield _item(line_name(number), line.about, content)


def _item(name: str, about: set[str] | frozenset[str], content: Mapping[str, object]) -> Item:
    return Item(name, frozenset(about), json.dumps(content, ensure_ascii=False).encode())
