"""Writes summaries beside the events, and drops what is being written when somebody withdraws."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from consentry.api import Event, Participant, Segment, Summary
from consentry_summary.record import Record

Write = Callable[[Sequence[Segment], Sequence[Participant]], Awaitable[Summary]]
"""Summarizes what these people said."""


@dataclass(frozen=True, slots=True)
class Written:
    """A summary, and everybody whose words or name it holds."""

    summary: Summary
    about: frozenset[str]


class Minutes:
    """
    The summaries of one call, written one after the other.

    ``quick`` always has an answer, soon. ``best`` may take its time; whoever waits for a summary
    to be made anew without somebody gets the quick one first.
    """

    def __init__(self, record: Record, quick: Write, best: Write | None = None) -> None:
        self._record = record
        self._quick = quick
        self._best = best or quick
        self._due: deque[Write] = deque()
        self._under_way: asyncio.Task[Written] | None = None
        self.begun = False
        """Whether there was, or is to be, a summary."""

    def ask(self) -> None:
        """A summary is asked for."""
        self.begun = True
        if self._best not in self._due:
            self._due.append(self._best)

    def forget(self, participant: Participant) -> None:
        """Nothing of ``participant`` is left, and what was written is written anew."""
        self._record.forget(participant)
        if self.begun:
            self.drop()
            self._due.extend(dict.fromkeys((self._quick, self._best)))

    async def written(self, within: float) -> Written | None:
        """The next summary that is due, once, if it is ready in so many seconds."""
        if self._under_way is None and self._due:
            self._under_way = asyncio.create_task(self._write(self._due.popleft()), name="summary")
        if self._under_way is None:
            return None
        await asyncio.wait([self._under_way], timeout=within)
        if not self._under_way.done():
            return None
        task, self._under_way = self._under_way, None
        return task.result()

    async def ready_or(self, other: asyncio.Task[Event | None]) -> None:
        """Wait for what is being written, or for ``other``."""
        # Whoever holds a task holds all that it works on: this one stays in here.
        tasks = (other,) if self._under_way is None else (other, self._under_way)
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)

    def drop(self) -> None:
        """Stop writing, and let go of what was written so far."""
        self._due.clear()
        if self._under_way is not None:
            self._under_way.cancel()
            self._under_way.add_done_callback(_let_go)
            self._under_way = None

    async def final(self) -> Written:
        """The best summary of all that was said."""
        self.drop()
        return await self._write(self._best)

    async def _write(self, write: Write) -> Written:
        segments = self._record.segments
        if not segments:
            nothing = Summary(abstract=[], decisions=[], actions=[], questions=[])
            return Written(nothing, frozenset())
        summary = await write(segments, self._record.people)
        return Written(summary, _about(summary, segments))


def _about(summary: Summary, segments: Sequence[Segment]) -> frozenset[str]:
    speakers = {segment.id: segment.participant.id for segment in segments}
    lines = (*summary.abstract, *summary.decisions, *summary.actions, *summary.questions)
    cited = {speakers[key] for line in lines for key in line.segments}
    owners = {action.owner for action in summary.actions if action.owner is not None}
    return frozenset(cited | owners)


def _let_go(task: asyncio.Task[Written]) -> None:
    if not task.cancelled():
        task.exception()  # nobody waits for it; asyncio would complain otherwise
