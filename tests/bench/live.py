"""Plays a recorded meeting into a real room with the real bot, and keeps what came back."""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from consentry.bot import Bot
from consentry.config.loading import load_config
from consentry.config.sections import Config
from consentry.consent.owner import OwnerCode, new_code
from consentry.demo.script import Stage, StageObserver
from consentry.messages import Caption, Message, Summary
from consentry.play.meeting import Meeting, Observer
from consentry.play.participant import Received
from consentry.play.plan import Action, Answer, Ask, ParticipantPlan, Plan
from consentry.web.host import Reception, hosting
from tests.bench.summary_scoring import Caption as ScoredCaption
from tests.bench.summary_scoring import Scores, score

MEETINGS = Path(__file__).parent.parent / "data" / "meetings"
PLUGINS = ("names", "captions", "summary")
ROOM = "bench"
CLICK_TO_SILENCE = 0.5
"""Seconds after a withdrawal within which the last frame may still be decoded."""


@dataclass(frozen=True, slots=True)
class Decline:
    """``who`` says no to captions at a media time."""

    who: str
    at: float


@dataclass
class Played:
    """One meeting, as its participants received it."""

    meeting: dict[str, Any]
    origin: float
    """Monotonic time of media time 0."""
    received: list[Received]
    offset: float
    """Call time (of captions) at media time 0, in seconds."""
    summary: Summary | None
    declined_frames: int = 0
    """Frames decoded from :data:`CLICK_TO_SILENCE` after a withdrawal on."""

    def first_seen(self) -> list[tuple[float, Message]]:
        """Each message once: when the first participant had it, in media time, in that order."""
        seen: dict[tuple[str, int], tuple[float, Message]] = {}
        for got in self.received:
            seen.setdefault(
                (got.message.id, got.message.revision), (got.at - self.origin, got.message)
            )
        return sorted(seen.values(), key=lambda each: each[0])

    def finals(self) -> dict[str, Caption]:
        """The finished captions by message id, in the order they were spoken."""
        last: dict[str, tuple[int, Caption]] = {}
        for _, message in self.first_seen():
            body = message.body
            known = last.get(message.id)
            if isinstance(body, Caption) and (known is None or known[0] <= message.revision):
                last[message.id] = (message.revision, body)
        finals = {name: body for name, (_, body) in last.items() if body.final}
        return dict(sorted(finals.items(), key=lambda item: item[1].start))

    def scored(self) -> list[ScoredCaption]:
        """The finished captions as the summary bench reads them."""
        shared = {t["participant"] for t in self.meeting["tracks"] if len(t["speakers"]) > 1}
        return [
            ScoredCaption(
                participant=c.participant,
                name=c.name,
                shared=c.name in shared,
                id=name,
                start=c.start,
                end=c.end,
                text=c.text,
                language=c.language,
            )
            for name, c in self.finals().items()
        ]


def meeting_folders(root: Path = MEETINGS) -> list[Path]:
    """Every meeting under ``root``, in the format of the evaluation corpus."""
    return sorted(path.parent for path in root.glob("*/meeting.json"))


def config_for(meeting: dict[str, Any], model: str) -> Config:
    """All built-in live purposes on offer, in the meeting's language."""
    data = {
        "call": {
            "title": meeting["title"],
            "language": meeting["language"],
            "vocabulary": meeting["vocabulary"],
        },
        "speech": {"model": model},
        "plugins": {name: {} for name in PLUGINS},
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "consentry.yaml")
        path.write_text(yaml.safe_dump(data), encoding="utf-8")
        return load_config(path)


async def play_live(folder: Path, *, model: str = "base", decline: Decline | None = None) -> Played:
    """Play ``folder``'s meeting in real time; everybody agrees to everything, but for ``decline``.

    The participants are simulated, their media is not: Opus over WebRTC into the bot.
    """
    meeting = json.loads((folder / "meeting.json").read_text(encoding="utf-8"))
    code, stage = new_code(), Stage()
    reception = Reception(
        observe=lambda room: StageObserver(stage),
        owner_code=lambda: OwnerCode(code),
        today=lambda: date.fromisoformat(meeting["date"]),
    )
    async with Bot(config_for(meeting, model)) as bot:
        await bot.warm_up()
        async with hosting(bot, reception) as host:
            owner = meeting["tracks"][0]["participant"]
            plan = Plan({owner: ParticipantPlan(owner_code=code, enable=PLUGINS)}, tail=3.0)
            observer = Observer(stage.received)
            async with Meeting(folder / "meeting.json", host.page(ROOM), plan, observer) as played:
                async with asyncio.timeout(60):
                    await stage.until_agreed(len(played.participants))
                declined = await _play(played, bot, decline)
                played.do(Action(0.0, owner, Ask("summary")))
                async with asyncio.timeout(30):
                    await stage.until_summary()
                session = host.session(ROOM)
                assert session is not None and played.origin is not None
                return Played(
                    meeting,
                    played.origin,
                    played.messages,
                    session.now() - (time.monotonic() - played.origin),
                    stage.summary,
                    declined,
                )


async def _play(played: Meeting, bot: Bot, decline: Decline | None) -> int:
    if decline is None:
        await played.play()
        return 0
    async with asyncio.TaskGroup() as tasks:
        playing = tasks.create_task(played.play())
        await played.until(decline.at)
        played.do(Action(decline.at, decline.who, Answer("captions", "no")))
        played.do(Action(decline.at, decline.who, Answer("names", "no")))
        await played.until(decline.at + CLICK_TO_SILENCE)
        before = _frames_of_decliners(bot)
        await playing
    return round(_frames_of_decliners(bot) - before)


def summary_scores(folders: Sequence[Path], model: str) -> Scores:
    """Play each meeting and score the summary that the bot sent into the call at its end."""
    total = Scores()
    for folder in folders:
        played = asyncio.run(play_live(folder, model=model))
        assert played.summary is not None
        total += score(played.meeting, played.scored(), played.summary)
    return total


def _frames_of_decliners(bot: Bot) -> float:
    return bot.metrics.value("decoded_frames", consent="declined")


def words_by_track(meeting: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The reference utterances of each track's display name."""
    tracks = {t["file"]: t["participant"] for t in meeting["tracks"]}
    names = {s["id"]: tracks[s["track"]] for s in meeting["speakers"]}
    by_track: dict[str, list[dict[str, Any]]] = {t["participant"]: [] for t in meeting["tracks"]}
    for utterance in meeting["utterances"]:
        by_track[names[utterance["speaker"]]].append(utterance)
    return by_track


def reference_rows(meeting: dict[str, Any], without: Sequence[str] = ()) -> list[dict[str, Any]]:
    """SegLST of the reference by display name of the track, leaving out ``without``."""
    return [
        {
            "session_id": meeting["id"],
            "speaker": name,
            "words": said["text"],
            "start_time": said["start"],
            "end_time": said["end"],
        }
        for name, utterances in words_by_track(meeting).items()
        if name not in without
        for said in utterances
    ]
