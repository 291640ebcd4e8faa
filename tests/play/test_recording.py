"""Recordings that can be played, and files that can't."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from consentry.errors import MediaFileError
from consentry.play.recording import load_packets, load_recording
from tests.play.recordings import Speaker, microphone, write_meeting, write_opus


def test_a_meeting_is_read_with_its_tracks(tmp_path: Path) -> None:
    recording = load_recording(write_meeting(tmp_path, Speaker("Mia"), Speaker("Sam")))
    assert recording.duration == 4.0
    assert [track.participant for track in recording.tracks] == ["Mia", "Sam"]
    assert not any(track.shared for track in recording.tracks)


def test_the_packets_are_20_ms_each_and_start_at_media_time_0(tmp_path: Path) -> None:
    recording = load_recording(write_meeting(tmp_path, Speaker("Mia")))
    packets = recording.tracks[0].packets
    steps = {b.pts - a.pts for a, b in zip(packets, packets[1:], strict=False)}
    assert steps == {960}
    assert -960 < packets[0].pts <= 0
    assert abs(packets[-1].pts / 48_000 - 4.0) < 0.05


def test_a_microphone_with_several_speakers_is_shared(tmp_path: Path) -> None:
    meeting = write_meeting(tmp_path, Speaker("Room"))
    description = json.loads(meeting.read_text())
    description["tracks"][0]["speakers"] = ["ann", "bob"]
    meeting.write_text(json.dumps(description))
    assert load_recording(meeting).tracks[0].shared


def test_an_empty_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "mia.ogg"
    file.touch()
    with pytest.raises(MediaFileError, match=r"mia\.ogg: is empty"):
        load_packets(file)


@pytest.mark.parametrize("content", [b"not audio at all", b"OggS", bytes(4096)])
def test_a_file_that_is_no_ogg_is_named(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "mia.ogg"
    file.write_bytes(content)
    with pytest.raises(MediaFileError, match=r"mia\.ogg"):
        load_packets(file)


def test_a_file_cut_off_in_its_header_is_named(tmp_path: Path) -> None:
    file = tmp_path / "mia.ogg"
    write_opus(file, microphone(Speaker("Mia"), 1.0))
    file.write_bytes(file.read_bytes()[:60])
    with pytest.raises(MediaFileError, match=r"mia\.ogg"):
        load_packets(file)


def test_a_missing_track_is_named(tmp_path: Path) -> None:
    meeting = write_meeting(tmp_path, Speaker("Mia"))
    (tmp_path / "mia.ogg").unlink()
    with pytest.raises(MediaFileError, match=r"mia\.ogg: can't be read"):
        load_recording(meeting)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"id": "x"}', '{"tracks": []}'])
def test_a_description_that_is_none_is_named(tmp_path: Path, content: str) -> None:
    meeting = tmp_path / "meeting.json"
    meeting.write_text(content)
    with pytest.raises(MediaFileError, match=r"meeting\.json"):
        load_recording(meeting)


def test_two_tracks_of_one_participant_are_a_mistake(tmp_path: Path) -> None:
    meeting = write_meeting(tmp_path, Speaker("Mia"), Speaker("Mia"))
    with pytest.raises(MediaFileError, match="same participant"):
        load_recording(meeting)


def test_a_missing_description_is_named(tmp_path: Path) -> None:
    with pytest.raises(MediaFileError, match=r"meeting\.json: can't be read"):
        load_recording(tmp_path / "meeting.json")
