"""consentry.js in the stacks' own clients, against their real servers."""

from __future__ import annotations

from pathlib import Path

import pytest

from consentry.testing.venue import Someone
from tests.e2e.stacks.embedded import Client, check_embedded
from tests.requirements import need
from tests.venues.browser import chromium
from tests.venues.galene import galene_venue
from tests.venues.janus import DemoPages, janus_venue
from tests.venues.jitsi.real import real_jitsi
from tests.venues.jitsi.venue import JitsiVenue, jitsi_venue

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(200)]

GALENE = """
async (base) => {
  const { GaleneCarrier } = await import(`${base}/consentry/carriers/galene.js`);
  return new GaleneCarrier(serverConnection);
}
"""

JANUS = """
async (base) => {
  const { JanusCarrier } = await import(`${base}/consentry/carriers/janus.js`);
  const publisher = parent.frames.video.eval("sfutest");
  return new JanusCarrier(textroom, { room: myroom, me: myid, publisher });
}
"""

JITSI = """
async (base) => {
  const { JitsiCarrier } = await import(`${base}/consentry/carriers/jitsi.js`);
  return new JitsiCarrier(conference);
}
"""


async def text_room(person: Someone) -> Client:
    """The demo of Janus in which the bot is met. The carrier shows it who they are."""
    assert isinstance(person, DemoPages)
    await person.stay_unknown()
    return person.text


async def test_consentry_js_in_galene(tmp_path: Path) -> None:
    async with galene_venue(tmp_path) as venue:
        await check_embedded(venue, GALENE)


async def test_consentry_js_in_janus(tmp_path: Path) -> None:
    async with janus_venue(tmp_path) as venue:
        await check_embedded(venue, JANUS, text_room)


@pytest.mark.parametrize("hidden", [False, True], ids=["guest", "hidden"])
async def test_consentry_js_in_jitsi(hidden: bool, tmp_path: Path) -> None:
    need("prosody")
    need("jitsi-client")
    async with jitsi_venue(tmp_path, hidden=hidden) as venue:
        await check_embedded(venue, JITSI)


async def test_consentry_js_with_jitsi_s_own_servers(tmp_path: Path) -> None:
    for program in ("prosody", "jitsi-client", "jicofo", "jitsi-videobridge"):
        need(program)
    async with real_jitsi(tmp_path) as server, chromium() as browsers:
        await check_embedded(JitsiVenue(server, browsers), JITSI)
