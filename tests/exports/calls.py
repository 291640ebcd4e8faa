"""Transcripts to export: one written by hand, and any at all."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from consentry.messages import ActionItem, Summary, SummaryLine
from consentry.transcript import (
    Transcript,
    TranscriptCall,
    TranscriptParticipant,
    TranscriptSegment,
)

CALL = TranscriptCall(id="c-1", title="Launch party", date=date(2026, 6, 8), language="en")

HOSTILE = (
    "Sam",
    "<b>Bo</b> & Co",
    "a --> b",
    "two\nlines\r\nand\u2028more",
    "\u05d3\u05e0\u05d9 \u05dc\u05d5\u05d9",
    "\u202eevil",
    "\U0001f980 Crab",
    "# *not* a [heading](http://x)",
    "{\\an8}top",
    "x",
)
"""Names and words that mean something to one format or another."""


def spoken(*lines: tuple[str, float, float, str], summary: Summary | None = None) -> Transcript:
    """A transcript of ``(name, start, end, text)``; a name is one person."""
    names = list(dict.fromkeys(line[0] for line in lines))
    return Transcript(
        call=CALL,
        participants=[
            TranscriptParticipant(id=f"p{i}", name=name) for i, name in enumerate(names, 1)
        ],
        segments=[
            TranscriptSegment(
                id=f"captions/{i}",
                participant=f"p{names.index(name) + 1}",
                start=start,
                end=end,
                text=text,
            )
            for i, (name, start, end, text) in enumerate(lines, 1)
        ],
        summary=summary,
    )


def summary() -> Summary:
    cites = ["captions/1"]
    return Summary(
        abstract=[SummaryLine(text="1. The *party* was planned.", segments=cites)],
        decisions=[SummaryLine(text="# It is on <Thursday>", segments=cites)],
        actions=[
            ActionItem(
                text="Book the room", segments=cites, owner="p1", owner_name="Sam", due="by Friday"
            ),
            ActionItem(text="- Send invites", segments=cites),
        ],
        questions=[],
    )


_words = st.one_of(
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=40), st.sampled_from(HOSTILE)
)
_times = st.floats(0, 30_000, allow_nan=False).map(lambda t: round(t, 3))


@st.composite
def transcripts(draw: st.DrawFn) -> Transcript:
    """Any transcript: hostile names, overlaps, zero-length segments, no order."""
    names = draw(st.lists(_words, min_size=1, max_size=4))
    count = draw(st.integers(0, 8))
    segments = []
    for i in range(count):
        start = draw(_times)
        segments.append(
            TranscriptSegment(
                id=draw(st.sampled_from(["captions/", "a --> ", "\n", "NOTE "])) + str(i),
                participant=f"p{draw(st.integers(0, len(names) - 1))}",
                start=start,
                end=start + draw(st.sampled_from([0.0, 0.0004, 1.5, 12.25])),
                text=draw(_words),
            )
        )
    people = [TranscriptParticipant(id=f"p{i}", name=name) for i, name in enumerate(names)]
    return Transcript(call=CALL, participants=people, segments=segments)
