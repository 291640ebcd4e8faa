"""Keeps the transcript of those who agreed to that, and forgets whoever changes their mind."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

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
    Revoked,
    Segment,
    SetupError,
    Tick,
    Vault,
    hookimpl,
)
from consentry_storage.record import Record

FILE = "transcript.json"


class StorageOptions(BaseModel):
    """How often the file is written."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    interval: float = Field(default=5.0, ge=1, le=60)
    """Seconds between two writes at least; a withdrawal is written at once."""


class Storage(Plugin):
    """Writes what was said by people who agreed to a file on the host's machine."""

    name = "storage"
    purpose = Purpose(
        title="Keep the transcript",
        sentence=(
            "Saves the words captioned for you, with your name and the time, in a file on the "
            "host's computer; no sound is saved, and your words are removed when you say no."
        ),
        data="your captions and the name you joined with",
        why="the meeting can be looked up later",
        retention="until the host deletes the file, or you withdraw during the call",
        recipients="the host of this call",
    )
    needs = Needs(media=frozenset({Medium.SEGMENTS}), engines=frozenset({"vault"}))
    Options = StorageOptions

    async def process(self, events: AsyncIterator[Event], ctx: Context) -> Messages:
        if ctx.vault is None:
            raise PluginError(self.name, "needs a vault")
        shelf = _Shelf(ctx.vault, Record(ctx.call), self._interval)
        await shelf.clear()
        warned = False
        async for event in events:
            await shelf.take(event)
            if shelf.failed != warned:
                warned = shelf.failed
                yield _warning(warned, event.at)
        await shelf.close()

    @property
    def _interval(self) -> float:
        assert isinstance(self.options, StorageOptions)
        return self.options.interval


def _warning(failed: bool, at: float) -> Message:
    title = "The transcript can't be saved" if failed else "The transcript is saved again"
    text = "The host's computer refuses to write it; another try follows." if failed else ""
    return Message(Note(plugin="storage", title=title, text=text), id="storage/state", at=at)


class _Shelf:
    """The file and what should be in it; a write that failed is tried again."""

    def __init__(self, vault: Vault, record: Record, interval: float) -> None:
        self._vault = vault
        self._record = record
        self._interval = interval
        self._dirty = False
        self._urgent = False
        self._next = 0.0
        self.failed = False

    async def clear(self) -> None:
        """Remove a file from before a restart: who withdrew in between is not known here."""
        await self._vault.delete(FILE)

    async def take(self, event: Event) -> None:
        match event:
            case Segment():
                self._dirty |= self._record.add(event)
            case Revoked():
                if self._record.forget(event.participant.id, event.at):
                    self._dirty = self._urgent = True
                    await self._save(event.at)
            case Tick() if self._dirty and (event.at >= self._next or self._urgent):
                await self._save(event.at)

    async def close(self) -> None:
        """Write what is left, or see to it that nothing is; SetupError if that fails."""
        if self._dirty or self._record.empty:
            await self._write()

    async def _save(self, at: float) -> None:
        self._next = at + self._interval
        try:
            await self._write()
        except SetupError:
            self.failed = True
            if self._urgent:
                await self._remove()
            return
        self.failed = self._dirty = self._urgent = False

    async def _remove(self) -> None:
        """Better no transcript than one with somebody who withdrew; the next save makes it anew."""
        try:
            await self._vault.delete(FILE)
        except SetupError:
            return  # stays urgent: each tick tries again
        self._urgent = False

    async def _write(self) -> None:
        if self._record.empty:
            await self._vault.delete(FILE)
        else:
            await self._vault.put(FILE, self._record.content())


@hookimpl
def register_plugins(register: Callable[[type[Plugin]], None]) -> None:
    """Offer the one plugin of this package."""
    register(Storage)
