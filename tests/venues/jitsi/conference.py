"""One call as the focus keeps it: members of the room, their sessions, whose sources are told."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from xml.etree.ElementTree import Element, SubElement

from .bridge import Bridge
from .jingle import Participant, Refusal, Session, State, first_transport
from .offer import (
    DEFAULT_FEATURES,
    FOCUS_PROTOCOL,
    bridge_session,
    bundle,
    contents,
    json_message,
)
from .sockets import BridgeSockets
from .sources import (
    JINGLE,
    MediaSource,
    SourceBook,
    SourceSet,
    SourcesRefusedError,
    compact_json,
    read_sources,
)
from .transport import TransportRefusedError, read_candidates, read_transport
from .xmpp import (
    CLIENT,
    DISCO_INFO,
    MUC,
    MUC_ADMIN,
    MUC_USER,
    NICK,
    RefusedError,
    XmppClient,
    addresses_for_everybody,
    bare,
    iq,
    resource,
)

RESTART_SECONDS = 5.0
"""A session may be restarted this often (restart-request-rate-limits.min-interval)."""
_NICK = "focus"
_BRIDGE_SOURCES = SourceSet(
    frozenset(
        {
            MediaSource(1_000_001, "video", "jvb-v0", "mixedmslabel mixedlabelvideo0"),
            MediaSource(1_000_002, "audio", "jvb-a0", "mixedmslabel mixedlabelaudio0"),
        }
    )
)


@dataclass(frozen=True, slots=True)
class Policy:
    """What Jicofo can be configured to do."""

    min_participants: int = 2
    auto_owner: bool = True
    """The first to come is made owner, and the next when they leave."""
    sockets: bool = True
    """The bridge channel can be had by WebSocket too."""


@dataclass
class Conference:
    """One room."""

    room: str
    client: XmppClient
    tasks: asyncio.TaskGroup
    policy: Policy
    clock: Callable[[], float]
    book: SourceBook = field(default_factory=SourceBook)
    members: dict[str, Element] = field(default_factory=dict)
    """By nick, in the order they came: their last presence."""
    participants: dict[str, Participant] = field(default_factory=dict)
    """Those who were invited."""
    complaints: list[str] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    """What everybody called themselves who was ever here, by nick."""
    on_empty: Callable[[Conference], None] = lambda conference: None
    sockets: BridgeSockets | None = None
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    """What the bridge knows it by."""
    _owner: str | None = None
    _watching: asyncio.Task[None] | None = None
    _bridge_session: str = field(default_factory=lambda: secrets.token_hex(4))

    def __post_init__(self) -> None:
        self.bridge = Bridge(self.tasks, lambda: self.book.by_owner, self.clock)

    def refused(self) -> list[str]:
        """What Jicofo or a videobridge would not have taken, each with the name of who sent it."""
        said = (text.partition(": ") for text in [*self.complaints, *self.bridge.refused])
        return [f"{self.names.get(nick, nick)}: {text}" for nick, _, text in said]

    async def join(self) -> None:
        presence = Element(f"{{{CLIENT}}}presence", to=f"{self.room}/{_NICK}")
        SubElement(presence, f"{{{MUC}}}x")
        properties = SubElement(presence, f"{{{FOCUS_PROTOCOL}}}conference-properties")
        told = {"key": "support-terminate-restart", "value": "true"}
        SubElement(properties, f"{{{FOCUS_PROTOCOL}}}property", told)
        await self.client.send(presence)
        await self.client.ask(iq("set", self.room, addresses_for_everybody()))
        self._watching = self.tasks.create_task(self.bridge.watch())

    async def leave(self) -> None:
        left = Element(f"{{{CLIENT}}}presence", to=f"{self.room}/{_NICK}", type="unavailable")
        await self.close()
        await self.client.send(left)

    async def close(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
        await self.bridge.close()

    def presence(self, stanza: Element) -> None:
        nick = resource(stanza.attrib["from"])
        if nick == _NICK or not nick:
            return
        if stanza.get("type") == "unavailable":
            self.tasks.create_task(self._left(nick))
        elif stanza.get("type") is None:
            new = nick not in self.members
            self.names[nick] = stanza.findtext(f"{{{NICK}}}nick") or nick
            self.members[nick] = stanza
            if new:
                self.tasks.create_task(self._joined(nick))

    async def _joined(self, nick: str) -> None:
        await self._elect_owner()
        if len(self.members) < self.policy.min_participants:
            return
        for name in list(self.members) if not self.participants else [nick]:
            if name not in self.participants and name in self.members:
                participant = Participant(f"{self.room}/{name}", name)
                self.participants[name] = participant
                participant.features = await self._features(participant.address)
                await self.invite(participant)

    async def _features(self, address: str) -> frozenset[str]:
        query = Element(f"{{{DISCO_INFO}}}query")
        try:
            answer = await self.client.ask(iq("get", address, query))
        except (RefusedError, TimeoutError) as error:
            self.complaints.append(f"{resource(address)}: no answer to disco#info: {error}")
            return DEFAULT_FEATURES
        return frozenset(e.get("var", "") for e in answer.iter(f"{{{DISCO_INFO}}}feature"))

    async def _elect_owner(self) -> None:
        if not self.policy.auto_owner or self._owner in self.members:
            return
        nick = next(iter(self.members), None)
        item = self._item(nick) if nick else None
        if nick is None or item is None or "jid" not in item.attrib:
            return
        self._owner = nick
        if item.get("affiliation") != "owner":
            query = Element(f"{{{MUC_ADMIN}}}query")
            address = bare(item.attrib["jid"])
            SubElement(query, f"{{{MUC_ADMIN}}}item", affiliation="owner", jid=address)
            await self.client.ask(iq("set", self.room, query))

    def _item(self, nick: str) -> Element | None:
        return self.members[nick].find(f"{{{MUC_USER}}}x/{{{MUC_USER}}}item")

    async def _left(self, nick: str) -> None:
        self.members.pop(nick, None)
        participant = self.participants.pop(nick, None)
        if participant is not None:
            participant.end_session()
            self.book.drop(nick)
            for other in self.participants.values():
                other.told.pop(nick, None)
            self.bridge.sources_changed()
            await self.bridge.expire(nick)
        if self.members:
            await self._elect_owner()
        else:
            self.on_empty(self)

    async def invite(self, participant: Participant) -> None:
        """A session-initiate with everybody else's sources. An error answer ends the attempt."""
        transport = await self.bridge.allocate(participant.name)
        endpoint = self.bridge.endpoints.get(participant.name)
        if endpoint is None:
            return  # they have left meanwhile
        if self.sockets is not None:
            password = endpoint.connection.password
            socket = self.sockets.url(self.id, participant.name, password)
            transport = replace(transport, websocket=socket)
        participant.session = session = Session(secrets.token_hex(6))
        participant.told = self._sources_for(participant)
        offered = contents(participant.features, transport)
        jingle = self._jingle(session, "session-initiate")
        jingle.set("initiator", self.client.address)
        jingle.extend(offered)
        jingle.append(bundle(offered))
        jingle.append(bridge_session(self._bridge_session))
        jingle.append(json_message(compact_json(participant.told | {"jvb": _BRIDGE_SOURCES})))
        try:
            await self.client.ask(iq("set", participant.address, jingle))
        except RefusedError as error:
            self.complaints.append(f"{participant.name}: session-initiate refused: {error}")
            await self.bridge.expire(participant.name)
        except TimeoutError:
            return

    async def kick(self, name: str) -> None:
        """Throw out whoever is called ``name``."""
        for nick in list(self.members):
            if self.names[nick] == name:
                query = Element(f"{{{MUC_ADMIN}}}query")
                SubElement(query, f"{{{MUC_ADMIN}}}item", nick=nick, role="none")
                await self.client.ask(iq("set", self.room, query))

    async def restart_bridge(self) -> None:
        """Every session is ended and begun anew, as when a videobridge is replaced."""
        self._bridge_session = secrets.token_hex(4)
        for participant in list(self.participants.values()):
            await self.reinvite(participant)

    async def reinvite(self, participant: Participant) -> None:
        await self._drop_sources(participant)
        await self.terminate(participant, "success", "moving")
        await self.invite(participant)

    async def terminate(self, participant: Participant, reason: str, text: str = "") -> None:
        session = participant.end_session()
        if session is None:
            return
        jingle = self._jingle(session, "session-terminate")
        why = SubElement(jingle, f"{{{JINGLE}}}reason")
        SubElement(why, f"{{{JINGLE}}}{reason}")
        if text:
            SubElement(why, f"{{{JINGLE}}}text").text = text
        await self._ask(participant, jingle)

    async def jingle(self, stanza: Element) -> None:
        """What a participant asks, answered with a result or with the error Jicofo gives."""
        participant = self.participants.get(resource(stanza.attrib["from"]))
        jingle = stanza.find(f"{{{JINGLE}}}jingle")
        assert jingle is not None
        try:
            session = Session.of(participant, jingle)
            assert participant is not None
            await self._obey(participant, session, jingle)
        except Refusal as refusal:
            who, action = resource(stanza.attrib["from"]), jingle.get("action")
            self.complaints.append(f"{who}: {action}: {refusal.error.text}")
            await self.client.refuse(stanza, refusal.error)
            return
        await self.client.answer(stanza)
        if jingle.get("action") == "session-accept":
            await self._tell_sources(participant)

    async def _obey(self, participant: Participant, session: Session, jingle: Element) -> None:
        said = jingle.findall(f"{{{JINGLE}}}content")
        match jingle.get("action"):
            case "session-accept" | "transport-accept":
                await self._accepted(participant, session, said)
            case "source-add" | "addsource":
                await self._add_sources(participant, self._read_sources(said))
            case "source-remove" | "removesource":
                await self._remove_sources(participant, self._read_sources(said))
            case "transport-info":
                await self._transport_info(participant, said)
            case "session-info":
                await self._session_info(participant, jingle)
            case "session-terminate":
                await self._session_terminate(participant, jingle)
            case "transport-reject":
                return
            case _:
                raise Refusal("feature-not-implemented", "Unsupported 'action'")

    async def _accepted(
        self, participant: Participant, session: Session, said: list[Element]
    ) -> None:
        session.accept()
        try:
            remote = read_transport(first_transport(said))
            await self._add_sources(participant, self._read_sources(said))
        except TransportRefusedError as error:
            session.state = State.ENDED
            raise Refusal("bad-request", str(error)) from error
        except Refusal:
            session.state = State.ENDED
            raise
        self.bridge.connect(participant.name, remote)

    async def _transport_info(self, participant: Participant, said: list[Element]) -> None:
        try:
            candidates = read_candidates(first_transport(said))
        except TransportRefusedError as error:
            raise Refusal("bad-request", str(error)) from error
        await self.bridge.try_at(participant.name, candidates)

    def _read_sources(self, said: list[Element]) -> SourceSet:
        try:
            return read_sources(said)
        except SourcesRefusedError as error:
            raise Refusal("bad-request", str(error)) from error

    async def _add_sources(self, participant: Participant, new: SourceSet) -> None:
        if not new:
            return
        try:
            self.book.add(participant.name, new)
        except SourcesRefusedError as error:
            raise Refusal("bad-request", str(error)) from error
        self.bridge.sources_changed()
        await self._tell_everybody_but(participant)

    async def _remove_sources(self, participant: Participant, gone: SourceSet) -> None:
        if not gone:
            return
        try:
            self.book.remove(participant.name, gone)
        except SourcesRefusedError as error:
            raise Refusal("bad-request", str(error)) from error
        self.bridge.sources_changed()
        await self._tell_everybody_but(participant)

    async def _drop_sources(self, participant: Participant) -> None:
        if self.book.drop(participant.name):
            self.bridge.sources_changed()
            await self._tell_everybody_but(participant)

    async def _session_info(self, participant: Participant, jingle: Element) -> None:
        """``ice-state`` failed: a new session. A restart of ICE alone is turned off here."""
        named = jingle.find(f"{{{FOCUS_PROTOCOL}}}bridge-session")
        if named is not None and named.get("ice-restart") == "true":
            raise Refusal("feature-not-implemented", "in-place ICE restart is disabled")
        state = jingle.find("{http://jitsi.org/protocol/focus}ice-state")
        failed = state is not None and (state.text or "").lower() == "failed"
        if failed and named is not None and named.get("id") == self._bridge_session:
            self.tasks.create_task(self.reinvite(participant))

    async def _session_terminate(self, participant: Participant, jingle: Element) -> None:
        named = jingle.find(f"{{{FOCUS_PROTOCOL}}}bridge-session")
        if named is not None and named.get("id") not in (None, self._bridge_session):
            raise Refusal("item-not-found", "Invalid bridge session ID")
        participant.end_session()
        await self._drop_sources(participant)
        await self.bridge.expire(participant.name)
        if named is None or named.get("restart") != "true":
            return
        now = self.clock()
        if now - participant.restarted < RESTART_SECONDS:
            raise Refusal("resource-constraint", "rate-limited")
        participant.restarted = now
        self.tasks.create_task(self.invite(participant))

    def _sources_for(self, participant: Participant) -> dict[str, SourceSet]:
        others = self.book.others(participant.name)
        return {name: s.without_layers() for name, s in others.items()}

    async def _tell_everybody_but(self, participant: Participant) -> None:
        for other in list(self.participants.values()):
            if other is not participant:
                await self._tell_sources(other)

    async def _tell_sources(self, participant: Participant | None) -> None:
        """What changed since the last time, once the session is accepted."""
        if participant is None or participant.session is None:
            return
        if participant.session.state is not State.ACTIVE:
            return
        for action, sources in participant.changes(self._sources_for(participant)):
            jingle = self._jingle(participant.session, action)
            jingle.append(json_message(compact_json(sources)))
            await self._tell(participant, jingle)

    def _jingle(self, session: Session, action: str) -> Element:
        return Element(f"{{{JINGLE}}}jingle", action=action, sid=session.sid)

    async def _tell(self, participant: Participant, jingle: Element) -> None:
        """Without waiting for the answer, as Jicofo; an error is noted."""
        self.tasks.create_task(self._ask(participant, jingle))

    async def _ask(self, participant: Participant, jingle: Element) -> None:
        try:
            await self.client.ask(iq("set", participant.address, jingle))
        except RefusedError as error:
            text = f"{participant.name}: {jingle.get('action')} refused: {error}"
            self.complaints.append(text)
        except TimeoutError:
            return
