"""The summary plugin: decisions, action items and open questions, on request and at the end."""

from __future__ import annotations

from collections.abc import AsyncIterator

from pydantic import BaseModel, ConfigDict, Field

from consentry.api import (
    Context,
    Event,
    Joined,
    Medium,
    Message,
    Messages,
    Needs,
    Plugin,
    Purpose,
    Requested,
    Revoked,
    Segment,
    SetupError,
    Summary,
)
from consentry_summary.extractive import extract
from consentry_summary.modelled import ask
from consentry_summary.record import Record
from consentry_summary.translations import TRANSLATIONS

MESSAGE_ID = "summary"


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
        record, revision, at = Record(), -1, 0.0
        async for event in events:
            at = max(at, event.at)
            match event:
                case Joined(participant=participant):
                    record.meet(participant)
                case Segment():
                    record.take(event)
                case Requested():
                    revision += 1
                    yield await self._message(record, ctx, at, revision)
                case Revoked(participant=participant):
                    record.forget(participant)
                    if revision >= 0:
                        revision += 1
                        yield await self._message(record, ctx, at, revision)
        if revision >= 0 or record.segments:
            yield await self._message(record, ctx, at, revision + 1, final=True)

    async def _message(
        self, record: Record, ctx: Context, at: float, revision: int, *, final: bool = False
    ) -> Message:
        """The summary now; ``about`` is everybody whose words or name it holds."""
        summary = await self._summarize(record, ctx)
        body = summary.model_copy(update={"final": final})
        return Message(body, MESSAGE_ID, at, about=_about(body, record), revision=revision)

    async def _summarize(self, record: Record, ctx: Context) -> Summary:
        if not record.segments:
            return Summary(abstract=[], decisions=[], actions=[], questions=[])
        if self._asks_model(record, ctx):
            try:
                return await ask(ctx, record.segments, record.people)
            except SetupError:
                pass  # The rules always have an answer.
        return await ctx.run(
            extract, record.segments, record.people, ctx.call.date, ctx.call.language
        )

    def _asks_model(self, record: Record, ctx: Context) -> bool:
        options = self.options
        assert isinstance(options, SummaryOptions)
        length = sum(len(segment.text) for segment in record.segments)
        return (
            options.language_model
            and ctx.language_model is not None
            and length <= options.model_characters
        )


def _about(summary: Summary, record: Record) -> frozenset[str]:
    speakers = {segment.id: segment.participant.id for segment in record.segments}
    lines = (*summary.abstract, *summary.decisions, *summary.actions, *summary.questions)
    cited = {speakers[key] for line in lines for key in line.segments}
    owners = {action.owner for action in summary.actions if action.owner is not None}
    return frozenset(cited | owners)
