"""The focus: logs in as Jicofo does, answers conference requests, and keeps one call per room."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, SubElement

from .bridge import Endpoint
from .conference import Conference, Policy
from .offer import FOCUS_PROTOCOL
from .prosody import CONFERENCE, FOCUS, PASSWORD
from .sockets import BridgeSockets, SocketPorts, bridge_sockets
from .sources import JINGLE
from .xmpp import CLIENT, StanzaError, XmppClient, bare, logged_in

_BAD_REQUEST = StanzaError("bad-request", "No 'room' specified.")


@dataclass
class Focus:
    """All calls of one server."""

    tasks: asyncio.TaskGroup
    policy: Policy
    clock: Callable[[], float] = time.monotonic
    client: XmppClient | None = None
    conferences: dict[str, Conference] = field(default_factory=dict)
    heard: Callable[[str, str], None] = lambda name, text: None
    ended: list[Conference] = field(default_factory=list)
    sockets: BridgeSockets | None = None

    @property
    def refused(self) -> list[str]:
        """Everything that Jicofo or a videobridge would not have taken."""
        every = [*self.ended, *self.conferences.values()]
        return [text for conference in every for text in conference.refused()]

    def endpoint(self, conference: str, name: str) -> Endpoint | None:
        """By the bridge's name of its conference, and its own."""
        found = (c.bridge for c in self.conferences.values() if c.id == conference)
        return next((bridge.endpoints.get(name) for bridge in found), None)

    def receive(self, stanza: Element) -> None:
        """Everything that comes in; what takes time happens in a task of its own."""
        sender = stanza.get("from", "")
        conference = self.conferences.get(bare(sender))
        if stanza.tag == f"{{{CLIENT}}}presence" and conference is not None:
            conference.presence(stanza)
        elif stanza.tag == f"{{{CLIENT}}}iq" and stanza.get("type") in ("get", "set"):
            self.tasks.create_task(self._iq(stanza, conference))

    async def _iq(self, stanza: Element, conference: Conference | None) -> None:
        assert self.client is not None
        request = stanza.find(f"{{{FOCUS_PROTOCOL}}}conference")
        if request is not None and stanza.get("type") == "set":
            await self._conference_request(stanza, request)
        elif stanza.find(f"{{{JINGLE}}}jingle") is not None and conference is not None:
            await conference.jingle(stanza)
        else:
            error = StanzaError("feature-not-implemented", kind="cancel")
            await self.client.refuse(stanza, error)

    async def _conference_request(self, stanza: Element, request: Element) -> None:
        assert self.client is not None
        room = request.get("room", "")
        if not room.partition("@")[0] or bare(room) != room or not room.endswith(f"@{CONFERENCE}"):
            await self.client.refuse(stanza, _BAD_REQUEST)
            return
        if room not in self.conferences:
            conference = Conference(room, self.client, self.tasks, self.policy, self.clock)
            conference.bridge.heard = self.heard
            conference.on_empty = self._forget
            conference.sockets = self.sockets
            self.conferences[room] = conference
            await conference.join()
        ready = {"room": room, "ready": "true", "focusjid": FOCUS}
        answer = Element(f"{{{FOCUS_PROTOCOL}}}conference", ready)
        SubElement(answer, f"{{{FOCUS_PROTOCOL}}}property", name="authentication", value="false")
        await self.client.answer(stanza, answer)

    def _forget(self, conference: Conference) -> None:
        """Everybody has left: Jicofo leaves too."""
        if self.conferences.pop(conference.room, None) is not None:
            self.ended.append(conference)
            self.tasks.create_task(conference.leave())

    async def close(self) -> None:
        for conference in self.conferences.values():
            await conference.close()


class _Over(Exception):
    """Ends the tasks of a focus that is no longer needed."""


@asynccontextmanager
async def focus_at(
    url: str, policy: Policy | None = None, ports: SocketPorts | None = None
) -> AsyncIterator[Focus]:
    """The focus of the server whose WebSocket is ``url``, with a bridge, while the block runs."""
    try:
        async with asyncio.TaskGroup() as tasks:
            focus = Focus(tasks, policy or Policy())
            async with (
                bridge_sockets(focus.endpoint, ports or SocketPorts()) as sockets,
                logged_in(url, FOCUS, PASSWORD, focus.receive) as client,
            ):
                # Whoever lost the server that was here before asks the moment the focus is bound.
                focus.client = client
                focus.sockets = sockets if focus.policy.sockets else None
                yield focus
                await focus.close()
                raise _Over
    except* _Over:
        pass
