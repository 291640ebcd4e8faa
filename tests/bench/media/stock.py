"""The receiver that a user of aiortc would write: ``recv()`` on each track, then resampling."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import av
import numpy as np
import uvloop
from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
)

from consentry.events import SAMPLE_RATE
from tests.bench.media.pipe import Fields, serve
from tests.bench.media.readers import PAUSE, PICTURES_PER_SECOND, READ_SLOWLY, behavior
from tests.bench.media.tally import Tally

PICTURE_EVERY = 1 / PICTURES_PER_SECOND
"""Seconds between the pictures that are converted; all are decoded, as aiortc does."""


class StockReceiver:
    """One connection; the reading of each track is a task of ``tasks``."""

    def __init__(self, tasks: asyncio.TaskGroup, slow: bool) -> None:
        self.tally = Tally()
        self._slow = slow
        self._tasks = tasks
        self._reading: list[asyncio.Task[None]] = []
        self._counts = {"audio": 0, "video": 0}
        self._pc = RTCPeerConnection(RTCConfiguration([], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        self._pc.on("track", self._track)

    async def answer(self, offer: str) -> str:
        await self._pc.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        await self._pc.setLocalDescription(await self._pc.createAnswer())
        return str(self._pc.localDescription.sdp)

    async def close(self) -> None:
        for task in self._reading:
            task.cancel()
        await self._pc.close()

    def _track(self, track: MediaStreamTrack) -> None:
        index = self._counts[track.kind]
        self._counts[track.kind] += 1
        if self._slow and behavior(index) != READ_SLOWLY:
            return
        read = self._listen if track.kind == "audio" else self._watch
        self._reading.append(self._tasks.create_task(read(index, track)))

    async def _listen(self, index: int, track: MediaStreamTrack) -> None:
        resampler = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
        while True:
            frame: Any = await track.recv()
            for piece in resampler.resample(frame):
                samples = piece.to_ndarray()[0].astype(np.float32) / 32768
                self.tally.heard(index, samples)
            if self._slow:
                await asyncio.sleep(PAUSE)

    async def _watch(self, index: int, track: MediaStreamTrack) -> None:
        shown = None
        while True:
            frame: Any = await track.recv()
            if shown is None or frame.time - shown >= PICTURE_EVERY:
                shown = frame.time
                self.tally.saw(index, frame.to_ndarray(format="rgb24"))
            if self._slow:
                await asyncio.sleep(PAUSE)


async def main() -> None:
    """Serve ``answer`` and ``report`` until stdin is closed."""
    async with asyncio.TaskGroup() as tasks:
        receiver = StockReceiver(tasks, slow="--slow" in sys.argv)

        async def reply(request: Fields) -> Fields:
            if request["do"] == "answer":
                return {"sdp": await receiver.answer(request["sdp"])}
            return receiver.tally.fields()

        await serve(reply)
        await receiver.close()


if __name__ == "__main__":
    if "--uvloop" in sys.argv:
        uvloop.run(main())
    else:
        asyncio.run(main())
