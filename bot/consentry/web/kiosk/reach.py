"""Who learns that somebody checked in at the kiosk: nobody, or those in the meeting's call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from consentry.meetings.calendar import Meeting
from consentry.people.claims import Claimed

NO_END = 24 * 3600.0
"""Seconds that somebody is in the room who came to no meeting, at most."""


class Attendance(Protocol):
    """A call; see :class:`consentry.attendance.Attendance`."""

    @property
    def on(self) -> bool: ...

    @property
    def tells_assurance(self) -> bool: ...

    async def arrive(self, claim: Claimed, lasts: float) -> bool: ...


AttendanceAt = Callable[[frozenset[str]], Attendance | None]
"""The call that the bot is in at one of these places."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Who learns of one arrival. It is settled before its person says who they are, as they are
    told it then; what changes later tells nobody more."""

    call: Attendance | None = None
    lasts: Callable[[], float] = lambda: NO_END
    """Seconds until the meeting ends."""

    def frame(self) -> dict[str, Any]:
        """As the screen is told of it."""
        call = self.call
        return {"call": call is not None, "how": call is not None and call.tells_assurance}

    async def learn(self, claimed: Claimed) -> None:
        """Tell them that somebody is here."""
        if self.call is not None:
            await self.call.arrive(claimed, self.lasts())


class Reach:
    """Finds the audience of an arrival. ``now`` is Unix time in seconds."""

    def __init__(
        self,
        attendance_at: AttendanceAt,
        now: Callable[[], float],
        usual: str | None = None,
        *,
        meetings: bool = True,
    ) -> None:
        """``usual`` is the place of the call of meetings that name none. Where there are no
        ``meetings``, everybody comes to that call."""
        self._attendance_at = attendance_at
        self._now = now
        self._usual = frozenset([usual]) if usual is not None else frozenset()
        self._meetings = meetings

    def audience(self, meeting: Meeting | None) -> Audience:
        """Who learns of an arrival for ``meeting``, or for none that was shown."""
        if meeting is None:
            places = frozenset() if self._meetings else self._usual
            return Audience(self._call(places))
        call = self._call(meeting.calls or self._usual)
        return Audience(call, lambda: meeting.end - self._now())

    def _call(self, places: frozenset[str]) -> Attendance | None:
        call = self._attendance_at(places)
        return call if call is not None and call.on else None
