"""A call whose sound its bridge sends here: the bridge's WebSocket, what is wanted, and captions.

It stands where the bot's own session with the bridge would: the bot itself takes no media then.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from websockets.asyncio.server import ServerConnection
from websockets.frames import CloseCode

from consentry.connectors.driver import Happening, Setting, Subscription
from consentry.connectors.jitsi.bridge.listener import Listener
from consentry.connectors.jitsi.bridge.media import BridgeMedia
from consentry.connectors.jitsi.bridge.signaling import (
    Finished,
    Signaling,
    Sound,
    Started,
    Stopped,
)
from consentry.connectors.jitsi.happenings import Candidates, Invited, Uninvited
from consentry.connectors.jitsi.people import People
from consentry.connectors.jitsi.sources import RemoteSource
from consentry.connectors.jitsi.wire import Outgoing, read_all
from consentry.errors import SignalingError
from consentry.events import Medium
from consentry.rtc.track import ReceiveContext
from consentry.rtc.worker import Decoding


@dataclass(frozen=True, slots=True)
class BridgeCallbacks:
    """What the call tells the connector; not to raise."""

    transcribe: Callable[[bool], None]
    """Ask the server that the bridge sends sound, or not any more."""
    emit: Callable[[Happening], None]


class BridgeCall:
    """One call's bridges, of which the last that came is heard.

    Sound is asked for only while somebody agreed to something that needs it; and while the bot is
    not in the room, so that nobody's "no" could reach it, none is taken at all.
    """

    def __init__(
        self,
        setting: Setting,
        people: People,
        worker: Decoding,
        listener: Listener,
        callbacks: BridgeCallbacks,
    ) -> None:
        self.tls = True
        self._setting = setting
        self._people = people
        self._callbacks = callbacks
        self._listener = listener
        receive = ReceiveContext(
            setting.clock, setting.metrics, setting.standing, callbacks.emit, worker
        )
        self._media = BridgeMedia(receive)
        self._wanted: dict[str, frozenset[Medium]] = {}
        self._meeting: str | None = None
        self._socket: ServerConnection | None = None
        self._signaling = Signaling()
        """Of the bridge that is here."""
        self._outgoing = Outgoing(self._signaling.data_to_send)
        self._asked = False
        """Whether the server was asked for sound."""

    def want(self, subscription: Subscription) -> None:
        """Take this and no more; what is no longer wanted is gone on return."""
        who, media = subscription.participant, subscription.media & {Medium.AUDIO}
        if media:
            self._wanted[who] = media
        else:
            self._wanted.pop(who, None)
        self._media.want(who, media if self._meeting is not None else frozenset())
        self._ask()

    def refresh(self) -> None:
        """Who is here changed."""
        self._media.people([p for id_ in self._people if (p := self._people.get(id_)) is not None])

    def sourced(self, sources: tuple[RemoteSource, ...]) -> None:
        """What Jicofo tells of sources: the bridge tells it too."""

    def negotiate(self, step: Invited | Uninvited | Candidates) -> None:
        """The bot takes no part in Jicofo's sessions: it may only be out of the room."""
        if isinstance(step, Uninvited):
            self._leave()

    def convened(self, meeting: str) -> None:
        """The bot is in the room, which is in this meeting."""
        self._leave()
        self._meeting, self._asked = meeting, False
        self._listener.expect(meeting, self._attend)
        for who, media in self._wanted.items():
            self._media.want(who, media)
        self._ask()

    def tell(self, endpoint: str, payload: dict[str, Any]) -> bool:
        """Show a caption to all; false if there is no bridge, or it is for one endpoint alone."""
        if endpoint or self._socket is None:
            return False
        self._signaling.show(payload)
        self._outgoing.wake()
        return True

    def tick(self) -> None:
        """Time passed."""

    def report(self) -> None:
        """A second or so passed."""

    async def run(self, tasks: asyncio.TaskGroup) -> None:
        """Until cancelled; bridges come by the listener."""
        try:
            await asyncio.Event().wait()
        finally:
            self._leave()
            self._media.close()

    def _ask(self) -> None:
        """Ask for sound, or for none, where that changed."""
        wanted = bool(self._wanted)
        if self._meeting is not None and wanted != self._asked:
            self._asked = wanted
            self._callbacks.transcribe(wanted)

    def _leave(self) -> None:
        if self._meeting is None:
            return
        self._listener.forget(self._meeting)
        self._meeting = None
        for who in self._wanted:
            self._media.want(who, frozenset())

    async def _attend(self, socket: ServerConnection) -> None:
        """A bridge is here. One that was before it is gone, or will be: this is the newer one."""
        before, self._socket = self._socket, socket
        self._signaling = signaling = Signaling()
        self._outgoing = outgoing = Outgoing(signaling.data_to_send)
        self._media.disconnected()
        self._media.connected()
        self._setting.metrics.connections.inc()
        try:
            async with asyncio.TaskGroup() as tasks:
                if before is not None:
                    tasks.create_task(before.close(CloseCode.GOING_AWAY, "replaced"))
                writing = tasks.create_task(outgoing.run(socket), name="jitsi-bridge-write")
                await read_all(socket, lambda text: self._hear(socket, signaling, text))
                writing.cancel()
        finally:
            self._setting.metrics.connections.dec()
            if self._socket is socket:
                self._socket = None
                self._media.disconnected()

    def _hear(self, socket: ServerConnection, signaling: Signaling, text: str | bytes) -> None:
        if socket is not self._socket:
            return
        try:
            for happening in signaling.receive(text):
                match happening:
                    case Sound():
                        self._media.take(happening)
                    case Started():
                        self._media.started(happening)
                    case Stopped(tag=tag):
                        self._media.stopped(tag)
                    case Finished():
                        self._media.disconnected()
        except SignalingError:
            self._setting.metrics.input_refused.labels(source="bridge").inc()
        self._outgoing.wake()
