"""A client of an XMPP server over a WebSocket (RFC 7395), as much as the focus needs."""

from __future__ import annotations

import asyncio
import base64
import itertools
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, SubElement, fromstring, tostring

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

CLIENT = "jabber:client"
FRAMING = "urn:ietf:params:xml:ns:xmpp-framing"
SASL = "urn:ietf:params:xml:ns:xmpp-sasl"
BIND = "urn:ietf:params:xml:ns:xmpp-bind"
STANZAS = "urn:ietf:params:xml:ns:xmpp-stanzas"
DISCO_INFO = "http://jabber.org/protocol/disco#info"
MUC = "http://jabber.org/protocol/muc"
MUC_USER = "http://jabber.org/protocol/muc#user"
MUC_ADMIN = "http://jabber.org/protocol/muc#admin"
MUC_OWNER = "http://jabber.org/protocol/muc#owner"
NICK = "http://jabber.org/protocol/nick"
DATA_FORM = "jabber:x:data"

ANSWER_SECONDS = 15.0
"""How long a request waits for its answer, as Jicofo does."""


class RefusedError(Exception):
    """The other side answered with an error."""


class Stanza:
    """Shorthands for building elements; a name is written ``{namespace}name``."""

    @staticmethod
    def make(name: str, namespace: str, **attributes: str) -> Element:
        return Element(f"{{{namespace}}}{name}", attributes)


def iq(kind: str, to: str, payload: Element | None = None, **attributes: str) -> Element:
    element = Element(f"{{{CLIENT}}}iq", {"type": kind, "to": to, **attributes})
    if payload is not None:
        element.append(payload)
    return element


def addresses_for_everybody() -> Element:
    """Configures a room so that occupants see who the others are (XEP-0045, section 10.2)."""
    query = Element(f"{{{MUC_OWNER}}}query")
    form = SubElement(query, f"{{{DATA_FORM}}}x", type="submit")
    fields = {
        "FORM_TYPE": "http://jabber.org/protocol/muc#roomconfig",
        "muc#roomconfig_whois": "anyone",
    }
    for name, value in fields.items():
        entry = SubElement(form, f"{{{DATA_FORM}}}field", var=name)
        SubElement(entry, f"{{{DATA_FORM}}}value").text = value
    return query


def bare(address: str) -> str:
    return address.partition("/")[0]


def resource(address: str) -> str:
    return address.partition("/")[2]


def domain(address: str) -> str:
    return bare(address).rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class StanzaError:
    """What an error answer says: RFC 6120, section 8.3."""

    condition: str
    text: str = ""
    kind: str = "modify"

    def element(self) -> Element:
        error = Element(f"{{{CLIENT}}}error", {"type": self.kind})
        SubElement(error, f"{{{STANZAS}}}{self.condition}")
        if self.text:
            SubElement(error, f"{{{STANZAS}}}text").text = self.text
        return error


@dataclass
class XmppClient:
    """A session that has logged in; what is no answer to a request goes to ``receive``."""

    socket: ClientConnection
    receive: Callable[[Element], None]
    address: str = ""
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _asked: dict[str, asyncio.Future[Element]] = field(default_factory=dict)

    async def send(self, stanza: Element) -> None:
        await self.socket.send(tostring(stanza, encoding="unicode"))

    async def ask(self, request: Element) -> Element:
        """The answer to ``request``. Raises RefusedError for an error, TimeoutError for none."""
        name = f"consentry-{next(self._numbers)}"
        request.set("id", name)
        answer: asyncio.Future[Element] = asyncio.get_running_loop().create_future()
        self._asked[name] = answer
        try:
            await self.send(request)
            async with asyncio.timeout(ANSWER_SECONDS):
                said = await answer
        finally:
            del self._asked[name]
        if said.get("type") == "error":
            raise RefusedError(tostring(said, encoding="unicode"))
        return said

    async def answer(self, request: Element, payload: Element | None = None) -> None:
        await self.send(iq("result", request.attrib["from"], payload, id=request.attrib["id"]))

    async def refuse(self, request: Element, error: StanzaError) -> None:
        back = iq("error", request.attrib["from"], error.element(), id=request.attrib["id"])
        await self.send(back)

    async def read(self) -> None:
        """Sort what comes in until the server hangs up."""
        try:
            async for text in self.socket:
                self._sort(fromstring(text))
        except ConnectionClosed:
            return

    def _sort(self, stanza: Element) -> None:
        is_answer = stanza.tag == f"{{{CLIENT}}}iq" and stanza.get("type") in ("result", "error")
        waiting = self._asked.get(stanza.get("id", "")) if is_answer else None
        if waiting is None:
            self.receive(stanza)
        elif not waiting.done():
            waiting.set_result(stanza)


@asynccontextmanager
async def logged_in(
    url: str, account: str, password: str, receive: Callable[[Element], None]
) -> AsyncIterator[XmppClient]:
    """``account`` at the server ``url``, with the name of the account as its resource."""
    async with connect(url, subprotocols=[Subprotocol("xmpp")], max_size=1 << 20) as socket:
        client = XmppClient(socket, receive)
        await _log_in(socket, account, password)
        binding = Stanza.make("bind", BIND)
        SubElement(binding, f"{{{BIND}}}resource").text = account.partition("@")[0]
        async with asyncio.TaskGroup() as tasks:
            reading = tasks.create_task(client.read())
            bound = await client.ask(iq("set", domain(account), binding))
            client.address = bound.findtext(f".//{{{BIND}}}jid", "")
            yield client
            reading.cancel()


async def _log_in(socket: ClientConnection, account: str, password: str) -> None:
    user, _, host = account.partition("@")
    opening = tostring(Stanza.make("open", FRAMING, to=host, version="1.0"), encoding="unicode")
    await socket.send(opening)
    await socket.recv()
    await socket.recv()
    token = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
    auth = Stanza.make("auth", SASL, mechanism="PLAIN")
    auth.text = token
    await socket.send(tostring(auth, encoding="unicode"))
    if fromstring(await socket.recv()).tag != f"{{{SASL}}}success":
        raise RefusedError(f"{account} is not let in")
    await socket.send(opening)
    await socket.recv()
    await socket.recv()
