"""A LiveKit server for the tests of the connector."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.requirements import need
from tests.venues.livekit import LiveKitServer, livekit_server


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[LiveKitServer]:
    need("livekit-server")
    async with livekit_server(tmp_path) as server:
        yield server


@pytest.fixture
async def mia(server: LiveKitServer) -> AsyncIterator[Process]:
    """Somebody who hums in the room, in a process of their own."""
    module = "tests.connectors.livekit.humming"
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", module, server.url)
    yield process
    process.kill()
    await process.wait()
