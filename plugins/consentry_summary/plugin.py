"""The summary plugin: decisions, action items and open questions, on request and at the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from pydantic import BaseModel, ConfigDict, Field

from consentry.api import (
    Context,
    Event,
    Joined,
    Medium,
    Message,
    Messages,
    Needs,
    Participant,
    Plugin,
    Purpose,
    Requested,
    Revoked,
    Segment,
    SetupError,
    Summary,
)
from consentry_summary.extractive import extract
from consentry_summary.minutes import Minutes, Write, Written
from consentry_summary.modelled import ask
from consentry_summary.record import Record
from consentry_summary.translations import TRANSLATIONS

MESSAGE_ID = "summary"
SOON = 0.05
"""Seconds; rules take less for all but long calls."""


class SummaryOptions(BaseModel):
    """What the configuration may say about summaries."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    language_model: bool = True
    """Ask the language model where one is configured; rules do it otherwise."""
    model_characters: int = Field(default=60_000, ge=1_000, le=1_000_000)
    """Longer transcripts are summarized by rules: a model would lose the middle."""


class SummaryPlugin(Plugin):
    """Summarizes what those said who agreed to it; each line names the segments it rests on."""

    name = "summary"
    purpose = Purpose(
        title="Meeting summary",
        sentence=(
            "What you say is read to list decisions, action items and open questions; "
            "what others say about you is read only if they agreed."
        ),
        data="the captions of what you say, and your name",
        why="Everyone gets the decisions and action items without taking notes.",
        retention="until the call ends",
        translations=TRANSLATIONS,
    )
    needs = Needs(
        media=frozenset({Medium.SEGMENTS}), optional_engines=frozenset({"language_model"})
    )
    Options = SummaryOptions

    async def process(self, events: AsyncIterator[Event], ctx: Context) -> Messages:
        record = Record()
        minutes = Minutes(record, *self._writers(ctx))
        revision, at = -1, 0.0
        coming: asyncio.Task[Event | None] | None = None
        try:
            while True:
                # Rules have their answer before the next event is looked at; a model has not.
                if (written := await minutes.written(SOON)) is not None:
                    revision += 1
                    yield _message(written, at, revision)
                    del written  # or it would stay here until the next one comes
                    continue
                coming = coming or asyncio.create_task(_next(events), name="next event")
                await minutes.ready_or(coming)
                if not coming.done():
                    continue
                event, coming = coming.result(), None
                if event is None:
                    break
                at = max(at, event.at)
                _take(event, record, minutes)
            if minutes.begun or record.segments:
                yield _message(await minutes.final(), at, revision + 1, final=True)
        finally:
            minutes.drop()
            if coming is not None:
                coming.cancel()
                await asyncio.wait([coming])

    def _writers(self, ctx: Context) -> list[Write]:
        """By rules, and by the model where there is one to ask."""
        options = self.options
        assert isinstance(options, SummaryOptions)

        async def rules(segments: Sequence[Segment], people: Sequence[Participant]) -> Summary:
            return await ctx.run(extract, segments, people, ctx.call.date, ctx.call.language)

        async def model(segments: Sequence[Segment], people: Sequence[Participant]) -> Summary:
            if sum(len(segment.text) for segment in segments) <= options.model_characters:
                try:
                    return await ask(ctx, segments, people)
                except SetupError:
                    pass  # The rules always have an answer.
            return await rules(segments, people)

        asks = options.language_model and ctx.language_model is not None
        return [rules, model] if asks else [rules]


async def _next(events: AsyncIterator[Event]) -> Event | None:
    return await anext(events, None)


def _take(event: Event, record: Record, minutes: Minutes) -> None:
    match event:
        case Joined(participant=participant):
            record.meet(participant)
        case Segment():
            record.take(event)
        case Requested():
            minutes.ask()
        case Revoked(participant=participant):
            minutes.forget(participant)


def _message(written: Written, at: float, revision: int, *, final: bool = False) -> Message:
    body = written.summary.model_copy(update={"final": final})
    return Message(body, MESSAGE_ID, at, about=written.about, revision=revision)
