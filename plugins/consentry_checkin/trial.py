"""One person's one try: their pictures to the check, its prompts and its verdict to them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from consentry.api import (
    CheckIn,
    CheckInAsked,
    CheckInPrompt,
    FaceCheck,
    Message,
    Progress,
    Prompt,
    Verdict,
    VideoFrame,
)

LASTS = 15.0
"""Seconds after which a try is over, however long the check would take."""

USE_CODE = Verdict.USE_CODE


def verdict(asked: CheckInAsked, said: Verdict, at: float, revision: int = 0) -> Message:
    """What the person is told in the end: one of two words."""
    return _message(asked, CheckIn(verdict=said.value), at, revision)


class Trial:
    """Looks at the newest picture there is, one at a time. ``say`` takes its messages."""

    def __init__(
        self, asked: CheckInAsked, check: FaceCheck, say: Callable[[Message], None]
    ) -> None:
        self.asked = asked
        self._check = check
        self._say = say
        self._newest: VideoFrame | None = None
        self._now = asked.at
        self._news = asyncio.Event()
        self._prompt: Prompt | None = None
        self._revision = 0

    def see(self, frame: VideoFrame) -> None:
        """Take a picture; of those that come while one is looked at, the last is next."""
        self._newest = frame
        self._news.set()

    def tick(self, at: float) -> None:
        """Time passed."""
        self._now = at
        self._news.set()

    async def run(self) -> None:
        """Go on until there is a verdict. Whatever fails is one: use your code."""
        try:
            await self._follow()
        except Exception:
            # What went wrong is nobody's to know: not the person's, not a log's.
            self._say(verdict(self.asked, USE_CODE, self._now, self._revision))
        finally:
            self._newest = None
            await self._check.close()

    async def _follow(self) -> None:
        progress = self._check.tick(self._now)
        while not self._over(progress):
            await self._news.wait()
            self._news.clear()
            progress = await self._next()

    async def _next(self) -> Progress:
        frame, self._newest = self._newest, None
        if frame is None:
            return self._check.tick(self._now)
        return await self._check.see(frame.picture, frame.at)

    def _over(self, progress: Progress) -> bool:
        """Say what is new, and whether that is the verdict."""
        if progress.verdict is not None:
            self._say(verdict(self.asked, progress.verdict, self._now, self._revision))
            return True
        prompt = progress.prompt
        if prompt is not None and prompt != self._prompt:
            self._prompt = prompt
            body = CheckInPrompt(prompt=prompt.kind, number=prompt.number)
            self._say(_message(self.asked, body, self._now, self._revision))
            self._revision += 1
        return False


def _message(
    asked: CheckInAsked, body: CheckIn | CheckInPrompt, at: float, revision: int
) -> Message:
    person = frozenset({asked.participant.id})
    return Message(body, asked.id, at, about=person, to=person, revision=revision)
