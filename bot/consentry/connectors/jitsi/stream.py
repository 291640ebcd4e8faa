"""An XMPP stream over a WebSocket (RFC 7395): opened, logged in, bound, kept alive."""

from __future__ import annotations

import itertools
from collections import deque
from dataclasses import dataclass
from enum import Enum, auto

from consentry.connectors.jitsi import sasl
from consentry.connectors.jitsi.stanzas import (
    BIND,
    CLIENT,
    FRAMING,
    PING,
    SASL,
    STREAMS,
    Jid,
    iq,
    refusal,
    result,
)
from consentry.connectors.jitsi.xml import Element, element, parse
from consentry.errors import EndReason, SignalingError

PING_SECONDS = 10.0
"""Between two questions whether the server is there."""

PONG_SECONDS = 5.0
"""Without an answer after which it is not."""

LOGIN_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Login:
    """How the bot comes in."""

    domain: str
    nonce: str
    """Random, of this stream alone (RFC 5802 section 5.1)."""
    account: sasl.Account | None = None
    """None: as a guest."""
    token: bool = False
    """Whether the address carries a token; what the server refuses is that, then."""
    tls: bool = True


@dataclass(frozen=True, slots=True)
class Bound:
    """The stream stands; the bot's address on it."""

    jid: Jid


@dataclass(frozen=True, slots=True)
class Came:
    """A stanza that is not the stream's own business."""

    stanza: Element


@dataclass(frozen=True, slots=True)
class Refused:
    """The server does not let the bot in."""

    reason: EndReason


@dataclass(frozen=True, slots=True)
class Broken:
    """The stream is of no use any more."""


StreamHappening = Bound | Came | Refused | Broken


class _State(Enum):
    OPENING = auto()
    AUTHENTICATING = auto()
    REOPENING = auto()
    BINDING = auto()
    BOUND = auto()
    CLOSED = auto()


