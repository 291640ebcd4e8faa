"""One call over a bad network: senders and network in this process, the receiver in another."""

from __future__ import annotations

import asyncio
import json
import pickle
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import uvloop

from consentry.events import AudioFrame
from consentry.play.track import Timeline
from tests.bench.loss.delivery import Delivery, by_sound, by_timestamp
from tests.bench.loss.recorded import Recorded
from tests.bench.loss.sound import Sound
from tests.network.direction import Passage
from tests.network.ends import SendingEnd
from tests.network.impairment import Impairment
from tests.network.path import ImpairedPath

Kind = Literal["ours", "stock"]

LEAD_IN = 1.0
"""Seconds of a good network before all else: both ends then know where the sound begins."""

STAGGER = 0.0009
"""Seconds between the packets of one track and the next: microphones don't tick together."""

CONNECT_SECONDS = 60.0
TAIL = 1.0
"""Seconds after the last packet for what is still on its way."""

END_SECONDS = 30.0
"""In which the receiver is to write down what it heard."""


@dataclass(frozen=True, slots=True)
class Phase:
    """A network for some seconds."""

    seconds: float
    forth: Impairment


@dataclass(frozen=True, slots=True)
class Stream:
    """A microphone, and the networks it sends over, one after another."""

    sound: Sound
    phases: tuple[Phase, ...]

    @property
    def seconds(self) -> float:
        return sum(phase.seconds for phase in self.phases)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one stream."""

    stream: Stream
    log: list[Passage]
    """Of the network."""
    recorded: Recorded

    def delivery(self) -> Delivery:
        """Frame by frame, from the end of the lead-in on."""
        if self.recorded.timestamps:
            times, stamps = zip(*self.recorded.timestamps, strict=True)
            found = by_timestamp(self.log, stamps, times)
        else:
            blocks = [(at, e) for at, e in self.recorded.heard if isinstance(e, AudioFrame)]
            found = by_sound(self.log, self.stream.sound, blocks)
        return found.between(LEAD_IN, LEAD_IN + self.stream.seconds)

    def lateness(self) -> list[float]:
        """Seconds by which the network was late with each packet; it is to be none."""
        return [p.left - p.due for p in self.log if p.left is not None and p.due is not None]


def play(kind: Kind, streams: Sequence[Stream], seed: int = 1) -> list[Outcome]:
    """Send all ``streams`` at once, each over a connection and a path of its own."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "recorded")
        logs = uvloop.run(_play(kind, streams, seed, file))
        recorded: list[Recorded] = pickle.loads(file.read_bytes())
    return [Outcome(*each) for each in zip(streams, logs, recorded, strict=True)]


async def _play(
    kind: Kind, streams: Sequence[Stream], seed: int, file: Path
) -> list[list[Passage]]:
    async with _receiving(kind) as receiver:
        logs = await _send(receiver, streams, seed)
        await receiver.finish(file)
    return logs


class _Receiver:
    """The other process, as seen from here."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def answer(self, offer: str) -> str:
        assert self._process.stdout is not None
        self._ask({"offer": offer})
        line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError("the receiving process ended; what it said is above")
        return str(json.loads(line)["answer"])

    async def finish(self, file: Path) -> None:
        self._ask({"finish": str(file)})
        async with asyncio.timeout(END_SECONDS):
            await self._process.wait()

    def _ask(self, request: dict[str, str]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request).encode() + b"\n")


@asynccontextmanager
async def _receiving(kind: Kind) -> AsyncIterator[_Receiver]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.loss.receiver", kind),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield _Receiver(process)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _send(receiver: _Receiver, streams: Sequence[Stream], seed: int) -> list[list[Passage]]:
    timelines = [Timeline() for _ in streams]
    ends = [
        SendingEnd(stream.sound.packets(), timeline)
        for stream, timeline in zip(streams, timelines, strict=True)
    ]
    paths = [ImpairedPath(seed=seed * 1000 + number) for number in range(len(streams))]
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            for end, path in zip(ends, paths, strict=True):
                answer = await receiver.answer(await path.offer(await end.offer()))
                await end.answered(await path.answer(answer))
            for end in ends:
                await end.connected.wait()
        async with asyncio.TaskGroup() as tasks:
            for number, timeline in enumerate(timelines):
                timeline.start(number * STAGGER)
                tasks.create_task(_change(paths[number], streams[number].phases))
    finally:
        for end in ends:
            await end.close()
        await asyncio.sleep(TAIL)
        for path in paths:
            await path.close()
    return [path.forth.log for path in paths]


async def _change(path: ImpairedPath, phases: Sequence[Phase]) -> None:
    await asyncio.sleep(LEAD_IN)
    for phase in phases:
        path.switch(phase.forth)
        await asyncio.sleep(phase.seconds)
