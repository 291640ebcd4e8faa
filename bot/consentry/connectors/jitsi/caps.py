"""What the bot says that its client can do (XEP-0030, XEP-0115): Jicofo shapes its offer by it."""

from __future__ import annotations

import base64
import hashlib

from consentry.connectors.jitsi.stanzas import CAPS, DISCO_INFO
from consentry.connectors.jitsi.xml import Element, element

FEATURES = (
    "http://jabber.org/protocol/caps",
    "http://jabber.org/protocol/disco#info",
    "http://jitsi.org/json-encoded-sources",
    "http://jitsi.org/receive-multiple-video-streams",
    "http://jitsi.org/remb",
    "http://jitsi.org/source-name",
    "urn:ietf:rfc:4588",
    "urn:ietf:rfc:5761",
    "urn:ietf:rfc:5888",
    "urn:xmpp:jingle:1",
    "urn:xmpp:jingle:apps:dtls:0",
    "urn:xmpp:jingle:apps:rtp:1",
    "urn:xmpp:jingle:apps:rtp:audio",
    "urn:xmpp:jingle:apps:rtp:video",
    "urn:xmpp:jingle:transports:dtls-sctp:1",
    "urn:xmpp:jingle:transports:ice-udp:1",
    "urn:xmpp:ping",
)
"""Sorted. Without rewriting of sources, Jicofo names each one and whose it is, which says exactly
who speaks; without RED and transport-cc, the bridge sends plain Opus and wants no feedback."""

_NODE = "https://consentry"
_IDENTITY = ("client", "bot", "", "Consentry")


def version() -> str:
    """The verification string of XEP-0115 section 5.1."""
    parts = ["/".join(_IDENTITY), *FEATURES]
    return base64.b64encode(
        hashlib.sha1("".join(f"{part}<" for part in parts).encode(), usedforsecurity=False).digest()
    ).decode()


def presence() -> Element:
    """What presence says of it."""
    attributes = {"hash": "sha-1", "node": _NODE, "ver": version()}
    return element("c", CAPS, attributes=attributes)


def disco(query: Element) -> Element:
    """The answer to a disco#info query, whatever node it asks about."""
    category, kind, _, name = _IDENTITY
    identity = {"category": category, "type": kind, "name": name}
    return element(
        "query",
        DISCO_INFO,
        element("identity", DISCO_INFO, attributes=identity),
        *(element("feature", DISCO_INFO, attributes={"var": each}) for each in FEATURES),
        attributes={"node": query.get("node")},
    )
