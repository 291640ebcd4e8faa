"""A call on Jitsi: people with Jitsi's own library, the bot as a guest and on the hidden domain."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from consentry.connectors.driver import MediaConsent, Setting
from consentry.metrics import Metrics
from consentry.signing import Signer
from consentry.testing.conformance import check_call
from tests.network.wire_tap import WireTap
from tests.requirements import need
from tests.venues.jitsi.venue import BOT, jitsi_venue

need("prosody")
need("jitsi-client")
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]


async def test_a_call_with_the_bot_as_a_guest(
    wire: WireTap, pictures: Path | None, tmp_path: Path
) -> None:
    async with jitsi_venue(tmp_path) as venue:
        report = await check_call(venue, wire=wire, pictures=pictures)
        refused = (await venue.server.report())["refused"]
    assert report.seconds["no_to_silence"] <= 0.5
    assert not [text for text in refused if text.startswith(BOT)]


async def test_a_call_with_jitsi_s_own_captions(
    wire: WireTap, pictures: Path | None, tmp_path: Path
) -> None:
    async with jitsi_venue(tmp_path, hidden=True) as venue:
        report = await check_call(venue, wire=wire, pictures=pictures)
    assert report.seconds["no_to_silence"] <= 0.5


async def test_people_see_who_comes_after_a_bot_of_the_hidden_domain_has_gone(
    tmp_path: Path,
) -> None:
    async with jitsi_venue(tmp_path, hidden=True) as venue:
        mia = await venue.someone("Mia")
        async with venue.stack().connector(venue.invitation(), venue.options(), setting()):
            await mia.reads("I am a bot, and in no list of people.")
            assert await mia.people() == ["Mia"]
        await venue.someone("Sam")
        await mia.meets("Sam")
    assert mia.faults == []


def setting() -> Setting:
    metrics, signer = Metrics(), Signer("c-test")
    return Setting(time.monotonic, signer, metrics, lambda who, medium: MediaConsent.UNDECIDED)
