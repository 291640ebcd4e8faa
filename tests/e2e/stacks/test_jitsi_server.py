"""The Jitsi of the tests, with people at it and no bot: a focus and a bridge one can rely on."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement

import pytest

from tests.requirements import need
from tests.venues.browser import chromium
from tests.venues.jitsi.offer import JITSI
from tests.venues.jitsi.prosody import CONFERENCE, HIDDEN, MEMBERS, PASSWORD
from tests.venues.jitsi.server import ROOM, JitsiServer, jitsi
from tests.venues.jitsi.venue import JitsiVenue, enter
from tests.venues.jitsi.xmpp import CLIENT, MUC, XmppClient, logged_in

need("prosody")
need("jitsi-client")
Venue = JitsiVenue[JitsiServer]
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]


@pytest.fixture
async def venue(tmp_path: Path) -> AsyncIterator[Venue]:
    async with jitsi(tmp_path) as server, chromium() as browsers:
        yield JitsiVenue(server, browsers)


async def test_people_hear_see_and_write_to_each_other(venue: Venue) -> None:
    mia = await venue.someone("Mia", devices="audio,video")
    sam = await venue.someone("Sam")
    await mia.hears("Sam")
    await sam.hears("Mia")
    await sam.sees("Mia")
    await mia.page.evaluate("tell('', 'Good morning')")
    await sam.reads("Mia: Good morning")
    await sam.page.evaluate("tell('Mia', 'A secret')")
    await mia.reads("Sam: A secret")
    assert mia.faults == sam.faults == []


async def test_after_the_bridge_is_replaced_people_hear_each_other_again(venue: Venue) -> None:
    mia, sam = await venue.someone("Mia"), await venue.someone("Sam")
    await mia.hears("Sam")
    await venue.server.restart_bridge()
    lena = await venue.someone("Lena")
    await mia.hears("Sam")
    await sam.hears("Mia")
    await lena.hears("Sam")
    await mia.hears("Lena")


async def test_who_was_first_may_throw_others_out_and_nobody_else(venue: Venue) -> None:
    mia, sam = await venue.someone("Mia"), await venue.someone("Sam")
    await mia.meets("Sam")
    assert await mia.moderates() and not await sam.moderates()
    await mia.kick("Sam")
    await sam.state("kicked")
    assert await mia.people() == ["Mia"]


async def test_who_is_left_runs_the_call(venue: Venue) -> None:
    mia, sam = await venue.someone("Mia"), await venue.someone("Sam")
    await mia.leave()
    await sam.page.wait_for_function("conference.isModerator()")


async def test_captions_of_the_hidden_domain_are_shown_and_a_guest_s_are_not(
    venue: Venue,
) -> None:
    mia = await venue.someone("Mia")
    whose = await mia.page.evaluate("conference.myUserId()")
    socket = venue.server.prosody.websocket
    async with logged_in(socket, f"olga@{MEMBERS}", PASSWORD, lambda stanza: None) as guest:
        await _say_caption(guest, "olga", whose, "Not to be believed")
        await mia.meets("Fellow Jitster")
        await _write(guest, "That was me")
        await mia.reads("That was me")
    transcriber = f"transcriber@{HIDDEN}"
    async with logged_in(socket, transcriber, PASSWORD, lambda stanza: None) as hidden:
        await _say_caption(hidden, "transcriber", whose, "To be believed")
        await mia.sees_caption("Mia", "To be believed")
        assert "Fellow Jitster" not in await mia.people()
    assert not await mia.page.evaluate("hasShown('Not to be believed')")


async def test_a_stranger_waits_in_the_lobby_until_a_moderator_lets_them_in(
    venue: Venue,
) -> None:
    mia = await venue.someone("Mia")
    await mia.page.evaluate("conference.enableLobby()")
    page = await venue.browsers.page()
    await page.goto(f"{venue.server.page}#room={ROOM}&name=Sam&devices=audio")
    await page.locator("body[data-state*=membersOnly]").wait_for()
    await page.evaluate("conference.joinLobby('Sam')")
    await mia.page.wait_for_function("window.knocked?.length === 1")
    await mia.page.evaluate("conference.lobbyApproveAccess(window.knocked[0])")
    await page.locator("body[data-state=joined]").wait_for()
    await mia.meets("Sam")


async def test_guests_wait_for_the_host(venue: Venue) -> None:
    page = await venue.browsers.page()
    await page.goto(f"{venue.server.page}#room=host-room&name=Sam&devices=audio")
    await page.locator("body[data-state*=membersOnly]").wait_for()
    await page.evaluate("conference.joinLobby('Sam')")
    account = {"domain": MEMBERS, "id": f"olga@{MEMBERS}", "password": PASSWORD}
    host = await enter(
        await venue.browsers.page(), venue.server, "Olga", "host-room", devices="audio", **account
    )
    await page.locator("body[data-state=joined]").wait_for()
    await host.meets("Sam")


async def _say_caption(client: XmppClient, nick: str, whose: str, text: str) -> None:
    """Come into the room as ``nick`` and caption what ``whose`` said."""
    presence = Element(f"{{{CLIENT}}}presence", to=f"{ROOM}@{CONFERENCE}/{nick}")
    SubElement(presence, f"{{{MUC}}}x")
    SubElement(presence, f"{{{CLIENT}}}features")
    await client.send(presence)
    result = {
        "type": "transcription-result",
        "message_id": "1",
        "timestamp": 0,
        "participant": {"id": whose, "name": ""},
        "transcript": [{"text": text}],
        "language": "en",
        "is_interim": False,
    }
    message = Element(f"{{{CLIENT}}}message", to=f"{ROOM}@{CONFERENCE}", type="groupchat")
    SubElement(message, f"{{{JITSI}}}json-message").text = json.dumps(result)
    await client.send(message)


async def _write(client: XmppClient, text: str) -> None:
    message = Element(f"{{{CLIENT}}}message", to=f"{ROOM}@{CONFERENCE}", type="groupchat")
    SubElement(message, f"{{{CLIENT}}}body").text = text
    await client.send(message)
