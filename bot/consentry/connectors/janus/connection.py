"""One connection with Janus, and those that take its place: what Janus says of it, in order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from consentry.connectors.janus.happenings import Offered, Trickled
from consentry.connectors.rejoin import DELAYS
from consentry.errors import SignalingError
from consentry.rtc.link import Link
from consentry.rtc.tracks import Who

MAX_WAITING = 64


@dataclass(frozen=True, slots=True)
class Doings:
    """What a connection has done to it at Janus."""

    answer: Callable[[int, str], None]
    refused: Callable[[], None]
    """Janus said something of it that can't be read."""


class Connection:
    """A link, and the number by which Janus's client calls its connection now.

    ``who`` says whose its m-lines are. :meth:`run` runs as long as there is need of it.
    """

    def __init__(self, link: Link, who: Who, doings: Doings) -> None:
        self.link = link
        self.number: int | None = None
        """None while there is none, and another one is to be asked for at :attr:`due_at`."""
        self.due_at = 0.0
        self._who = who
        self._doings = doings
        self._tries = 0
        self._signals: asyncio.Queue[Offered | Trickled] = asyncio.Queue(MAX_WAITING)

    def signal(self, signal: Offered | Trickled) -> None:
        """Janus offers, or names one more address."""
        if self._signals.full():
            self._doings.refused()
        else:
            self._signals.put_nowait(signal)

    def hung(self, now: float) -> None:
        """Janus has ended it, or it failed: another one is due after a while, ever longer."""
        self.number = None
        self.due_at = now + DELAYS[min(self._tries, len(DELAYS) - 1)]
        self._tries += 1

    def up(self) -> None:
        """It does what it is there for."""
        self._tries = 0

    async def run(self) -> None:
        """Answer what is offered until cancelled; then end the connection."""
        try:
            while True:
                signal = await self._signals.get()
                if signal.connection == self.number:
                    await self._handle(signal)
        finally:
            await self.link.close()

    async def _handle(self, signal: Offered | Trickled) -> None:
        try:
            match signal:
                case Offered(connection=connection, sdp=sdp):
                    answer = await self.link.answer(sdp, self._who)
                    if answer is not None and connection == self.number:
                        self._doings.answer(connection, answer)
                case Trickled(candidate=candidate, mid=mid, index=index):
                    await self.link.candidate(candidate, mid, index)
        except SignalingError:
            self._doings.refused()
