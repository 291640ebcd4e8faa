"""A call in a room of Janus's, with Janus's own demos in Chromium."""

from __future__ import annotations

from pathlib import Path

import pytest

from consentry.testing.conformance import check_call
from consentry.testing.tries import Sizes, check_tries
from tests.network.wire_tap import WireTap
from tests.requirements import need
from tests.venues.janus import janus_venue

need("janus")
need("janus-demos")
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]


async def test_faces_are_large_while_somebody_checks_in(
    pictures: Path | None, tmp_path: Path
) -> None:
    async with janus_venue(tmp_path) as venue:
        sizes = await check_tries(venue, pictures=pictures, patience=2.0)
    assert sizes == Sizes((320, 240), (640, 480), (320, 240))


async def test_a_call_on_janus(wire: WireTap, pictures: Path | None, tmp_path: Path) -> None:
    async with janus_venue(tmp_path) as venue:
        report = await check_call(venue, wire=wire, pictures=pictures)
    assert report.seconds["no_to_silence"] <= 0.5
