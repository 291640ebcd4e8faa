"""A call on Jitsi with its own Jicofo and videobridge, where this machine has them."""

from __future__ import annotations

from pathlib import Path

import pytest

from consentry.testing.conformance import check_call
from tests.network.wire_tap import WireTap
from tests.requirements import need
from tests.venues.browser import chromium
from tests.venues.jitsi.real import real_jitsi
from tests.venues.jitsi.venue import JitsiVenue

need("prosody")
need("jitsi-client")
need("jicofo")
need("jitsi-videobridge")
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]


async def test_a_call_on_jitsi_s_own_servers(
    wire: WireTap, pictures: Path | None, tmp_path: Path
) -> None:
    async with real_jitsi(tmp_path) as server, chromium() as browsers:
        report = await check_call(JitsiVenue(server, browsers), wire=wire, pictures=pictures)
    assert report.seconds["no_to_silence"] <= 0.5
