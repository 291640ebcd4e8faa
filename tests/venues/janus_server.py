"""A real Janus of Debian's package, with a VideoRoom and a TextRoom, started and stopped."""

from __future__ import annotations

import asyncio
import signal
import socket
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aioice.ice import get_host_addresses
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

ROOM = 1234
START_SECONDS = 20.0
SUBPROTOCOL = Subprotocol("janus-protocol")

_GENERAL = """
general: {{
    configs_folder = "{folder}"
    plugins_folder = "/usr/lib/{machine}/janus/plugins"
    transports_folder = "/usr/lib/{machine}/janus/transports"
    events_folder = "{folder}"
    loggers_folder = "{folder}"
    debug_level = 4
    {general}
}}
media: {{ rtp_port_range = "{first}-{last}" }}
nat: {{ nice_debug = false, full_trickle = true, ice_enforce_list = "{address}" }}
plugins: {{ disable = "libjanus_audiobridge.so,libjanus_duktape.so,libjanus_echotest.so,libjanus_lua.so,libjanus_nosip.so,libjanus_recordplay.so,libjanus_sip.so,libjanus_streaming.so,libjanus_videocall.so,libjanus_voicemail.so" }}
transports: {{ disable = "libjanus_http.so,libjanus_pfunix.so,libjanus_mqtt.so,libjanus_nanomsg.so,libjanus_rabbitmq.so" }}
"""  # noqa: E501

_SOCKETS = 'general: {{ json = "compact", ws = true, ws_port = {port}, ws_ip = "127.0.0.1" }}'

_VIDEO_ROOM = """
room-1234: {{
    publishers = 9
    audiocodec = "opus"
    videocodec = "vp8,h264"
    bitrate = 0
    secret = "{secret}"
    {room}
}}
"""
_TEXT_ROOM = 'room-1234: {{ secret = "{secret}"\n {room} }}'

SECRET = "let-me-kick"
"""Of both rooms."""


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


@dataclass
class JanusServer:
    """The server, and where it is to be found; it keeps its port when it is started again."""

    program: Path
    folder: Path
    general: str = ""
    """More lines for the section of that name: an API secret, say."""
    room: str = ""
    """More lines for both rooms: a PIN, say."""
    port: int = field(default_factory=free_port)
    _process: Process | None = None

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    async def start(self) -> None:
        self._configure()
        with (self.folder / "log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                self.program,
                *("-F", self.folder, "-C", self.folder / "janus.jcfg"),
                stdout=log,
                stderr=log,
                cwd=self.folder,  # where it leaves its memory when it crashes
            )
        await self._until_it_answers()

    async def stop(self) -> None:
        if self._process is not None:
            self.thaw()
            self._process.terminate()
            await self._process.wait()
            self._process = None

    async def kill(self) -> None:
        """Be gone at once, as after a crash."""
        if self._process is not None:
            process, self._process = self._process, None
            process.kill()  # a frozen one, too
            await process.wait()

    def freeze(self) -> None:
        """As if its network were cut: neither signaling nor media is answered."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def _configure(self) -> None:
        first = 20_000 + self.port % 20_000
        general = _GENERAL.format(
            folder=self.folder,
            machine=_machine(),
            address=own_address(),
            general=self.general,
            first=first,
            last=first + 200,
        )
        rooms = {"secret": SECRET, "room": self.room}
        files = {
            "janus": general,
            "janus.transport.websockets": _SOCKETS.format(port=self.port),
            "janus.plugin.videoroom": _VIDEO_ROOM.format(**rooms),
            "janus.plugin.textroom": _TEXT_ROOM.format(**rooms),
        }
        for name, text in files.items():
            (self.folder / f"{name}.jcfg").write_text(text)

    async def _until_it_answers(self) -> None:
        async with asyncio.timeout(START_SECONDS):
            while True:
                try:
                    async with connect(self.url, subprotocols=[SUBPROTOCOL]):
                        return
                except (OSError, WebSocketException):
                    await asyncio.sleep(0.05)


@asynccontextmanager
async def running(
    program: Path, folder: Path, *, general: str = "", room: str = ""
) -> AsyncIterator[JanusServer]:
    """Janus in ``folder`` while the block runs."""
    server = JanusServer(program, folder, general, room)
    try:
        await server.start()
        yield server
    finally:
        await server.stop()
