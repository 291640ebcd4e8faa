"""What a person was asked and said, read off their receipt."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from consentry.messages import PurposeTerms
from consentry.receipts.record import ConsentRecord, ReceiptRecord
from consentry.words.catalog import Words

_ACTS = {
    "consent_requested": "noticed",
    "informed": "noticed",
    "consent_given": "granted",
    "consent_refused": "refused",
    "consent_withdrawn": "withdrawn",
}
"""The acts behind the states of a receipt, as the catalogs call them."""


@dataclass(frozen=True, slots=True)
class Said:
    """One line of it."""

    at: float
    """Unix time in seconds."""
    text: str
    entry: int
    """Its index in the ledger, by which it is ordered."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """One purpose: the terms as they were shown last, and what was said to them."""

    purpose: PurposeTerms
    said: list[Said]


def said_in(receipt: ReceiptRecord, words: Words, titles: Mapping[str, str]) -> list[Said]:
    """All of it, in order; ``titles`` are those of purposes in the reader's language."""
    named = titled(receipt) | dict(titles)
    lines = [line for record in receipt.records for line in _events(record, words, named)]
    return sorted([*lines, *_deeds(receipt, words, named)], key=lambda line: line.entry)


def chapters(receipt: ReceiptRecord, words: Words) -> list[Chapter]:
    """By purpose, with the words that the person saw; one that was never shown has none."""
    named = titled(receipt)
    return [
        Chapter(terms, list(_events(record, words, named)))
        for record in receipt.records
        if (terms := shown_last(record)) is not None
    ]


def shown_last(record: ConsentRecord) -> PurposeTerms | None:
    """The terms that the person saw last, to the letter."""
    for notice in record.privacy_notices[-1:]:
        try:
            fields = {**json.loads(notice.words), "version": notice.version}
            return PurposeTerms.model_validate(fields)
        except (ValueError, TypeError):
            return None
    return None


def titled(receipt: ReceiptRecord) -> dict[str, str]:
    """Titles of the purposes, as they were shown."""
    titles = {}
    for record in receipt.records:
        if record.processes is not None:
            purpose = record.processes.purpose
            titles[purpose.identifier] = purpose.title
    return titles


def _events(record: ConsentRecord, words: Words, titles: Mapping[str, str]) -> Iterable[Said]:
    name = record.asked
    title = titles.get(name, name)
    for event in record.events:
        text = words.say(f"act.{_ACTS[event.state]}", title=title)
        yield Said(seconds(event.event_time), text, event.entry)


def _deeds(receipt: ReceiptRecord, words: Words, titles: Mapping[str, str]) -> Iterable[Said]:
    for deed in receipt.acts:
        key = f"act.{deed.act}"
        if key in words.texts:
            name = deed.purpose or ""
            subject = (deed.subject or "").upper()
            text = words.say(key, title=titles.get(name, name), subject=subject)
            yield Said(seconds(deed.at), text, deed.entry)


def seconds(text: str) -> float:
    """A time of a receipt as Unix time."""
    return datetime.fromisoformat(text).timestamp()
