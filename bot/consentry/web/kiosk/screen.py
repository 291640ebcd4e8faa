"""One screen on its WebSocket: meetings and prompts out, choices and pictures in."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from starlette.websockets import WebSocket, WebSocketDisconnect

from consentry.config.people import Chosen
from consentry.meetings.calendar import Meeting
from consentry.web.kiosk.frames import Begin, ByFace, Leave, meeting_frame, read_frame
from consentry.web.kiosk.picture import may_be_picture
from consentry.web.kiosk.reach import Reach
from consentry.web.kiosk.visit import Doors, Purpose, Visit

MAX_WAITING = 64
"""Frames of one screen; one this far behind has gone."""
TOLD_EVERY = 15.0
"""Seconds between two lists of the same meetings. A screen that hears none for long is cut off."""
CHECKED_EVERY = 1.0
"""Seconds between two looks at the meetings."""
TICK = 0.2
"""Seconds between two looks at the clock while a face is looked at."""
TRY_AGAIN_LATER = 1013


class Calendar(Protocol):
    """The room's meetings; see :class:`consentry.meetings.schedule.Schedule`."""

    @property
    def zone(self) -> str: ...

    @property
    def old(self) -> bool: ...

    def now(self) -> float: ...

    def soon(self) -> list[Meeting]: ...


@dataclass(frozen=True, slots=True)
class Place:
    """What every screen of a kiosk shows, and where its visits are heard."""

    room: str | None
    calendar: Calendar
    doors: Doors
    ways: frozenset[Chosen]
    """To show who one is, and to be looked at."""
    reach: Reach
    visits: dict[str, Visit] = field(default_factory=dict)
    """Those that last, by their token."""

    def list(self) -> dict[str, Any]:
        """The meetings, as a screen is told of them."""
        return {
            "type": "meetings",
            "meetings": [meeting_frame(meeting) for meeting in self.calendar.soon()],
            "old": self.calendar.old,
        }

    def purpose(self, id: str | None) -> Purpose:
        """The meeting with this id, the one that begins next after it or, without it, now, and
        who learns of whoever comes to it."""
        soon = self.calendar.soon()
        chosen = next((meeting for meeting in soon if meeting.id == id), None)
        since = chosen.start if chosen else self.calendar.now()
        later = (meeting for meeting in soon if meeting.start > since and not meeting.all_day)
        return Purpose(chosen, next(later, None), self.reach.audience(chosen))


class Screen:
    """A device that became the kiosk. It has one visit at a time."""

    def __init__(self, websocket: WebSocket, place: Place, code: Callable[[str], str]) -> None:
        """``code`` draws the QR code of a visit, by its token."""
        self._websocket = websocket
        self._place = place
        self._code = code
        self._visit: Visit | None = None
        self._waiting: asyncio.Queue[dict[str, Any]] = asyncio.Queue(MAX_WAITING)
        self._pictures: asyncio.Queue[bytes] = asyncio.Queue(1)

    async def serve(self) -> None:
        """Until it is gone, which ends its visit."""
        await self._websocket.accept()
        try:
            async with asyncio.TaskGroup() as group:
                parts = (self._read(), self._write(), self._tell(), self._look(), self._watch())
                tasks = [group.create_task(part) for part in parts]
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                for task in tasks:
                    task.cancel()
        except* WebSocketDisconnect:
            pass  # gone while something was being written
        finally:
            await self._leave()

    async def _read(self) -> None:
        while True:
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            if (content := message.get("bytes")) is not None:
                self._take(content)
            else:
                await self._hear(message.get("text") or "")

    def _take(self, content: bytes) -> None:
        """A picture, unless nobody is being looked at, or one waits already."""
        if self._visit is None or not self._visit.looking or self._pictures.full():
            return
        if may_be_picture(content):
            self._pictures.put_nowait(content)

    async def _hear(self, text: str) -> None:
        match read_frame(text):
            case Begin(meeting=meeting):
                await self._leave()
                self._begin(meeting)
            case ByFace(wanted=wanted) if self._visit is not None:
                self._visit.want_face(wanted)
            case Leave():
                await self._leave()

    def _begin(self, id: str | None) -> None:
        place = self._place
        purpose = place.purpose(id)
        visit = Visit(place.doors, self._emit, purpose)
        self._visit = place.visits[visit.token] = visit
        frame = {"type": "visit", "visit": visit.token, "code": self._code(visit.token)}
        self._emit({**frame, "audience": purpose.audience.frame()})

    async def _leave(self) -> None:
        if (visit := self._visit) is not None:
            self._visit = None
            self._place.visits.pop(visit.token, None)
            while not self._pictures.empty():
                self._pictures.get_nowait()  # of whoever was here, not of the next one
            await visit.close()

    async def _look(self) -> None:
        while True:
            picture = await self._pictures.get()
            if self._visit is not None:
                await self._visit.see(picture)
            del picture

    async def _watch(self) -> None:
        """Ends looks that show nothing, and visits that last too long."""
        while True:
            await asyncio.sleep(TICK)
            if (visit := self._visit) is None:
                continue
            await visit.tick()
            if visit is self._visit and self._place.doors.now() >= visit.ends:
                await self._leave()
                self._emit({"type": "start"})

    async def _tell(self) -> None:
        """The meetings: whenever they change, and so often that the screen knows it is heard."""
        told, seconds = None, 0.0
        while True:
            if (meetings := self._place.list()) != told or seconds >= TOLD_EVERY:
                self._emit(meetings)
                told, seconds = meetings, 0.0
            await asyncio.sleep(CHECKED_EVERY)
            seconds += CHECKED_EVERY

    async def _write(self) -> None:
        while True:
            await self._websocket.send_text(json.dumps(await self._waiting.get()))

    def _emit(self, frame: dict[str, Any]) -> None:
        if not self._waiting.full():
            self._waiting.put_nowait(frame)
