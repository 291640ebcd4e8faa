"""The media benches: what they send, what they count, and one short round of each receiver."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from consentry.events import SAMPLE_RATE
from consentry.rtc.rtp import RtpPacket, parse_rtp
from tests.bench.live import MEETINGS
from tests.bench.media import material
from tests.bench.media.benches import COUNTS, SLOW, attempted, memory
from tests.bench.media.figures import NothingCounts, slope, usage_figures
from tests.bench.media.material import Material, Sound, audio_level, encode_clip, encode_speech
from tests.bench.media.plot import draw
from tests.bench.media.readers import NOBODY_READS, NOBODY_WANTS, READ_SLOWLY, behavior
from tests.bench.media.rounds import Call, Round, missing, play
from tests.bench.media.streams import Header, Load, Stream, audio_streams, video_streams

SECOND = np.sin(np.arange(SAMPLE_RATE) / 7).astype(np.float32) * 0.1


@pytest.fixture(scope="module")
def short() -> Material:
    quiet = np.zeros(SAMPLE_RATE, np.float32)
    speech = [encode_speech(samples) for samples in material.speakers(MEETINGS)[:2]]
    return Material(speech, [encode_speech(quiet)], [encode_clip(0, seconds=3)])


@pytest.fixture
def file(short: Material, tmp_path: Path) -> Path:
    short.save(tmp_path / "material.json")
    return tmp_path / "material.json"


def sent(stream: Stream, times: int) -> list[RtpPacket]:
    packets = [parse_rtp(data) for _ in range(times) for data in stream.packets()]
    assert None not in packets
    return [packet for packet in packets if packet is not None]


def reported(seconds: float, pictures: int, energy: float = 1e4) -> dict[str, Any]:
    """A receiver's report on two tracks of sound and one of pictures."""
    return {
        "seconds": {"0": seconds, "1": seconds},
        "energy": energy * seconds,
        "pictures": {"0": pictures},
        "light": float(pictures),
    }


def test_the_level_of_silence_is_the_lowest_and_of_full_scale_the_highest() -> None:
    assert audio_level(np.zeros(320, np.float32)) == 127
    assert audio_level(np.ones(320, np.float32)) == 0
    assert audio_level(np.full(320, 0.01, np.float32)) == 40


def test_speech_is_encoded_in_packets_of_20_ms_marked_as_voice() -> None:
    sounds = encode_speech(SECOND)
    assert 49 <= len(sounds) <= 50
    assert all(sound.voiced and sound.level == 23 for sound in sounds)


def test_only_the_first_picture_of_a_clip_is_a_key_frame(short: Material) -> None:
    inter = [frame[0] & 1 for frame in short.clips[0]]  # RFC 6386 section 9.1
    assert inter == [0] + [1] * 44


def test_what_was_saved_is_what_is_sent(short: Material, file: Path) -> None:
    assert material.load(file) == short


def test_a_microphone_sends_20_ms_after_20_ms_with_the_level_in_front() -> None:
    sounds = [[Sound(b"one", 30), Sound(b"two", 90)]]
    (stream,) = audio_streams(Load(1, 1), Material(sounds, [], []), [Header(7, 96, level_id=2)])
    levels = [stream.packets()[0][17] for _ in range(2)]
    packets = sent(stream, 3)
    assert levels == [0x80 | 30, 90]
    assert [p.payload for p in packets] == [b"one", b"two", b"one"]
    assert [p.sequence_number for p in packets] == [3, 4, 5]
    assert [p.timestamp for p in packets] == [960 * n for n in (3, 4, 5)]


def test_those_who_do_not_talk_send_silence() -> None:
    speech, silence = [[Sound(b"speech", 30)]], [[Sound(b"silence", 127)]]
    streams = audio_streams(
        Load(3, 1), Material(speech, silence, []), [Header(n, 96) for n in range(3)]
    )
    assert [sent(each, 1)[0].payload for each in streams] == [b"speech", b"silence", b"silence"]


def test_a_picture_is_cut_into_packets_and_asking_for_a_key_frame_starts_the_clip_over() -> None:
    clip = [b"k" * 3000, b"a" * 10, b"b" * 10]
    (stream,) = video_streams(Material([], [], [clip]), [Header(9, 97)])
    key, first = sent(stream, 1), sent(stream, 1)
    stream.key_frame()
    again = sent(stream, 1)
    assert [len(p.payload) - 4 for p in key] == [1180, 1180, 640]
    assert [p.payload[0] for p in key] == [0x90, 0x80, 0x80]  # S: where a picture starts
    assert first[0].payload[4:] == clip[1]
    assert b"".join(p.payload[4:] for p in again) == clip[0]
    assert key[0].payload[2:4] != again[0].payload[2:4]


