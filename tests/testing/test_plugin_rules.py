"""The conformance test finds each rule broken, and passes a plugin that keeps them."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import AsyncIterator

import pytest

from consentry.api import (
    AudioFrame,
    Context,
    Event,
    Medium,
    Message,
    Messages,
    Needs,
    Note,
    Pixels,
    Plugin,
    Purpose,
    Requested,
    Revoked,
    VideoFrame,
)
from consentry.testing import check_plugin

PURPOSE = Purpose(
    title="Talk time",
    sentence="Measures how long you speak; keeps no sound.",
    data="your voice",
    why="so that everybody gets a turn",
    retention="until the call ends",
)


def _note(people: dict[str, float]) -> Message:
    note = Note(plugin="talk", title="Talk time", data=dict(people))
    return Message(note, id="talk", at=0.0, about=frozenset(people))


class Talk(Plugin):
    """Keeps every rule."""

    name = "talk"
    purpose = PURPOSE
    needs = Needs(media=frozenset({Medium.AUDIO}))

    async def process(self, events: AsyncIterator[Event], ctx: Context) -> Messages:
        seconds: defaultdict[str, float] = defaultdict(float)
        async for event in events:
            match event:
                case AudioFrame():
                    seconds[event.participant.id] += event.duration
                case Revoked():
                    seconds.pop(event.participant.id, None)
                case Requested() if seconds:
                    yield _note(seconds)


class Remembers(Talk):
    async def process(self, events: AsyncIterator[Event], ctx: Context) -> Messages:
        seconds: defaultdict[str, float] = defaultdict(float)
        async for event in events:
            match event:
                case AudioFrame():
                    seconds[event.participant.id] += event.duration
                case Requested() if seconds:
                    yield _note(seconds)


class Hides(Talk):
    """Says whom it is about, but not to the gate."""

    async def process(self, events: AsyncIterator[Event], ctx: Context) -> Messages:
        names: set[str] = set()
        async for event in events:
            match event:
                case AudioFrame():
                    names.add(event.participant.name)
                case Requested():
                    note = Note(plugin="talk", title="Who spoke", text=", ".join(sorted(names)))
                    yield Message(note, id="talk", at=0.0)


class Blocks(Talk):
    async def process(self, events: AsyncIterator[Event], ctx: Context) -> Messages:
        async for event in events:
            if isinstance(event, Requested):
                began = time.thread_time()
                while time.thread_time() - began < 0.5:
                    pass
                yield _note({})


class GivesUp(Talk):
    async def process(self, events: AsyncIterator[Event], ctx: Context) -> Messages:
        async for event in events:
            if isinstance(event, Requested):
                yield _note({})
                return


class Stares(Talk):
    """Keeps the last picture of everybody, and a piece of it."""

    needs = Needs(media=frozenset({Medium.VIDEO}))

    async def process(self, events: AsyncIterator[Event], ctx: Context) -> Messages:
        seen: dict[str, Pixels] = {}
        async for event in events:
            if isinstance(event, VideoFrame):
                seen[event.participant.id] = event.picture.rgb()[10:20, 10:20]
        return
        yield _note({})


class Ponders(Talk):
    """Looks at a picture for half a second."""

    needs = Needs(media=frozenset({Medium.VIDEO}))

    async def process(self, events: AsyncIterator[Event], ctx: Context) -> Messages:
        async for event in events:
            if isinstance(event, VideoFrame) and event.picture.width > 1000:
                began = time.thread_time()
                while time.thread_time() - began < 0.5:
                    pass
        return
        yield _note({})


class Mute(Talk):
    purpose = Purpose("Talk time", "", "your voice", "why", "until the call ends")


async def test_a_plugin_that_keeps_the_rules_passes() -> None:
    await check_plugin(Talk)


@pytest.mark.parametrize(
    ("plugin", "rule"),
    [
        (Remembers, "held back"),
        (Hides, "who had withdrawn"),
        (Blocks, "held the event loop"),
        (Ponders, "held the event loop"),
        (Stares, "still held a picture"),
        (GivesUp, "failed, or did not end"),
        (Mute, "'sentence'"),
    ],
)
async def test_each_broken_rule_is_named(plugin: type[Plugin], rule: str) -> None:
    with pytest.raises(AssertionError, match=rule):
        await check_plugin(plugin)
