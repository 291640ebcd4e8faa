"""Checks people in: by their face, each against the template that they themselves unlocked; by code
alone where no faces are to be looked at."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

from pydantic import BaseModel

from consentry.api import (
    Context,
    Event,
    Medium,
    Messages,
    Needs,
    Plugin,
    PluginError,
    Purpose,
    hookimpl,
)
from consentry_checkin.by_code import CheckInByCode
from consentry_checkin.floor import Floor
from consentry_checkin.options import CheckInOptions, told_aloud, told_how
from consentry_checkin.translations import ALOUD, HOW, TRANSLATIONS

__all__ = ["CheckInByCode", "CheckInByFace", "CheckInOptions", "register_plugins"]


class CheckInByFace(Plugin):
    """A few seconds before the camera, on one's own request, for one of two words."""

    name = "checkin"
    purpose = Purpose(
        title="Check-in by face",
        sentence=(
            "When you ask for it, looks at your camera for some seconds and compares your face "
            "with the one template that your own link or passkey has opened, and with no other; "
            "your code or passkey alone does just as well, and no picture is kept."
        ),
        data="your camera's picture while you check in, and the template of your face",
        why="you can check in without typing a code",
        retention=(
            "pictures and what is computed from them: until the try ends, 15 seconds at most; that "
            "you are checked in: until you leave"
        ),
        recipients=(
            "nobody sees what is computed; everyone in this call sees that you are checked in"
        ),
        biometric=True,
        translations=TRANSLATIONS,
    )
    needs = Needs(
        media=frozenset({Medium.VIDEO, Medium.CHECK_INS}),
        engines=frozenset({"face"}),
        frames_per_second=12.0,
        checks_in=True,
    )
    Options = CheckInOptions
    without = {"face": CheckInByCode}

    def __init__(self, options: BaseModel | None = None) -> None:
        super().__init__(options)
        assert isinstance(self.options, CheckInOptions)
        if self.options.assurance_to_owner:
            self.needs = replace(self.needs, tells_assurance=True)
            self.purpose = told_how(self.purpose, HOW)
        if self.options.read_aloud:
            heard = self.needs.media | {Medium.AUDIO}
            engines = self.needs.engines | {"speech", "voice_activity"}
            self.needs = replace(self.needs, media=heard, engines=engines)
            self.purpose = told_aloud(self.purpose, ALOUD)

    async def process(self, events: AsyncIterator[Event], ctx: Context) -> Messages:
        if ctx.faces is None:
            raise PluginError(self.name, "needs a face engine")
        floor = Floor(ctx.faces, ctx if Medium.AUDIO in self.needs.media else None)
        # The work runs in a task of its own, so that no yield stands inside a TaskGroup (PEP 789).
        work = asyncio.create_task(floor.run(events), name="check-ins")
        try:
            while (message := await floor.said()) is not None:
                yield message
                del message  # or it would stay here until the next one comes
            await work
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)


@hookimpl
def register_plugins(register: Callable[[type[Plugin]], None]) -> None:
    """Offer the one plugin of this package."""
    register(CheckInByFace)
