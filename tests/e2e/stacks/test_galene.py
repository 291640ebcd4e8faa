"""A call in a Galene group, with Galene's own page in Chromium."""

from __future__ import annotations

from pathlib import Path

import pytest

from consentry.testing.conformance import check_call
from tests.network.wire_tap import WireTap
from tests.requirements import need
from tests.venues.galene import galene_venue

need("galene")
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]


async def test_a_call_in_galene(wire: WireTap, pictures: Path | None, tmp_path: Path) -> None:
    async with galene_venue(tmp_path) as venue:
        report = await check_call(venue, wire=wire, pictures=pictures)
    assert report.seconds["no_to_silence"] <= 0.5
