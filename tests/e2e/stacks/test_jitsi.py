"""A call on Jitsi: people with Jitsi's own library, the bot as a guest and on the hidden domain."""

from __future__ import annotations

from pathlib import Path

import pytest

from consentry.testing.conformance import check_call
from tests.network.wire_tap import WireTap
from tests.requirements import need
from tests.venues.jitsi.venue import jitsi_venue

need("prosody")
need("jitsi-client")
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]


async def test_a_call_with_the_bot_as_a_guest(
    wire: WireTap, pictures: Path | None, tmp_path: Path
) -> None:
    async with jitsi_venue(tmp_path) as venue:
        report = await check_call(venue, wire=wire, pictures=pictures)
        told = await venue.server.report()
    assert report.seconds["no_to_silence"] <= 0.5
    assert told["refused"] == []


async def test_a_call_with_jitsi_s_own_captions(
    wire: WireTap, pictures: Path | None, tmp_path: Path
) -> None:
    async with jitsi_venue(tmp_path, hidden=True) as venue:
        report = await check_call(venue, wire=wire, pictures=pictures)
    assert report.seconds["no_to_silence"] <= 0.5
