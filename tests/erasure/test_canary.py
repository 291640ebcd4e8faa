"""One person has themselves erased in the middle of a meeting, and nothing of theirs is left."""

from __future__ import annotations

import asyncio
import json
import logging
import random
import tempfile
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from consentry.api import (
    ChatReceived,
    Context,
    Event,
    Medium,
    Message,
    Messages,
    Needs,
    Note,
    Plugin,
    Purpose,
    Segment,
)
from consentry.bot import Bot
from consentry.config.loading import load_config
from consentry.controls import Line
from consentry.exports import Format, export
from consentry.store.calls import CallFacts
from consentry.store.transcripts import transcript_of
from tests.erasure.canary import Canary, in_files, in_memory_now
from tests.erasure.meeting import Meeting, a_meeting

CONFIG = """
plugins:
  names: {}
  captions: {}
  summary: {}
  storage: {}
"""
LIVE, STORED = 2.0, 10.0
"""Seconds within which buffers and stored items are gone."""


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """All that is written goes there: the store, temporary files, the log."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    monkeypatch.setenv("TMPDIR", str(temporary))
    (tmp_path / "consentry.yaml").write_text(CONFIG)
    return tmp_path


@pytest.fixture
async def bot(disk: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bot]:
    """A bot whose speech engine is another: its workers load no model."""
    monkeypatch.setattr("consentry.bot.preparation", lambda spec: None)
    handler = logging.FileHandler(disk / "bot.log")
    handler.setLevel(logging.DEBUG)
    root = logging.getLogger()
    root.addHandler(handler)
    monkeypatch.setattr(root, "level", logging.DEBUG)
    async with Bot(load_config(disk / "consentry.yaml")) as bot:
        await bot.warm_up()
        yield bot
    root.removeHandler(handler)
    handler.close()


@dataclass
class Tally:
    """What there was to erase, in all meetings together."""

    captions: int = 0
    summaries: int = 0
    items: int = 0
    slowest: float = 0.0


async def held(bot: Bot, disk: Path, seed: int, tally: Tally) -> None:
    """A meeting in the middle of which somebody is erased, and what is left of it."""
    chance = random.Random(seed)
    async with a_meeting(bot, chance.randrange(2, 6), chance) as meeting:
        gone = chance.choice(meeting.canaries[1:])
        await meeting.speaks(gone, 1.0)
        await meeting.room.until(lambda: meeting.room.screen.finals(gone.person))
        for _ in range(chance.randrange(15)):
            await meeting.some_of_it()
        await is_erased(meeting, gone, tally)
        await nothing_of(gone, disk, LIVE)
        meeting.scribe.hurried = True
        for _ in range(chance.randrange(2, 6)):
            await meeting.some_of_it()
        await meeting.asks()
    await nothing_of(gone, disk, 0.0)
    await everything_of_the_others(meeting, gone)
    await in_no_export(meeting, gone, bot)


async def is_erased(meeting: Meeting, gone: Canary, tally: Tally) -> None:
    """In time, and off every screen; a summary comes again without them."""
    screen = meeting.room.screen
    others = [canary for canary in meeting.canaries if canary is not gone]
    before = {canary.person: screen.finals(canary.person) for canary in meeting.canaries}
    summaries, made = bool(screen.summaries), meeting.room.summaries
    tally.captions += len(before[gone.person])
    tally.summaries += summaries
    archive = meeting.plan.archive
    assert archive is not None
    tally.items += len(await archive.held(gone.person))
    meeting.canaries = others
    seconds = await meeting.erased(gone)
    tally.slowest = max(tally.slowest, seconds)
    assert seconds < STORED
    assert await archive.held(gone.person) == []
    assert screen.finals(gone.person) == {}
    for canary in others:
        shown = screen.finals(canary.person)
        assert before[canary.person].items() <= shown.items(), "somebody else's words are gone"
    if summaries:
        async with asyncio.timeout(STORED - seconds):
            await meeting.room.until(lambda: meeting.room.summaries > made and screen.summaries)


async def nothing_of(canary: Canary, disk: Path, within: float) -> None:
    """Nothing of ``canary`` is in memory or on the disk, or is not any more ``within`` seconds."""
    found = await in_memory_now(canary)
    for pause in (0.1 * within, 0.9 * within):
        if found:
            await asyncio.sleep(pause)
            found = await in_memory_now(canary)
    assert found == [], "still in memory"
    assert in_files(canary, [disk]) == []


async def everything_of_the_others(meeting: Meeting, gone: Canary) -> None:
    """What was on the screens is in the store, and nothing else is."""
    archive = meeting.plan.archive
    assert archive is not None
    kept = [json.loads(item.content) for item in await archive.items("storage")]
    words = {each["id"]: each["text"] for each in kept if "revision" in each}
    shown: dict[str, str] = {}
    for canary in meeting.canaries:
        shown |= meeting.room.screen.finals(canary.person)
    assert words == shown
    text = json.dumps(kept)
    assert gone.word()[1:-1] not in text
    lines = [each for each in kept if "made" in each]
    assert all(set(line["segments"]) <= words.keys() for line in lines)
    assert len(lines) == sum(len(s.actions) for s in meeting.room.screen.summaries.values())


async def in_no_export(meeting: Meeting, gone: Canary, bot: Bot) -> None:
    """Nothing of ``gone`` is in any export, and all of the others is in all of them."""
    assert bot.store is not None
    facts = CallFacts(meeting.plan.call, "Planning", "2026-06-08")
    transcript = await transcript_of(bot.store, facts)
    said = [canary for canary in meeting.canaries if meeting.room.screen.finals(canary.person)]
    for format in (Format.VTT, Format.SRT, Format.JSON, Format.MARKDOWN):
        text = export(transcript, format).lower()
        assert gone.word()[1:-1] not in text
        assert all(canary.word()[1:-1] in text for canary in said)


async def many(meetings: range, bot: Bot, disk: Path) -> None:
    tally = Tally()
    for seed in meetings:
        try:
            await held(bot, disk, seed, tally)
        except AssertionError as exc:
            exc.add_note(f"in the meeting of seed {seed}")
            raise
    assert tally.captions > len(meetings), "there was hardly anything to erase"
    assert tally.summaries > 0
    assert tally.items > len(meetings)
    assert tally.slowest < STORED


@pytest.mark.timeout(1200)
async def test_nothing_is_left_of_somebody_and_all_of_the_others(bot: Bot, disk: Path) -> None:
    await many(range(20), bot, disk)


@pytest.mark.long
@pytest.mark.timeout(3000)
async def test_nothing_is_left_in_a_hundred_meetings(bot: Bot, disk: Path) -> None:
    await many(range(100, 200), bot, disk)


@pytest.mark.timeout(120)
async def test_a_no_leaves_nothing_in_memory_either(bot: Bot, disk: Path) -> None:
    """What was shown or kept stays on the screens, and sealed; the bot holds nothing of it."""
    for seed in range(300, 305):
        chance = random.Random(seed)
        async with a_meeting(bot, 3, chance) as meeting:
            for _ in range(8):
                await meeting.some_of_it()
            gone = meeting.canaries.pop()
            await meeting.acts(gone, Line(text="/no all"))
            meeting.room.screen.captions.clear()
            meeting.room.screen.summaries.clear()
            await nothing_of(gone, disk, LIVE)
            meeting.scribe.hurried = True


class Leaking(Plugin):
    """Does with what people said what no plugin may."""

    name = "leaking"
    purpose = Purpose("Leaks", "Leaks.", "your captions", "to be found", "for ever")
    needs = Needs(media=frozenset({Medium.SEGMENTS, Medium.CHAT}))

    def __init__(self, leak: Callable[[str], object]) -> None:
        super().__init__()
        self._leak = leak

    async def process(self, events: AsyncIterator[Event], ctx: Context) -> Messages:
        async for event in events:
            if isinstance(event, Segment | ChatReceived):
                self._leak(event.text)
        return
        yield Message(Note(plugin="leaking", title="never"), "x", 0.0)


def to_memory() -> Callable[[str], object]:
    kept: list[str] = []
    return kept.append


def to_a_file() -> Callable[[str], object]:
    def leak(text: str) -> None:
        with tempfile.NamedTemporaryFile("a", delete=False, encoding="utf-16") as file:
            file.write(text)

    return leak


def to_the_log() -> Callable[[str], object]:
    return partial(logging.getLogger("leaking").debug, "somebody said %s")


@pytest.mark.parametrize("way", [to_memory, to_a_file, to_the_log])
async def test_a_plugin_that_leaks_is_found(
    way: Callable[[], Callable[[str], object]], bot: Bot, disk: Path
) -> None:
    chance = random.Random(7)
    async with a_meeting(bot, 2, chance, Leaking(way())) as meeting:
        gone = meeting.canaries[1]
        await meeting.speaks(gone, 1.0)
        await meeting.writes(gone)
        await meeting.settles()
        await meeting.erased(gone)
        with pytest.raises(AssertionError):
            await nothing_of(gone, disk, LIVE)