class Stream:
    """The client's end. ``now`` is in seconds, by any clock that only grows."""

    def __init__(self, login: Login, now: float) -> None:
        self._login = login
        self._state = _State.OPENING
        self._mechanism: sasl.Mechanism | None = None
        self._output: deque[str] = deque()
        self._numbers = itertools.count(1)
        self._now = now
        self._due = now + LOGIN_SECONDS
        """When something has to have come."""
        self._ping: str | None = None
        """The id of the question that waits for its answer."""
        self._open()

    @property
    def closed(self) -> bool:
        return self._state is _State.CLOSED

    def next_id(self) -> str:
        """An id for a stanza of ours."""
        return f"c{next(self._numbers)}"

    def send(self, stanza: Element) -> None:
        if not self.closed:
            self._output.append(str(stanza))

    def close(self) -> None:
        """End the stream (RFC 7395 section 3.6)."""
        if not self.closed:
            self._output.append(str(element("close", FRAMING)))
            self._state = _State.CLOSED

    def data_to_send(self) -> list[str]:
        """The frames that have to go out now, in order; each is returned once."""
        output = list(self._output)
        self._output.clear()
        return output

    def next_timeout(self) -> float | None:
        """When :meth:`handle_timeout` has to be called at the latest."""
        return None if self.closed else self._due

    def handle_timeout(self, now: float) -> list[StreamHappening]:
        """Time passed: ask whether the server is there, or see that it is not."""
        self._now = now
        if self.closed or now < self._due:
            return []
        if self._state is not _State.BOUND or self._ping is not None:
            return self._broken()
        self._ping = self.next_id()
        ping = element("ping", PING)
        self.send(iq("get", self._login.domain, self._ping, ping))
        self._due = now + PONG_SECONDS
        return []

    def receive(self, text: str | bytes) -> list[StreamHappening]:
        """One frame came. SignalingError if it breaks the protocol."""
        if self.closed:
            return []
        stanza = parse(text)
        if self._state is _State.BOUND:
            self._ping, self._due = None, self._now + PING_SECONDS
        match stanza.namespace, stanza.name:
            case (_, "close") if stanza.namespace == FRAMING:
                return self._broken()
            case (_, "error") if stanza.namespace == STREAMS:
                return self._broken()
            case (_, "open") if stanza.namespace == FRAMING:
                return []
            case (_, "features") if stanza.namespace == STREAMS:
                return self._features(stanza)
            case (_, name) if stanza.namespace == SASL:
                return self._sasl(name, stanza)
            case (_, "iq" | "message" | "presence") if stanza.namespace == CLIENT:
                return self._stanza(stanza)
            case _:
                raise SignalingError("an element that is no part of a stream")

    def _features(self, features: Element) -> list[StreamHappening]:
        if self._state is _State.OPENING:
            return self._authenticate(features)
        if self._state is not _State.REOPENING:
            raise SignalingError("features out of turn")
        self._state = _State.BINDING
        self.send(iq("set", None, self.next_id(), element("bind", BIND)))
        return []

    def _authenticate(self, features: Element) -> list[StreamHappening]:
        mechanisms = features.find("mechanisms", SASL)
        offered = [m.text for m in mechanisms.all("mechanism")] if mechanisms is not None else []
        login = self._login
        try:
            self._mechanism = sasl.choose(offered, login.account, login.nonce, login.tls)
        except SignalingError:
            return self._refused(EndReason.NOT_ALLOWED)
        self._state = _State.AUTHENTICATING
        attributes = {"mechanism": self._mechanism.name}
        self.send(element("auth", SASL, self._mechanism.first(), attributes=attributes))
        return []

    def _sasl(self, name: str, stanza: Element) -> list[StreamHappening]:
        if self._state is not _State.AUTHENTICATING or self._mechanism is None:
            raise SignalingError("an answer to a login that is not under way")
        match name:
            case "challenge":
                self.send(element("response", SASL, self._mechanism.respond(stanza.text)))
            case "success":
                self._mechanism.finish(stanza.text)
                self._state = _State.REOPENING
                self._open()
            case "failure":
                return self._refused(self._why(stanza))
            case _:
                raise SignalingError("a login that goes no known way")
        return []

    def _why(self, failure: Element) -> EndReason:
        """Prosody's module for tokens says so in words where one has run out."""
        said = failure.find("text")
        words = said.text.lower() if said is not None else ""
        expired = self._login.token and ("exp" in words or failure.find("credentials-expired"))
        return EndReason.TOKEN_EXPIRED if expired else EndReason.NOT_ALLOWED

    def _stanza(self, stanza: Element) -> list[StreamHappening]:
        if self._state is _State.BINDING and stanza.name == "iq":
            return self._bound(stanza)
        if self._state is not _State.BOUND:
            raise SignalingError("a stanza before the stream stands")
        if stanza.name == "iq" and stanza.find("ping", PING) and stanza.get("type") == "get":
            self.send(result(stanza))
            return []
        return [Came(stanza)]

    def _bound(self, answer: Element) -> list[StreamHappening]:
        bound = answer.walk("bind", "jid")
        jid = Jid.parse(bound.text) if bound is not None else None
        if answer.get("type") != "result" or jid is None or not jid.resource:
            return self._refused(EndReason.NOT_ALLOWED)
        self._state = _State.BOUND
        self._due = self._now + PING_SECONDS
        return [Bound(jid)]

    def refuse(self, request: Element) -> None:
        """Answer a request that nobody here takes (RFC 6120 section 8.4)."""
        if request.get("type") in ("get", "set"):
            self.send(refusal(request, "cancel", "service-unavailable"))

    def _open(self) -> None:
        attributes = {"to": self._login.domain, "version": "1.0"}
        self._output.append(str(element("open", FRAMING, attributes=attributes)))

    def _refused(self, reason: EndReason) -> list[StreamHappening]:
        self.close()
        return [Refused(reason)]

    def _broken(self) -> list[StreamHappening]:
        self._state = _State.CLOSED
        return [Broken()]
