"""Somebody before the kiosk: what they chose, who they say they are, and what the screen shows."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from consentry.errors import ConsentryError
from consentry.meetings.calendar import Meeting
from consentry.people.claims import ClaimDesk, Claimed
from consentry.plugin import FaceCheck, FaceChecks, Progress, Prompt, Verdict
from consentry.web.kiosk.frames import meeting_frame
from consentry.web.kiosk.picture import Decode
from consentry.web.kiosk.reach import Audience

logger = logging.getLogger(__name__)

LASTS = 300.0
"""Seconds from the first touch: then the screen is the next one's."""
CAMERA_WITHIN = 30.0
"""Seconds from a claim to the first picture: a browser may ask before it turns a camera on."""
MAX_CLAIMS = 10
"""Of one visit; the desk has its own limit for each person."""

NOBODY = Audience()
_NOT_BY_FACE = Progress(None, Verdict.USE_CODE)

Emit = Callable[[dict[str, Any]], None]
"""Tells the screen."""


class Outcome(StrEnum):
    """What whoever made a claim is told of it."""

    WELCOME = "welcome"
    LOOK = "look"
    """It holds; now the screen looks at their face."""
    USE_CODE = "use_code"
    """It holds, and they are to check in without their face."""
    NO = "no"
    OVER = "over"
    """There is no such visit any more."""


@dataclass(frozen=True, slots=True)
class Doors:
    """Where a visit's claims are heard, and faces looked at."""

    desk: ClaimDesk
    faces: FaceChecks | None
    now: Callable[[], float]
    """Any clock, in seconds."""
    decode: Decode


@dataclass(slots=True, eq=False)
class _Look:
    """A look at a face that lasts."""

    claimed: Claimed
    ticket: str
    until: float
    """Its first picture has to come before."""
    check: FaceCheck | None = None
    """None until then: a camera may take its time, and costs no try."""
    prompt: Prompt | None = None
    """What the screen shows."""


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a visit is for."""

    meeting: Meeting | None = None
    later: Meeting | None = None
    """The meeting after that one."""
    audience: Audience = NOBODY
    """Who learns of the arrival."""


class Visit:
    """One visit, from the first touch until a welcome. Nothing of it is left afterwards, but for
    what its audience was told."""

    def __init__(self, doors: Doors, emit: Emit, purpose: Purpose) -> None:
        self.token = secrets.token_urlsafe(16)
        self.ends = doors.now() + LASTS
        self.by_face = False
        self.over = False
        self.purpose = purpose
        self._doors = doors
        self._emit = emit
        self._claims = 0
        self._look: _Look | None = None

    @property
    def looking(self) -> bool:
        """Whether pictures are wanted."""
        return self._look is not None

    def want_face(self, wanted: bool) -> None:
        """They would like to be looked at, or rather not; it counts for claims from now on."""
        self.by_face = wanted and self._doors.faces is not None

    def elsewhere(self) -> None:
        """They go on with their own phone."""
        self._emit({"type": "phone"})

    def may_claim(self) -> bool:
        """Counts a claim before it is heard; False where it is one too many."""
        self._claims += 1
        return not self.over and self._look is None and self._claims <= MAX_CLAIMS

    def was_not_heard(self) -> None:
        """The claim that was counted last was turned away unheard: it was no try of theirs."""
        self._claims -= 1

    async def accept(self, claimed: Claimed) -> Outcome:
        """A claim of this visit that holds."""
        if self.over or self._look is not None:
            self._doors.desk.forget(claimed.ticket)
            return Outcome.OVER
        if not self.by_face:
            self._doors.desk.forget(claimed.ticket)
            self._welcome(claimed)
            await self._tell(claimed)
            return Outcome.WELCOME
        if self._doors.faces is None or claimed.ticket is None or claimed.look_alike:
            self._doors.desk.forget(claimed.ticket)
            self._use_code()
            return Outcome.USE_CODE
        self._look = _Look(claimed, claimed.ticket, self._doors.now() + CAMERA_WITHIN)
        self._emit({"type": "look"})
        return Outcome.LOOK

    async def see(self, content: bytes) -> None:
        """A JPEG of the screen's camera; let go unless somebody is being looked at."""
        look, faces, at = self._look, self._doors.faces, self._doors.now()
        if look is None or faces is None or (picture := await self._doors.decode(content)) is None:
            return
        if self._look is not look:
            return
        look.check = look.check or faces.begin(look.ticket, at)
        if look.check is None:
            await self._follow(look, _NOT_BY_FACE)
        else:
            await self._follow(look, await look.check.see(picture, at))

    async def tick(self) -> None:
        """Time passes."""
        if (look := self._look) is None:
            return
        if look.check is not None:
            await self._follow(look, look.check.tick(self._doors.now()))
        elif self._doors.now() >= look.until:
            await self._follow(look, _NOT_BY_FACE)

    async def close(self) -> None:
        """They are gone: forget what was opened for them."""
        self.over = True
        if (look := self._look) is not None:
            await self._end(look)

    async def _follow(self, look: _Look, progress: Progress) -> None:
        """Tell what is new; with a verdict the look is over, and forgotten."""
        if self._look is not look:
            return
        if progress.verdict is None:
            if progress.prompt is not None and progress.prompt != look.prompt:
                look.prompt = prompt = progress.prompt
                self._emit({"type": "prompt", "kind": prompt.kind, "number": prompt.number})
            return
        if progress.verdict is not Verdict.CHECKED_IN:
            self._use_code()
            await self._end(look)
            return
        self._welcome(look.claimed)
        await self._end(look)
        await self._tell(look.claimed.by_face())

    def _welcome(self, claimed: Claimed) -> None:
        self.over = True
        meeting, later = meeting_frame(self.purpose.meeting), meeting_frame(self.purpose.later)
        self._emit({"type": "welcome", "name": claimed.name, "meeting": meeting, "next": later})

    async def _tell(self, claimed: Claimed) -> None:
        """Tell those who learn of it that somebody is here; who is, is welcomed in any case."""
        try:
            await self.purpose.audience.learn(claimed)
        except ConsentryError as exc:
            logger.error("an arrival at the kiosk could not be told: %s", exc)

    def _use_code(self) -> None:
        self.by_face = False
        self._emit({"type": "use_code"})

    async def _end(self, look: _Look) -> None:
        self._look = None
        self._doors.desk.forget(look.ticket)
        if look.check is not None:
            await look.check.close()
