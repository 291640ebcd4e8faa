"""A call without a network: script what happens, read what a plugin said."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from types import TracebackType
from typing import ParamSpec, Self, TypeVar

import numpy as np

from consentry.consent.purpose import Mode
from consentry.consent.state import Consent, Terms
from consentry.events import (
    SAMPLE_RATE,
    AudioFrame,
    ChatReceived,
    CheckInAsked,
    Event,
    Gap,
    Joined,
    Left,
    Medium,
    Participant,
    Picture,
    Requested,
    Revoked,
    Samples,
    Segment,
    Summarized,
    SummaryItem,
    Tick,
    VideoFrame,
)
from consentry.gate import CAPACITY, Gate
from consentry.messages import AnyBody, CheckIn, CheckInPrompt, Message
from consentry.metrics import Metrics
from consentry.pipeline import Lane, LaneState, Street
from consentry.plugin import CallInfo, Context, FaceChecks, Plugin, Transcription
from consentry.testing.faces import ScriptedFaces
from consentry.testing.virtual_time import VirtualTimeLoop

P = ParamSpec("P")
T = TypeVar("T")

OWNER = "owner"
BLOCK = 0.08
"""Seconds of audio in one frame, as the receive path delivers it."""


def run_inline(fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Awaitable[T]:
    """``ctx.run`` without workers: at once, in this thread."""

    async def call() -> T:
        return fn(*args, **kwargs)

    return call()


class ScriptedSpeech:
    """A speech engine that answers what it was told to, in order; the last answer repeats."""

    def __init__(self, *texts: str, seconds: float = 0.1) -> None:
        self._texts = list(texts)
        self._seconds = seconds
        self.heard: list[Samples] = []

    async def transcribe(
        self,
        samples: Samples,
        *,
        language: str | None = None,
        hotwords: Sequence[str] = (),
        urgent: bool = True,
    ) -> Transcription | None:
        """The next scripted text, after ``seconds`` on the loop's clock."""
        self.heard.append(samples)
        await asyncio.sleep(self._seconds)
        text = self._texts[0] if self._texts else ""
        if len(self._texts) > 1:
            del self._texts[0]
        return Transcription(text, language or "en")


class ScriptedActivity:
    """Voice activity by loudness: certain speech above -40 dBFS, certain silence below."""

    def __init__(self) -> None:
        self._rest: Samples = np.zeros(0, np.float32)

    def feed(self, samples: Samples) -> list[float]:
        joined = np.concatenate([self._rest, samples])
        count = len(joined) // 512
        self._rest = joined[count * 512 :]
        windows = joined[: count * 512].reshape(count, 512)
        return [float(np.abs(w).max() > 0.01) for w in windows]

    def reset(self) -> None:
        self._rest = np.zeros(0, np.float32)


