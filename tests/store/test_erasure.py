"""Somebody is taken out of what a call left behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from consentry.errors import SetupError
from consentry.store.erasure import erase_participant
from consentry.store.vault import DirectoryVault
from consentry.transcript import Transcript, read_transcript
from tests.exports.calls import spoken

BOTH = spoken(("Sam", 0, 1, "a"), ("Mia", 1, 2, "b"))


async def kept(directory: Path, call: str, transcript: Transcript) -> Path:
    vault = DirectoryVault(directory, "storage", call)
    await vault.put("transcript.json", transcript.model_dump_json().encode())
    return vault.directory / "transcript.json"


async def test_their_words_go_and_the_others_stay(tmp_path: Path) -> None:
    path = await kept(tmp_path, "c-1", BOTH)
    assert erase_participant(tmp_path, "c-1", "p1") == 1
    assert b"Sam" not in path.read_bytes()
    assert [segment.text for segment in read_transcript(path).segments] == ["b"]


async def test_a_transcript_with_nobody_left_is_deleted(tmp_path: Path) -> None:
    path = await kept(tmp_path, "c-1", spoken(("Sam", 0, 1, "a")))
    assert erase_participant(tmp_path, "c-1", "p1") == 1
    assert not path.exists()


async def test_other_calls_and_other_people_are_left_alone(tmp_path: Path) -> None:
    path = await kept(tmp_path, "c-2", BOTH)
    assert erase_participant(tmp_path, "c-1", "p1") == 0
    assert erase_participant(tmp_path, "c-2", "p9") == 0
    assert read_transcript(path) == BOTH


async def test_a_file_that_can_not_be_read_is_named(tmp_path: Path) -> None:
    vault = DirectoryVault(tmp_path, "storage", "c-1")
    await vault.put("transcript.json", b"not a transcript")
    with pytest.raises(SetupError, match=r"transcript\.json"):
        erase_participant(tmp_path, "c-1", "p1")
