"""A real Janus with a VideoRoom, and the least that speaks to it: somebody who publishes what it
likes, and somebody who subscribes."""

from __future__ import annotations

import asyncio
import itertools
import json
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aioice.ice import get_host_addresses
from aiortc import RTCBundlePolicy, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.typing import Subprotocol

ROOM = 1234
FRAME_SECONDS = 0.02
START_SECONDS = 20.0

_GENERAL = """
general: {{
    configs_folder = "{folder}"
    plugins_folder = "/usr/lib/{machine}/janus/plugins"
    transports_folder = "/usr/lib/{machine}/janus/transports"
    events_folder = "{folder}"
    loggers_folder = "{folder}"
    debug_level = 4
}}
media: {{ rtp_port_range = "{first}-{last}" }}
nat: {{ nice_debug = false, ice_enforce_list = "{address}" }}
plugins: {{ disable = "libjanus_audiobridge.so,libjanus_duktape.so,libjanus_echotest.so,libjanus_lua.so,libjanus_nosip.so,libjanus_recordplay.so,libjanus_sip.so,libjanus_streaming.so,libjanus_textroom.so,libjanus_videocall.so,libjanus_voicemail.so" }}
transports: {{ disable = "libjanus_http.so,libjanus_pfunix.so,libjanus_mqtt.so,libjanus_nanomsg.so,libjanus_rabbitmq.so" }}
"""  # noqa: E501

_SOCKETS = 'general: {{ json = "compact", ws = true, ws_port = {port}, ws_ip = "127.0.0.1" }}'

_VIDEO_ROOM = """
room-1234: {
    publishers = 9
    audiocodec = "opus"
    videocodec = "vp8,h264"
    bitrate = 0
}
"""


def own_address() -> str:
    """The address of this machine that ICE would use."""
    return get_host_addresses(use_ipv4=True, use_ipv6=False)[0]


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def _machine() -> str:
    """The folder of Debian's libraries: ``x86_64-linux-gnu``."""
    return next(Path("/usr/lib").glob("*/janus")).parent.name


@asynccontextmanager
async def janus(program: Path, folder: Path) -> AsyncIterator[str]:
    """Janus in ``folder`` while the block runs; the URL of its WebSocket."""
    port = free_port()
    first = 20_000 + port % 20_000
    values = {"folder": folder, "machine": _machine(), "address": own_address()}
    general = _GENERAL.format(**values, first=first, last=first + 200)
    (folder / "janus.jcfg").write_text(general)
    (folder / "janus.transport.websockets.jcfg").write_text(_SOCKETS.format(port=port))
    (folder / "janus.plugin.videoroom.jcfg").write_text(_VIDEO_ROOM)
    with (folder / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            program, "-F", folder, "-C", folder / "janus.jcfg", stdout=log, stderr=log
        )
        try:
            url = f"ws://127.0.0.1:{port}"
            await _until_it_answers(url)
            yield url
        finally:
            process.terminate()
            await process.wait()


async def _until_it_answers(url: str) -> None:
    async with asyncio.timeout(START_SECONDS):
        while True:
            try:
                async with connect(url, subprotocols=[Subprotocol("janus-protocol")]):
                    return
            except (OSError, WebSocketException):
                await asyncio.sleep(0.05)


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

    async def attach(self) -> None:
        self.session = (await self._ask({"janus": "create"}, "success"))["data"]["id"]
        plugin = {"janus": "attach", "plugin": "janus.plugin.videoroom"}
        self.handle = (await self._ask(plugin, "success"))["data"]["id"]

    async def request(self, body: dict[str, Any], jsep: dict[str, str] | None = None) -> Any:
        """The event that answers a request of the plugin's."""
        message: dict[str, Any] = {"janus": "message", "body": body}
        return await self._ask(message | ({"jsep": jsep} if jsep else {}), "event")

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
async def attached(url: str) -> AsyncIterator[Handle]:
    """A handle of the VideoRoom plugin, with its reader."""
    async with connect(url, subprotocols=[Subprotocol("janus-protocol")]) as socket_:
        handle = Handle(socket_)
        async with asyncio.TaskGroup() as tasks:
            reading = tasks.create_task(handle.read())
            await handle.attach()
            yield handle
            reading.cancel()


class Publisher:
    """Somebody in the room who sends packets as it pleases, well-made or not."""

    def __init__(self, handle: Handle) -> None:
        self._handle = handle
        self._pc = RTCPeerConnection(configuration())
        self._pc.addTransceiver("audio", direction="sendonly")
        self._pc.addTransceiver("video", direction="sendonly")
        self._number = dict.fromkeys(("audio", "video"), 0)
        self.feed = 0

    async def publish(self, name: str) -> None:
        joined = await self._handle.request(
            {"request": "join", "ptype": "publisher", "room": ROOM, "display": name}
        )
        self.feed = joined["plugindata"]["data"]["id"]
        await self._pc.setLocalDescription()
        offer = {"type": "offer", "sdp": self._pc.localDescription.sdp}
        answer = await self._handle.request({"request": "publish"}, offer)
        await self._pc.setRemoteDescription(
            RTCSessionDescription(sdp=answer["jsep"]["sdp"], type="answer")
        )
        await self._handle.up.wait()

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
        await self._pc.close()


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
