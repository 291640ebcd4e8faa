"""A bridge's transport in Jingle's words (XEP-0176, XEP-0320, XEP-0343) and back."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement

from aioice import Candidate

ICE = "urn:xmpp:jingle:transports:ice-udp:1"
DTLS = "urn:xmpp:jingle:apps:dtls:0"
SCTP = "urn:xmpp:jingle:transports:dtls-sctp:1"
COLIBRI = "http://jitsi.org/protocol/colibri"

SCTP_PORT = 5000


class TransportRefusedError(Exception):
    """A videobridge could not connect with this."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Of a DTLS certificate."""

    algorithm: str
    value: str


@dataclass(frozen=True, slots=True)
class RemoteTransport:
    """What an endpoint says of its side."""

    username: str
    password: str
    fingerprints: tuple[Fingerprint, ...]
    setup: str
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class LocalTransport:
    """What the bridge says of its side."""

    username: str
    password: str
    fingerprint: Fingerprint
    candidates: tuple[Candidate, ...]
    websocket: str | None = None
    """Where the bridge channel is by WebSocket."""

    def element(self, with_sctp: bool) -> Element:
        transport = Element(f"{{{ICE}}}transport", ufrag=self.username, pwd=self.password)
        SubElement(transport, f"{{{ICE}}}rtcp-mux")
        attributes = {"setup": "actpass", "hash": self.fingerprint.algorithm}
        fingerprint = SubElement(transport, f"{{{DTLS}}}fingerprint", attributes)
        fingerprint.text = self.fingerprint.value
        if self.websocket is not None:
            SubElement(transport, f"{{{COLIBRI}}}web-socket", url=self.websocket)
        for number, candidate in enumerate(self.candidates):
            SubElement(transport, f"{{{ICE}}}candidate", _candidate(candidate, number))
        if with_sctp:
            numbers = {"number": str(SCTP_PORT), "streams": "1024"}
            SubElement(transport, f"{{{SCTP}}}sctpmap", numbers, protocol="webrtc-datachannel")
        return transport


def _candidate(candidate: Candidate, number: int) -> dict[str, str]:
    return {
        "component": "1",
        "foundation": candidate.foundation,
        "generation": "0",
        "id": f"{candidate.foundation}-{number}",
        "ip": candidate.host,
        "network": "0",
        "port": str(candidate.port),
        "priority": str(candidate.priority),
        "protocol": "udp",
        "type": candidate.type,
    }


def read_transport(transport: Element) -> RemoteTransport:
    """Raises TransportRefusedError where something is missing or wrong."""
    prints = transport.findall(f"{{{DTLS}}}fingerprint")
    if not prints:
        raise TransportRefusedError("no fingerprint")
    setup = prints[0].get("setup", "")
    if setup != "active":
        text = f"setup is {setup!r}: the bridge answers DTLS and SCTP and begins neither"
        raise TransportRefusedError(text)
    username, password = transport.get("ufrag", ""), transport.get("pwd", "")
    if len(username) < 4 or len(password) < 22:
        raise TransportRefusedError("no ICE credentials")
    values = tuple(Fingerprint(p.get("hash", "").lower(), (p.text or "").strip()) for p in prints)
    return RemoteTransport(username, password, values, setup, read_candidates(transport))


def read_candidates(transport: Element) -> tuple[Candidate, ...]:
    """Where the endpoint may be; often nothing yet. Raises TransportRefusedError."""
    found = (_read(element) for element in transport.findall(f"{{{ICE}}}candidate"))
    return tuple(candidate for candidate in found if candidate is not None)


def _read(element: Element) -> Candidate | None:
    """None for what a bridge passes over: TCP, names of mDNS, RTCP's component."""
    protocol, host = element.get("protocol", "").lower(), element.get("ip", "")
    if protocol != "udp" or host.endswith(".local") or element.get("component") != "1":
        return None
    try:
        return Candidate(
            foundation=element.attrib["foundation"],
            component=1,
            transport="udp",
            priority=int(element.attrib["priority"]),
            host=host,
            port=int(element.attrib["port"]),
            type=element.attrib["type"],
        )
    except (KeyError, ValueError) as error:
        raise TransportRefusedError(f"no candidate: {error}") from error
