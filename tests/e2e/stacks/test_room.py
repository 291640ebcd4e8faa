"""A call in the project's own room, with its page in Chromium."""

from __future__ import annotations

from pathlib import Path

import pytest

from consentry.testing.conformance import check_call
from tests.network.wire_tap import WireTap
from tests.venues.room import room_venue

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


async def test_a_call_in_the_room(wire: WireTap, pictures: Path | None) -> None:
    async with room_venue() as venue:
        report = await check_call(venue, wire=wire, pictures=pictures)
    assert report.seconds["no_to_silence"] <= 0.5
