"""Word errors of captions over a bad network against those over a good one, in the same run."""

from __future__ import annotations

import asyncio
import functools
import json
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from multiprocessing import get_context
from pathlib import Path

from consentry.engines.voice_activity import SileroVad
from consentry.engines.whisper import Question, WhisperSpec, loaded
from consentry.events import Event, Samples
from consentry.messages import Caption
from consentry.plugin import CallInfo, Context, Transcription
from consentry.testing.call import run_inline
from consentry_captions import Captions, Options
from tests.bench.live import meeting_folders, words_by_track
from tests.bench.loss.call import Outcome, Phase, Stream, play
from tests.bench.loss.recorded import Heard
from tests.bench.loss.sound import sound
from tests.bench.scoring import Score, word_errors
from tests.bench.tracks import read_track
from tests.network.impairment import Impairment, Independent

LONGEST = 90.0
"""Seconds of the longest meeting played; all are played at once."""

PROCESSES = 2
BAD = Impairment(Independent(0.05))


@dataclass(frozen=True, slots=True)
class Spoken:
    """One microphone of one meeting, and what was said into it."""

    file: Path
    seconds: float
    language: str
    vocabulary: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Words:
    """Errors without loss and with it, over the same words."""

    clean: Score
    lossy: Score

    @property
    def points(self) -> float:
        """Percentage points that the loss costs."""
        return 100 * (self.lossy.rate - self.clean.rate)


def measure(root: Path, model: str, seed: int) -> Words:
    """Play every microphone over a perfect and over a bad network at once; recognize both."""
    spoken = microphones(root)
    sounds = [sound(read_track(each.file), redundancy=True) for each in spoken]
    streams = [
        Stream(encoded, (Phase(each.seconds, network),))
        for each, encoded in zip(spoken, sounds, strict=True)
        for network in (Impairment(), BAD)
    ]
    outcomes = play("ours", streams, seed)
    scores = _scores([each for each in spoken for _ in range(2)], outcomes, model)
    return Words(sum(scores[::2], Score(0, 0)), sum(scores[1::2], Score(0, 0)))


def microphones(root: Path) -> list[Spoken]:
    """Those that one person each speaks into, of the meetings that are not too long."""
    found = []
    for folder in meeting_folders(root):
        meeting = json.loads((folder / "meeting.json").read_text(encoding="utf-8"))
        if meeting["duration"] > LONGEST:
            continue
        said = words_by_track(meeting)
        for track in meeting["tracks"]:
            if len(track["speakers"]) != 1:
                continue
            text = " ".join(each["text"] for each in said[track["participant"]])
            vocabulary = tuple(meeting["vocabulary"])
            file = folder / track["file"]
            found.append(Spoken(file, meeting["duration"], meeting["language"], vocabulary, text))
    return found


def _scores(spoken: Sequence[Spoken], outcomes: Sequence[Outcome], model: str) -> list[Score]:
    heard = [tuple(event for _, event in outcome.recorded.heard) for outcome in outcomes]
    with ProcessPoolExecutor(PROCESSES, get_context("spawn")) as pool:
        texts = pool.map(functools.partial(captions, model=model), spoken, heard)
        return [
            word_errors(each.text, text, each.language)
            for each, text in zip(spoken, texts, strict=True)
        ]


def captions(spoken: Spoken, heard: Sequence[Heard], model: str = "base") -> str:
    """The final captions of the captions plugin for one microphone, in the order spoken."""
    return asyncio.run(_captions(spoken, heard, WhisperSpec(f"whisper-{model}")))


async def _captions(spoken: Spoken, heard: Sequence[Heard], spec: WhisperSpec) -> str:
    call = CallInfo("bench", "Bench", date(2026, 6, 8), spoken.language, spoken.vocabulary)
    ctx = Context(call, run_inline, _Recognizer(spec), SileroVad().stream)
    finals: dict[str, Caption] = {}
    async for message in Captions(Options(partials=False)).process(_events(heard), ctx):
        if isinstance(message.body, Caption) and message.body.final:
            finals[message.id] = message.body
    return " ".join(each.text for each in sorted(finals.values(), key=lambda c: c.start))


async def _events(heard: Sequence[Heard]) -> AsyncIterator[Event]:
    for event in heard:
        yield event


class _Recognizer:
    """Whisper in this process, with all the effort that a final gets when nobody else waits."""

    def __init__(self, spec: WhisperSpec) -> None:
        self._spec = spec

    async def transcribe(
        self,
        samples: Samples,
        *,
        language: str | None = None,
        hotwords: Sequence[str] = (),
        urgent: bool = True,
    ) -> Transcription:
        """What is said in ``samples``."""
        question = Question(language, tuple(hotwords))
        return loaded(self._spec).transcribe(samples, question)
