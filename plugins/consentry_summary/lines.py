"""Findings: text that can't exist without the sentences it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from consentry.api import ActionItem, Participant, SummaryLine
from consentry_summary.due import Due
from consentry_summary.sentences import Sentence

REACH = 30.0
"""Seconds over which people refer back to what was said."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something for the summary, and why it is there."""

    text: str
    sentences: tuple[Sentence, ...]
    owner: Participant | None = None
    due: Due | None = None

    @property
    def segments(self) -> list[str]:
        return list(dict.fromkeys(key for each in self.sentences for key in each.segments))

    @property
    def at(self) -> float:
        return self.sentences[0].at

    def line(self) -> SummaryLine:
        return SummaryLine(text=self.text, segments=self.segments)

    def action(self) -> ActionItem:
        due = self.due
        return ActionItem(
            text=self.text,
            segments=self.segments,
            owner=self.owner.id if self.owner else None,
            owner_name=self.owner.name if self.owner else None,
            due=due.text if due else None,
            due_date=due.day.isoformat() if due and due.day else None,
        )


def owner_of(speaker: Participant) -> Participant | None:
    """Who "I" is; nobody where several people share the microphone."""
    return None if speaker.shared else speaker


def same_voice(one: Sentence, other: Sentence) -> bool:
    """Whether surely one person said both."""
    return one.speaker.id == other.speaker.id and not one.speaker.shared


def before(sentences: Sequence[Sentence], place: int, count: int) -> list[Sentence]:
    """Up to ``count`` sentences before ``place`` that are in reach, the nearest first."""
    now = sentences[place].at
    return [
        each
        for each in reversed(sentences[max(0, place - count) : place])
        if now - each.end <= REACH
    ]


def after(sentences: Sequence[Sentence], place: int, count: int) -> list[Sentence]:
    """Up to ``count`` sentences after ``place`` that are in reach."""
    end = sentences[place].end
    return [each for each in sentences[place + 1 : place + 1 + count] if each.at - end <= REACH]


def next_in_turn(sentences: Sequence[Sentence], place: int) -> Sentence | None:
    """What the same speaker goes on to say, others' words in between left out."""
    turn = sentences[place].turn
    return next((each for each in sentences[place + 1 : place + 8] if each.turn == turn), None)
