"""XMPP's addresses, namespaces, and the stanzas that every part of the connector builds."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from consentry.connectors.jitsi.xml import Element, element

CLIENT = "jabber:client"
FRAMING = "urn:ietf:params:xml:ns:xmpp-framing"
"""RFC 7395."""
SASL = "urn:ietf:params:xml:ns:xmpp-sasl"
BIND = "urn:ietf:params:xml:ns:xmpp-bind"
STREAMS = "http://etherx.jabber.org/streams"
STANZA_ERRORS = "urn:ietf:params:xml:ns:xmpp-stanzas"
PING = "urn:xmpp:ping"
"""XEP-0199."""
DISCO_INFO = "http://jabber.org/protocol/disco#info"
"""XEP-0030."""
CAPS = "http://jabber.org/protocol/caps"
"""XEP-0115."""
MUC = "http://jabber.org/protocol/muc"
MUC_ADMIN = "http://jabber.org/protocol/muc#admin"
MUC_USER = "http://jabber.org/protocol/muc#user"
"""XEP-0045."""
NICK = "http://jabber.org/protocol/nick"
"""XEP-0172."""
FOCUS = "http://jitsi.org/protocol/focus"
JITMEET = "http://jitsi.org/jitmeet"
DELAY = "urn:xmpp:delay"
"""XEP-0203."""
RETRACT = "urn:xmpp:message-retract:1"
"""XEP-0424."""

MAX_JID = 3071
"""Bytes, by RFC 7622 section 3.1."""


@dataclass(frozen=True, slots=True)
class Jid:
    """An address, ``node@domain/resource``; the empty string where a part is absent."""

    domain: str
    node: str = ""
    resource: str = ""

    @classmethod
    def parse(cls, text: str | None) -> Jid | None:
        """The address that ``text`` is; ``None`` if it is none."""
        if not text or len(text) > MAX_JID:
            return None
        bare, _, resource = text.partition("/")
        node, at, domain = bare.rpartition("@")
        if not domain or (at and not node):
            return None
        return cls(domain.lower(), node.lower(), resource)

    @property
    def bare(self) -> Jid:
        return Jid(self.domain, self.node)

    def at(self, resource: str) -> Jid:
        """The same with this resource."""
        return Jid(self.domain, self.node, resource)

    def __str__(self) -> str:
        node = f"{self.node}@" if self.node else ""
        resource = f"/{self.resource}" if self.resource else ""
        return f"{node}{self.domain}{resource}"


def iq(kind: str, to: Jid | str | None, id_: str, *children: Element | None) -> Element:
    """An IQ of this type (RFC 6120 section 8.2.3)."""
    attributes = {"type": kind, "to": str(to) if to is not None else None, "id": id_}
    return element("iq", CLIENT, *children, attributes=attributes)


def result(request: Element, *children: Element) -> Element:
    """The answer to ``request``."""
    return iq("result", request.get("from"), request.get("id") or "", *children)


def refusal(request: Element, kind: str, condition: str, *more: Element) -> Element:
    """The error that answers ``request`` (RFC 6120 section 8.3)."""
    error = element(
        "error", CLIENT, element(condition, STANZA_ERRORS), *more, attributes={"type": kind}
    )
    return iq("error", request.get("from"), request.get("id") or "", error)


def message(to: Jid, kind: str, id_: str, *children: Element) -> Element:
    """A message, ``groupchat`` to a room or ``chat`` to one occupant of it."""
    attributes = {"to": str(to), "type": kind, "id": id_}
    return element("message", CLIENT, *children, attributes=attributes)


def body(text: str) -> Element:
    return element("body", CLIENT, text)


def json_message(payload: Any) -> Element:
    """Jitsi's carrier for what is no chat."""
    return element("json-message", JITMEET, json.dumps(payload, separators=(",", ":")))


def condition(stanza: Element) -> str:
    """What an error stanza says is wrong; ``undefined-condition`` where it says nothing."""
    error = stanza.find("error")
    for child in error.children if error is not None else ():
        if child.namespace == STANZA_ERRORS and child.name != "text":
            return child.name
    return "undefined-condition"
