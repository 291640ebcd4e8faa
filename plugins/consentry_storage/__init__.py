"""Keeps what those who agreed to that said, and the summary lines that rest on them alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta

from pydantic import BaseModel, ConfigDict, Field

from consentry.api import (
    Context,
    Event,
    Medium,
    Message,
    Messages,
    Needs,
    Note,
    Plugin,
    PluginError,
    Purpose,
    hookimpl,
)
from consentry_storage.shelf import Shelf
from consentry_storage.translations import TRANSLATIONS, lasting


class StorageOptions(BaseModel):
    """How long it is kept."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    retention_days: int = Field(default=30, ge=1, le=3650)
    """Days after which it is deleted; participants read this number."""


class Storage(Plugin):
    """Keeps captions of people who agreed, and summary lines made from such people alone."""

    name = "storage"
    purpose = Purpose(
        title="Keep the transcript",
        sentence=(
            "Keeps the words captioned for you, your name, the times, and what a summary says of "
            "you, encrypted on the host's computer; no sound is kept, a no stops it from then on, "
            "and you can have everything erased at any time."
        ),
        data="your captions, the name you joined with, and summary lines about you",
        why="the meeting can be looked up later",
        retention="as long as the host set, or until you have it erased",
        recipients="the host of this call",
        translations=TRANSLATIONS,
    )
    needs = Needs(
        media=frozenset({Medium.SEGMENTS, Medium.SUMMARIES}), engines=frozenset({"vault"})
    )
    Options = StorageOptions

    def __init__(self, options: BaseModel | None = None) -> None:
        super().__init__(options)
        assert isinstance(self.options, StorageOptions)
        days = self.options.retention_days
        self.purpose = replace(
            self.purpose,
            retention=f"{days} day{'s' * (days > 1)}, or until you have it erased",
            keep=timedelta(days=days),
            translations=lasting(days),
        )

    async def process(self, events: AsyncIterator[Event], ctx: Context) -> Messages:
        if ctx.vault is None:
            raise PluginError(self.name, "needs a vault")
        shelf = Shelf(ctx.vault)
        warned = False
        async for event in events:
            await shelf.take(event)
            if shelf.failed != warned:
                warned = shelf.failed
                yield _warning(warned, event.at)
        await shelf.close()


def _warning(failed: bool, at: float) -> Message:
    title = "The transcript can't be saved" if failed else "The transcript is saved again"
    text = "The host's computer refuses to write it; another try follows." if failed else ""
    return Message(Note(plugin="storage", title=title, text=text), id="storage/state", at=at)


@hookimpl
def register_plugins(register: Callable[[type[Plugin]], None]) -> None:
    """Offer the one plugin of this package."""
    register(Storage)
