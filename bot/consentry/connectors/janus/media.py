"""What is taken of each person: one subscription at Janus for each track, from a yes to a no."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from consentry.connectors.driver import Subscription
from consentry.connectors.janus.connection import Connection, Doings
from consentry.connectors.janus.frames import FeedId
from consentry.connectors.janus.happenings import Hung, Offered, Person, Switched, Trickled
from consentry.connectors.janus.layers import Layers
from consentry.connectors.janus.people import track_of
from consentry.events import ON_THE_WIRE, Medium, Participant, VideoFrame
from consentry.rtc.link import Link, LinkCallbacks, LinkContext


@dataclass(frozen=True, slots=True)
class AtJanus:
    """What is asked of Janus, and who else is told; called on the event loop."""

    take: Callable[[FeedId, str, int], int]
    resize: Callable[[int, int], None]
    drop: Callable[[int], None]
    doings: Doings
    clock: Callable[[], float]


@dataclass(slots=True)
class _Taken:
    mid: str
    feed: FeedId
    connection: Connection
    running: asyncio.Task[None]
    layers: Layers = field(default_factory=Layers)


class Media:
    """The tracks that are taken, in a TaskGroup of the owner's; :meth:`tick` comes every 50 ms."""

    def __init__(self, context: LinkContext, janus: AtJanus, tasks: asyncio.TaskGroup) -> None:
        self._context = context
        self._janus = janus
        self._tasks = tasks
        self._taken: dict[tuple[str, Medium], _Taken] = {}

    def settle(
        self, person: Person | None, participant: Participant, wanted: Subscription | None
    ) -> None:
        """Take of ``participant`` what is wanted and is there, and no more.

        What is no longer taken is gone on return, and Janus's to stop.
        """
        for medium in ON_THE_WIRE:
            track = track_of(person, medium) if person is not None else None
            if wanted is None or medium not in wanted.media or track is None or person is None:
                self._drop(participant.id, medium)
                continue
            taken = self._taken.get((participant.id, medium))
            if taken is not None and (taken.feed, taken.mid) != (person.id, track.mid):
                self._drop(participant.id, medium)
                taken = None
            if taken is None:
                taken = self._take(person.id, track.mid, participant, medium)
            rate = wanted.frames_per_second
            taken.connection.link.want(participant.id, frozenset({medium}), rate)
            if medium is Medium.VIDEO and taken.layers.want(fine=wanted.fine):
                self._resize(taken)

    def happened(self, happening: Offered | Trickled | Switched | Hung) -> None:
        """Janus said something of a connection."""
        for taken in self._taken.values():
            if taken.connection.number == happening.connection:
                match happening:
                    case Hung():
                        taken.connection.hung(self._janus.clock())
                    case Switched(substream=substream):
                        taken.layers.switched(substream, self._janus.clock())
                    case _:
                        taken.connection.signal(happening)

    def seen(self, frame: VideoFrame) -> None:
        """A picture came of somebody's camera."""
        taken = self._taken.get((frame.participant.id, Medium.VIDEO))
        picture, now = frame.picture, self._janus.clock()
        if taken is not None and taken.layers.seen(picture.width, picture.height, now):
            self._resize(taken)

    def tick(self) -> None:
        """Time passed."""
        now = self._janus.clock()
        for (participant, medium), taken in list(self._taken.items()):
            connection = taken.connection
            connection.link.tick()
            if (participant, medium) in connection.link.decoding:
                connection.up()
            if connection.number is None and now >= connection.due_at:
                self._ask(taken)

    def report(self) -> None:
        """Tell the senders how their packets arrive; once a second or so."""
        for taken in self._taken.values():
            taken.connection.link.report()

    def _take(self, feed: FeedId, mid: str, participant: Participant, medium: Medium) -> _Taken:
        callbacks = LinkCallbacks(
            silent=lambda: self._renew(participant.id, medium),
            refused=self._janus.doings.refused,
        )
        link = Link(self._context, callbacks)
        connection = Connection(link, lambda mid: participant, self._janus.doings)
        running = self._tasks.create_task(connection.run(), name=f"janus-{medium.value}")
        taken = self._taken[participant.id, medium] = _Taken(mid, feed, connection, running)
        self._ask(taken)
        return taken

    def _ask(self, taken: _Taken) -> None:
        """Have Janus make a connection."""
        taken.layers.connected()
        number = self._janus.take(taken.feed, taken.mid, taken.layers.substream)
        taken.connection.number = number

    def _resize(self, taken: _Taken) -> None:
        if taken.connection.number is not None:
            self._janus.resize(taken.connection.number, taken.layers.substream)

    def _renew(self, participant: str, medium: Medium) -> None:
        """Nothing comes by its connection any more: another handle brings another one."""
        taken = self._taken.get((participant, medium))
        if taken is None:
            return
        if taken.connection.number is not None:
            self._janus.drop(taken.connection.number)
        self._ask(taken)

    def _drop(self, participant: str, medium: Medium) -> None:
        taken = self._taken.pop((participant, medium), None)
        if taken is None:
            return
        taken.connection.link.want(participant, frozenset())
        if taken.connection.number is not None:
            self._janus.drop(taken.connection.number)
        taken.running.cancel()

    def close(self) -> None:
        """Take no more of anybody."""
        for participant, medium in list(self._taken):
            self._drop(participant, medium)
