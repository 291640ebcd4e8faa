"""A real Prosody on loopback, set up the way Jitsi wants it, with accounts for who needs one."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

DOMAIN = "meet.test"
CONFERENCE = f"conference.{DOMAIN}"
LOBBY = f"lobby.{DOMAIN}"
FOCUS_SERVICE = f"focus.{DOMAIN}"
FOCUS = f"focus@auth.{DOMAIN}"
BRIDGE = f"jvb@auth.{DOMAIN}"
HIDDEN = f"hidden.{DOMAIN}"
MEMBERS = f"members.{DOMAIN}"
PASSWORD = "not-a-secret"
"""Of every account of this server, which only listens on loopback."""

ACCOUNTS = (FOCUS, BRIDGE, f"transcriber@{HIDDEN}", f"olga@{MEMBERS}")
START_SECONDS = 20.0

_CONFIGURATION = """
pidfile = "{folder}/prosody.pid"
data_path = "{folder}/data"
daemonize = false
plugin_paths = {{ "{modules}" }}
admins = {{ "{focus}" }}
interfaces = {{ "127.0.0.1" }}
c2s_ports = {{ {clients} }}
s2s_ports = {{}}
https_ports = {{}}
http_ports = {{ {port} }}
http_interfaces = {{ "127.0.0.1" }}
http_default_host = "{domain}"
http_paths = {{ files = "/" }}
http_files_dir = "{files}"
consider_websocket_secure = true
allow_unencrypted_plain_auth = true
c2s_require_encryption = false
log = {{ {{ levels = {{ min = "info" }}, to = "file", filename = "{folder}/prosody.log" }} }}
modules_enabled = {{ "c2s", "disco", "ping", "presence", "message", "iq", "saslauth", "smacks", "websocket" }}
modules_disabled = {{ "posix", "s2s", "offline", "tls", "roster" }}
storage = "internal"

VirtualHost "{domain}"
    authentication = "anonymous"
    modules_enabled = {{ "http_files", "lobby_address" }}
    lobby_address = "{lobby}"

VirtualHost "auth.{domain}"
    authentication = "internal_plain"

VirtualHost "{hidden}"
    authentication = "internal_plain"

VirtualHost "{members}"
    authentication = "internal_plain"

Component "{conference}" "muc"
    modules_enabled = {{ "door" }}
    storage = "memory"
    restrict_room_creation = true
    muc_room_locking = false
    muc_room_default_public_jids = true
    muc_tombstones = false
    muc_room_allow_persistent = false
    lobby_address = "{lobby}"
    door_trusted = {{ "auth.{domain}", "{hidden}" }}
    door_hosts = "{members}"

Component "{lobby}" "muc"
    storage = "memory"
    restrict_room_creation = true
    muc_room_locking = false
    muc_room_default_public_jids = true
    muc_tombstones = false

Component "{focus_service}" "focus_proxy"
    focus_address = "{focus}"
"""  # noqa: E501


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@dataclass(slots=True)
class Prosody:
    """A server that can be stopped and started again at the same address."""

    program: Path
    folder: Path
    """Where it keeps its data and its log."""
    files: Path
    """What it serves over HTTP."""
    port: int
    clients: int | None = None
    """Port for clients by TCP, where there are to be such."""
    more: str = ""
    """Further configuration; where it names a host again, it adds to that."""
    process: asyncio.subprocess.Process | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def websocket(self) -> str:
        return f"ws://127.0.0.1:{self.port}/xmpp-websocket"

    async def start(self) -> None:
        self._write_configuration()
        # By a short name: Prosody 0.12 stumbles over an option said twice in a file whose name has
        # more than 60 characters.
        configuration = "./prosody.cfg.lua"
        environment = os.environ | {"PROSODY_CONFIG": configuration}
        with (self.folder / "output").open("ab") as output:
            self.process = await asyncio.create_subprocess_exec(
                self.program,
                "--root",
                "--config",
                configuration,
                cwd=self.folder,
                env=environment,
                stdout=output,
                stderr=output,
            )
        await self._until_it_answers()

    async def stop(self) -> None:
        if self.process is not None:
            process, self.process = self.process, None
            process.terminate()
            await process.wait()

    async def kill(self) -> None:
        """As a crash would."""
        if self.process is not None:
            process, self.process = self.process, None
            process.kill()
            await process.wait()

    def _write_configuration(self) -> None:
        values = {
            "folder": self.folder,
            "files": self.files,
            "modules": Path(__file__).with_name("modules"),
            "port": self.port,
            "clients": self.clients or "",
            "domain": DOMAIN,
            "conference": CONFERENCE,
            "lobby": LOBBY,
            "focus": FOCUS,
            "focus_service": FOCUS_SERVICE,
            "hidden": HIDDEN,
            "members": MEMBERS,
        }
        (self.folder / "prosody.cfg.lua").write_text(_CONFIGURATION.format(**values) + self.more)
        for account in ACCOUNTS:
            name, host = account.split("@")
            place = self.folder / "data" / host.replace(".", "%2e") / "accounts" / f"{name}.dat"
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(f'return {{ ["password"] = "{PASSWORD}"; }};\n')

    async def _until_it_answers(self) -> None:
        async with asyncio.timeout(START_SECONDS):
            while True:
                try:
                    async with connect(self.websocket, subprotocols=[Subprotocol("xmpp")]):
                        return
                except (OSError, WebSocketException):
                    await asyncio.sleep(0.05)


@asynccontextmanager
async def prosody(program: Path, folder: Path, files: Path) -> AsyncIterator[Prosody]:
    """Prosody with its data in ``folder``, serving ``files``, while the block runs."""
    server = Prosody(program, folder, files, free_port())
    try:
        await server.start()
        yield server
    finally:
        await server.stop()
