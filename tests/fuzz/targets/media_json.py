"""What a videobridge says over its WebSocket, one message to a line, and the sound in it."""

from __future__ import annotations

from consentry.connectors.jitsi.bridge.media import BridgeMedia
from consentry.connectors.jitsi.bridge.signaling import (
    Finished,
    Signaling,
    Sound,
    Started,
    Stopped,
)
from consentry.errors import SignalingError
from consentry.events import AudioFrame, Medium, Participant
from consentry.metrics import Metrics
from consentry.rtc.track import MediaEvent, ReceiveContext
from tests.fuzz.target import SEEDS, Shape, Target
from tests.rtc.wire import Bench

SAM, MIA = Participant("aaaa1111", "Sam"), Participant("bbbb2222", "Mia")
STEP = 0.02
AT_ONCE = 20
"""Messages that are read in one turn of the loop; the others come in the next."""


class MediaJson:
    """A call in which Sam agreed and Mia did not. Each input is what a bridge of its own says."""

    def __init__(self) -> None:
        self._now = 0.0
        self._bench = Bench()
        self._events: list[MediaEvent] = []
        self._metrics = Metrics()
        context = ReceiveContext(
            lambda: self._now,
            self._metrics,
            lambda who, medium: "granted" if who == SAM.id else "declined",
            self._events.append,
            self._bench,
        )
        self._media = BridgeMedia(context)
        self._media.people([SAM, MIA])
        self._media.want(SAM.id, frozenset({Medium.AUDIO}))

    def feed(self, data: bytes) -> None:
        self._events.clear()
        core = Signaling()
        self._media.disconnected()
        self._media.connected()
        for line in data.split(b"\n")[:AT_ONCE]:
            self._now += STEP
            try:
                happened = core.receive(line)
            except SignalingError as exc:
                assert exc.__context__ is None or exc.__suppress_context__, "the input is quoted"
                continue
            for happening in happened:
                self._happened(happening)
            self._bench.run(self._now)
        assert len(core.data_to_send()) <= 64
        assert all(event.participant == SAM for event in self._events), "somebody else was heard"

    def check(self) -> None:
        declined = self._metrics.value("decoded_frames", consent="declined", medium="audio")
        assert declined == 0, "somebody else was decoded"
        for file in (SEEDS / "media_json").iterdir():
            self.feed(file.read_bytes())
        heard = any(isinstance(event, AudioFrame) for event in self._events)
        assert heard, "nobody is heard any more"

    def close(self) -> None:
        self._media.close()

    def _happened(self, happening: Started | Stopped | Sound | Finished) -> None:
        match happening:
            case Started():
                self._media.started(happening)
            case Stopped(tag=tag):
                self._media.stopped(tag)
            case Sound():
                self._media.take(happening)
            case Finished():
                self._media.disconnected()


TARGET = Target("media_json", Shape.TEXT, MediaJson)
