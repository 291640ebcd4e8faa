"""The receive path of one connection: whose media may come in, decided before it is decrypted."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from consentry.events import Medium
from consentry.metrics import DropReason
from consentry.rtc import rtcp
from consentry.rtc.audio.stream import AudioStream
from consentry.rtc.capture import SenderClock
from consentry.rtc.datagrams import Poll
from consentry.rtc.guards.limits import Flood, Reporters
from consentry.rtc.rtp import peek
from consentry.rtc.track import ReceiveContext, SrtpTransport, Track
from consentry.rtc.video.codecs import VideoCodec
from consentry.rtc.video.stream import VideoStream

Stream = AudioStream | VideoStream

ROUND_TRIPS = 8
"""Measurements of the round trip of which the least counts."""

SETTLED = 0.005
"""Seconds by which the path's delay must have changed to move anybody's time."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    media: frozenset[Medium]
    frames_per_second: float


class ReceivePath:
    """Takes the datagrams of one connection; what nobody wants is dropped, encrypted as it is.

    A connection may carry the tracks of many people. Nothing is wanted at first. A decoder exists
    from the first packet that is wanted until :meth:`want` says otherwise, and nothing it knew
    outlives it.
    """

    def __init__(self, context: ReceiveContext) -> None:
        self._context = context
        self._metrics = context.metrics
        self._reporter = secrets.randbits(32)
        self._transport: SrtpTransport | None = None
        self._heard: Callable[[rtcp.Rtcp], None] | None = None
        self._tracks: tuple[Track, ...] = ()
        self._wanted: dict[str, _Wanted] = {}
        self._admitted: dict[int, Track] = {}
        """Wanted tracks by their source."""
        self._unbound: list[Track] = []
        """Tracks whose source no description told."""
        self._described: set[int] = set()
        """Every source that a description told, wanted or not."""
        self._streams: dict[int, Stream] = {}
        """By every source they come from: the track's own, and that of its retransmissions."""
        self._clocks: dict[str, SenderClock] = {}
        self._round_trips: list[float] = []
        self._strangers = Flood(context.clock())
        self._reporters = Reporters()

    @property
    def poll(self) -> Poll:
        """Asked to read this connection's socket with the next batch, and on, while it is busy."""
        return self._context.worker.poll

    def connect(
        self,
        transport: SrtpTransport,
        heard: Callable[[rtcp.Rtcp], None] | None = None,
    ) -> None:
        """Everything comes by ``transport``; RTCP about what the bot sends goes to ``heard``."""
        self._transport = transport
        self._heard = heard
        self._reporters = Reporters()

    def wants(self, participant: str, medium: Medium) -> bool:
        """Whether this is taken of ``participant`` now."""
        wanted = self._wanted.get(participant)
        return wanted is not None and medium in wanted.media

    @property
    def wanted(self) -> frozenset[str]:
        """Ids of those of whom anything is taken."""
        return frozenset(who for who, wanted in self._wanted.items() if wanted.media)

    @property
    def decoding(self) -> frozenset[tuple[str, Medium]]:
        """Whose media has a decoder, by id and medium."""
        return frozenset((s.track.participant.id, s.track.medium) for s in self._streams.values())

    def codec(self, participant: str) -> VideoCodec | None:
        """What their pictures come in now; ``None`` while none are taken or none came."""
        for stream in self._streams.values():
            if isinstance(stream, VideoStream) and stream.track.participant.id == participant:
                return stream.codec
        return None

    def last_packet_at(self, participant: str, medium: Medium) -> float | None:
        """When media of theirs last arrived, in seconds of the call."""
        times = (
            stream.last_packet_at
            for stream in self._streams.values()
            if stream.track.participant.id == participant and stream.track.medium is medium
        )
        return max((at for at in times if at is not None), default=None)

    def want(
        self, participant: str, media: frozenset[Medium], frames_per_second: float = 1.0
    ) -> None:
        """Take this and no more from ``participant``.

        What is no longer wanted is gone when this returns: no decoder, no packet, no sample.
        """
        if media:
            self._wanted[participant] = _Wanted(media, frames_per_second)
        else:
            self._wanted.pop(participant, None)
        self._settle()

    def negotiated(self, tracks: Sequence[Track]) -> None:
        """What the descriptions say now; tracks that are not among these have ended."""
        self._metrics.tracks.inc(len(tracks) - len(self._tracks))
        self._tracks = tuple(tracks)
        self._settle()

    def interrupt(self) -> None:
        """The connection is gone: nothing comes until another one is negotiated."""
        self.negotiated(())
        self._transport = None
        self._round_trips.clear()

    def take(self, datagram: bytes, age: float = 0.0) -> None:
        """One SRTP datagram came, ``age`` seconds ago. Never raises, whatever is in it."""
        ssrc, payload_type = peek(datagram)
        stream = self._streams.get(ssrc)
        transport = self._transport
        if transport is None:
            self._metrics.dropped[DropReason.NOT_WANTED].inc()
        elif stream is not None and payload_type in stream.payload_types:
            now = self._context.clock() - age
            if not stream.flood.admits(len(datagram), now):
                self._metrics.dropped[DropReason.FLOOD].inc()
                return
            stream.take(datagram, transport, now)
            if stream.asks:
                self._ask(stream, transport, now)
        else:
            self._admit(datagram, (ssrc, payload_type), self._context.clock() - age)

    def take_rtcp(self, datagram: bytes, age: float = 0.0) -> None:
        """One SRTCP datagram came, ``age`` seconds ago. Never raises; unread while there is
        nothing it could concern."""
        if self._transport is None or not (self._streams or self._heard):
            return
        if not self._reporters.admits(datagram, self._context.clock()):
            self._metrics.dropped[DropReason.FLOOD].inc()
            return
        data = self._transport.unprotect_rtcp(datagram)
        if data is None:
            self._metrics.dropped[DropReason.NOT_AUTHENTIC].inc()
            return
        self._reporters.vouched(datagram)
        for packet in rtcp.read(data):
            match packet:
                case rtcp.SenderReport(source=source) if stream := self._streams.get(source):
                    stream.reported(packet, self._context.clock() - age)
                case rtcp.SenderReport() | rtcp.Bye():
                    pass
                case _ if self._heard is not None:
                    self._heard(packet)

    def tick(self) -> None:
        """Time passed: ask again for what is missing."""
        if self._transport is not None:
            now = self._context.clock()
            for stream in self._each():
                if stream.mends:
                    self._ask(stream, self._transport, now)

    def report(self) -> None:
        """Tell the senders how their packets arrive; once a second or so (RFC 3550 section 6.2)."""
        if self._transport is None:
            return
        now = self._context.clock()
        blocks = [block for s in self._each() if (block := s.statistics.block(now)) is not None]
        for at in range(0, len(blocks), rtcp.MAX_BLOCKS):
            self._transport.send(
                rtcp.receiver_report(self._reporter, blocks[at : at + rtcp.MAX_BLOCKS])
            )

    def round_trip(self, seconds: float) -> None:
        """A connectivity check took this long there and back; half of it is the way here."""
        self._round_trips = [*self._round_trips[1 - ROUND_TRIPS :], seconds]
        for clock in self._clocks.values():
            if abs(clock.delay - self._delay) > SETTLED:
                clock.delay = self._delay

    @property
    def _delay(self) -> float:
        """Seconds from them to here: half of the least round trip, 0 while none was measured."""
        return min(self._round_trips, default=0.0) / 2

    def _settle(self) -> None:
        """Bring what is admitted, and what has a decoder, in line with what is wanted."""
        wanted = [t for t in self._tracks if self.wants(t.participant.id, t.medium)]
        self._admitted = {}
        for track in wanted:
            if track.ssrc is not None:
                self._admitted |= dict.fromkeys(track.sources, track)
        self._unbound = [track for track in self._tracks if track.ssrc is None]
        self._described = {source for track in self._tracks for source in track.sources}
        for ssrc, stream in list(self._streams.items()):
            if stream.track not in wanted:
                del self._streams[ssrc]
                self._close(stream)
            elif isinstance(stream, VideoStream):
                person = self._wanted[stream.track.participant.id]
                stream.frames_per_second = person.frames_per_second

    def _close(self, stream: Stream) -> None:
        if not stream.closed:
            stream.close()
            self._metrics.decoders.dec()

    def _admit(self, datagram: bytes, kind: tuple[int, int], now: float) -> None:
        """The first packet of a source: start a stream if it is wanted, drop it otherwise."""
        (ssrc, payload_type), transport = kind, self._transport
        track = self._admitted.get(ssrc)
        if transport is None:
            return
        if track is not None and ssrc not in self._streams and track.takes(payload_type):
            self._start(track, ssrc).take(datagram, transport, now)
        elif track is None and (unbound := self._awaiting(ssrc, payload_type)) is not None:
            if not self._strangers.admits(len(datagram), now):
                self._metrics.dropped[DropReason.FLOOD].inc()
                return
            data = transport.unprotect(datagram)
            if data is None:
                self._metrics.dropped[DropReason.NOT_AUTHENTIC].inc()
            else:
                self._start(unbound, ssrc).opened(data, now)
        else:
            self._metrics.dropped[DropReason.NOT_WANTED].inc()

    def _awaiting(self, ssrc: int, payload_type: int) -> Track | None:
        """The one track without a source that such a packet can be of, if it is wanted.

        Where it could be of two, or is of another track by what the descriptions say, it could be
        somebody's who said no.
        """
        if ssrc in self._streams or ssrc in self._described:
            return None
        bound = [stream.track for stream in self._streams.values()]
        fitting = [t for t in self._unbound if payload_type in t.codecs and t not in bound]
        if len(fitting) != 1 or not self.wants(fitting[0].participant.id, fitting[0].medium):
            return None
        return fitting[0]

    def _start(self, track: Track, ssrc: int) -> Stream:
        clock = self._clocks.setdefault(track.participant.id, SenderClock(self._delay))
        kind = AudioStream if track.medium is Medium.AUDIO else VideoStream
        stream = kind(track, track.ssrc or ssrc, self._context, clock)
        for source in {ssrc, *track.sources}:
            if (replaced := self._streams.get(source)) is not None:
                self._close(replaced)
            self._streams[source] = stream
        if isinstance(stream, VideoStream):
            wanted = self._wanted[track.participant.id]
            stream.frames_per_second = wanted.frames_per_second
        self._metrics.decoders.inc()
        return stream

    def _each(self) -> Iterable[Stream]:
        return dict.fromkeys(self._streams.values())

    def _ask(self, stream: Stream, transport: SrtpTransport, now: float) -> None:
        feedback = stream.feedback(now)
        source = stream.statistics.ssrc
        if feedback.missing:
            self._metrics.retransmissions_requested.inc(len(feedback.missing))
            transport.send(rtcp.nack(self._reporter, source, feedback.missing))
        if feedback.key_frame:
            self._metrics.key_frames_requested.inc()
            transport.send(rtcp.picture_loss(self._reporter, source))
