"""A page gets through to the bridge however little, and however late, it says of where it is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element, SubElement

import pytest
from aioice import Candidate
from aiortc import (
    RTCCertificate,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
    RTCIceGatherer,
    RTCIceParameters,
    RTCIceTransport,
)

from tests.venues.jitsi.conference import Conference, Policy
from tests.venues.jitsi.jingle import Participant, Session
from tests.venues.jitsi.sources import JINGLE
from tests.venues.jitsi.transport import DTLS, ICE, LocalTransport
from tests.venues.jitsi.xmpp import XmppClient, iq

ROOM, PAGE, SID = "planning@conference.test", "7f39b2da", "s1"


class Page:
    """A browser's end of a connection, without what flows over it."""

    def __init__(self) -> None:
        self._gatherer = RTCIceGatherer(iceServers=[])
        self._ice = RTCIceTransport(self._gatherer)
        self._dtls = RTCDtlsTransport(self._ice, [RTCCertificate.generateCertificate()])
        self._dtls._set_role("client")

    async def gather(self) -> list[Candidate]:
        """Where it is."""
        await self._gatherer.gather()
        return list(self._ice._connection.local_candidates)

    def transport(self, *candidates: Candidate) -> Element:
        ice = self._ice._connection
        credentials = {"ufrag": ice.local_username, "pwd": ice.local_password}
        transport = Element(f"{{{ICE}}}transport", credentials)
        for fingerprint in self._dtls.getLocalParameters().fingerprints:
            attributes = {"hash": fingerprint.algorithm, "setup": "active"}
            SubElement(transport, f"{{{DTLS}}}fingerprint", attributes).text = fingerprint.value
        for each in candidates:
            attributes = {"foundation": each.foundation, "component": "1", "protocol": "udp"}
            attributes |= {"priority": str(each.priority), "ip": each.host, "type": each.type}
            SubElement(transport, f"{{{ICE}}}candidate", attributes, port=str(each.port))
        return transport

    async def connect(self, bridge: LocalTransport, candidates: tuple[Candidate, ...]) -> str:
        """What becomes of DTLS; ``candidates`` is where it looks for the bridge."""
        for candidate in candidates:
            await self._ice._connection.add_remote_candidate(candidate)
        await self._ice.start(RTCIceParameters(bridge.username, bridge.password))
        fingerprint = RTCDtlsFingerprint(bridge.fingerprint.algorithm, bridge.fingerprint.value)
        await self._dtls.start(RTCDtlsParameters([fingerprint]))
        return self._dtls.state

    async def close(self) -> None:
        await self._dtls.stop()
        await self._ice.stop()


@dataclass
class Stanzas:
    """In the place of the focus's socket: what it sent."""

    sent: list[str] = field(default_factory=list)

    async def send(self, text: str) -> None:
        self.sent.append(text)


@asynccontextmanager
async def conference() -> AsyncIterator[Conference]:
    """A room whose focus has invited one page."""
    socket: Any = Stanzas()
    async with asyncio.TaskGroup() as tasks, asyncio.timeout(10):
        client = XmppClient(socket, lambda stanza: None)
        conference = Conference(ROOM, client, tasks, Policy(), time.monotonic)
        participant = Participant(f"{ROOM}/{PAGE}", PAGE)
        conference.participants[PAGE] = participant
        participant.session = Session(SID)
        yield conference
        await conference.close()


def says(action: str, transport: Element) -> Element:
    jingle = Element(f"{{{JINGLE}}}jingle", action=action, sid=SID)
    SubElement(jingle, f"{{{JINGLE}}}content", name="audio").append(transport)
    request = iq("set", "focus", jingle, id="1")
    request.set("from", f"{ROOM}/{PAGE}")
    return request


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    page = Page()
    yield page
    await page.close()


async def test_a_page_that_never_says_where_it_is_is_found_by_its_checks(page: Page) -> None:
    async with conference() as room:
        bridge = await room.bridge.allocate(PAGE)
        await page.gather()
        await room.jingle(says("session-accept", page.transport()))
        assert await page.connect(bridge, bridge.candidates) == "connected"
        await room.bridge.endpoints[PAGE].connection.up.wait()
    assert room.refused() == []


async def test_a_page_may_say_where_it_is_after_its_answer(page: Page) -> None:
    async with conference() as room:
        bridge = await room.bridge.allocate(PAGE)
        candidates = await page.gather()
        await room.jingle(says("session-accept", page.transport()))
        await room.jingle(says("transport-info", page.transport(*candidates)))
        assert await page.connect(bridge, ()) == "connected"
        await room.bridge.endpoints[PAGE].connection.up.wait()
    assert room.refused() == []
