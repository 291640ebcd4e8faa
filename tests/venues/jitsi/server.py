"""A whole Jitsi on this machine: Prosody, focus and bridge as processes that can be killed."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.requirements import need

from .prosody import Prosody, free_port
from .sockets import SocketPorts

ROOM = "planning"
LIBRARY = "CONSENTRY_JITSI_LIBRARY"
"""Names a lib-jitsi-meet.min.js to put in the place of the one that npm has."""

ROOT = Path(__file__).parents[3]
FOCUS_LOG = "focus.log"


def page_files(folder: Path) -> Path:
    """A copy in ``folder`` of what the page is made of, as tests/venues/install-jitsi left it."""
    built = need("jitsi-client").parent
    target = folder / "files"
    shutil.copytree(built / "files", target)
    shutil.copytree(Path(__file__).with_name("page"), target, dirs_exist_ok=True)
    if LIBRARY in os.environ:
        shutil.copy(os.environ[LIBRARY], target / "lib-jitsi-meet.min.js")
    return target


@dataclass(slots=True)
class JitsiServer:
    """Keeps its port when it is started again."""

    prosody: Prosody
    ports: SocketPorts = SocketPorts()
    """Of the bridge channel by WebSocket."""
    _focus: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        """Of the conference, as it is given to whoever is invited."""
        return f"jitsi+{self.prosody.address}/{ROOM}"

    @property
    def page(self) -> str:
        return f"{self.prosody.address}/index.html"

    async def start(self) -> None:
        await self.prosody.start()
        with (self.prosody.folder / FOCUS_LOG).open("ab") as log:
            self._focus = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "tests.venues.jitsi.serve", self.prosody.websocket),
                *(str(self.ports.taken), str(self.ports.told)),
                cwd=ROOT,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
        assert await self._answer() == "ready"

    async def kill(self) -> None:
        """As a crash would."""
        focus, self._focus = self._focus, None
        if focus is not None:
            with suppress(ProcessLookupError):  # it has failed already, and somebody was told
                focus.kill()
            await focus.communicate()
        await self.prosody.kill()

    async def restart_bridge(self) -> None:
        await self._ask("restart-bridge")

    async def kick(self, name: str) -> None:
        """As whoever runs the server may."""
        await self._ask(f"kick {name}")

    async def report(self) -> dict[str, Any]:
        """What was refused, and what endpoints asked for; see :func:`serve.report`."""
        told = await self._ask("report")
        assert isinstance(told, dict)
        return told

    async def _ask(self, command: str) -> Any:
        assert self._focus is not None and self._focus.stdin is not None
        self._focus.stdin.write(f"{command}\n".encode())
        return await self._answer()

    async def _answer(self) -> Any:
        assert self._focus is not None and self._focus.stdout is not None
        if line := await self._focus.stdout.readline():
            return json.loads(line)
        log = (self.prosody.folder / FOCUS_LOG).read_text()
        raise AssertionError(f"the focus has failed: {log[-2000:]}")


@asynccontextmanager
async def jitsi(folder: Path, ports: SocketPorts | None = None) -> AsyncIterator[JitsiServer]:
    """A Jitsi with nobody on it while the block runs."""
    prosody = Prosody(need("prosody"), folder, page_files(folder), free_port())
    server = JitsiServer(prosody, ports or SocketPorts())
    try:
        await server.start()
        yield server
    finally:
        await server.kill()
