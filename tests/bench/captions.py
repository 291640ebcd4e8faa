"""Bench ``captions``: what participants of real WebRTC calls read, against what was said."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from faster_whisper import WhisperModel

from consentry.engines.models import ModelStore
from consentry.messages import Caption
from tests.bench.live import (
    Decline,
    Played,
    meeting_folders,
    play_live,
    reference_rows,
    words_by_track,
)
from tests.bench.scoring import Score, Seglst, cp_errors, percentile
from tests.bench.tracks import read_track

DECLINER = ("dev-01-planning", Decline("Ben", 20.0))
"""Who withdraws in the extra run: somebody who speaks before and after."""
ALONE = 0.6
"""Seconds without any other voice around an utterance that counts for latency: the figure is
for one speaker."""
MATCH = 0.7
"""Seconds between an utterance's start and that of the caption taken for it."""


@dataclass
class Tally:
    """Figures of several meetings, added up."""

    live: Score = field(default_factory=lambda: Score(0, 0))
    offline: Score = field(default_factory=lambda: Score(0, 0))
    finals: int = 0
    wrong_names: int = 0
    phantom_words: int = 0
    first_partials: list[float] = field(default_factory=list)
    final_delays: list[float] = field(default_factory=list)


def measure(root: Path, model: str, keep: Path | None) -> dict[str, float | int]:
    """All measures over the meetings under ``root``. Takes their length and some minutes."""
    tally, runs = Tally(), {}
    recognizer = _recognizer(model)
    for folder in meeting_folders(root):
        played = asyncio.run(play_live(folder, model=model))
        runs[folder.name] = played
        _add(tally, played)
        tally.offline += _offline(recognizer, folder, played.meeting)
        if keep is not None:
            _keep(played, keep)
    del recognizer
    return {
        "cpwer": round(tally.live.rate, 4),
        "cpwer_offline": round(tally.offline.rate, 4),
        "cpwer_delta": round(100 * (tally.live.rate - tally.offline.rate), 2),
        "wrong_name_rate": round(tally.wrong_names / max(tally.finals, 1), 4),
        "phantom_words": tally.phantom_words,
        "first_partial_p95_s": round(percentile(tally.first_partials, 0.95), 2),
        "final_p95_s": round(percentile(tally.final_delays, 0.95), 2),
        **_withdrawal(root, model, runs),
        **_memory(),
    }


def _add(tally: Tally, played: Played) -> None:
    rows = _hypothesis(played)
    tally.live += cp_errors(reference_rows(played.meeting), rows, played.meeting["language"])
    by_track = words_by_track(played.meeting)
    shared = {t["participant"] for t in played.meeting["tracks"] if len(t["speakers"]) > 1}
    silent = {t["participant"] for t in played.meeting["tracks"] if not t["has_speech"]}
    for caption in played.finals().values():
        if caption.name in shared:
            continue
        tally.finals += 1
        tally.wrong_names += not _spoke(by_track[caption.name], caption, played.offset)
    for _, message in played.first_seen():
        if isinstance(message.body, Caption) and message.body.name in silent:
            tally.phantom_words += len(message.body.text.split())
    _add_latencies(tally, played)


def _spoke(utterances: list[dict[str, Any]], caption: Caption, offset: float) -> bool:
    start, end = caption.start - offset, caption.end - offset
    return any(u["start"] - 0.5 < end and start < u["end"] + 0.5 for u in utterances)


def _add_latencies(tally: Tally, played: Played) -> None:
    """From an utterance's first word to its first caption, from its last word to its final."""
    offset = played.offset
    captions = [(at, m.id, m.body) for at, m in played.first_seen() if isinstance(m.body, Caption)]
    for name, said in _alone(played.meeting):
        about = [
            (at, id_, body)
            for at, id_, body in captions
            if body.name == name and abs(body.start - offset - said["start"]) < MATCH
        ]
        if not about:
            continue
        tally.first_partials.append(about[0][0] - said["start"])
        ends = [at for at, id_, body in captions if id_ == about[0][1] and body.final]
        if ends and abs(about[-1][2].end - offset - said["end"]) < MATCH:
            tally.final_delays.append(ends[0] - said["end"])


