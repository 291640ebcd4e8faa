"""Whose sound is taken of all that a bridge brings, and what becomes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from consentry.connectors.jitsi.bridge.media import BridgeMedia
from consentry.connectors.jitsi.bridge.signaling import Signaling, Sound, Started, Stopped
from consentry.events import AudioFrame, Gap, Medium, Participant
from consentry.metrics import Metrics
from consentry.rtc.track import MediaEvent, ReceiveContext
from tests.connectors.jitsi.bridge.bridges import RED, recorded, sound, start
from tests.rtc.streams import opus_payloads, tone
from tests.rtc.wire import Bench

SAM, MIA = Participant("aaaa1111", "Sam"), Participant("bbbb2222", "Mia")
AUDIO = frozenset({Medium.AUDIO})
NOTHING: frozenset[Medium] = frozenset()


class Call:
    """The media of a call with Sam and Mia in it, and the bridge that brings it."""

    def __init__(self) -> None:
        self.now = 0.0
        self.metrics = Metrics()
        self.standings = {SAM.id: "granted", MIA.id: "granted"}
        self.events: list[MediaEvent] = []
        self.bench = Bench()
        context = ReceiveContext(
            lambda: self.now,
            self.metrics,
            lambda who, medium: self.standings[who],
            self.events.append,
            self.bench,
        )
        self.media = BridgeMedia(context)
        self.media.people([SAM, MIA])
        self.connect()

    def connect(self) -> None:
        self.signaling = Signaling()
        self.media.connected()

    def hear(self, text: str) -> None:
        for happening in self.signaling.receive(text):
            match happening:
                case Started():
                    self.media.started(happening)
                case Sound():
                    self.media.take(happening)
                case Stopped(tag=tag):
                    self.media.stopped(tag)

    def speak(self, endpoint: str, payloads: list[bytes], first: int = 0, **more: Any) -> None:
        for number, payload in enumerate(payloads, first):
            self.now += 0.02
            self.hear(sound(endpoint, number, payload, **more))
            self.bench.run(self.now)

    def heard(self, who: Participant) -> float:
        """Seconds of theirs that came out."""
        frames = [e for e in self.events if isinstance(e, AudioFrame) and e.participant == who]
        return sum(frame.duration for frame in frames)

    def dropped(self, reason: str) -> float:
        return self.metrics.value("packets_dropped", reason=reason)


@pytest.fixture
def call() -> Call:
    return Call()


@pytest.fixture
def second(tmp_path: Path) -> list[bytes]:
    return opus_payloads(tmp_path, tone(1.0))


def test_what_a_real_bridge_brings_of_one_who_agreed_is_heard_and_nothing_else(call: Call) -> None:
    call.media.want(SAM.id, AUDIO)
    for text in recorded():
        call.now += 0.01
        call.hear(text)
        call.bench.run(call.now)
    assert call.heard(SAM) == pytest.approx(60 * 0.02, abs=0.08)
    assert call.heard(MIA) == 0
    assert call.dropped("not_wanted") == 60
    assert call.metrics.value("decoded_frames", consent="granted", medium="audio") == 60


def test_without_a_yes_nothing_is_unpacked(call: Call) -> None:
    call.hear(start(SAM.id))
    call.hear(sound(SAM.id, 0, b"", payload="not base64 at all"))
    assert call.dropped("not_wanted") == 1
    assert call.dropped("malformed") == 0


def test_after_a_no_nothing_of_theirs_is_left_and_others_go_on(
    call: Call, second: list[bytes]
) -> None:
    for person in (SAM, MIA):
        call.hear(start(person.id))
        call.media.want(person.id, AUDIO)
        call.speak(person.id, second[:10])
    call.media.want(SAM.id, NOTHING)
    before = call.heard(SAM)
    call.speak(SAM.id, second[10:20], 10)
    call.speak(MIA.id, second[10:20], 10)
    assert call.heard(SAM) == before
    assert call.media.decoding == {(MIA.id, Medium.AUDIO)}
    assert call.heard(MIA) > 0.2


def test_a_standing_that_changed_counts_before_it_was_told(call: Call, second: list[bytes]) -> None:
    call.hear(start(SAM.id))
    call.media.want(SAM.id, AUDIO)
    call.standings[SAM.id] = "declined"
    call.speak(SAM.id, second)
    assert call.heard(SAM) == 0
    assert call.metrics.value("decoded_frames", consent="declined", medium="audio") == 0
    assert call.dropped("no_consent") > 0


def test_an_endpoint_that_nobody_in_the_room_is_is_nobody(call: Call, second: list[bytes]) -> None:
    call.media.want("stranger", AUDIO)
    call.hear(start("stranger"))
    call.speak("stranger", second[:5])
    assert call.dropped("not_wanted") == 5


def test_who_left_is_not_heard_any_more(call: Call, second: list[bytes]) -> None:
    call.hear(start(SAM.id))
    call.media.want(SAM.id, AUDIO)
    call.media.people([MIA])
    call.speak(SAM.id, second[:5])
    assert call.heard(SAM) == 0
    assert not call.media.decoding


def test_a_microphone_is_taken_and_not_what_a_screen_plays(call: Call, second: list[bytes]) -> None:
    screen = f"{SAM.id}-a1"
    call.hear(start(SAM.id, tag=screen))
    call.hear(start(SAM.id))
    call.media.want(SAM.id, AUDIO)
    call.speak(SAM.id, second[:10], tag=screen)
    assert call.dropped("not_wanted") == 10
    call.speak(SAM.id, second[:10])
    assert call.heard(SAM) > 0


def test_lost_packets_are_concealed_and_a_long_loss_is_a_gap(
    call: Call, second: list[bytes]
) -> None:
    call.hear(start(SAM.id))
    call.media.want(SAM.id, AUDIO)
    call.speak(SAM.id, second[:10])
    call.speak(SAM.id, second[12:20], 12)
    call.now += 0.1
    call.bench.run(call.now)
    assert not any(isinstance(event, Gap) for event in call.events)
    call.now += 0.6
    call.speak(SAM.id, second[20:40], 50)
    call.now += 0.1
    call.bench.run(call.now)
    (gap,) = [event for event in call.events if isinstance(event, Gap)]
    assert gap.duration == pytest.approx(0.6, abs=0.05)


def test_packets_in_the_wrong_order_are_put_right(call: Call, second: list[bytes]) -> None:
    call.hear(start(SAM.id))
    call.media.want(SAM.id, AUDIO)
    for number in (0, 2, 1, 3, 5, 4, 6, 7):
        call.now += 0.02
        call.hear(sound(SAM.id, number, second[number]))
        call.bench.run(call.now)
    assert call.heard(SAM) == pytest.approx(0.16, abs=0.01)
    assert call.metrics.value("frames_concealed") == 0


def test_another_bridge_goes_on_where_the_first_was_lost(call: Call, second: list[bytes]) -> None:
    call.hear(start(SAM.id))
    call.media.want(SAM.id, AUDIO)
    call.speak(SAM.id, second[:20])
    call.media.disconnected()
    assert not call.media.decoding
    call.now += 2.0
    call.connect()
    call.hear(start(SAM.id))
    call.speak(SAM.id, second[:20], 7000)
    (gap,) = [event for event in call.events if isinstance(event, Gap)]
    assert gap.duration == pytest.approx(2.0, abs=0.1)
    assert call.heard(SAM) == pytest.approx(0.8, abs=0.17)


def test_silence_is_not_decoded(call: Call, second: list[bytes]) -> None:
    call.hear(start(SAM.id))
    call.media.want(SAM.id, AUDIO)
    call.speak(SAM.id, second * 2, audioLevel=100, vad=False)
    assert call.heard(SAM) == 0
    assert call.dropped("silent") > 50
    call.speak(SAM.id, second, 100, audioLevel=30, vad=True)
    assert call.heard(SAM) > 0.9


def test_redundant_audio_is_heard_once(call: Call, second: list[bytes]) -> None:
    call.hear(start(SAM.id, form=RED))
    call.media.want(SAM.id, AUDIO)
    red = [
        (0x80 << 24 | 111 << 24 | len(old)).to_bytes(4) + b"\x6f" + old + new
        for old, new in zip(second, second[1:], strict=False)
    ]
    call.speak(SAM.id, red)
    assert call.heard(SAM) == pytest.approx(1.0, abs=0.12)


@pytest.mark.parametrize("payload", ["%%%", "AAA", "é"])
def test_what_is_no_base64_is_dropped_and_counted(call: Call, payload: str) -> None:
    call.hear(start(SAM.id))
    call.media.want(SAM.id, AUDIO)
    call.hear(sound(SAM.id, 0, b"", payload=payload))
    assert call.dropped("malformed") == 1


def test_a_source_that_stopped_is_gone(call: Call, second: list[bytes]) -> None:
    call.hear(start(SAM.id))
    call.media.want(SAM.id, AUDIO)
    call.speak(SAM.id, second[:5])
    call.hear('{"event":"stop","stop":{"tag":"aaaa1111-a0"}}')
    assert not call.media.decoding


def test_when_it_is_closed_nobody_is_heard(call: Call, second: list[bytes]) -> None:
    call.hear(start(SAM.id))
    call.media.want(SAM.id, AUDIO)
    call.speak(SAM.id, second[:5])
    call.media.close()
    before = len(call.events)
    call.speak(SAM.id, second[5:10], 5)
    assert len(call.events) == before
    assert not call.media.decoding
