"""The focus answers whoever asks, from the moment that the server knows it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from xml.etree.ElementTree import Element, fromstring, tostring

from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

from tests.venues.jitsi.focus import focus_at
from tests.venues.jitsi.offer import FOCUS_PROTOCOL
from tests.venues.jitsi.prosody import CONFERENCE, FOCUS
from tests.venues.jitsi.xmpp import BIND, CLIENT, FRAMING, SASL, Stanza, iq

PAGE = "page@meet.test/1"
WANTED = f"planning@{CONFERENCE}"


class Server:
    """An XMPP server with somebody on it who has been waiting for the focus."""

    def __init__(self) -> None:
        self.answer: asyncio.Future[Element] = asyncio.get_running_loop().create_future()

    async def talk(self, socket: ServerConnection) -> None:
        async for text in socket:
            stanza = fromstring(text)
            match stanza.tag:
                case tag if tag == f"{{{FRAMING}}}open":
                    await self._say(socket, Stanza.make("open", FRAMING), Element("features"))
                case tag if tag == f"{{{SASL}}}auth":
                    await self._say(socket, Stanza.make("success", SASL))
                case tag if tag == f"{{{CLIENT}}}iq" and stanza.get("type") == "set":
                    await self._do(socket, stanza)
                case tag if tag == f"{{{CLIENT}}}iq" and stanza.get("to") == PAGE:
                    self.answer.set_result(stanza)

    async def _do(self, socket: ServerConnection, request: Element) -> None:
        done = iq("result", FOCUS, id=request.attrib["id"])
        if request.find(f"{{{BIND}}}bind") is None:
            await self._say(socket, done)
            return
        conference = Element(f"{{{FOCUS_PROTOCOL}}}conference", room=WANTED)
        asked = iq("set", FOCUS, conference, id="1")
        asked.set("from", PAGE)
        await self._say(socket, done, asked)

    async def _say(self, socket: ServerConnection, *stanzas: Element) -> None:
        for stanza in stanzas:
            await socket.send(tostring(stanza, encoding="unicode"))


@asynccontextmanager
async def xmpp_server() -> AsyncIterator[tuple[Server, str]]:
    server = Server()
    async with serve(server.talk, "127.0.0.1", 0, subprotocols=[Subprotocol("xmpp")]) as listening:
        port = next(iter(listening.sockets)).getsockname()[1]
        yield server, f"ws://127.0.0.1:{port}/xmpp-websocket"


async def test_who_has_been_waiting_for_the_focus_is_answered() -> None:
    async with xmpp_server() as (server, url), asyncio.timeout(10), focus_at(url):
        answer = await server.answer
    conference = answer.find(f"{{{FOCUS_PROTOCOL}}}conference")
    assert conference is not None
    assert (conference.get("room"), conference.get("ready")) == (WANTED, "true")
