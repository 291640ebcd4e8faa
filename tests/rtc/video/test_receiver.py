"""One person's video over networks good and bad: whole pictures, or none."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentry.rtc.rtp import RtpPacket
from consentry.rtc.video.chain import MAX_BYTES, MAX_FRAMES
from consentry.rtc.video.codecs import VideoCodec
from consentry.rtc.video.receiver import STALE, VideoReceiver
from tests.rtc.video.clips import RATE, SSRC, STEP, Clip, Encoder, clip, stream
from tests.rtc.video.packetizers import Place, payloads
from tests.rtc.video.viewers import Shown, Viewer, paced

ROUND_TRIP = 0.08
STREAMS = [
    (VideoCodec.VP8, False),
    (VideoCodec.VP8, True),
    (VideoCodec.H264, False),
    (VideoCodec.VP9, False),
    (VideoCodec.VP9, True),
    (VideoCodec.AV1, False),
]
streams = pytest.mark.parametrize(("codec", "layers"), STREAMS)


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SVT_LOG", "0")


def carry(
    shown: Clip,
    fates: Mapping[int, float | None],
    repeated: Collection[int] = (),
    *,
    repaired: bool = False,
    frames_per_second: float = 5.0,
) -> Viewer:
    """Play a clip; ``fates`` are seconds of delay by packet, ``None`` for those that get lost."""
    packets = shown.packets()
    viewer = Viewer(shown.codec, frames_per_second)
    for number, (at, packet) in enumerate(paced(packets, packets[0].timestamp)):
        delay = fates.get(number, 0.0)
        if delay is not None:
            viewer.send(packet, at + delay)
        if number in repeated:
            viewer.send(packet, at + 0.03)
    by_number = {packet.sequence_number: packet for packet in packets}

    def resend(number: int, now: float) -> None:
        if repaired:
            viewer.send(by_number[number], now + ROUND_TRIP)

    viewer.watch(4.0, resend)
    return viewer


def assert_faithful(viewer: Viewer, shown: Clip) -> None:
    """Every picture is, to the last bit, what the sender's frame of that time decodes to."""
    for picture in viewer.shown:
        assert picture.content == shown.pictures[shown.number(picture.timestamp)]
    assert viewer.failures == 0


def numbers(viewer: Viewer, shown: Clip) -> list[int]:
    return [shown.number(picture.timestamp) for picture in viewer.shown]


@streams
def test_on_a_good_line_pictures_come_as_often_as_asked_for(
    codec: VideoCodec, layers: bool
) -> None:
    viewer = carry(clip(codec, layers=layers), {})
    assert_faithful(viewer, clip(codec, layers=layers))
    assert 15 <= len(viewer.shown) <= 16
    assert all(b.at - a.at > 0.199 for a, b in pairwise(viewer.shown))
    assert not viewer.asked and not viewer.key_frames


@streams
def test_lost_packets_that_are_repaired_in_time_leave_no_trace(
    codec: VideoCodec, layers: bool
) -> None:
    shown = clip(codec, layers=layers)
    viewer = carry(shown, dict.fromkeys(range(4, 110, 7)), repaired=True)
    assert_faithful(viewer, shown)
    assert len(viewer.shown) >= 13
    assert viewer.asked and not viewer.key_frames


@streams
@given(
    fates=st.dictionaries(
        st.integers(0, 79), st.none() | st.floats(0.0, 0.8), min_size=1, max_size=40
    ),
    repeated=st.sets(st.integers(0, 79), max_size=10),
    repaired=st.booleans(),
    frames_per_second=st.sampled_from([1.0, 4.0, 30.0]),
)
@settings(max_examples=40, deadline=None)
def test_whatever_is_lost_late_or_twice_no_picture_is_ever_wrong_and_a_key_frame_heals_it(
    codec: VideoCodec,
    layers: bool,
    fates: dict[int, float | None],
    repeated: set[int],
    repaired: bool,
    frames_per_second: float,
) -> None:
    shown = clip(codec, layers=layers)
    viewer = carry(shown, fates, repeated, repaired=repaired, frames_per_second=frames_per_second)
    assert_faithful(viewer, shown)
    newest = range(39, 45) if frames_per_second == 1.0 else range(43, 45)
    assert numbers(viewer, shown)[-1] in newest
    for asked in viewer.asked.values():
        assert len(asked) <= 5
        assert all(b - a > 0.099 for a, b in pairwise(asked))
    assert all(b - a > 1.99 for a, b in pairwise(viewer.key_frames))


