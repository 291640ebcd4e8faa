"""The least that speaks to a VideoRoom: somebody who publishes what it likes, and somebody who
subscribes."""

from __future__ import annotations

import asyncio
import itertools
import json
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from aiortc import RTCBundlePolicy, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from consentry.rtc.closing import to_the_end
from tests.venues.janus_server import ROOM, SUBPROTOCOL

FRAME_SECONDS = 0.02
HANG_UP_SECONDS = 1.0


@dataclass
class Handle:
    """One handle of one session: requests out, answers and events in."""

    socket: ClientConnection
    session: int = 0
    handle: int = 0
    up: asyncio.Event = field(default_factory=asyncio.Event)
    """Media can flow, as Janus sees it."""
    _numbers: Any = field(default_factory=itertools.count)
    _events: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)

    async def read(self) -> None:
        """Sort what comes in until the socket closes."""
        try:
            async for text in self.socket:
                said: dict[str, Any] = json.loads(text)
                if said["janus"] == "webrtcup":
                    self.up.set()
                elif said["janus"] in ("success", "event", "error"):
                    await self._events.put(said)
        except ConnectionClosed:
            return

    async def attach(self, plugin_name: str) -> None:
        self.session = (await self._ask({"janus": "create"}, "success"))["data"]["id"]
        plugin = {"janus": "attach", "plugin": f"janus.plugin.{plugin_name}"}
        self.handle = (await self._ask(plugin, "success"))["data"]["id"]

    async def request(self, body: dict[str, Any], jsep: dict[str, str] | None = None) -> Any:
        """The event that answers a request of the plugin's."""
        message: dict[str, Any] = {"janus": "message", "body": body}
        return await self._ask(message | ({"jsep": jsep} if jsep else {}), "event")

    async def message(self, body: dict[str, Any]) -> Any:
        """What the plugin says to a request that it answers at once, such as to kick somebody."""
        said = await self._ask({"janus": "message", "body": body}, "success")
        return said["plugindata"]["data"]

    async def _ask(self, message: dict[str, Any], kind: str) -> dict[str, Any]:
        name = str(next(self._numbers))
        ids = {"session_id": self.session, "handle_id": self.handle}
        known = {key: value for key, value in ids.items() if value}
        await self.socket.send(json.dumps(message | known | {"transaction": name}))
        while True:
            said = await self._events.get()
            if said.get("transaction") == name and said["janus"] in (kind, "error"):
                assert said["janus"] != "error", said
                return said


@asynccontextmanager
async def attached(url: str, plugin: str = "videoroom") -> AsyncIterator[Handle]:
    """A handle of the plugin, with its reader."""
    async with connect(url, subprotocols=[SUBPROTOCOL]) as socket_:
        handle = Handle(socket_)
        async with asyncio.TaskGroup() as tasks:
            reading = tasks.create_task(handle.read())
            await handle.attach(plugin)
            yield handle
            reading.cancel()


