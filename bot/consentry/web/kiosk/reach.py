"""Who learns that somebody checked in at the kiosk: nobody, the meeting's call, the host."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from consentry.meetings.calendar import Meeting
from consentry.people.claims import Claimed
from consentry.people.roll import Arrival, Occasion, Roll

NO_END = 24 * 3600.0
"""Seconds that somebody is in the room who came to no meeting, at most."""


class Attendance(Protocol):
    """A call; see :class:`consentry.call.attendance.Attendance`."""

    @property
    def on(self) -> bool: ...

    @property
    def tells_assurance(self) -> bool: ...

    async def arrive(self, claim: Claimed, lasts: float) -> bool: ...


AttendanceAt = Callable[[frozenset[str]], Attendance | None]
"""The call that the bot is in at one of these places."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """How the host keeps arrivals."""

    roll: Roll
    keep: timedelta
    room: str | None

    async def write(self, person: str, meeting: Meeting | None, at: float) -> None:
        """``person`` came to ``meeting``, at a Unix time in seconds."""
        occasion = Occasion(room=self.room)
        if meeting is not None:
            times = meeting.start, meeting.end
            occasion = Occasion(meeting.id, meeting.title, *times, self.room)
        await self.roll.add(Arrival(person, at, occasion), self.keep)


Write = Callable[[str], Awaitable[None]]
"""Keeps the arrival of the person with this id."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Who learns of one arrival. It is settled before its person says who they are, as they are
    told it then; what changes later tells nobody more."""

    call: Attendance | None = None
    lasts: Callable[[], float] = lambda: NO_END
    """Seconds until the meeting ends."""
    write: Write | None = None
    """None: nothing is kept."""

    def frame(self) -> dict[str, Any]:
        """As the screen is told of it."""
        call = self.call
        how = call is not None and call.tells_assurance
        return {"call": call is not None, "how": how, "kept": self.write is not None}

    async def learn(self, claimed: Claimed) -> None:
        """Tell them that somebody is here."""
        try:
            if self.call is not None:
                await self.call.arrive(claimed, self.lasts())
        finally:
            if self.write is not None:
                await self.write(claimed.person_id)


@dataclass(frozen=True, slots=True)
class Usual:
    """The room's own call."""

    places: frozenset[str] = frozenset()
    """Of meetings that name none."""
    without_meeting: frozenset[str] = frozenset()
    """Of whoever comes to none of them."""


class Reach:
    """Finds the audience of an arrival. ``now`` is Unix time in seconds."""

    def __init__(
        self,
        attendance_at: AttendanceAt,
        now: Callable[[], float],
        usual: Usual | None = None,
        keeping: Keeping | None = None,
    ) -> None:
        """Without ``keeping`` nothing is kept."""
        self._attendance_at = attendance_at
        self._now = now
        self._usual = usual or Usual()
        self._keeping = keeping

    @property
    def days(self) -> int | None:
        """How long arrivals are kept; None: they are not."""
        return None if self._keeping is None else self._keeping.keep.days

    def audience(self, meeting: Meeting | None) -> Audience:
        """Who learns of an arrival for ``meeting``, or for none that was shown."""
        write = self._write(meeting)
        if meeting is None:
            return Audience(self._call(self._usual.without_meeting), write=write)
        call = self._call(meeting.calls or self._usual.places)
        return Audience(call, lambda: meeting.end - self._now(), write)

    def _write(self, meeting: Meeting | None) -> Write | None:
        keeping = self._keeping
        if keeping is None:
            return None
        return lambda person: keeping.write(person, meeting, self._now())

    def _call(self, places: frozenset[str]) -> Attendance | None:
        call = self._attendance_at(places)
        return call if call is not None and call.on else None
