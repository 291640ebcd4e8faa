"""A LiveKit server for the tests of the connector."""

from __future__ import annotations

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
