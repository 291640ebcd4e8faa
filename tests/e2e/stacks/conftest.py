"""What the calls on every stack share: the tap on the wire, and where pictures go."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.network.wire_tap import WireTap, tapped

PICTURES = "CONSENTRY_PICTURES"
"""Names a folder that is to get a screenshot of every person at every moment worth one."""


@pytest.fixture
def wire() -> Iterator[WireTap]:
    """Counts what arrives at the bot's sockets; skips where that is not allowed."""
    with tapped() as tap:
        yield tap


@pytest.fixture
def pictures(request: pytest.FixtureRequest) -> Path | None:
    if PICTURES not in os.environ:
        return None
    folder = Path(os.environ[PICTURES], request.module.__name__.rpartition("test_")[2])
    folder.mkdir(parents=True, exist_ok=True)
    return folder
