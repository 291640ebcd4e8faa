"""Check-in where nobody looks at faces: people do it themselves, and are on the list."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

from pydantic import BaseModel

from consentry.api import Context, Event, Messages, Mode, Needs, Plugin, Purpose
from consentry_checkin.options import CheckInOptions, told_how
from consentry_checkin.translations import BY_CODE, HOW_BY_CODE


class CheckInByCode(Plugin):
    """By code, passkey or link alone. Nothing is asked of anybody's device."""

    name = "checkin"
    purpose = Purpose(
        title="Check-in",
        sentence=(
            "When you check in with your code, your passkey or your own link, your name comes onto "
            "a list that everyone in this call sees; who does not check in is not on it, and no "
            "camera and no microphone is used."
        ),
        data="the name you enrolled under, and that you checked in",
        why="the others know who is here",
        retention="until you leave or say no",
        recipients="everyone in this call",
        # Nobody need be asked: it does nothing with anybody but what they do themselves.
        mode=Mode.NOTICE,
        translations=BY_CODE,
    )
    needs = Needs(checks_in=True)
    Options = CheckInOptions

    def __init__(self, options: BaseModel | None = None) -> None:
        super().__init__(options)
        assert isinstance(self.options, CheckInOptions)
        if self.options.assurance_to_owner:
            self.needs = replace(self.needs, tells_assurance=True)
            self.purpose = told_how(self.purpose, HOW_BY_CODE)

    async def process(self, events: AsyncIterator[Event], ctx: Context) -> Messages:
        """Says nothing: who is checked in is for the bot to say."""
        async for event in events:
            del event  # or it would stay here until the next one comes
        return
        yield
