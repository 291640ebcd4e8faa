"""The summary by rules alone: every line is made from sentences that were said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from consentry.api import Participant, Segment, Summary
from consentry_summary.abstract import write_abstract
from consentry_summary.actions import find_actions
from consentry_summary.decisions import find_decisions
from consentry_summary.injection import without_orders
from consentry_summary.people import roster
from consentry_summary.questions import find_questions
from consentry_summary.sentences import read


def extract(
    segments: Sequence[Segment],
    people: Sequence[Participant],
    today: date,
    language: str | None = None,
) -> Summary:
    """Summarize ``segments``; pure, and slow enough to belong in a worker.

    ``people`` are those who may be named as owners; ``today`` is the day of the call.
    """
    sentences = without_orders(read(segments, language))
    decisions = find_decisions(sentences)
    actions = find_actions(sentences, roster(people), today)
    questions = find_questions(sentences)
    abstract = write_abstract(sentences, [*decisions, *actions, *questions])
    return Summary(
        abstract=[each.line() for each in abstract],
        decisions=[each.line() for each in decisions],
        actions=[each.action() for each in actions],
        questions=[each.line() for each in questions],
    )