class Sender:
    """Encodes as it goes, and hears what is asked of it."""

    def __init__(self, viewer: Viewer, loss: float) -> None:
        self._viewer = viewer
        self._encoder = Encoder(VideoCodec.VP8)
        self._network = random.Random(7)
        self._loss = loss
        self._sent: dict[int, RtpPacket] = {}
        self._renew = False
        self._number = 0
        self.frames: list[bytes] = []

    def frame(self) -> None:
        """Send the next one, and let the viewer watch until it is time for another."""
        number, at = len(self.frames), len(self.frames) / RATE
        self.frames.append(self._encoder.encode(self._renew))
        self._renew = False
        parts = payloads(VideoCodec.VP8, self.frames[-1], Place(number))
        for packet in stream([parts], self._number, number * STEP):
            self._sent[packet.sequence_number] = packet
            self._deliver(packet, at)
        self._number += len(parts)
        self._viewer.watch(at + 1 / RATE, self._resend, self._key_frame)

    def _deliver(self, packet: RtpPacket, at: float) -> None:
        if self._network.random() >= self._loss:
            self._viewer.send(packet, at + self._network.uniform(0.0, 0.03))

    def _resend(self, number: int, now: float) -> None:
        self._deliver(self._sent[number], now + ROUND_TRIP)

    def _key_frame(self, now: float) -> None:
        self._renew = self._network.random() >= self._loss