def _alone(meeting: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Utterances with no other voice around them, and the name of their track."""
    everything = [(n, u) for n, said in words_by_track(meeting).items() for u in said]
    for name, said in everything:
        near = [
            other
            for _, other in everything
            if other is not said
            and other["start"] < said["end"] + ALONE
            and other["end"] > said["start"] - ALONE / 2
        ]
        if not near:
            yield name, said


def _hypothesis(played: Played, without: str | None = None) -> Seglst:
    return [
        {
            "session_id": played.meeting["id"],
            "speaker": c.name,
            "words": c.text,
            "start_time": c.start,
            "end_time": c.end,
        }
        for c in played.finals().values()
        if c.name != without
    ]


def _withdrawal(root: Path, model: str, runs: dict[str, Played]) -> dict[str, float | int]:
    """One person withdraws mid-meeting: what is decoded of them, and what it does to the others."""
    name, decline = DECLINER
    if name not in runs:
        name = next(iter(runs))
        speakers = words_by_track(runs[name].meeting)
        most = max(speakers, key=lambda who: len(speakers[who]))
        decline = Decline(most, 20.0)
    played = asyncio.run(play_live(root / name, model=model, decline=decline))
    reference = reference_rows(played.meeting, without=[decline.who])
    language = played.meeting["language"]
    rates = [
        cp_errors(reference, _hypothesis(run, without=decline.who), language).rate
        for run in (runs[name], played)
    ]
    return {
        "declined_frames": played.declined_frames,
        "others_cpwer_delta": round(100 * (rates[1] - rates[0]), 2),
    }


def _recognizer(model: str) -> WhisperModel:
    files: dict[str, Any] = dict(ModelStore().read(f"whisper-{model}"))
    return WhisperModel(
        f"whisper-{model}", device="cpu", compute_type="int8", cpu_threads=2, files=files
    )


def _offline(recognizer: WhisperModel, folder: Path, meeting: dict[str, Any]) -> Score:
    """The same model on each whole track in one go, the language given."""
    rows = []
    for track in meeting["tracks"]:
        segments, _ = recognizer.transcribe(
            read_track(folder / track["file"]),
            language=meeting["language"],
            beam_size=5,
            temperature=0.0,
            vad_filter=True,
            condition_on_previous_text=False,
        )
        words = " ".join(segment.text.strip() for segment in segments)
        rows.append(
            {
                "session_id": meeting["id"],
                "speaker": track["participant"],
                "words": words,
                "start_time": 0.0,
                "end_time": meeting["duration"],
            }
        )
    return cp_errors(reference_rows(meeting), rows, meeting["language"])


def _keep(played: Played, folder: Path) -> None:
    """Write the captions for the summary bench: ``<folder>/<meeting>.json``."""
    folder.mkdir(parents=True, exist_ok=True)
    captions = [
        {name: getattr(each, name) for name in each.__dataclass_fields__}
        for each in played.scored()
    ]
    content = {"meeting": played.meeting["id"], "captions": captions}
    text = json.dumps(content, ensure_ascii=False, indent=1)
    (folder / f"{played.meeting['id']}.json").write_text(text, encoding="utf-8")


def _memory() -> dict[str, float]:
    """Resident memory of the bot before models, and of the whole demo at its highest, in MB."""
    return {"rss_idle_mb": _idle_memory(), "rss_mb": _demo_memory()}


def _idle_memory() -> float:
    """A room with a bot in it and nothing turned on, no model loaded."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "consentry.yaml")
        config.write_text("plugins: {}\n", encoding="utf-8")
        command = [sys.executable, "-m", "consentry", "room", "--port", "0", "-c", str(config)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as room:
            assert room.stdout is not None
            try:
                for line in room.stdout:
                    if "Ctrl-C" in line:
                        break
                return round(psutil.Process(room.pid).memory_info().rss / 1e6, 1)
            finally:
                room.terminate()


def _demo_memory() -> float:
    command = [sys.executable, "-m", "consentry", "demo", "--once", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=os.environ) as demo:
        highest = 0.0
        while demo.poll() is None:
            highest = max(highest, _tree_memory(demo.pid))
            time.sleep(0.5)
        if demo.returncode != 0:
            raise RuntimeError("the demo failed; run `consentry demo --once` to see why")
    return round(highest / 1e6, 1)


def _tree_memory(pid: int) -> float:
    total = 0.0
    try:
        root = psutil.Process(pid)
        for process in [root, *root.children(recursive=True)]:
            total += process.memory_info().rss
    except psutil.NoSuchProcess:
        return 0.0
    return total
