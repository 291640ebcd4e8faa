"""Captions: what each participant who agreed says, in words, while they say it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import ClassVar

from pydantic import BaseModel

from consentry.api import (
    Context,
    Event,
    Medium,
    Messages,
    Needs,
    Plugin,
    Purpose,
    SetupError,
    hookimpl,
)
from consentry_captions.captioner import Captioner
from consentry_captions.options import Options
from consentry_captions.outbox import Outbox
from consentry_captions.translations import TRANSLATIONS

__all__ = ["Captions", "Options", "register_plugins"]


class Captions(Plugin):
    """Live captions of those who agreed, revised while they speak and final soon after."""

    name: ClassVar[str] = "captions"
    purpose = Purpose(
        title="Live captions",
        sentence=(
            "What you say is turned into text while you speak and shown to everyone in this call "
            "under your name; your voice is not recorded, not sent to another service and not used "
            "to recognize you."
        ),
        data="your voice, from the moment you agree, and the name you joined with",
        why="Everyone can read along, whether they hear badly, sit in noise, or follow in a "
        "language they are still learning.",
        retention="Your voice is forgotten within seconds; the text stays until the call ends, "
        "unless you agreed to more.",
        translations=TRANSLATIONS,
    )
    needs = Needs(media=frozenset({Medium.AUDIO}), engines=frozenset({"speech", "voice_activity"}))
    Options: ClassVar[type[BaseModel]] = Options

    async def process(self, events: AsyncIterator[Event], ctx: Context) -> Messages:
        """Yield captions; raises SetupError where an engine is missing or fails twice."""
        if ctx.speech is None:
            raise SetupError("captions need a speech engine; see `consentry doctor`")
        options = self.options
        assert isinstance(options, Options)
        outbox = Outbox()
        captioner = Captioner(options, ctx, ctx.speech, outbox)
        # The work runs in a task of its own, so that no yield stands inside a TaskGroup (PEP 789).
        work = asyncio.create_task(captioner.run(events), name="captions")
        try:
            while (message := await outbox.take()) is not None:
                yield message
                del message  # or it would stay here until the next one comes
            await work
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)


@hookimpl
def register_plugins(register: Callable[[type[Plugin]], None]) -> None:
    register(Captions)
