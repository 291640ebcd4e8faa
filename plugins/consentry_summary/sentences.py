"""Turns segments, which are cut at pauses, into sentences that know the segments they came from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from consentry.api import Participant, Segment
from consentry_summary.languages import language_of
from consentry_summary.phrases import Phrases
from consentry_summary.tables import phrases_for

TURN_GAP = 2.0
"""Seconds of silence after which the same speaker starts a new turn."""
MAX_TEXT = 2000
"""Characters of a segment that are read; nobody says more between two pauses."""
SENTENCE_GAP = 1.2
"""Seconds of silence a sentence without a full stop may hold."""

_END = re.compile(r"(?<=[.!?])[\"'”»)]*\s+")
_NO_END = re.compile(
    r"(?:\b(?:mr|mrs|ms|dr|st|no|nr|prof|e\.g|i\.e|approx|vs|bzw|ca|evtl|usw|z|b|bijv|dhr|mevr)\.|"
    r"(?:^|\s)\d{1,2}\.)$",
    re.IGNORECASE,
)
_CONTINUES = re.compile(
    r"^(?:by|before|until|till|on|in|at|to|for|with|within|about|of|including|because|so that|"
    r"and (?:then )?(?!i\b|we\b|you\b|he\b|she\b|they\b|it\b)|"
    r"bis|am|im|um|mit|für|wegen|zum|zur|und (?!ich\b|wir\b)|oder|"
    r"voor|tot|op|met|om|over|uiterlijk|en (?!ik\b|we\b|wij\b)|avant|pour|avec|d'ici)\b",
    re.IGNORECASE,
)
_MONTHS = re.compile(
    r"^(?:jan|feb|mär|apr|mai|jun|jul|aug|sep|okt|nov|dez|maa|mei|oct|dec|mar|may)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, who said it, and where it stands in the meeting."""

    speaker: Participant
    text: str
    segments: tuple[str, ...]
    """Ids, in order; never empty."""
    at: float
    end: float
    turn: int
    """Sentences of one turn were said by one participant with no long pause between."""
    language: str

    @property
    def phrases(self) -> Phrases:
        return phrases_for(self.language)


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    segment: Segment
    start: int
    """Characters of the segment before it."""


def read(segments: Iterable[Segment], default: str | None = None) -> list[Sentence]:
    """Sentences of ``segments`` in the order they began; ``default`` is the meeting's language."""
    found: list[Sentence] = []
    for number, turn in enumerate(_turns(segments)):
        for pieces in _joined(_pieces(turn)):
            found.extend(_sentences(pieces, number, default))
    return sorted(found, key=lambda each: (each.at, each.turn))


def _turns(segments: Iterable[Segment]) -> list[list[Segment]]:
    turns: list[list[Segment]] = []
    latest: dict[str, list[Segment]] = {}
    for segment in sorted(segments, key=lambda each: (each.at, each.end, each.id)):
        if not segment.text.strip():
            continue
        turn = latest.get(segment.participant.id)
        if turn is None or segment.at - turn[-1].end > TURN_GAP:
            turn = []
            latest[segment.participant.id] = turn
            turns.append(turn)
        turn.append(segment)
    return turns


def _pieces(turn: Sequence[Segment]) -> Iterator[_Piece]:
    for segment in turn:
        text = re.sub(r"\s+", " ", segment.text[:MAX_TEXT].replace("’", "'")).strip()
        start = 0
        for match in _END.finditer(text):
            before, after = text[start : match.start()], text[match.end() :]
            if _NO_END.search(before) and (_MONTHS.match(after) or not before[-2:-1].isdigit()):
                continue
            yield _Piece(before, segment, start)
            start = match.end()
        if text[start:].strip():
            yield _Piece(text[start:], segment, start)


def _joined(pieces: Iterable[_Piece]) -> Iterator[list[_Piece]]:
    """Pieces of one sentence, put together again where a pause cut them apart."""
    held: list[_Piece] = []
    for piece in pieces:
        if held and not _belongs(held[-1], piece):
            yield held
            held = []
        held.append(piece)
    if held:
        yield held


def _belongs(last: _Piece, piece: _Piece) -> bool:
    if last.segment is piece.segment:
        return False
    gap = piece.segment.at - last.segment.end
    if last.text.rstrip().endswith(("...", "…", ",", "-", "–")):
        return True
    if last.text.rstrip()[-1] not in ".!?":
        return gap <= SENTENCE_GAP or piece.text[:1].islower()
    short = len(piece.text.split()) <= 9
    return last.text.endswith(".") and gap <= SENTENCE_GAP and short and _continues(piece.text)


def _continues(text: str) -> bool:
    return _CONTINUES.match(text) is not None


def _sentences(pieces: Sequence[_Piece], turn: int, default: str | None) -> Iterator[Sentence]:
    """The sentence the pieces make, or several where a recognizer left out the full stops."""
    text, spans = "", list[tuple[int, int, _Piece]]()
    for piece in pieces:
        words = piece.text.strip()
        if piece is not pieces[-1]:
            words = words.rstrip(".…-– ") if not words.endswith(("?", "!")) else words
        start = len(text) + bool(text)
        text = f"{text} {words}".strip()
        spans.append((start, len(text), piece))
    language = language_of(text, spans[0][2].segment.language, default)
    for start, end in _run_ons(text, phrases_for(language)):
        used = [span for span in spans if span[0] < end and span[1] > start]
        begin, last = used[0][2].segment, used[-1][2].segment
        offset = used[0][2].start + max(start - used[0][0], 0)
        yield Sentence(
            speaker=begin.participant,
            text=text[start:end].strip(" ,;"),
            segments=tuple(dict.fromkeys(piece.segment.id for _, _, piece in used)),
            at=begin.at + (begin.end - begin.at) * min(offset / len(begin.text), 1.0),
            end=last.end,
            turn=turn,
            language=language,
        )


def _run_ons(text: str, phrases: Phrases) -> Iterator[tuple[int, int]]:
    """Where a long stretch without full stops starts a new statement."""
    start = 0
    for match in re.finditer(phrases.starters, text, re.IGNORECASE):
        head = text[start : match.start()].strip()
        words = re.sub(rf"^{phrases.openers}", "", f"{head} ", flags=re.IGNORECASE).split()
        if len(words) < 2 or re.search(phrases.subordinators, head, re.IGNORECASE):
            continue
        yield start, match.start()
        start = match.start()
    yield start, len(text)