def test_a_receiver_that_did_the_work_missed_nothing() -> None:
    load = Load(audio=2, talking=2, video=1)
    assert missing(load, reported(1.0, 1), reported(10.8, 10), 10.0) == []


@pytest.mark.parametrize(
    ("after", "complaint"),
    [
        (reported(10.0, 11), "9.0 s of PCM in 10.0 s"),
        (reported(11.0, 3), "2 pictures of 1 cameras"),
        (reported(11.0, 11, energy=1e-3), "silent"),
        (reported(11.0, 11) | {"light": 1.0}, "black"),
    ],
)
def test_a_receiver_that_skimped_is_told_so(after: dict[str, Any], complaint: str) -> None:
    load = Load(audio=2, talking=2, video=1)
    before = reported(1.0, 1, energy=1e-3)
    assert [complaint in text for text in missing(load, before, after, 10.0)] == [True]


def test_ratios_are_of_medians_and_failed_rounds_do_not_count() -> None:
    ours = [Round(cpu, 100.0, 60.0, 1.0) for cpu in (4.0, 5.0, 9.0)]
    theirs = [Round(cpu, 1000.0, 400.0, 2.0, late_share=0.01) for cpu in (19.0, 20.0, 30.0)]
    failed = Round(1.0, 1.0, 1.0, 99.0, failures=("the PCM is silent",))
    found = usage_figures({"ours": ours, "chromium": [*theirs, failed]})
    assert found["cpu_ours"] == 5.0
    assert found["cpu_vs_chromium"] == 0.25
    assert (found["cpu_vs_chromium_min"], found["cpu_vs_chromium_max"]) == (0.133, 0.474)
    assert found["rss_vs_chromium"] == 0.1
    assert (found["rounds"], found["rounds_failed"]) == (3, 1)
    assert (found["sender_late_p99_ms"], found["sender_late_share"]) == (2.0, 0.01)


def test_a_receiver_that_never_did_its_work_has_no_figures_and_ours_is_an_error() -> None:
    failed = Round(1.0, 1.0, 1.0, 1.0, failures=("the PCM is silent",))
    found = usage_figures({"ours": [Round(1.0, 1.0, 1.0, 1.0)], "stock": [failed]})
    assert "cpu_ours" in found
    assert found["rounds_failed"] == 1
    assert not [name for name in found if "stock" in name]
    with pytest.raises(NothingCounts, match=r"ours: no round did its work \(the PCM is silent\)"):
        usage_figures({"ours": [failed]})


def test_the_slope_is_that_of_the_line_through_the_points() -> None:
    assert slope([(0.0, 5.0), (1.0, 7.0), (2.0, 9.0)]) == pytest.approx(2.0)


def test_among_the_slowly_read_are_all_kinds_of_readers() -> None:
    kinds = {READ_SLOWLY, NOBODY_READS, NOBODY_WANTS}
    assert {behavior(index) for index in range(SLOW.audio)} == kinds
    assert {behavior(index) for index in range(SLOW.video)} == kinds


def test_the_picture_shows_each_receiver_with_its_last_figure(tmp_path: Path) -> None:
    prefixes = ("", "stock_", "chromium_")
    measures = {f"{p}cpu_per_track_{n}": 0.5 for p in prefixes for n in COUNTS}
    del measures["stock_cpu_per_track_5"]  # not measured
    draw(measures, tmp_path / "plot.svg")
    text = (tmp_path / "plot.svg").read_text(encoding="utf-8")
    assert all(f"{name} 25 %" in text for name in ("Consentry", "aiortc", "headless Chromium"))


@pytest.mark.e2e
@pytest.mark.parametrize("receiver", ["ours", "stock", "chromium"])
async def test_each_receiver_hears_and_sees_what_is_sent(receiver: str, file: Path) -> None:
    if receiver == "chromium" and shutil.which("chromium") is None:
        pytest.skip("chromium is not on this machine: apt install chromium")
    call = Call(Load(audio=3, talking=2, video=2), file, seconds=3.0, warm_up=1.0)
    done = await play(receiver, call)
    assert done.failures == ()
    assert done.cpu > 0
    assert done.rss_mb >= done.pss_mb > 0


@pytest.mark.e2e
async def test_memory_is_watched_while_readers_are_slow(file: Path) -> None:
    call = Call(Load(audio=3, talking=3, video=3), file, seconds=3.0, warm_up=0.0)
    points = await memory("tests.bench.media.ours", call)
    assert points
    assert all(at < call.seconds and rss > 10 for at, rss in points)


@pytest.mark.e2e
async def test_a_round_whose_receiver_breaks_down_is_a_failed_one(tmp_path: Path) -> None:
    done = await attempted("ours", Call(Load(1, 1), tmp_path / "none.json", seconds=1.0))
    assert [text.startswith("sender: ended at 'connect'") for text in done.failures] == [True]
