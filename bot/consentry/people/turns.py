"""One at a time, with a short line before it in which nobody's many push out another's one."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from consentry.errors import Busy

log = logging.getLogger(__name__)

Waiting = asyncio.Future[bool]
"""Done when it is their turn; with False, when there is no place for them any more."""


class Turns:
    """Those who wait stand in lines by what they wait for, and the lines take turns. Where all
    ``places`` are taken, the last of the longest line goes. A crowd is logged as it begins and as
    it ends, however many it turns away."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._lines: dict[str, deque[Waiting]] = {}
        self._taken = False
        self._turned_away = 0
        """Of the crowd that there is."""

    @asynccontextmanager
    async def turn(self, line: str) -> AsyncIterator[None]:
        """Wait in ``line`` until it is one's turn. Busy where there is no place to wait."""
        await self._come(line)
        try:
            yield
        finally:
            self._next()

    async def _come(self, line: str) -> None:
        if not self._taken:
            self._taken = True
            return
        self._make_room(line)
        waiting: Waiting = asyncio.get_running_loop().create_future()
        self._lines.setdefault(line, deque()).append(waiting)
        try:
            mine = await waiting
        except asyncio.CancelledError:
            if waiting.cancelled():
                self._leave(line, waiting)
            elif waiting.result():
                self._next()
            raise
        if not mine:
            raise _busy()

    def _make_room(self, line: str) -> None:
        if sum(map(len, self._lines.values())) < self._places:
            return
        self._turn_one_away()
        longest = max(self._lines, key=lambda one: len(self._lines[one]))
        if len(self._lines[longest]) <= len(self._lines.get(line, ())) + 1:
            raise _busy()
        last = self._lines[longest].pop()
        if not last.done():
            last.set_result(False)

    def _leave(self, line: str, waiting: Waiting) -> None:
        """They don't wait any more."""
        if waiting in (left := self._lines.get(line, deque())):
            left.remove(waiting)
        if not left:
            self._lines.pop(line, None)

    def _next(self) -> None:
        """The first of the line that has not had its turn for longest; it goes to the end."""
        while self._lines:
            line = next(iter(self._lines))
            queue = self._lines.pop(line)
            waiting = queue.popleft()
            if queue:
                self._lines[line] = queue
            if not waiting.done():
                waiting.set_result(True)
                return
        self._taken = False
        if self._turned_away:
            log.warning("nobody waits any more; %d PINs were turned away", self._turned_away)
            self._turned_away = 0

    def _turn_one_away(self) -> None:
        if not self._turned_away:
            log.warning("more PINs wait to be checked than there is time for: some are turned away")
        self._turned_away += 1


def _busy() -> Busy:
    return Busy("more PINs are waiting to be checked than there is time for; try again in a moment")
