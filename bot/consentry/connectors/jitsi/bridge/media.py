"""The sound of a call as its bridge hands it over: whose, and only theirs who agreed.

The bridge sends everybody's sound, and can't be asked for less. So what nobody agreed to is
dropped as it came, in base64. The rest is put back into the RTP it came to the bridge in, and goes
the way of all sound: level gate, jitter buffer, concealment, and the decode worker.
"""

from __future__ import annotations

import binascii
import secrets
import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from consentry.connectors.jitsi.bridge.red import primary
from consentry.connectors.jitsi.bridge.signaling import Encoding, Sound, Started
from consentry.events import AudioFrame, Medium, Participant
from consentry.metrics import DropReason
from consentry.rtc.continuity import Continuity
from consentry.rtc.receive import ReceivePath
from consentry.rtc.rtp import SEQUENCE_MODULUS, TIMESTAMP_MODULUS
from consentry.rtc.track import MediaEvent, ReceiveContext, Track

PAYLOAD_TYPE = 111
LEVEL = 1
"""Id of the audio-level header extension in the packets made here."""

_AUDIO = frozenset({Medium.AUDIO})


class _Opened:
    """What stands for SRTP: the bridge has opened every packet already."""

    def unprotect(self, datagram: bytes) -> bytes | None:
        return datagram

    def unprotect_rtcp(self, datagram: bytes) -> bytes | None:
        return None

    def send(self, packet: bytes) -> None:
        return None


@dataclass(frozen=True, slots=True)
class _Source:
    endpoint: str
    encoding: Encoding
    ssrc: int


class BridgeMedia:
    """Takes what one bridge after another says of one call. Nothing is wanted at first.

    Of an endpoint's sources the first by name is taken, its microphone: what a shared screen
    plays is nobody's voice.
    """

    def __init__(self, context: ReceiveContext) -> None:
        self._metrics = context.metrics
        self._emit: Callable[[MediaEvent], None] = context.emit
        self._path = ReceivePath(replace(context, emit=self._follow))
        self._people: dict[str, Participant] = {}
        self._sources: dict[str, _Source] = {}
        """Of the bridge that is connected, by tag."""
        self._taken: dict[str, int] = {}
        """The tags of which packets are made, each with its SSRC."""
        self._continuity: dict[str, Continuity] = {}

    @property
    def decoding(self) -> frozenset[tuple[str, Medium]]:
        """Whose sound has a decoder, by id and medium."""
        return self._path.decoding

    def people(self, people: Iterable[Participant]) -> None:
        """Who is in the call: what their endpoints send is theirs."""
        here = {participant.id: participant for participant in people}
        for gone in self._people.keys() - here.keys():
            self._path.want(gone, frozenset())
            self._continuity.pop(gone, None)
        self._people = here | {id_: self._people[id_] for id_ in here.keys() & self._people.keys()}
        self._settle()

    def want(self, participant: str, media: frozenset[Medium]) -> None:
        """Take this and no more; when this returns, nothing else of theirs is left."""
        self._path.want(participant, media & _AUDIO)
        if Medium.AUDIO not in media:
            self._continuity.pop(participant, None)
        self._settle()

    def close(self) -> None:
        """Nobody's sound is wanted any more."""
        for participant in self._path.wanted:
            self.want(participant, frozenset())
        self.disconnected()

    def connected(self) -> None:
        """A bridge is here, and starts its sources anew."""
        self._sources.clear()
        self._path.connect(_Opened())
        self._settle()

    def disconnected(self) -> None:
        """It is gone: what comes next is what another one sends, or nobody."""
        self._sources.clear()
        self._path.interrupt()
        self._taken.clear()
        for continuity in self._continuity.values():
            continuity.interrupted()

    def started(self, started: Started) -> None:
        """The bridge names a source."""
        ssrc = secrets.randbits(32)
        self._sources[started.tag] = _Source(started.endpoint, started.encoding, ssrc)
        self._settle()

    def stopped(self, tag: str) -> None:
        """The bridge is done with a source."""
        self._sources.pop(tag, None)
        self._settle()

    def take(self, sound: Sound) -> None:
        """One packet. Never raises, whatever is in it."""
        ssrc = self._taken.get(sound.tag)
        if ssrc is None:
            self._metrics.dropped[DropReason.NOT_WANTED].inc()
            return
        payload = self._payload(sound)
        if payload is None:
            self._metrics.dropped[DropReason.MALFORMED].inc()
            return
        self._path.take(_rtp(sound, ssrc, payload))

    def _payload(self, sound: Sound) -> bytes | None:
        try:
            payload = binascii.a2b_base64(sound.payload, strict_mode=True)
        except ValueError:
            return None
        red = self._sources[sound.tag].encoding is Encoding.RED
        return primary(payload) if red else payload

    def _settle(self) -> None:
        """Bring what is taken in line with who is here, what is wanted, and what is sent."""
        microphones: dict[str, str] = {}
        for tag in sorted(self._sources):
            microphones.setdefault(self._sources[tag].endpoint, tag)
        tracks = {
            tag: Track(
                self._people[endpoint],
                Medium.AUDIO,
                tag,
                {PAYLOAD_TYPE: "opus"},
                ssrc=self._sources[tag].ssrc,
                level=LEVEL,
            )
            for endpoint, tag in microphones.items()
            if endpoint in self._people
        }
        self._path.negotiated(tuple(tracks.values()))
        self._taken = {
            tag: self._sources[tag].ssrc
            for tag, track in tracks.items()
            if self._path.wants(track.participant.id, Medium.AUDIO)
        }

    def _follow(self, event: MediaEvent) -> None:
        if isinstance(event, AudioFrame):
            who = event.participant
            continuity = self._continuity.setdefault(who.id, Continuity(who))
            if (gap := continuity.before(event)) is not None:
                self._emit(gap)
        self._emit(event)


def _rtp(sound: Sound, ssrc: int, payload: bytes) -> bytes:
    """The packet (RFC 3550) that the bridge had this from, with its audio level (RFC 6464)."""
    number, timestamp = sound.number % SEQUENCE_MODULUS, sound.timestamp % TIMESTAMP_MODULUS
    if sound.level is None:
        return struct.pack("!BBHII", 0x80, PAYLOAD_TYPE, number, timestamp, ssrc) + payload
    level = sound.level | (0x80 if sound.voice else 0)
    header = struct.pack("!BBHII", 0x90, PAYLOAD_TYPE, number, timestamp, ssrc)
    extension = struct.pack("!HHBBxx", 0xBEDE, 1, LEVEL << 4, level)
    return header + extension + payload
