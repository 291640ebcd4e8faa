"""Datagrams into a whole receive path: sources, order, decoding, feedback, for three people."""

from __future__ import annotations

from consentry.events import AudioFrame, Medium, Participant, VideoFrame
from consentry.metrics import Metrics
from consentry.rtc.receive import ReceivePath
from consentry.rtc.rtp import is_rtcp, parse_rtp
from consentry.rtc.track import MediaEvent, ReceiveContext, Retransmission, Track
from tests.fuzz.target import SEEDS, Shape, Target, unpack
from tests.rtc.wire import Bench

SAM, MIA, EVE = Participant("p1", "Sam"), Participant("p2", "Mia"), Participant("p3", "Eve")
SPEECH, CAMERA, AGAIN = 0x51, 0x52, 0x53
TRACKS = (
    Track(SAM, Medium.AUDIO, "0", {111: "opus"}, ssrc=SPEECH, level=1, nack=True),
    Track(
        MIA,
        Medium.VIDEO,
        "1",
        {96: "vp8", 102: "h264"},
        ssrc=CAMERA,
        retransmission=Retransmission(AGAIN, {97: 96, 103: 102}),
        nack=True,
    ),
    Track(EVE, Medium.AUDIO, "2", {109: "opus"}),
)
STREAMS = (
    (111, SPEECH),
    (96, CAMERA),
    (97, AGAIN),
    (102, CAMERA),
    (103, AGAIN),
    (109, 0x54),
)
"""Payload types and sources that belong together."""
STEP = 0.01
NEW_AFTER = 40


class Connection:
    """A receive path that trusts every packet, as everything is sent by somebody who may send."""

    def __init__(self) -> None:
        self.now = 0.0
        self.bench = Bench()
        self.events: list[MediaEvent] = []
        self.sent = 0
        context = ReceiveContext(
            lambda: self.now, Metrics(), lambda *_: "granted", self.events.append, self.bench
        )
        self.path = ReceivePath(context)
        self.path.connect(self)
        self.path.negotiated(TRACKS)
        for person in (SAM, MIA, EVE):
            self.path.want(person.id, frozenset({Medium.AUDIO, Medium.VIDEO}), 10.0)

    def unprotect(self, datagram: bytes) -> bytes | None:
        return datagram

    def unprotect_rtcp(self, datagram: bytes) -> bytes | None:
        return datagram

    def send(self, packet: bytes) -> None:
        self.sent += 1

    def take(self, datagram: bytes) -> None:
        self.now += STEP
        if is_rtcp(datagram):
            self.path.take_rtcp(datagram)
        elif len(datagram) >= 12:
            self.path.take(datagram)
        self.path.tick()
        self.bench.run(self.now)


class Receive:
    """Connections, one after another. Most packets are made to be of a track that there is."""

    def __init__(self) -> None:
        self._connection = Connection()
        self._taken = 0
        self._speech = unpack((SEEDS / "opus" / "speech").read_bytes())
        self._camera = unpack((SEEDS / "vp8" / "camera").read_bytes())
        self._number = 0
        self._next: dict[int, int] = {}

    def feed(self, data: bytes) -> None:
        self._taken += 1
        if self._taken % NEW_AFTER == 0:
            self._connection.path.interrupt()
            self._connection = Connection()
        connection = self._connection
        sent = connection.sent
        packets = unpack(data)
        for datagram in packets:
            connection.take(self._addressed(datagram))
        connection.path.report()
        assert connection.sent - sent <= 2 * len(packets) + 4, "it answers more than it is asked"
        for event in connection.events:
            assert not isinstance(event, AudioFrame) or len(event.samples) <= 16_000
        connection.events.clear()

    def check(self) -> None:
        """After everything, good sound and a good picture of the same people arrive."""
        connection = self._connection
        connection.events.clear()
        self._number += 5000
        for payload in self._speech:
            connection.take(self._rtp(111, SPEECH, payload, self._number * 960))
        for datagram in self._camera:
            packet = parse_rtp(datagram)
            assert packet is not None
            kind = 96 | packet.marker << 7
            connection.take(self._rtp(kind, CAMERA, packet.payload, packet.timestamp))
        for _ in range(60):
            connection.take(b"")
        heard = {type(event) for event in connection.events}
        connection.events.clear()
        assert AudioFrame in heard, "nobody is heard any more"
        assert VideoFrame in heard, "nobody is seen any more"

    def close(self) -> None:
        self._connection.path.interrupt()

    def _addressed(self, datagram: bytes) -> bytes:
        """Mostly of a stream that there is, and mostly the next packet of it."""
        if len(datagram) < 12 or is_rtcp(datagram) or not len(datagram) % 9:
            return datagram
        kind, source = STREAMS[(datagram[1] & 0x7F) % len(STREAMS)]
        number = datagram[2:4]
        if len(datagram) % 7:
            self._next[source] = (self._next.get(source, 0) + 1) % (1 << 16)
            number = self._next[source].to_bytes(2)
        head = bytes([datagram[0] & 0x3F | 0x80, datagram[1] & 0x80 | kind])
        return head + number + datagram[4:8] + source.to_bytes(4) + datagram[12:]

    def _rtp(self, kind: int, source: int, payload: bytes, time: int) -> bytes:
        self._number += 1
        number = (self._number % (1 << 16)).to_bytes(2)
        timestamp = (time % (1 << 32)).to_bytes(4)
        return bytes([0x80, kind]) + number + timestamp + source.to_bytes(4) + payload


TARGET = Target("receive", Shape.PACKETS, Receive)
