"""A meeting in which everybody says things that nobody else says."""

from __future__ import annotations

import asyncio
import itertools
import json
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Self

import numpy as np

from consentry.api import AudioFrame, ChatReceived, Context, Joined, Participant, Plugin, Samples
from consentry.bot import Bot, CallOptions
from consentry.call.plan import Plan
from consentry.call.session import Session
from consentry.connectors.driver import Ended, Happening, Reachable, Said, Setting, Subscription
from consentry.consent.erasure import Remains
from consentry.consent.notice import Offer
from consentry.consent.owner import OwnerCode
from consentry.controls import Enable, Erase, Heard, Line, Request
from consentry.controls import OwnerCode as Code
from consentry.errors import EndReason
from consentry.messages import Caption, Message, Reply, Retraction, Summary
from consentry.metrics import Metrics
from consentry.plugin import Transcription
from consentry.testing.call import ScriptedActivity, fake_context
from tests.erasure.canary import Canary

BUILT_IN = ("names", "captions", "summary", "storage")
BLOCK = 1280
"""Samples of one frame: 80 ms."""
QUIET = 0.9
"""Seconds after which an utterance has ended."""


class Ears:
    """A speech engine that hears whose sound it is, and writes that person's word."""

    def __init__(self, canaries: Sequence[Canary], chance: random.Random) -> None:
        self._canaries = canaries
        self._chance = chance
        self._heard = itertools.count()

    async def transcribe(
        self,
        samples: Samples,
        *,
        language: str | None = None,
        hotwords: Sequence[str] = (),
        urgent: bool = True,
    ) -> Transcription | None:
        await asyncio.sleep(self._chance.choice((0.0, 0.0, 0.001, 0.02, 0.02, 0.3)))
        speaker = next((canary for canary in self._canaries if canary.spoke(samples)), None)
        if speaker is None:
            return Transcription("", "en")
        return Transcription(f"I'll send the {speaker.word(next(self._heard))} by Friday.", "en")


class Scribe:
    """A language model that takes its time, and lists what everybody promised."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self.hurried = False

    async def complete(self, instructions: str, data: str) -> dict[str, object]:
        if not self.hurried:
            await asyncio.sleep(self._chance.choice((0.0, 0.01, 0.1, 20.0)))
        actions = [
            {"text": each["text"], "segments": [each["id"]], "owner": each["speaker"], "due": None}
            for each in json.loads(data)["segments"]
        ]
        return {"abstract": [], "decisions": [], "actions": actions, "questions": []}


@dataclass
class Screen:
    """What a client shows: revisions replace, retractions remove."""

    captions: dict[str, Caption] = field(default_factory=dict)
    summaries: dict[str, Summary] = field(default_factory=dict)

    def take(self, message: Message) -> None:
        match message.body:
            case Caption() as caption:
                self.captions[message.id] = caption
            case Summary() as summary:
                self.summaries[message.id] = summary
            case Retraction(ids=ids):
                for name in ids:
                    self.captions.pop(name, None)
                    self.summaries.pop(name, None)

    def finals(self, person: str) -> dict[str, str]:
        """The words of somebody's finished captions, by id."""
        return {
            name: caption.text
            for name, caption in self.captions.items()
            if caption.participant == person and caption.final
        }


class Room:
    """A connector in memory that keeps what its people's screens show, and nothing else."""

    def __init__(self) -> None:
        self.screen = Screen()
        self.replies: list[tuple[str, str]] = []
        """Of each: to whom, and its code."""
        self.summaries = 0
        self._waiting: asyncio.Queue[Happening] = asyncio.Queue()
        self._news = asyncio.Event()

    def joins(self, setting: Setting) -> Self:
        self.setting = setting
        return self

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        pass

    async def happenings(self) -> AsyncIterator[Happening]:
        while True:
            yield await self._waiting.get()
            self._waiting.task_done()

    async def send(self, message: Message) -> None:
        self.screen.take(message)
        match message.body:
            case Reply(code=code):
                self.replies += [(person, code) for person in message.to or ()]
            case Summary():
                self.summaries += 1
        self._news.set()

    def remains(self, person: str) -> frozenset[Remains]:
        return frozenset()

    async def want(self, subscription: Subscription) -> None:
        pass

    async def until(self, true: Callable[[], object]) -> None:
        """Wait for what the bot says that makes ``true`` so."""
        while not true():
            self._news.clear()
            await self._news.wait()

    def happen(self, happening: Happening) -> None:
        self._waiting.put_nowait(happening)

    async def taken(self) -> None:
        """Return once the session has taken all that happened."""
        await self._waiting.join()