class FakeVault:
    """A vault in memory."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.about: dict[str, frozenset[str]] = {}
        """Whom each file is about."""

    async def put(self, name: str, content: bytes, about: frozenset[str]) -> None:
        self.files[name], self.about[name] = content, about

    async def delete(self, name: str) -> None:
        self.files.pop(name, None)
        self.about.pop(name, None)


class FakeCall:
    """Script a call step by step; ``said`` is what the plugin said.

    ::

        async with FakeCall(TalkTime()) as call:
            ana = call.join("Ana")
            await call.speak(ana, 2.0)
            await call.wait(60)
        assert call.said[-1].body.text == "Ana: 2 s"

    The purpose is on from the start (``enabled=False`` leaves it off), and who joins agrees
    unless told otherwise. Leaving the block ends the events and waits for what the plugin still
    has to say. Time is the call's own: it passes while somebody speaks or shows something, and in
    :meth:`wait`; with :class:`VirtualTimeLoop` as the loop (the ``virtual_time`` marker) what the
    plugin awaits takes its part of it.
    """

    def __init__(
        self,
        plugin: Plugin,
        *,
        ctx: Context | None = None,
        enabled: bool = True,
        capacity: int = CAPACITY,
    ) -> None:
        self.plugin = plugin
        self.ctx = ctx or fake_context()
        self.now = 0.0
        self.said: list[Message] = []
        self.metrics = Metrics()
        self.states: list[LaneState] = []
        self.consent = Consent([Terms(plugin.name, "v1", Mode.OPT_IN)])
        self.consent.confirm_owner(OWNER)
        street = Street(lambda: self.now, self._send, self._changed, self.metrics)
        media, clock = plugin.needs.media, lambda: self.now
        gate = Gate(plugin.name, media, self.consent, clock, capacity, self._trying)
        self.lane = Lane(plugin, gate, self.ctx, street)
        self._enabled = enabled
        self._ids = itertools.count(1)
        self._segments = itertools.count(1)
        self._summaries = itertools.count()
        self._tries: dict[str, float] = {}
        """When each try to check in that runs began, by its participant's id."""
        self._aloud: dict[str, float] = {}
        """Since when a try asks for a number to be read aloud."""
        self._present: dict[str, Participant] = {}

    async def __aenter__(self) -> Self:
        self._tasks = asyncio.TaskGroup()
        await self._tasks.__aenter__()
        if self._enabled:
            self.enable()
        await asyncio.sleep(0)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            await self.lane.finish(patience=60.0)
        else:
            await self.lane.stop()
        # Not told of the error: a TaskGroup would wrap a failed assertion into a group.
        await self._tasks.__aexit__(None, None, None)

    @property
    def bodies(self) -> list[AnyBody]:
        """The bodies of what was said."""
        return [message.body for message in self.said]

    def enable(self) -> None:
        """The owner turns the purpose on."""
        self.consent.enable(self.plugin.name, by=OWNER)
        self.lane.start(self._tasks)

    async def disable(self) -> None:
        """The owner turns the purpose off; the plugin is stopped and forgets everything."""
        self.consent.disable(self.plugin.name, by=OWNER)
        await self.lane.stop()

    def join(
        self,
        name: str,
        *,
        consents: bool = True,
        shared: bool = False,
        language: str | None = None,
    ) -> Participant:
        """Somebody comes in, and says yes unless ``consents`` is false."""
        who = Participant(f"p{next(self._ids)}", name, shared=shared, language=language)
        self._present[who.id] = who
        self.consent.joined(who.id)
        if consents:
            self.grant(who)
        return who

    def grant(self, who: Participant) -> None:
        """``who`` says yes."""
        if not self.consent.enabled(self.plugin.name):
            return  # nothing to agree to
        version = self.consent.version(self.plugin.name)
        grant = self.consent.propose(who.id, self.plugin.name, version)
        self.consent.commit(grant, self.now)
        self.lane.offer(Joined(who, self.now))

    async def revoke(self, who: Participant) -> None:
        """``who`` says no, from this moment on."""
        self._tries.pop(who.id, None)
        self.consent.refuse(who.id, self.plugin.name)
        self.lane.gate.sweep()
        await self.offer(Revoked(who, self.now))

    async def leave(self, who: Participant) -> None:
        """``who`` hangs up."""
        self._present.pop(who.id)
        self._tries.pop(who.id, None)
        self.consent.left(who.id)
        await self.offer(Left(who, self.now))

    async def speak(self, who: Participant, sound: float | Samples) -> None:
        """``who`` speaks: seconds of a 200 Hz tone at -6 dBFS, or given samples, in real order."""
        samples = _tone(sound) if isinstance(sound, (int, float)) else sound
        await self._play(who, samples)

    async def silence(self, who: Participant, seconds: float) -> None:
        """``who`` keeps an open, silent microphone."""
        await self._play(who, np.zeros(int(seconds * SAMPLE_RATE), np.float32))

    async def lose(self, who: Participant, seconds: float) -> None:
        """``seconds`` of ``who``'s audio never arrive."""
        await self.offer(Gap(who, self.now, seconds))
        await self.wait(seconds)

    async def show(self, who: Participant, picture: Picture, seconds: float = 1.0) -> None:
        """``who``'s camera shows ``picture``, seen as often as the plugin asks for."""
        step, end = 1 / self.plugin.needs.frames_per_second, self.now + seconds
        while self.now < end:
            await self.offer(VideoFrame(who, picture, self.now))
            await self._pass(min(step, end - self.now))

    async def segment(
        self, who: Participant, text: str, *, id: str | None = None, revision: int = 0
    ) -> Segment:
        """A finished caption of ``who``, 2 s long."""
        number = id or f"captions/{who.id}-{next(self._segments)}"
        segment = Segment(who, number, revision, text, self.now, self.now + 2.0, "en")
        await self.offer(segment)
        await self.wait(2.0)
        return segment

    async def summarize(
        self, lines: Mapping[str, Sequence[Participant]], *, final: bool = False
    ) -> Summarized:
        """A summary of ``lines``, each made from the words of those named with it."""
        items = tuple(
            SummaryItem("abstract", text, ("s",), frozenset(who.id for who in people), self.now)
            for text, people in lines.items()
        )
        summarized = Summarized(self.now, "summary", next(self._summaries), items, final)
        await self.offer(summarized)
        return summarized

    async def check_in(self, who: Participant, ticket: str = "ticket") -> str:
        """``who`` wants their face to prove who they are; the id of the try. It runs until the
        plugin gives its verdict, and until then :meth:`show` shows it their camera."""
        name = f"{who.id}-{next(self._segments)}"
        self._tries[who.id] = self.now
        self._aloud.pop(who.id, None)
        await self.offer(CheckInAsked(who, name, ticket, self.now))
        return name

    async def chat(self, who: Participant, text: str) -> None:
        """``who`` writes to everybody."""
        await self.offer(ChatReceived(who, f"chat-{next(self._segments)}", text, self.now))

    async def request(self) -> None:
        """Somebody asks for the plugin's result."""
        await self.offer(Requested(self.now))

    async def wait(self, seconds: float) -> None:
        """Time passes, in ticks of 100 ms."""
        for _ in range(round(seconds * 10)):
            await self._pass(0.1)

    async def offer(self, event: Event) -> None:
        """Put any event before the gate and wait until the plugin has dealt with it."""
        self.lane.offer(event)
        if self.lane.state is LaneState.RUNNING:
            await self.lane.drained()

    async def _pass(self, seconds: float) -> None:
        """Time passes, in ticks of 100 ms and what is left."""
        end = round(self.now + seconds, 6)
        while self.now < end:
            step = min(0.1, end - self.now)
            await asyncio.sleep(step if self._virtual else 0)
            self.now = round(self.now + step, 6)
            await self.offer(Tick(self.now))

    @property
    def _virtual(self) -> bool:
        return isinstance(asyncio.get_running_loop(), VirtualTimeLoop)

    async def _play(self, who: Participant, samples: Samples) -> None:
        size = int(BLOCK * SAMPLE_RATE)
        start = self.now
        for i in range(0, len(samples), size):
            block = samples[i : i + size]
            await asyncio.sleep(len(block) / SAMPLE_RATE if self._virtual else 0)
            await self.offer(AudioFrame(who, block, start + i / SAMPLE_RATE))
            self.now = start + (i + len(block)) / SAMPLE_RATE
            await self.offer(Tick(self.now))

    async def _send(self, plugin: str, message: Message) -> None:
        self.said.append(message)
        for person in message.about:
            match message.body:
                case CheckIn():
                    self._tries.pop(person, None)
                case CheckInPrompt(prompt="say"):
                    self._aloud.setdefault(person, self.now)
                case CheckInPrompt():
                    self._aloud.pop(person, None)

    def _trying(self, person: str, at: float, medium: Medium) -> bool:
        began = (self._aloud if medium is Medium.AUDIO else self._tries).get(person)
        return person in self._tries and began is not None and at >= began

    def _changed(self, plugin: str, state: LaneState) -> None:
        self.states.append(state)
        if state is LaneState.RUNNING:
            for who in self._present.values():
                self.lane.offer(Joined(who, self.now))


def fake_context(
    *texts: str,
    speech: ScriptedSpeech | None = None,
    call: CallInfo | None = None,
    faces: FaceChecks | None = None,
) -> Context:
    """A context with every engine, each a scripted one; ``texts`` are what speech recognizes."""
    return Context(
        call=call or CallInfo("call", "A test call", date(2026, 6, 8), language="en"),
        run=run_inline,
        speech=speech or ScriptedSpeech(*texts),
        voice_activity=ScriptedActivity,
        vault=FakeVault(),
        faces=faces or ScriptedFaces("look", "turn_left"),
    )


def _tone(seconds: float) -> Samples:
    time = np.arange(int(seconds * SAMPLE_RATE), dtype=np.float32) / SAMPLE_RATE
    return (0.5 * np.sin(2 * np.pi * 200 * time)).astype(np.float32)
