"""The receiver that the bot is: its peer connection, receive path and decode worker, on uvloop."""

from __future__ import annotations

import asyncio
import gc
import sys
import time

import uvloop

from consentry.events import Medium, Participant
from consentry.metrics import Metrics
from consentry.rtc.peer import Peer, PeerCallbacks
from consentry.rtc.receive import ReceivePath
from consentry.rtc.track import GRANTED, ReceiveContext
from consentry.rtc.worker import DecodeWorker
from tests.bench.media.pipe import Fields, serve
from tests.bench.media.readers import PICTURES_PER_SECOND, QuickReader, Readers, SlowReaders
from tests.bench.media.streams import Load

TICK = 0.05
"""Seconds between two ticks, as in a call."""
TICKS_PER_REPORT = 20
MEDIA = frozenset({Medium.AUDIO, Medium.VIDEO})


class OurReceiver:
    """One connection with everybody's tracks; what comes out of it goes to ``readers``."""

    def __init__(self, context: ReceiveContext, readers: Readers) -> None:
        self._readers = readers
        self._cameras_from = 0
        self._path = ReceivePath(context)
        callbacks = PeerCallbacks(reachable=_nothing, said=_ignored, refused=_nothing)
        self._peer = Peer(self._path, callbacks, self._who)

    async def reply(self, request: Fields) -> Fields:
        """To ``answer``, an answer; to ``report``, what was done so far."""
        if request["do"] == "report":
            return self._readers.tally.fields()
        load = Load(**request["load"])
        self._cameras_from = load.audio
        for index in range(max(load.audio, load.video)):
            if self._readers.joined(index):
                self._path.want(str(index), MEDIA, PICTURES_PER_SECOND)
        return {"sdp": await self._peer.answer(request["sdp"])}

    async def run(self) -> None:
        """Tick as a call does."""
        while True:
            for _ in range(TICKS_PER_REPORT):
                await asyncio.sleep(TICK)
                self._peer.tick()
            self._peer.report()

    async def close(self) -> None:
        await self._peer.close()

    def _who(self, mid: str) -> Participant | None:
        """The microphones come first; the first camera belongs to the first microphone."""
        index = int(mid)
        if index >= self._cameras_from:
            index -= self._cameras_from
        return Participant(str(index), f"Person {index}")


def _nothing() -> None:
    pass


def _ignored(said: str | bytes) -> None:
    pass


async def main(slow: bool) -> None:
    """Serve ``answer`` and ``report`` until stdin is closed."""
    clock, metrics = time.monotonic, Metrics()
    readers = SlowReaders(clock) if slow else QuickReader()
    with DecodeWorker(clock, metrics) as worker:
        context = ReceiveContext(clock, metrics, _agreed, readers.offer, worker)
        receiver = OurReceiver(context, readers)
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(receiver.run()), tasks.create_task(readers.run())]
            await serve(receiver.reply)
            for task in running:
                task.cancel()
        await receiver.close()


def _agreed(person: str, medium: Medium) -> str:
    return GRANTED


if __name__ == "__main__":
    gc.freeze()  # as the product's commands do
    uvloop.run(main(slow="--slow" in sys.argv))
