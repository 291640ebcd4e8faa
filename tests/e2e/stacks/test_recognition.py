"""The conformance call on each stack with nothing scripted: the plugins recognize real voices."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

import pytest

from consentry.api import Caption, Context, Event, Messages, Plugin
from consentry.bot import Bot, CallOptions
from consentry.call.plan import Plan
from consentry.config.loading import load_config
from consentry.demo.script import MEETING
from consentry.testing.conformance import check_call
from consentry.testing.venue import Venue
from consentry_captions import Captions
from tests.network.wire_tap import WireTap
from tests.requirements import need
from tests.venues.galene import galene_venue
from tests.venues.janus import janus_venue
from tests.venues.jitsi.venue import jitsi_venue
from tests.venues.livekit import livekit_venue
from tests.venues.room import room_venue

pytestmark = [pytest.mark.e2e, pytest.mark.long, pytest.mark.timeout(900)]

CONFIG = """
call: {language: en}
plugins:
  captions: {mode: opt_in}
  summary: {mode: opt_in}
ledger: {enabled: false}
speech: {model: tiny.en}
"""

VOICES = {"Mia": "mia", "Sam": "sam", "Olga": "olivia"}
"""Whose recording each person of the call talks with."""

OWN_WORDS = 0.8
"""Of what is captioned under somebody's name, at least, is in their recording."""

VENUES: Mapping[str, tuple[str, Callable[[Path], AbstractAsyncContextManager[Venue]]]] = {
    "room": ("chromium", lambda folder: room_venue()),
    "galene": ("galene", galene_venue),
    "livekit": ("livekit-server", livekit_venue),
    "janus": ("janus-demos", janus_venue),
    "jitsi": ("jitsi-client", jitsi_venue),
    "jitsi, hidden domain": ("jitsi-client", partial(jitsi_venue, hidden=True)),
}
"""What each stack takes besides its server, and who starts it."""


@pytest.mark.parametrize("stack", VENUES)
async def test_each_one_s_own_words_are_captioned_under_their_name(
    stack: str, wire: WireTap, pictures: Path | None, tmp_path: Path
) -> None:
    program, venue_in = VENUES[stack]
    need(program)
    said: list[Caption] = []
    async with a_plan(tmp_path, said) as plan, venue_in(tmp_path) as venue:
        await check_call(venue, plan=plan, wire=wire, pictures=pictures, patience=4.0)
    captioned: dict[str, list[str]] = defaultdict(list)
    for caption in said:
        captioned[caption.name] += words_of([caption.text])
    assert captioned.keys() == VOICES.keys(), "Lena said no, and was never captioned"
    for name, words in captioned.items():
        shares = {voice: share(words, said_by) for voice, said_by in recorded().items()}
        assert shares[VOICES[name]] == max(shares.values()) >= OWN_WORDS


@asynccontextmanager
async def a_plan(folder: Path, said: list[Caption]) -> AsyncIterator[Plan]:
    """What a bot with that configuration runs; ``said`` gets its finished captions."""
    path = folder / "consentry.yaml"
    path.write_text(CONFIG)
    async with Bot(load_config(path)) as bot:
        await bot.warm_up()
        plan = bot.plan(CallOptions("Conformance", date(2026, 6, 8)))
        yield replace(plan, plugins=[(_overheard(p, said), offer) for p, offer in plan.plugins])


def _overheard(plugin: Plugin, said: list[Caption]) -> Plugin:
    return Overheard(plugin, said) if isinstance(plugin, Captions) else plugin


class Overheard(Plugin):
    """The captions plugin, with somebody who reads along."""

    name, purpose, needs = Captions.name, Captions.purpose, Captions.needs
    Options = Captions.Options

    def __init__(self, captions: Captions, said: list[Caption]) -> None:
        super().__init__(captions.options)
        self._captions, self._said = captions, said

    async def process(self, events: AsyncIterator[Event], ctx: Context) -> Messages:
        async for message in self._captions.process(events, ctx):
            if isinstance(message.body, Caption) and message.body.final:
                self._said.append(message.body)
            yield message


def recorded() -> dict[str, set[str]]:
    """The words of each recording, by its speaker."""
    said: dict[str, set[str]] = defaultdict(set)
    for utterance in json.loads(MEETING.read_text())["utterances"]:
        said[utterance["speaker"]].update(words_of([utterance["text"]]))
    return said


def share(words: list[str], known: set[str]) -> float:
    """How many of ``words`` are ``known``, 0 to 1."""
    return sum(word in known for word in words) / len(words)


def words_of(texts: Iterable[str]) -> list[str]:
    return re.findall(r"[a-z']+", " ".join(texts).lower())