@dataclass
class Meeting:
    """One call: its people, what each says, and when one of them has had enough."""

    session: Session
    room: Room
    plan: Plan
    canaries: list[Canary]
    chance: random.Random
    scribe: Scribe
    ahead: float = 0.0
    """How much sound there was beyond the time that passed, in seconds."""
    said: dict[str, int] = field(default_factory=dict)
    """How many utterances each has begun."""

    @property
    def now(self) -> float:
        return self.session.now() + self.ahead

    def who(self, canary: Canary) -> Participant:
        return Participant(canary.person, canary.person.title())

    async def opens(self) -> None:
        """Everybody comes, and agrees to all that the first of them turns on."""
        for canary in self.canaries:
            self.room.happen(Joined(self.who(canary), self.session.now()))
            self.room.happen(Reachable(self.who(canary)))
        await self.room.taken()
        owner = self.canaries[0]
        await self.acts(owner, Code(type="owner", code=self.plan.owner_code.code or ""))
        for purpose in self.session.consent.purposes:
            await self.acts(owner, Enable(type="enable", purpose=purpose))
        for canary in self.canaries:
            for purpose in self.session.consent.purposes:
                await self.acts(canary, Line(text=f"/yes {purpose}"))

    async def acts(self, canary: Canary, control: Heard) -> None:
        self.room.happen(Said(self.who(canary), control))
        await self.room.taken()

    async def speaks(self, canary: Canary, seconds: float, *, to_the_end: bool = True) -> None:
        """An utterance; one that is not ``to_the_end`` breaks off in the middle."""
        self.said[canary.person] = self.said.get(canary.person, 0) + 1
        quiet = np.zeros(round(QUIET * 16_000) * to_the_end, np.float32)
        samples = np.concatenate([canary.sound(seconds), quiet])
        for start in range(0, len(samples), BLOCK):
            block = samples[start : start + BLOCK]
            self.room.happen(AudioFrame(self.who(canary), block.copy(), self.now))
            self.ahead += len(block) / 16_000
        await self.room.taken()

    async def writes(self, canary: Canary) -> None:
        """A line of chat to everybody."""
        text = f"See {canary.word()}."
        self.room.happen(ChatReceived(self.who(canary), f"chat-{self.now}", text, self.now))
        await self.room.taken()

    async def asks(self) -> None:
        await self.acts(self.canaries[0], Request(type="request", plugin="summary"))

    async def some_of_it(self) -> None:
        """Anything that happens in a meeting."""
        canary = self.chance.choice(self.canaries)
        match self.chance.randrange(6):
            case 0:
                await self.writes(canary)
            case 1:
                await self.asks()
            case 2:
                await self.speaks(canary, self.chance.uniform(0.4, 1.5), to_the_end=False)
            case _:
                await self.speaks(canary, self.chance.uniform(0.4, 2.0))
        for _ in range(self.chance.randrange(40)):
            await asyncio.sleep(0)

    async def erased(self, canary: Canary) -> float:
        """``canary``'s person has themselves erased; the seconds until they are told."""
        began = asyncio.get_running_loop().time()
        before = len(self.room.replies)
        await self.acts(canary, Erase(type="erase"))
        done = (canary.person, "erased")
        await self.room.until(lambda: done in self.room.replies[before:])
        return asyncio.get_running_loop().time() - began

    async def settles(self) -> None:
        """Return once every utterance of everybody is a finished caption, and plugins rest."""
        for lane in self.session._lanes:
            await lane.drained()


@dataclass(frozen=True)
class _Engines:
    given: Callable[[str], Context]
    ears: Ears
    scribe: Scribe

    def context(self, name: str) -> Context:
        """What the bot gives this plugin, with engines that the meeting scripts."""
        if name not in BUILT_IN:
            return fake_context()
        real = self.given(name)
        return replace(
            real,
            speech=self.ears if real.speech else None,
            voice_activity=ScriptedActivity if real.voice_activity else None,
            language_model=self.scribe if name == "summary" else None,
        )


@asynccontextmanager
async def a_meeting(
    bot: Bot, people: int, chance: random.Random, *more: Plugin
) -> AsyncIterator[Meeting]:
    """Hold a meeting, with ``more`` plugins than the bot's own; leaving the block ends it."""
    canaries = [Canary.of(f"p{n}-{chance.randrange(10**6)}", n, chance) for n in range(people)]
    code, room = OwnerCode(), Room()
    plan = bot.plan(CallOptions("Planning", date(2026, 6, 8), owner_code=code))
    scribe = Scribe(chance)
    engines = _Engines(plan.context, Ears(canaries, chance), scribe)
    plugins = [*plan.plugins, *((plugin, Offer(plugin.name, plugin.purpose)) for plugin in more)]
    plan = replace(plan, context=engines.context, plugins=plugins)
    session = Session(plan, room.joins, Metrics())
    running = asyncio.ensure_future(session.run())
    await asyncio.sleep(0)
    meeting = Meeting(session, room, plan, canaries, chance, scribe)
    try:
        await meeting.opens()
        yield meeting
        room.happen(Ended(EndReason.ROOM_CLOSED))
        assert await running is EndReason.ROOM_CLOSED
    finally:
        running.cancel()
        await asyncio.wait([running])
