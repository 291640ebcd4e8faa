"""From events to captions: one voice per participant, transcriptions beside the events."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass, field

from consentry.api import (
    AudioFrame,
    Caption,
    Context,
    Event,
    Gap,
    Joined,
    Left,
    Message,
    Participant,
    Retraction,
    Revoked,
    SetupError,
    SpeechEngine,
    Tick,
    VoiceActivity,
)
from consentry_captions.draft import Draft
from consentry_captions.language import SpokenLanguage
from consentry_captions.listener import Listener, Utterance
from consentry_captions.options import Options
from consentry_captions.outbox import Outbox
from consentry_captions.recognition import Recognition

FIRST_DRAFT = 0.6
"""Seconds of speech before the first partial: less is guessed badly."""


@dataclass(slots=True, eq=False)
class _Segment:
    """One caption and its revisions."""

    id: str
    draft: Draft = field(default_factory=Draft)
    revision: int = -1
    heard_until: float = 0.0
    drafting: bool = False
    closed: bool = False


@dataclass(slots=True, eq=False)
class _Voice:
    """One participant as long as they may be processed."""

    participant: Participant
    listener: Listener
    language: SpokenLanguage
    segment: _Segment | None = None
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Finals of one participant come in the order they were said."""


@dataclass(frozen=True, slots=True)
class _Words:
    utterance: Utterance
    text: str
    language: str | None
    final: bool


class Captioner:
    """Consumes the events of a call and fills an outbox; one for each run of the plugin."""

    def __init__(
        self, options: Options, ctx: Context, speech: SpeechEngine, outbox: Outbox
    ) -> None:
        self._options = options
        self._ctx = ctx
        self._outbox = outbox
        self._voices: dict[str, _Voice] = {}
        self._now = 0.0
        hotwords = ctx.call.vocabulary if options.hotwords else ()
        self._recognition = Recognition(speech, hotwords)
        self._given = ctx.call.language if options.language == "auto" else options.language

    async def run(self, events: AsyncIterator[Event]) -> None:
        """Take all events, then wait for what is still being recognized.

        Raises SetupError where the speech engine failed twice over the same words.
        """
        try:
            async with asyncio.TaskGroup() as group:
                self._group = group
                async for event in events:
                    self._take(event)
                for voice in self._voices.values():
                    self._finish(voice, voice.listener.close())
        except ExceptionGroup as group:
            # One failure ended the rest; it is what the call should be told of.
            raise group.exceptions[0] from None
        finally:
            self._outbox.close()

    def _take(self, event: Event) -> None:
        match event:
            case AudioFrame():
                self._now = max(self._now, event.end)
                voice = self._voice(event.participant)
                self._finish(voice, voice.listener.hear(event))
                self._follow(voice)
            case Gap():
                voice = self._voice(event.participant)
                self._finish(voice, voice.listener.lose(event))
            case Tick():
                self._now = max(self._now, event.at)
                for voice in self._voices.values():
                    self._finish(voice, voice.listener.wait(event.at))
            case Joined() if event.participant.id in self._voices:
                self._voices[event.participant.id].participant = event.participant
            case Left() if event.participant.id in self._voices:
                voice = self._voices[event.participant.id]
                self._finish(voice, voice.listener.close())
            case Revoked():
                self._forget(event.participant.id)
            case _:
                pass

    def _voice(self, participant: Participant) -> _Voice:
        voice = self._voices.get(participant.id)
        if voice is None:
            voice = _Voice(participant, Listener(self._activity()), SpokenLanguage(self._given))
            self._voices[participant.id] = voice
        voice.participant = participant
        return voice

    def _activity(self) -> VoiceActivity:
        if self._ctx.voice_activity is None:
            raise SetupError("captions need a voice activity detector; see `consentry doctor`")
        return self._ctx.voice_activity()

    def _forget(self, participant: str) -> None:
        voice = self._voices.pop(participant, None)
        if voice is not None:
            for task in voice.tasks:
                task.cancel()
        self._outbox.forget(participant)

    def _start(self, voice: _Voice, job: Coroutine[None, None, None]) -> None:
        task = self._group.create_task(job)
        voice.tasks.add(task)
        task.add_done_callback(voice.tasks.discard)

    def _follow(self, voice: _Voice) -> None:
        """Begin a segment where speech began, and a partial where one is due."""
        start = voice.listener.start
        if start is None:
            return
        segment = voice.segment
        if segment is None:
            segment = voice.segment = _Segment(self._id(voice, start), heard_until=start)
        new = voice.listener.spoken - segment.heard_until
        wanted = self._options.partial_interval if segment.revision >= 0 else FIRST_DRAFT
        if self._options.partials and not segment.drafting and new >= wanted:
            segment.drafting = True
            self._start(voice, self._partial(voice, segment, voice.listener.draft()))

    def _finish(self, voice: _Voice, ended: list[Utterance]) -> None:
        for utterance in ended:
            segment = voice.segment or _Segment(self._id(voice, utterance.start))
            segment.closed, voice.segment = True, None
            self._start(voice, self._final(voice, segment, utterance))
        if voice.segment is not None and voice.listener.start is None:
            # It ended with too little voice to be an utterance.
            self._retract(voice, voice.segment)
            voice.segment.closed, voice.segment = True, None

    def _id(self, voice: _Voice, start: float) -> str:
        # By time, not by number: no run of this plugin can use an id of an earlier one again.
        return f"captions/{voice.participant.id}-{round(start * 1000)}"

    async def _partial(self, voice: _Voice, segment: _Segment, utterance: Utterance) -> None:
        language = voice.language.current or self._prior(voice)
        try:
            text = await self._recognition.draft(utterance, language)
        except SetupError:
            text = ""  # The final meets the same fault, and it matters there.
        finally:
            segment.drafting = False
        if text is None or segment.closed:
            return
        segment.heard_until = utterance.end
        shown = segment.draft.update(text)
        if shown:
            self._say(voice, segment, _Words(utterance, shown, language, final=False))

    async def _final(self, voice: _Voice, segment: _Segment, utterance: Utterance) -> None:
        async with voice.turn:
            prior = self._prior(voice)
            text, language = await self._recognition.final(utterance, voice.language, prior)
        if text:
            self._say(voice, segment, _Words(utterance, text, language, final=True))
        else:
            self._retract(voice, segment)

    def _prior(self, voice: _Voice) -> str | None:
        """What is likely spoken here: what the others speak, else what the client is set to."""
        held = Counter(other.language.current for other in self._voices.values())
        del held[None]
        hint = voice.participant.language
        return max(held, key=lambda one: held[one]) if held else hint and hint.split("-")[0].lower()

    def _say(self, voice: _Voice, segment: _Segment, words: _Words) -> None:
        segment.revision += 1
        who, utterance = voice.participant, words.utterance
        caption = Caption(
            participant=who.id,
            name=who.name,
            text=words.text,
            start=round(utterance.start, 3),
            end=round(utterance.end, 3),
            final=words.final,
            language=words.language,
            gap=utterance.lossy,
        )
        self._put(caption, segment.id, who, segment.revision)

    def _retract(self, voice: _Voice, segment: _Segment) -> None:
        """Take the caption back, where one was shown: nothing was said."""
        if segment.revision >= 0:
            body = Retraction(ids=[segment.id], reason="nothing_said")
            self._put(body, f"{segment.id}/nothing", voice.participant, 0)

    def _put(self, body: Caption | Retraction, id: str, about: Participant, revision: int) -> None:
        self._outbox.put(
            Message(body, id, self._now, about=frozenset({about.id}), revision=revision)
        )
