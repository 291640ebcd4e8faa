"""A bridge that forwards packets between endpoints, with their SSRCs and numbers as they are.

What it decides is what a videobridge decides: who wants which source. It keeps no packets and
no layers, and asks the sender again where somebody misses something.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from aioice import Candidate
from aiortc.rtp import RTCP_PSFB_APP, RtcpPsfbPacket, pack_remb_fci

from .channel import (
    AudioSubscription,
    Hello,
    Message,
    MessageRefusedError,
    ToEndpoints,
    VideoConstraints,
    VideoType,
    read_message,
)
from .connection import Connection
from .packets import Loudness, audio_level, feedback_for, for_others, key_frame_request, ssrc_of
from .sources import SourceSet
from .transport import LocalTransport, RemoteTransport

OWN_SSRC = 1_000_001
BITRATE = 600_000
"""Bits per second that a sender of pictures is told it may use."""
SPEAKER_SECONDS = 0.3
"""How often the bridge asks who speaks."""
KEY_FRAME_SECONDS = 0.3
"""A sender is asked for a new picture this often at most."""


@dataclass
class Endpoint:
    """One participant at the bridge."""

    name: str
    connection: Connection
    audio: AudioSubscription = field(default_factory=AudioSubscription)
    video: VideoConstraints = field(default_factory=VideoConstraints)
    loudness: Loudness = field(default_factory=Loudness)
    said: list[Message] = field(default_factory=list)
    """What it told the bridge, in order."""
    sent_to: int = 0
    """RTP packets that were forwarded to it."""


@dataclass
class Bridge:
    """All endpoints of one call."""

    tasks: asyncio.TaskGroup
    sources: Callable[[], dict[str, SourceSet]]
    """Everybody's, as the focus knows them."""
    clock: Callable[[], float]
    endpoints: dict[str, Endpoint] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    """What a real bridge would have dropped with a warning."""
    heard: Callable[[str, str], None] = lambda name, text: None
    """Told of every message: who it is from, or ``"> name"`` for whom it is."""
    _speaker: str | None = None
    _asked: dict[int, float] = field(default_factory=dict)
    _owners: dict[int, tuple[str, str, str]] = field(default_factory=dict)
    """Of each source; one without a name has the one that Jicofo gives it."""

    async def allocate(self, name: str) -> LocalTransport:
        """Room for the endpoint ``name``, with a new connection and nothing remembered."""
        await self.expire(name)
        connection = Connection(
            self.tasks,
            on_rtp=lambda data: self._rtp(name, data),
            on_rtcp=lambda data: self._rtcp(name, data),
            on_text=lambda text: self.receive(name, text),
            refuse=lambda text: self.refused.append(f"{name}: {text}"),
        )
        self.endpoints[name] = Endpoint(name, connection)
        return await connection.gather()

    def connect(self, name: str, remote: RemoteTransport) -> None:
        self.endpoints[name].connection.start(remote)

    async def try_at(self, name: str, candidates: Iterable[Candidate]) -> None:
        """The endpoint ``name`` may be there too."""
        endpoint = self.endpoints.get(name)
        if endpoint is not None:
            await endpoint.connection.try_at(candidates)

    async def expire(self, name: str) -> None:
        endpoint = self.endpoints.pop(name, None)
        if endpoint is not None:
            await endpoint.connection.close()

    async def close(self) -> None:
        for name in list(self.endpoints):
            await self.expire(name)

    def sources_changed(self) -> None:
        """Look the owners of SSRCs up anew."""
        self._owners = {
            source.ssrc: (owner, source.medium, source.name or f"{owner}-{source.medium[0]}0")
            for owner, sources in self.sources().items()
            for source in sources.sources
        }

    def wants(self, endpoint: Endpoint, ssrc: int) -> bool:
        """Whether the bridge forwards ``ssrc`` to ``endpoint``."""
        known = self._owners.get(ssrc)
        if known is None or known[0] == endpoint.name:
            return False
        owner, medium, name = known
        if medium == "audio":
            return endpoint.audio.wants(name)
        names = {n for o, m, n in self._owners.values() if m == "video" and o != endpoint.name}
        return endpoint.video.wants(name, sorted(n for n in names if n))

    async def _rtp(self, name: str, data: bytes) -> None:
        ssrc = ssrc_of(data)
        if self._owners.get(ssrc, ("",))[0] != name or name not in self.endpoints:
            return
        if self._owners[ssrc][1] == "audio":
            self.endpoints[name].loudness.heard(audio_level(data))
        passed_on = for_others(data)
        for other in list(self.endpoints.values()):
            if self.wants(other, ssrc) and await other.connection.send_rtp(passed_on):
                other.sent_to += 1

    async def _rtcp(self, name: str, data: bytes) -> None:
        """Reports of senders go to who hears them, wishes of receivers to who sends."""
        for packet in feedback_for(data):
            if packet.sender_report:
                for other in list(self.endpoints.values()):
                    if self.wants(other, packet.ssrc):
                        await other.connection.send_rtp(packet.data)
            elif packet.key_frame:
                await self._ask_for_picture(packet.ssrc)
            elif packet.ssrc in self._owners:
                owner = self.endpoints.get(self._owners[packet.ssrc][0])
                if owner is not None:
                    await owner.connection.send_rtp(packet.data)

    async def _ask_for_picture(self, ssrc: int) -> None:
        now = self.clock()
        owner = self.endpoints.get(self._owners.get(ssrc, ("",))[0])
        if owner is None or now - self._asked.get(ssrc, -1.0) < KEY_FRAME_SECONDS:
            return
        self._asked[ssrc] = now
        await owner.connection.send_rtp(key_frame_request(OWN_SSRC, ssrc))

    def receive(self, name: str, text: str) -> None:
        """A message of the endpoint ``name``."""
        endpoint = self.endpoints.get(name)
        if endpoint is None:
            return
        self.heard(name, text)
        try:
            message = read_message(text, endpoint.video)
        except MessageRefusedError as error:
            self.refused.append(f"{name}: {error}")
            return
        endpoint.said.append(message)
        self._obey(endpoint, message)

    def _obey(self, endpoint: Endpoint, message: Message) -> None:
        match message:
            case Hello():
                self.tell(endpoint.name, {"colibriClass": "ServerHello"})
            case AudioSubscription():
                endpoint.audio = message
            case VideoConstraints():
                endpoint.video = message
                self._tell_forwarded(endpoint)
            case ToEndpoints():
                self._relay(endpoint.name, message)
            case VideoType():
                pass

    def _relay(self, name: str, message: ToEndpoints) -> None:
        """``from`` is who it is from, whatever the message says."""
        said = {"colibriClass": message.name} | message.fields | {"from": name}
        others = [message.to] if message.to.strip() else [o for o in self.endpoints if o != name]
        for other in others:
            if other in self.endpoints:
                self.tell(other, said)

    def _tell_forwarded(self, endpoint: Endpoint) -> None:
        names = [
            name
            for ssrc, (_, medium, name) in self._owners.items()
            if medium == "video" and name and self.wants(endpoint, ssrc)
        ]
        said = {"colibriClass": "ForwardedSources", "forwardedSources": sorted(set(names))}
        self.tell(endpoint.name, said)

    def tell(self, name: str, said: dict[str, Any]) -> None:
        text = json.dumps(said)
        endpoint = self.endpoints.get(name)
        if endpoint is not None and endpoint.connection.say(text):
            self.heard(f"> {name}", text)

    async def watch(self) -> None:
        """Say who speaks, and how much may be sent, until cancelled."""
        while True:
            await asyncio.sleep(SPEAKER_SECONDS)
            self._say_who_speaks()
            await self._say_how_much()

    def _say_who_speaks(self) -> None:
        speaking = {e.name: e.loudness.settle() for e in self.endpoints.values()}
        loudest = max(speaking, key=lambda name: speaking[name], default=None)
        if loudest is None or speaking[loudest] <= 0 or loudest == self._speaker:
            return
        before = [self._speaker] if self._speaker in self.endpoints else []
        self._speaker = loudest
        for name in self.endpoints:
            said = {
                "colibriClass": "DominantSpeakerEndpointChangeEvent",
                "dominantSpeakerEndpoint": loudest,
                "previousSpeakers": before,
                "silence": False,
            }
            self.tell(name, said)

    async def _say_how_much(self) -> None:
        by_owner: dict[str, list[int]] = {}
        for ssrc, (owner, medium, _) in self._owners.items():
            if medium == "video":
                by_owner.setdefault(owner, []).append(ssrc)
        for owner, ssrcs in by_owner.items():
            endpoint = self.endpoints.get(owner)
            if endpoint is not None:
                wish = pack_remb_fci(BITRATE, ssrcs)
                packet = RtcpPsfbPacket(RTCP_PSFB_APP, OWN_SSRC, 0, wish)
                await endpoint.connection.send_rtp(bytes(packet))
