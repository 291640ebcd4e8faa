"""The receiving end, a process of its own: ``python -m tests.bench.loss.receiver ours``.

Reads ``{"offer": sdp}`` and answers ``{"answer": sdp}``, a line each. After ``{"finish": file}`` it
writes to that file what it received, a list of Recorded in the order of the offers, and ends.
"""

from __future__ import annotations

import asyncio
import json
import pickle
import sys
import time
from abc import ABC, abstractmethod
from pathlib import Path

import uvloop
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack

from consentry.metrics import Metrics
from consentry.rtc import aiortc_private
from consentry.rtc.worker import DecodeWorker, Decoding
from tests.bench.loss.recorded import Heard, Recorded
from tests.network.ends import ReceivingEnd


class Receiver(ABC):
    """Answers offers, and keeps what comes of each."""

    @abstractmethod
    async def answer(self, offer: str) -> str:
        """The answer to the offer of one more track."""

    @abstractmethod
    async def finish(self) -> list[Recorded]:
        """Hang up; what came of each track."""


class Ours(Receiver):
    """The bot's peers, one for each track, as in a call."""

    def __init__(self, worker: Decoding) -> None:
        self._worker = worker
        self._tracks: list[_Track] = []

    async def answer(self, offer: str) -> str:
        self._tracks.append(track := _Track(self._worker))
        return await track.end.answer(offer)

    async def finish(self) -> list[Recorded]:
        for track in self._tracks:
            await track.end.close()
        return [track.recorded() for track in self._tracks]


class _Track:
    def __init__(self, worker: Decoding) -> None:
        self._metrics = Metrics()
        self._heard: list[tuple[float, Heard]] = []
        self.end = ReceivingEnd(worker, self._metrics, self._take)

    def _take(self, heard: Heard) -> None:
        self._heard.append((time.monotonic(), heard))

    def recorded(self) -> Recorded:
        return Recorded(
            heard=tuple(self._heard),
            recovered=self._metrics.value("frames_recovered"),
            concealed=self._metrics.value("frames_concealed"),
        )


class Stock(Receiver):
    """aiortc as it comes: ``await track.recv()`` in a loop."""

    def __init__(self) -> None:
        self._connections: list[RTCPeerConnection] = []
        self._readers: list[asyncio.Task[None]] = []
        self._frames: list[list[tuple[float, int]]] = []

    async def answer(self, offer: str) -> str:
        pc = RTCPeerConnection()
        frames: list[tuple[float, int]] = []
        self._connections.append(pc)
        self._frames.append(frames)
        pc.on(
            "track", lambda found: self._readers.append(asyncio.create_task(_read(found, frames)))
        )
        await pc.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        for transport in aiortc_private.dtls_transports(pc):
            aiortc_private.allow_loopback(transport.transport)
        await pc.setLocalDescription()
        sdp: str = pc.localDescription.sdp
        return sdp

    async def finish(self) -> list[Recorded]:
        for pc in self._connections:
            await pc.close()
        await asyncio.gather(*self._readers)
        return [Recorded(timestamps=tuple(frames)) for frames in self._frames]


async def _read(track: MediaStreamTrack, frames: list[tuple[float, int]]) -> None:
    try:
        while True:
            frame = await track.recv()
            frames.append((time.monotonic(), int(frame.pts or 0)))
    except MediaStreamError:
        pass


async def _receive(kind: str) -> tuple[str, list[Recorded]]:
    with DecodeWorker(time.monotonic, Metrics()) as worker:
        return await _serve(Ours(worker) if kind == "ours" else Stock())


async def _serve(receiver: Receiver) -> tuple[str, list[Recorded]]:
    """Answer offers until told to finish; where to write what came of them."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    async for line in reader:
        request = json.loads(line)
        if "finish" in request:
            return request["finish"], await receiver.finish()
        sys.stdout.write(json.dumps({"answer": await receiver.answer(request["offer"])}) + "\n")
        sys.stdout.flush()
    raise EOFError("whoever makes the offers is gone")


def main(kind: str) -> None:
    """Receive as ``ours`` or ``stock`` does."""
    file, recorded = uvloop.run(_receive(kind))
    Path(file).write_bytes(pickle.dumps(recorded))


if __name__ == "__main__":
    main(sys.argv[1])
