"""One person's one try: pictures and a number said to the check, prompts and verdict to them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from consentry.api import (
    AudioFrame,
    CheckIn,
    CheckInAsked,
    CheckInPrompt,
    FaceCheck,
    Gap,
    Message,
    Progress,
    Prompt,
    Verdict,
    VideoFrame,
)
from consentry_checkin.ear import Ear, Hearing
from consentry_checkin.options import LASTS, LASTS_ALOUD

UNHEARD = 2.0
"""Seconds of a number's prompt without any sound, after which their microphone is taken for off."""

USE_CODE = Verdict.USE_CODE


def verdict(asked: CheckInAsked, said: Verdict, at: float, revision: int = 0) -> Message:
    """What the person is told in the end: one of two words."""
    return _message(asked, CheckIn(verdict=said.value), at, revision)


class Trial:
    """Looks at the newest picture there is, one at a time, and listens where it is given something
    to listen with. ``say`` takes its messages."""

    def __init__(
        self,
        asked: CheckInAsked,
        check: FaceCheck,
        say: Callable[[Message], None],
        hearing: Hearing | None = None,
    ) -> None:
        self.asked = asked
        self._check = check
        self._say = say
        self.until = asked.at + (LASTS if hearing is None else LASTS_ALOUD)
        """When it is over, however long the check would take."""
        self._ear = Ear(hearing) if hearing is not None else None
        self._newest: VideoFrame | None = None
        self._now = asked.at
        self._news = asyncio.Event()
        self._spoken = asyncio.Event()
        self._again = False
        """What was said could not be recognized yet."""
        self._prompt: Prompt | None = None
        self._prompted = asked.at
        self._revision = 0

    def see(self, frame: VideoFrame) -> None:
        """Take a picture; of those that come while one is looked at, the last is next."""
        self._newest = frame
        self._news.set()

    def hear(self, sound: AudioFrame | Gap) -> None:
        """Take what they say while they are to read a number aloud."""
        if self._ear is None or not self._aloud or sound.at < self._prompted:
            return
        if isinstance(sound, Gap):
            self._ear.lose(sound.duration)
        elif self._ear.hear(sound.samples):
            self._spoken.set()

    def tick(self, at: float) -> None:
        """Time passed."""
        self._now = at
        self._news.set()
        if self._again:
            self._spoken.set()

    async def run(self) -> None:
        """Go on until there is a verdict. Whatever fails is one: use your code."""
        try:
            async with asyncio.TaskGroup() as group:
                listening = group.create_task(self._listen(), name="number")
                await self._follow()
                listening.cancel()
        except Exception:
            # What went wrong is nobody's to know: not the person's, not a log's.
            self._say(verdict(self.asked, USE_CODE, self._now, self._revision))
        finally:
            self._newest = None
            if self._ear is not None:
                self._ear.forget()
            await self._check.close()

    @property
    def _aloud(self) -> bool:
        return self._prompt is not None and self._prompt.kind == "say"

    async def _listen(self) -> None:
        while self._ear is not None:
            await self._spoken.wait()
            self._spoken.clear()
            # What is heard was said until now, before anything is recognized.
            at, text = self._now, await self._ear.recognize()
            self._again = text is None
            if text is not None:
                self._check.hear(text, at)
            del text
            self._news.set()

    async def _follow(self) -> None:
        progress = self._check.tick(self._now)
        while not self._over(progress):
            await self._news.wait()
            self._news.clear()
            progress = await self._next()

    async def _next(self) -> Progress:
        frame, self._newest = self._newest, None
        if frame is not None:
            return await self._check.see(frame.picture, frame.at)
        if self._ear is None or not self._aloud or self._ear.audible:
            return self._check.tick(self._now)
        off = self._now - self._prompted >= UNHEARD
        return self._check.unheard(self._now) if off else self._check.tick(self._now)

    def _over(self, progress: Progress) -> bool:
        """Say what is new, and whether that is the verdict."""
        if progress.verdict is not None:
            self._say(verdict(self.asked, progress.verdict, self._now, self._revision))
            return True
        prompt = progress.prompt
        if prompt is not None and prompt != self._prompt:
            self._prompt, self._prompted = prompt, self._now
            self._spoken.clear()
            self._again = False
            if self._ear is not None:
                self._ear.forget()
            body = CheckInPrompt(prompt=prompt.kind, number=prompt.number)
            self._say(_message(self.asked, body, self._now, self._revision))
            self._revision += 1
        return False


def _message(
    asked: CheckInAsked, body: CheckIn | CheckInPrompt, at: float, revision: int
) -> Message:
    person = frozenset({asked.participant.id})
    return Message(body, asked.id, at, about=person, to=person, revision=revision)
