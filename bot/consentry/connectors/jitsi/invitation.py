"""The Jingle session with Jicofo: one at a time, and none with anybody else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from consentry.connectors.jitsi import jingle
from consentry.connectors.jitsi.happenings import (
    Candidates,
    Happening,
    Invited,
    Sourced,
    Uninvited,
)
from consentry.connectors.jitsi.sources import SourceTable, read_sources
from consentry.connectors.jitsi.stanzas import FOCUS, Jid, iq, refusal, result
from consentry.connectors.jitsi.xml import Element, element
from consentry.errors import SignalingError

UNKNOWN_SESSION = element("unknown-session", "urn:xmpp:jingle:errors:1")
MAX_SID = 256


@dataclass(slots=True)
class _Session:
    sid: str
    bridge_session: str | None
    contents: tuple[str, ...]
    sources: SourceTable
    accepting: str = "session-accept"
    """The action that answers what was offered last."""


@dataclass(slots=True)
class Invitation:
    """``send`` takes the stanzas that go out, ``next_id`` names them."""

    send: Callable[[Element], None]
    next_id: Callable[[], str]
    _session: _Session | None = None
    _focus: Jid | None = None
    _waiting: set[str] = field(default_factory=set)
    """Ids of what of ours Jicofo has not answered."""

    def receive(self, request: Element, focus: Jid) -> list[Happening]:
        """A Jingle request of the focus's; SignalingError if it can't be read."""
        said = request.find("jingle", jingle.JINGLE)
        sid = said.get("sid") if said is not None else None
        if said is None or not sid or len(sid) > MAX_SID:
            self.send(refusal(request, "modify", "bad-request"))
            raise SignalingError("a session without a name")
        self._focus = focus
        action = said.get("action")
        session = self._session
        if action != "session-initiate" and (session is None or session.sid != sid):
            self.send(refusal(request, "cancel", "item-not-found", UNKNOWN_SESSION))
            return []
        try:
            happenings = self._act(action, sid, said)
        except SignalingError:
            self.send(refusal(request, "modify", "bad-request"))
            raise
        self.send(result(request))
        return happenings

    def decline(self, request: Element) -> None:
        """A session that the bot does not take: another client's, as Jitsi's clients connect to
        each other where they can; or Jicofo's, where the bridge brings media by itself."""
        said = request.find("jingle", jingle.JINGLE)
        sender, sid = Jid.parse(request.get("from")), said.get("sid") if said is not None else None
        if said is None or sender is None or said.get("action") != "session-initiate" or not sid:
            self.send(refusal(request, "cancel", "item-not-found", UNKNOWN_SESSION))
            return
        self.send(result(request))
        reason = element("reason", jingle.JINGLE, element("decline", jingle.JINGLE))
        attributes = {"action": "session-terminate", "sid": sid[:MAX_SID]}
        bridge = None
        if (offered := said.find("bridge-session", FOCUS)) is not None:
            bridge = element("bridge-session", FOCUS, attributes={"id": offered.get("id")})
        ended = element("jingle", jingle.JINGLE, reason, bridge, attributes=attributes)
        self.send(iq("set", sender, self.next_id(), ended))

    def accept(self, answer: str) -> None:
        """Answer what was offered last."""
        if (session := self._session) is not None:
            contents = jingle.accept(answer, session.contents)
            self._say(session, session.accepting, *contents)

    def give_up(self) -> bool:
        """Ask for a new invitation in place of this one; false where there is none."""
        session, self._session = self._session, None
        if session is None:
            return False
        reason = element("reason", jingle.JINGLE, element("connectivity-error", jingle.JINGLE))
        again = None
        if session.bridge_session is not None:
            attributes = {"id": session.bridge_session, "restart": "true"}
            again = element("bridge-session", FOCUS, attributes=attributes)
        self._say(session, "session-terminate", reason, again)
        return True

    def answered(self, answer: Element) -> list[Happening]:
        """Jicofo answered a request of ours; where it refused, the session is no more."""
        id_ = answer.get("id") or ""
        if id_ not in self._waiting:
            return []
        self._waiting.discard(id_)
        if answer.get("type") != "error" or self._session is None:
            return []
        self._session = None
        return [Uninvited()]

    def forget(self) -> list[Happening]:
        """Whoever invited is gone."""
        had, self._session = self._session is not None, None
        self._waiting.clear()
        return [Uninvited()] if had else []

    def _act(self, action: str | None, sid: str, said: Element) -> list[Happening]:
        session = self._session
        match action:
            case "session-initiate":
                return self._begin(sid, said, "session-accept")
            case "transport-replace" if session is not None:
                return self._begin(sid, said, "transport-accept")
            case "source-add" | "addsource" if session is not None:
                session.sources.add(read_sources(said))
                return [Sourced(tuple(session.sources))]
            case "source-remove" | "removesource" if session is not None:
                session.sources.remove(read_sources(said))
                return [Sourced(tuple(session.sources))]
            case "transport-info":
                return [Candidates(jingle.read_candidates(said))]
            case "session-terminate":
                return self.forget()
            case "session-info" | "content-modify":
                return []
            case _:
                raise SignalingError("a Jingle action that a client does not take")

    def _begin(self, sid: str, said: Element, accepting: str) -> list[Happening]:
        offer, sources = jingle.read_offer(said), SourceTable(read_sources(said))
        replaced = self.forget()
        self._session = _Session(sid, offer.bridge_session, offer.contents, sources, accepting)
        return [*replaced, Invited(offer.sdp, offer.socket), Sourced(tuple(sources))]

    def _say(self, session: _Session, action: str, *children: Element | None) -> None:
        if self._focus is None:
            return
        id_ = self.next_id()
        if action != "session-terminate":
            self._waiting.add(id_)
        attributes = {"action": action, "sid": session.sid}
        said = element("jingle", jingle.JINGLE, *children, attributes=attributes)
        self.send(iq("set", self._focus, id_, said))
