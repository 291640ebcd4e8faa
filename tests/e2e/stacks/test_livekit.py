"""A call on LiveKit, with a page of LiveKit's own components in Chromium."""

from __future__ import annotations

from pathlib import Path

import pytest

from consentry.testing.conformance import check_call
from consentry.testing.tries import Sizes, check_tries
from tests.connectors.livekit.call import UNDROPPED
from tests.network.wire_tap import WireTap
from tests.requirements import need
from tests.venues.livekit import livekit_venue

pytestmark = [pytest.mark.e2e, UNDROPPED, pytest.mark.timeout(300)]
need("livekit-server")


async def test_faces_are_large_while_somebody_checks_in(
    pictures: Path | None, tmp_path: Path
) -> None:
    async with livekit_venue(tmp_path) as venue:
        sizes = await check_tries(venue, pictures=pictures, patience=2.0)
    assert sizes == Sizes((320, 180), (640, 360), (320, 180))


async def test_a_call_on_livekit(wire: WireTap, pictures: Path | None, tmp_path: Path) -> None:
    async with livekit_venue(tmp_path) as venue:
        report = await check_call(venue, wire=wire, pictures=pictures)
    assert report.seconds["join"] <= 5.0
    assert report.seconds["no_to_silence"] <= 0.5
    assert report.seconds["reconnect"] <= 10.0