@pytest.mark.parametrize(("loss", "share"), [(0.01, 1.0), (0.1, 1.0), (0.3, 0.5)])
def test_with_a_sender_that_answers_pictures_go_on_and_are_right(loss: float, share: float) -> None:
    viewer = Viewer(VideoCodec.VP8, 1.0)
    sender = Sender(viewer, loss)
    for _ in range(12 * RATE):
        sender.frame()
    sent = Clip(VideoCodec.VP8, tuple(sender.frames), frozenset(), layers=False)
    assert viewer.failures == 0
    for picture in viewer.shown:
        assert picture.content == sent.pictures[picture.timestamp // STEP]
    assert len(viewer.shown) >= 11 * share
    assert len(viewer.key_frames) <= 6


def test_without_a_key_frame_at_the_start_one_is_asked_for_ever_more_rarely() -> None:
    packets = clip(VideoCodec.VP8).packets()
    inter = [
        packet
        for packet in packets
        if clip(VideoCodec.VP8).number(packet.timestamp) in range(1, 20)
    ]
    viewer = Viewer(VideoCodec.VP8)
    for number in range(3000):
        packet = inter[number % len(inter)]
        viewer.send(RtpPacket(96, number, number * STEP, SSRC, packet.payload, True), number / RATE)
    viewer.watch(100.0)
    assert not viewer.shown
    pauses = [round(b - a) for a, b in pairwise(viewer.key_frames)]
    assert pauses == [2, 4, 8, 16, 30, 30]


def test_nobody_is_asked_for_a_key_frame_while_nothing_comes() -> None:
    viewer = Viewer(VideoCodec.VP8)
    viewer.watch(10.0)
    viewer.send(clip(VideoCodec.VP8).packets()[10], 10.0)
    viewer.watch(100.0)
    assert len(viewer.key_frames) == 1


def test_a_key_frame_under_way_is_not_asked_for() -> None:
    viewer = Viewer(VideoCodec.VP8)
    for number, packet in enumerate(clip(VideoCodec.VP8).packets()[:9]):
        viewer.send(packet, number * 0.06)
    viewer.watch(1.0)
    assert viewer.shown and not viewer.key_frames


def test_the_shortest_way_to_the_newest_picture_is_decoded() -> None:
    viewer = carry(clip(VideoCodec.VP8), {}, frames_per_second=1.0)
    assert [(number, picture.frames) for number, picture in shown_numbers(viewer)] == [
        (0, 1),
        (15, 15),
        (30, 11),
        (44, 5),
    ]


def shown_numbers(viewer: Viewer) -> list[tuple[int, Shown]]:
    return [(clip(viewer.codec).number(picture.timestamp), picture) for picture in viewer.shown]


def test_frames_of_an_upper_layer_are_neither_kept_nor_decoded_but_for_the_newest() -> None:
    viewer = carry(clip(VideoCodec.VP8, layers=True), {}, frames_per_second=1.0)
    assert [(number, picture.frames) for number, picture in shown_numbers(viewer)] == [
        (0, 1),
        (15, 8),
        (30, 6),
        (44, 3),
    ]
    assert viewer.receiver.dropped > 15


def test_the_loss_of_a_frame_that_no_other_needs_breaks_nothing() -> None:
    shown = clip(VideoCodec.VP8, layers=True)
    upper = [
        number
        for number, packet in enumerate(shown.packets())
        if shown.number(packet.timestamp) % 2
    ]
    viewer = carry(shown, dict.fromkeys(upper))
    assert_faithful(viewer, shown)
    assert not viewer.key_frames
    assert len(viewer.shown) > 10


def test_a_frame_that_fails_to_decode_ends_the_chain_until_the_next_key_frame() -> None:
    shown = clip(VideoCodec.VP8)
    receiver = VideoReceiver(VideoCodec.VP8, 30.0)
    packets = shown.packets()
    fresh: list[bool] = []
    for number, packet in enumerate(packets):
        now = number * 0.05
        receiver.receive(packet, now)
        if chain := receiver.due(now):
            fresh.append(chain.fresh)
            if len(fresh) == 3:
                receiver.failed(chain)
                assert receiver.feedback(now).key_frame
    assert fresh[:4] == [True, False, False, True]


def test_a_failure_is_old_news_once_a_key_frame_has_come() -> None:
    packets = clip(VideoCodec.VP8).packets()
    receiver = VideoReceiver(VideoCodec.VP8, 30.0)
    for packet in packets[:9]:
        receiver.receive(packet, 0.0)
    old = receiver.due(0.0)
    assert old is not None
    for packet in packets[9:70]:
        receiver.receive(packet, 1.0)
    receiver.failed(old)
    chain = receiver.due(2.0)
    assert chain is not None and chain.fresh


KEY, BASE, LOOSE, UPPER, SYNCHRONIZED = (
    b"\x90\x60\x01\x00\x00",
    b"\x90\x60\x01\x00\x01",
    b"\xb0\x60\x01\x00\x01",
    b"\x90\x60\x01\x80\x01",
    b"\x90\x60\x01\xa0\x01",
)
SYNCHRONIZED_TO_ANOTHER = b"\x90\x60\x02\xa0\x01"
"""Frames of VP8 in one packet each, whose base index is 1."""


def received(*payloads: bytes | None, codec: VideoCodec = VideoCodec.VP8) -> VideoReceiver:
    """A receiver of these, of which ``None`` got lost."""
    receiver = VideoReceiver(codec, 30.0)
    for number, payload in enumerate(payloads):
        if payload is not None:
            receiver.receive(RtpPacket(96, number, number * STEP, SSRC, payload, True), 0.0)
    receiver.feedback(1.0)
    return receiver


@pytest.mark.parametrize(
    ("payloads", "frames"),
    [
        ((KEY, LOOSE), 2),
        ((KEY, LOOSE, LOOSE), 2),
        ((KEY, SYNCHRONIZED), 2),
        ((KEY, SYNCHRONIZED, UPPER), 2),
        ((KEY, UPPER), 1),
        ((KEY, SYNCHRONIZED_TO_ANOTHER), 1),
        ((KEY, None, LOOSE), 1),
        ((KEY, None, SYNCHRONIZED), 1),
        ((KEY, None, BASE), 1),
    ],
)
def test_a_frame_that_no_other_needs_is_decoded_if_it_is_the_newest_and_needs_none_that_is_gone(
    payloads: tuple[bytes | None, ...], frames: int
) -> None:
    chain = received(*payloads).due(2.0)
    assert chain is not None and len(chain.frames) == frames


def vp9(picture: int, *back: int) -> bytes:
    """A frame of the lowest layer, predicted from those so many pictures ``back``, if any."""
    named = bytes(b << 1 | (b != back[-1]) for b in back)
    header = bytes([0xBC | bool(back) << 6, 0x80, picture, 0]) + named
    return header + (b"\x84" if back else b"\x80")


@pytest.mark.parametrize(
    ("payloads", "frames"),
    [
        ((vp9(1), vp9(3, 2), None, vp9(5, 2)), 3),
        ((vp9(1), vp9(3, 2), None, vp9(5, 2, 4)), 3),
        ((vp9(1), None, vp9(5, 2)), 1),
        ((vp9(1), vp9(3, 2), None, vp9(5, 4)), 2),
        ((vp9(1), vp9(3, 2), None, vp9(5, 2, 3)), 2),
        ((vp9(1), vp9(3, 2), vp9(4), None, vp9(5, 2)), 1),
    ],
)
def test_a_loss_breaks_nothing_where_a_frame_names_all_it_needs_and_that_is_here(
    payloads: tuple[bytes | None, ...], frames: int
) -> None:
    chain = received(*payloads, codec=VideoCodec.VP9).due(2.0)
    assert chain is not None and len(chain.frames) == frames


def test_once_a_loss_is_beyond_repair_a_key_frame_is_asked_for() -> None:
    viewer = carry(clip(VideoCodec.VP8), {20: None})
    lost_at = clip(VideoCodec.VP8).number(clip(VideoCodec.VP8).packets()[20].timestamp) / RATE
    (asked,) = viewer.key_frames
    assert lost_at + 0.5 < asked < lost_at + 0.6


def test_packets_for_long_without_a_frame_to_decode_are_a_reason_to_ask_for_one() -> None:
    receiver = received(KEY)
    for number in range(1, 100):
        now = 60.0 + number / 16
        receiver.receive(RtpPacket(96, number, number * STEP, SSRC, UPPER, True), now)
        assert receiver.feedback(now).key_frame == (number == 1 + STALE * 16)


def test_what_nobody_comes_for_is_bounded_and_let_go() -> None:
    receiver = VideoReceiver(VideoCodec.VP8, 0.001)
    packets = clip(VideoCodec.VP8).packets()
    assert receiver.due(0.0) is None
    for packet in packets[:9]:
        receiver.receive(packet, 0.0)
    assert receiver.due(0.0) is not None
    wanted = 0
    for number in range(9, 3000):
        now = number / 30
        small = RtpPacket(96, (65_500 + number) % 65_536, number * 3000, SSRC, b"\x10\x01..", True)
        receiver.receive(small, now)
        wanted += receiver.feedback(now).key_frame
        assert receiver.held <= MAX_FRAMES
    assert wanted > 1
    assert receiver.dropped >= MAX_FRAMES


def test_bytes_are_bounded_too() -> None:
    receiver = VideoReceiver(VideoCodec.VP8, 0.001)
    for number in range(MAX_BYTES // 60_000 + 10):
        key = b"\x10\x00" if number == 0 else b"\x10\x01"
        packet = RtpPacket(96, number, number * 3000, SSRC, key + bytes(60_000), True)
        receiver.receive(packet, number / 30)
    assert receiver.held == 0


def test_a_sender_that_starts_anew_is_followed_from_its_key_frame() -> None:
    shown = clip(VideoCodec.VP8)
    viewer = Viewer(VideoCodec.VP8)
    for at, packet in paced(shown.packets()[:50], shown.packets()[0].timestamp):
        viewer.send(packet, at)
    again = shown.packets(sequence=30_000, timestamp=5)
    for at, packet in paced(again, 5):
        viewer.send(packet, at + 3.0)
    viewer.watch(7.0)
    assert not viewer.failures and not viewer.key_frames
    after = [picture for picture in viewer.shown if picture.at > 3.0]
    assert after[0].timestamp == 5
    assert all(p.content == shown.pictures[shown.number(p.timestamp, 5)] for p in after)


def test_how_often_may_be_changed_at_any_time() -> None:
    viewer = carry(clip(VideoCodec.VP8), {}, frames_per_second=1.0)
    viewer.receiver.frames_per_second = 30.0
    assert viewer.receiver.due(100.0) is None


@pytest.mark.parametrize("codec", VideoCodec)
@given(
    st.lists(
        st.tuples(st.binary(max_size=40), st.integers(0, 400), st.integers(0, 3), st.booleans())
    )
)
def test_no_payload_whatever_raises_and_little_is_held(
    codec: VideoCodec, packets: list[tuple[bytes, int, int, bool]]
) -> None:
    receiver = VideoReceiver(codec, 1.0)
    for number, (payload, sequence, timestamp, marker) in enumerate(packets):
        now = number * 0.05
        receiver.receive(RtpPacket(96, sequence, timestamp, SSRC, payload, marker), now)
        if (chain := receiver.due(now)) is not None:
            receiver.failed(chain)
        receiver.feedback(now)