class Publisher:
    """Somebody in the room who sends packets as it pleases, well-made or not."""

    def __init__(self, handle: Handle) -> None:
        self.handle = handle
        self._pc = RTCPeerConnection(configuration())
        self._pc.addTransceiver("audio", direction="sendonly")
        self._pc.addTransceiver("video", direction="sendonly")
        self._number = dict.fromkeys(("audio", "video"), 0)
        self.feed = 0

    async def publish(self, name: str) -> None:
        joined = await self.handle.request(
            {"request": "join", "ptype": "publisher", "room": ROOM, "display": name}
        )
        self.feed = joined["plugindata"]["data"]["id"]
        await self._pc.setLocalDescription()
        offer = {"type": "offer", "sdp": self._pc.localDescription.sdp}
        answer = await self.handle.request({"request": "publish"}, offer)
        await self._pc.setRemoteDescription(
            RTCSessionDescription(sdp=answer["jsep"]["sdp"], type="answer")
        )
        await self.handle.up.wait()

    async def send(self, kind: str, payload: bytes, extension: bytes = b"", skip: int = 1) -> None:
        """One packet; ``skip`` is how far its number is from that of the last one."""
        self._number[kind] = number = (self._number[kind] + skip) % (1 << 16)
        sender: Any = self._pc.getSenders()[kind == "video"]
        first = 0x90 if extension else 0x80
        payload_type = self.payload_type(kind) | (0x80 if kind == "video" else 0)
        timestamp = number * (960 if kind == "audio" else 3000) % (1 << 32)
        header = struct.pack("!BBHII", first, payload_type, number, timestamp, sender._ssrc)
        if extension:
            header += struct.pack("!HH", 0xBEDE, len(extension) // 4) + extension
        await sender.transport._send_rtp(header + payload)

    def payload_type(self, kind: str) -> int:
        """What Janus answered."""
        sdp = self._pc.remoteDescription.sdp
        line = next(line for line in sdp.splitlines() if line.startswith(f"m={kind}"))
        return int(line.split()[3])

    async def close(self) -> None:
        await hang_up(self._pc)


@dataclass(frozen=True, slots=True)
class Offered:
    """What Janus would send: its offer, and whose each m-line is, by mid."""

    sdp: str
    feeds: dict[str, int]


async def subscribe(handle: Handle, feeds: list[int]) -> Offered:
    """Ask for all that these publishers send."""
    event = await handle.request(
        {
            "request": "join",
            "ptype": "subscriber",
            "room": ROOM,
            "streams": [{"feed": feed} for feed in feeds],
        }
    )
    streams = event["plugindata"]["data"]["streams"]
    return Offered(event["jsep"]["sdp"], {s["mid"]: s["feed_id"] for s in streams})


async def start(handle: Handle, answer: str) -> None:
    """Give the answer; media flows from then on."""
    await handle.request({"request": "start"}, {"type": "answer", "sdp": answer})
    await handle.up.wait()


def configuration() -> RTCConfiguration:
    return RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)


async def hang_up(pc: RTCPeerConnection) -> None:
    """End a client's connection, also in a test that was broken off.

    aiortc closes a connection by itself once the other end has. Where that task was cancelled, as
    all are when a loop ends, whoever closes it again waits for ever.
    """
    with suppress(TimeoutError):
        await to_the_end(pc.close(), HANG_UP_SECONDS)


class Texter:
    """Somebody in the text room: what their data channel brought, and what they write."""

    def __init__(self, handle: Handle, username: str, display: str) -> None:
        self.handle = handle
        self._pc = RTCPeerConnection(configuration())
        self.username = username
        self._display = display
        self.read: list[dict[str, Any]] = []
        self._news = asyncio.Event()

    async def join(self) -> None:
        offer = await self.handle.request({"request": "setup"})
        channel = self._channel = self._pc.createDataChannel("JanusDataChannel")
        channel.on("message", self._took)
        opened = asyncio.Event()
        channel.on("open", opened.set)
        await self._pc.setRemoteDescription(
            RTCSessionDescription(sdp=offer["jsep"]["sdp"], type="offer")
        )
        await self._pc.setLocalDescription()
        answer = {"type": "answer", "sdp": self._pc.localDescription.sdp}
        await self.handle.request({"request": "ack"}, answer)
        await opened.wait()
        self._send("join", username=self.username, display=self._display)
        await self.until(lambda: any(frame["textroom"] == "success" for frame in self.read))

    def write(self, text: str, to: str | None = None) -> None:
        """A line for everybody, or for one username."""
        self._send("message", text=text, **({"to": to} if to else {}))

    def leave(self) -> None:
        self._send("leave")

    def lines(self) -> list[str]:
        """What others wrote, and the bot whispered, in order."""
        return [
            frame["text"]
            for frame in self.read
            if frame["textroom"] == "message" and frame["from"] != self.username
        ]

    async def line(self, words: str) -> str:
        """The first line with these words in it, once it is there."""
        await self.until(lambda: any(words in line for line in self.lines()))
        return next(line for line in self.lines() if words in line)

    def bot(self) -> str:
        """The bot's username."""
        names = [str(f.get("username") or f.get("from") or "") for f in self.read]
        names += [str(p["username"]) for f in self.read for p in f.get("participants", [])]
        return next(name for name in names if name.startswith("consentry-"))

    async def until(self, true: Callable[[], bool]) -> None:
        while not true():
            self._news.clear()
            await self._news.wait()

    async def close(self) -> None:
        await hang_up(self._pc)

    def _took(self, text: str) -> None:
        self.read.append(json.loads(text))
        self._news.set()

    def _send(self, request: str, **fields: Any) -> None:
        head = {"textroom": request, "transaction": str(len(self.read)), "room": ROOM}
        self._channel.send(json.dumps(head | fields))
