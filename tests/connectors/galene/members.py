"""Somebody in a Galene group who speaks its protocol and no more: publishes, chats, runs it."""

from __future__ import annotations

import asyncio
import itertools
import json
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from importlib.resources import as_file, files
from typing import Any

from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.sdp import candidate_from_sdp
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from consentry.play.clip import made_up_clip
from consentry.play.recording import OpusPacket, load_packets
from consentry.play.track import ClipTrack, OpusFileTrack, Timeline
from tests.connectors.janus import configuration, hang_up
from tests.venues.galene import GROUP, GaleneServer

Said = dict[str, Any]


def speech() -> tuple[OpusPacket, ...]:
    """A recording that comes with the package."""
    with as_file(files("consentry.demo") / "mia.ogg") as path:
        return load_packets(path)


class Member:
    """A client of the group, with what the server told it."""

    def __init__(self, socket: ClientConnection, name: str, id_: str) -> None:
        self.name, self.id = name, id_
        self.texts: list[str] = []
        """Every message, as it came."""
        self._socket = socket
        self._news = asyncio.Event()
        self._streams: dict[str, RTCPeerConnection] = {}
        self._numbers = itertools.count(1)
        self._pings = 0

    @property
    def said(self) -> list[Said]:
        return [json.loads(text) for text in self.texts]

    @property
    def closed(self) -> bool:
        """Whether the server ended the connection."""
        return self._socket.close_code is not None

    def received(self, type_: str, **fields: object) -> list[Said]:
        """Messages of a type, with these fields as well."""
        return [m for m in self.said if m["type"] == type_ and fields.items() <= m.items()]

    def person(self, name: str) -> Said:
        """Whoever is in the group under ``name``, as the server told last."""
        return [m for m in self.received("user", username=name) if m["kind"] != "delete"][-1]

    async def until(self, true: Callable[[], object]) -> None:
        """Wait for the message that makes ``true`` so."""
        while not true():
            self._news.clear()
            await self._news.wait()

    async def send(self, **fields: object) -> None:
        await self._socket.send(json.dumps(fields))

    async def say(self, text: str, to: str = "", **fields: object) -> None:
        """A line of chat, or another message with a text."""
        message: Said = {"type": "chat", "kind": "", "dest": to, "value": text}
        message |= {"source": self.id, "username": self.name}
        await self.send(**message | fields)

    async def act(self, kind: str, on: str) -> None:
        """As an operator, do ``kind`` to somebody."""
        me = {"source": self.id, "username": self.name}
        await self.send(type="useraction", kind=kind, dest=on, value="", **me)

    async def settled(self) -> None:
        """Wait until the server has dealt with all that was sent to it."""
        self._pings += 1
        await self.send(type="ping")
        await self.until(lambda: len(self.received("pong")) >= self._pings)

    async def publish(
        self, *kinds: str, stream: str | None = None, label: str = "camera", replace: str = ""
    ) -> str:
        """Send a recorded microphone (``audio``), a made-up camera (``video``) or both."""
        stream = stream or f"{self.id}-{next(self._numbers)}"
        pc = self._streams[stream] = RTCPeerConnection(configuration())
        timeline = Timeline()
        timeline.start()
        for kind in kinds:
            track = (
                OpusFileTrack(speech(), timeline)
                if kind == "audio"
                else ClipTrack(made_up_clip(1), timeline)
            )
            track.unmute()
            pc.addTrack(track)
        await pc.setLocalDescription()
        known = {"id": stream, "label": label, "replace": replace}
        me = {"source": self.id, "username": self.name}
        await self.send(type="offer", sdp=pc.localDescription.sdp, **known, **me)
        return stream

    async def sends(self, stream: str) -> None:
        """Wait until the server takes the stream."""
        pc, connected = self._streams[stream], asyncio.Event()
        pc.on("connectionstatechange", connected.set)
        while pc.connectionState != "connected":
            connected.clear()
            await connected.wait()

    async def stop(self, stream: str) -> None:
        """Send that no more."""
        await self.send(type="close", id=stream)
        await hang_up(self._streams.pop(stream))

    async def read(self) -> None:
        with suppress(ConnectionClosed):
            async for text in self._socket:
                await self._take(json.loads(text))
                self.texts.append(str(text))
                self._news.set()
        self._news.set()

    async def close(self) -> None:
        for pc in self._streams.values():
            await hang_up(pc)
        await self._socket.close()

    async def _take(self, said: Said) -> None:
        match said:
            case {"type": "ping"}:
                await self.send(type="pong")
            case {"type": "answer", "id": id_, "sdp": sdp} if pc := self._streams.get(id_):
                await pc.setRemoteDescription(RTCSessionDescription(sdp, "answer"))
            case {"type": "ice", "id": id_, "candidate": found} if pc := self._streams.get(id_):
                candidate = candidate_from_sdp(found["candidate"].removeprefix("candidate:"))
                candidate.sdpMid = found["sdpMid"]
                await pc.addIceCandidate(candidate)


@asynccontextmanager
async def member(
    server: GaleneServer, name: str, *, id_: str | None = None, **join: object
) -> AsyncIterator[Member]:
    """Somebody in the group while the block runs, or turned away from it."""
    credentials: Said = {"group": GROUP, "username": name, "password": ""} | join
    url = f"ws://127.0.0.1:{server.port}/ws"
    async with (
        connect(url, proxy=None, max_size=None) as socket,
        asyncio.TaskGroup() as tasks,
    ):
        who = Member(socket, name, id_ or secrets.token_hex(16))
        reading = tasks.create_task(who.read())
        await who.send(type="handshake", version=["2"], id=who.id)
        await who.send(type="join", kind="join", **credentials)
        try:
            await who.until(lambda: who.received("joined") or who.closed)
            yield who
        finally:
            await who.close()
            reading.cancel()
