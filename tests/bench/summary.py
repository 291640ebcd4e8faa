"""Bench ``summary``: how much of what meetings decided the summary finds, and what it makes up."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

from consentry.api import Participant, Segment, Summary
from consentry_summary.extractive import extract
from tests.bench.summary_scoring import Caption, Meeting, Scores, score

MEETINGS = Path(__file__).parent.parent / "data" / "summary"
"""Invented meetings with ground truth, text only."""


def summarize(captions: Sequence[Caption], meeting: Meeting) -> Summary:
    """The summary the bot would make of ``captions``, without a language model."""
    people = {
        each.participant: Participant(each.participant, each.name, shared=each.shared)
        for each in captions
    }
    segments = [
        Segment(
            people[each.participant], each.id, 0, each.text, each.start, each.end, each.language
        )
        for each in captions
    ]
    day = date.fromisoformat(meeting["date"])
    return extract(segments, tuple(people.values()), day, meeting.get("language"))


def load_meetings(folder: Path) -> list[Meeting]:
    """All ground truths in ``folder``: ``<id>.json`` files, or ``<id>/meeting.json``."""
    files = sorted([*folder.glob("*.json"), *folder.glob("*/meeting.json")])
    found = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    return [each for each in found if "utterances" in each and "action_items" in each]


def load_captions(file: Path) -> list[Caption]:
    """Captions the bot produced: ``{"meeting": id, "captions": [...]}``, or the list alone."""
    content = json.loads(file.read_text(encoding="utf-8"))
    listed = content["captions"] if isinstance(content, dict) else content
    fields = Caption.__dataclass_fields__
    return [Caption(**{key: each.get(key) for key in fields}) for each in listed]


def reference(meeting: Meeting) -> list[Caption]:
    """Captions of a recognizer that makes no mistake: one for each utterance."""
    tracks = {each["file"]: each for each in meeting["tracks"]}
    speakers = {each["id"]: tracks[each["track"]] for each in meeting["speakers"]}
    return [
        Caption(
            participant=speakers[each["speaker"]]["file"].removesuffix(".ogg"),
            name=speakers[each["speaker"]]["participant"],
            shared=len(speakers[each["speaker"]]["speakers"]) > 1,
            id=each["id"],
            start=each["start"],
            end=each["end"],
            text=each["text"],
            language=meeting["language"],
        )
        for each in meeting["utterances"]
    ]


def degraded(captions: Iterable[Caption], seed: int) -> list[Caption]:
    """``captions`` as a recognizer might give them: cut at pauses, marks lost, a word misheard."""
    chance = random.Random(seed)
    return [part for each in captions for part in _cut(_mangled(each, chance), chance)]


def _mangled(caption: Caption, chance: random.Random) -> Caption:
    text = caption.text
    match chance.randrange(5):
        case 0:
            text = re.sub(r"[.,?!]", "", text).lower()
        case 1:
            text = re.sub(r",", "", text)
        case 2:
            text = re.sub(r"[.?!]+ (\w)", lambda match: f", {match[1].lower()}", text)
        case 3:
            words = text.split()
            spot = chance.randrange(len(words))
            words[spot] = words[spot][:-1] or words[spot]
            text = " ".join(words)
    return _with(caption, caption.id, text, caption.start, caption.end)


def _cut(caption: Caption, chance: random.Random) -> Iterator[Caption]:
    words = caption.text.split()
    if len(words) < 6 or chance.random() < 0.6:
        yield caption
        return
    spot = chance.randrange(2, len(words) - 2)
    middle = caption.start + (caption.end - caption.start) * spot / len(words)
    yield _with(caption, f"{caption.id}a", " ".join(words[:spot]), caption.start, middle - 0.2)
    yield _with(caption, f"{caption.id}b", " ".join(words[spot:]), middle + 0.2, caption.end)


def _with(caption: Caption, key: str, text: str, start: float, end: float) -> Caption:
    return Caption(
        caption.participant, caption.name, caption.shared, key, start, end, text, caption.language
    )


def measure(meetings: Iterable[Meeting], captions: Path | None) -> Scores:
    """Add up the scores; captions come from ``<captions>/<id>.json`` or from the reference."""
    total = Scores()
    for meeting in meetings:
        given = (
            load_captions(captions / f"{meeting['id']}.json") if captions else reference(meeting)
        )
        total += score(meeting, given, summarize(given, meeting))
    return total
