"""Plays recorded meetings, track by track, through the captions plugin with real models."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from consentry.engines.speech import WhisperSpeech
from consentry.engines.voice_activity import SileroVad
from consentry.events import SAMPLE_RATE, AudioFrame, Event, Participant, Samples, Tick
from consentry.messages import Caption, Message, Retraction
from consentry.plugin import CallInfo, Context
from consentry.workers import Workers
from consentry_captions import Captions, Options
from tests.bench.scoring import Score, Seglst, cp_errors

BLOCK = 0.08
"""Seconds of audio in a frame, as the receive path delivers it."""


@dataclass(frozen=True)
class Meeting:
    """One meeting of the corpus."""

    id: str
    language: str
    vocabulary: tuple[str, ...]
    tracks: dict[str, Samples]
    reference: Seglst
    """By track: captions say which microphone, not who of several people at it."""
    utterances: list[dict[str, Any]]
    track_of: dict[str, str]
    """Speaker to track."""


@dataclass
class Played:
    """What the plugin said about a meeting, and when."""

    messages: list[tuple[float, Message]] = field(default_factory=list)
    """Seconds since the first sample, and the message."""

    @property
    def captions(self) -> list[Caption]:
        """What stands at the end: the last revision of each, without what was taken back."""
        last: dict[str, Caption] = {}
        for _, message in self.messages:
            match message.body:
                case Caption() as caption:
                    last[message.id] = caption
                case Retraction(ids=ids):
                    for id in ids:
                        last.pop(id, None)
        return sorted(last.values(), key=lambda caption: caption.start)

    def seglst(self, session: str) -> Seglst:
        return [
            {
                "session_id": session,
                "speaker": c.participant,
                "words": c.text,
                "start_time": c.start,
                "end_time": c.end,
            }
            for c in self.captions
        ]


def read_track(path: Path) -> Samples:
    """``float32[n]`` at 16 kHz, mono."""
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    mono = samples.mean(axis=1)
    if rate != SAMPLE_RATE:
        count = round(len(mono) * SAMPLE_RATE / rate)
        mono = np.interp(np.arange(count) * rate / SAMPLE_RATE, np.arange(len(mono)), mono)
    return np.asarray(mono, np.float32)


def read_meeting(folder: Path) -> Meeting:
    """The meeting in ``folder``, in the format of the evaluation corpus."""
    info = json.loads((folder / "meeting.json").read_text())
    rows = json.loads((folder / "ref.seglst.json").read_text())
    track_of = {s["id"]: s["track"] for s in info["speakers"]}
    return Meeting(
        id=info["id"],
        language=info["language"],
        vocabulary=tuple(info["vocabulary"]),
        tracks={t["file"]: read_track(folder / t["file"]) for t in info["tracks"]},
        reference=[{**row, "speaker": track_of[row["speaker"]]} for row in rows],
        utterances=info["utterances"],
        track_of=track_of,
    )


def frames(tracks: dict[str, Samples]) -> Iterator[Event]:
    """Blocks of all tracks in the order they are captured, and ticks."""
    size = int(BLOCK * SAMPLE_RATE)
    people = {name: Participant(name, Path(name).stem.title()) for name in tracks}
    for i in range(0, max(len(samples) for samples in tracks.values()), size):
        for name, samples in tracks.items():
            if i < len(samples):
                yield AudioFrame(people[name], samples[i : i + size], i / SAMPLE_RATE)
        yield Tick((i + size) / SAMPLE_RATE)


async def play(
    tracks: dict[str, Samples],
    workers: Workers,
    speech: WhisperSpeech,
    *,
    options: Options,
    call: CallInfo,
    live: bool = False,
) -> Played:
    """Send ``tracks`` through the plugin, at the speed of speech where ``live``.

    Otherwise as fast as the workers go: time stands still while they work.
    """
    activity = SileroVad()
    ctx = Context(call=call, run=workers.run, speech=speech, voice_activity=activity.stream)
    began = time.monotonic()

    async def events() -> AsyncIterator[Event]:
        for event in frames(tracks):
            yield event
            if live and isinstance(event, Tick):
                await asyncio.sleep(began + event.at - time.monotonic())
            while not live and workers.busy:  # noqa: ASYNC110 - the real work, not a signal
                await asyncio.sleep(0.002)
            await asyncio.sleep(0)

    played = Played()
    async with aclosing(Captions(options).process(events(), ctx)) as messages:
        async for message in messages:
            played.messages.append((time.monotonic() - began, message))
    return played


async def play_meeting(
    meeting: Meeting,
    workers: Workers,
    speech: WhisperSpeech,
    *,
    language: str = "auto",
    live: bool = False,
) -> tuple[Played, Score]:
    """What the plugin made of ``meeting``, and its cpWER."""
    call = CallInfo(meeting.id, meeting.id, date(2026, 1, 1), vocabulary=meeting.vocabulary)
    options = Options(language=language, partials=live)
    played = await play(meeting.tracks, workers, speech, options=options, call=call, live=live)
    score = cp_errors(meeting.reference, played.seglst(meeting.id), meeting.language)
    return played, score


def latencies(meeting: Meeting, played: Played) -> tuple[list[float], list[float]]:
    """Seconds from an utterance's first word to its first caption, and from its last to final.

    Only where the track speaks no other utterance within a second, so that both are about one.
    """
    first: list[float] = []
    final: list[float] = []
    for said in meeting.utterances:
        track = meeting.track_of[said["speaker"]]
        about = [
            (at, m.body)
            for at, m in played.messages
            if isinstance(m.body, Caption)
            and m.body.participant == track
            and abs(m.body.start - said["start"]) < 0.5
        ]
        if not about:
            continue
        first.append(about[0][0] - said["start"])
        final.extend(at - body.end for at, body in about if body.final)
    return first, final
