"""What every export starts from: cleaned lines in the order of time."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from consentry.transcript import Transcript

# Control characters and line breaks of every kind, and the marks that reorder what
# follows them (Unicode UAX #9, explicit directional formatting): a name could
# otherwise rearrange the line it stands in.
_BREAKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_REORDERING = re.compile(r"[\u202a-\u202e\u2066-\u2069\ufeff]")


@dataclass(frozen=True, slots=True)
class Cue:
    """One segment, on one line."""

    id: str
    participant: str
    name: str
    start: int
    """Milliseconds since the bot joined."""
    end: int
    text: str


def cues(transcript: Transcript) -> list[Cue]:
    """The segments that have words, by time. Overlaps stay: people do talk at once."""
    found = [
        Cue(
            id=one_line(segment.id),
            participant=segment.participant,
            name=one_line(transcript.name_of(segment.participant)) or one_line(segment.participant),
            start=round(segment.start * 1000),
            end=round(segment.end * 1000),
            text=one_line(segment.text),
        )
        for segment in transcript.segments
    ]
    return sorted((cue for cue in found if cue.text), key=lambda c: (c.start, c.end, c.id))


def one_line(text: str) -> str:
    """``text`` without line breaks, control characters and reordering marks."""
    return _BREAKS.sub(" ", _REORDERING.sub("", text)).strip()


def clock(milliseconds: int, decimal: str) -> str:
    """``01:02:03.456``, with ``decimal`` before the milliseconds."""
    seconds, rest = divmod(milliseconds, 1000)
    minutes, second = divmod(seconds, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{second:02}{decimal}{rest:03}"


def speaker_labels(transcript: Transcript) -> dict[str, str]:
    """A label without blanks for each participant id, no two alike, made from the names."""
    names = {p.id: _word(p.name) or _word(p.id) or "_" for p in transcript.participants}
    counts = Counter(names.values())
    labels: dict[str, str] = {}
    for id, name in names.items():
        label = name if counts[name] == 1 else f"{name}-{_word(id)}"
        while label in labels.values() or (label != name and counts[label]):
            label += "_"
        labels[id] = label
    return labels


def _word(text: str) -> str:
    return one_line(text).replace(" ", "_")
