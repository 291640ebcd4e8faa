"""Jitsi with its own Jicofo and videobridge, where this machine has them, and a real Prosody."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.connectors.janus import own_address
from tests.requirements import need

from .prosody import DOMAIN, PASSWORD, Prosody, free_port
from .server import ROOM, page_files

START_SECONDS = 120.0
BREWERY = f"jvbbrewery@internal.auth.{DOMAIN}"
TOKEN = "the-token-of-the-bridge"
"""What the bridge shows to whoever takes sound from it."""

_PROSODY = f"""
VirtualHost "{DOMAIN}"
    modules_enabled = {{ "http_files", "lobby_address", "metadata_address" }}
    metadata_address = "metadata.{DOMAIN}"

Component "conference.{DOMAIN}" "muc"
    modules_enabled = {{ "door", "meeting" }}
    metadata_address = "metadata.{DOMAIN}"

Component "metadata.{DOMAIN}" "metadata"

Component "internal.auth.{DOMAIN}" "muc"
    storage = "memory"
    muc_room_locking = false
    muc_room_default_public_jids = true
"""

_JICOFO = """
jicofo {{
  bridge {{ brewery-jid = "{brewery}", health-checks {{ enabled = false }} }}
  xmpp {{
    trusted-domains = ["auth.{domain}", "hidden.{domain}"]
    client {{
      hostname = "127.0.0.1", port = {clients}, use-tls = false
      domain = "auth.{domain}", username = "focus", password = "{password}"
      xmpp-domain = "{domain}", conference-muc-jid = "conference.{domain}"
      client-proxy = "focus.{domain}"
    }}
  }}
  rest {{ host = "127.0.0.1", port = {rest} }}
  transcription {{
    url-template = "ws://127.0.0.1:{listen}/consentry/{{{{MEETING_ID}}}}"
    http-headers {{ "Authorization" = "Bearer {token}" }}
  }}
}}
"""

_BRIDGE = """
videobridge {{
  ice {{ udp {{ port = {media} }} }}
  health {{ require-valid-address = false }}
  http-servers {{
    private {{ host = "127.0.0.1", port = {private} }}
    public {{ host = "127.0.0.1", port = {public} }}
  }}
  websockets {{
    enabled = true, domains = ["127.0.0.1:{public}"], tls = false, server-id = "bridge"
  }}
  apis {{ xmpp-client {{
    presence-interval = 1 second
    configs {{ prosody {{
      hostname = "127.0.0.1", port = "{clients}", security-mode = "disabled"
      domain = "auth.{domain}", username = "jvb", password = "{password}"
      muc_jids = "{brewery}", muc_nickname = "bridge"
    }} }}
  }} }}
}}
ice4j.harvest {{
  use-ipv6 = false, allowed-addresses = ["{address}"]
  mapping {{ aws {{ enabled = false }}, stun {{ addresses = [] }} }}
}}
"""

_LOGGING = """
handlers = java.util.logging.ConsoleHandler
java.util.logging.SimpleFormatter.format = %1$tT.%1$tL %4$s %5$s%6$s%n
.level = INFO
org.jivesoftware.smack.roster.level = OFF
"""


@dataclass(slots=True)
class Java:
    """One of Jitsi's servers, with its configuration and its log in ``folder``."""

    program: Path
    folder: Path
    configuration: str
    process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        name = self.program.name
        files = self.folder / f"{name}.conf", self.folder / f"{name}.logging"
        files[0].write_text(self.configuration)
        files[1].write_text(_LOGGING)
        settings = {"config.file": files[0], "java.util.logging.config.file": files[1]}
        properties = " ".join(f"-D{key}={value}" for key, value in settings.items())
        with (self.folder / f"{name}.log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                self.program,
                env=os.environ
                | {"JAVA_SYS_PROPS": f"-XX:+UseSerialGC -XX:TieredStopAtLevel=1 {properties}"},
                cwd=self.folder,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    async def kill(self) -> None:
        """As a crash would."""
        process, self.process = self.process, None
        if process is not None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


@dataclass(slots=True)
class RealJitsi:
    """Keeps its ports when it is started again."""

    prosody: Prosody
    focus: Java
    bridge: Java
    rest: int
    """Port of Jicofo's REST API."""
    listen: int = field(default_factory=free_port)
    """Port where the bridge brings sound to."""

    @property
    def url(self) -> str:
        """Of the conference, as it is given to whoever is invited."""
        return f"jitsi+{self.prosody.address}/{ROOM}"

    @property
    def page(self) -> str:
        return f"{self.prosody.address}/index.html"

    async def start(self) -> None:
        await self.prosody.start()
        await self.focus.start()
        await self.bridge.start()
        await self._until_the_focus_has_a_bridge()

    async def kill(self) -> None:
        """All of it, as a crash would."""
        await asyncio.gather(self.focus.kill(), self.bridge.kill())
        await self.prosody.kill()

    async def restart_bridge(self) -> None:
        await self.bridge.kill()
        await self._until_the_focus_has_a_bridge(without=True)
        await self.bridge.start()
        await self._until_the_focus_has_a_bridge()

    async def kick(self, name: str) -> None:
        raise AssertionError(f"nobody in the call may throw {name} out, and Jicofo does not")

    async def _until_the_focus_has_a_bridge(self, *, without: bool = False) -> None:
        """Or has none any more."""
        async with asyncio.timeout(START_SECONDS), httpx.AsyncClient(trust_env=False) as client:
            while True:
                with suppress(httpx.HTTPError, ValueError, KeyError):
                    told = await client.get(f"http://127.0.0.1:{self.rest}/debug")
                    bridges = told.json()["bridge_selector"]["bridge"]
                    if bool(bridges) is not without:
                        return
                await asyncio.sleep(0.1)


def _servers(folder: Path, programs: tuple[Path, Path, Path]) -> RealJitsi:
    xmpp, jicofo, videobridge = programs
    clients, rest, listen = free_port(), free_port(), free_port()
    values = {
        "domain": DOMAIN,
        "password": PASSWORD,
        "brewery": BREWERY,
        "clients": clients,
        "rest": rest,
        "listen": listen,
        "token": TOKEN,
        "address": own_address(),
        "media": free_port(),
        "private": free_port(),
        "public": free_port(),
    }
    server = Prosody(xmpp, folder, page_files(folder), free_port(), clients, _PROSODY)
    return RealJitsi(
        server,
        Java(jicofo, folder, _JICOFO.format(**values)),
        Java(videobridge, folder, _BRIDGE.format(**values)),
        rest,
        listen,
    )


@asynccontextmanager
async def real_jitsi(folder: Path) -> AsyncIterator[RealJitsi]:
    """Prosody, Jicofo and a videobridge, with nobody there, while the block runs."""
    programs = need("prosody"), need("jicofo"), need("jitsi-videobridge")
    server = _servers(folder, programs)
    try:
        await server.start()
        yield server
    finally:
        await server.kill()
