"""A vault's files are whole, private, and nowhere else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentry.errors import SetupError
from consentry.store.vault import DirectoryVault, file_name
from consentry.workers import Workers


@pytest.fixture
def vault(tmp_path: Path) -> DirectoryVault:
    return DirectoryVault(tmp_path / "data", "storage", "c-1")


async def test_what_is_put_in_is_there(vault: DirectoryVault) -> None:
    await vault.put("transcript.json", b"one")
    await vault.put("transcript.json", b"two")
    assert (vault.directory / "transcript.json").read_bytes() == b"two"
    assert os.listdir(vault.directory) == ["transcript.json"]


async def test_only_the_bot_itself_may_read_it(vault: DirectoryVault, tmp_path: Path) -> None:
    await vault.put("transcript.json", b"x")
    assert (vault.directory / "transcript.json").stat().st_mode & 0o777 == 0o600
    for folder in (tmp_path / "data", vault.directory.parent, vault.directory):
        assert folder.stat().st_mode & 0o777 == 0o700


async def test_deleting_removes_it_and_may_be_repeated(vault: DirectoryVault) -> None:
    await vault.delete("transcript.json")
    await vault.put("transcript.json", b"x")
    await vault.delete("transcript.json")
    await vault.delete("transcript.json")
    assert os.listdir(vault.directory) == []


async def test_what_a_power_cut_left_goes_with_the_file(vault: DirectoryVault) -> None:
    await vault.put("transcript.json", b"x")
    (vault.directory / ".transcript.json.part").write_bytes(b"half")
    await vault.delete("transcript.json")
    assert os.listdir(vault.directory) == []


async def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    vault: DirectoryVault,
) -> None:
    await vault.put("a", b"old")
    (vault.directory / "b").mkdir()
    with pytest.raises(SetupError, match="b: can't be written"):
        await vault.put("b", b"SECRET")
    assert sorted(os.listdir(vault.directory)) == ["a", "b"]


async def test_a_link_is_not_followed(vault: DirectoryVault, tmp_path: Path) -> None:
    await vault.put("a", b"old")
    outside = tmp_path / "outside"
    outside.write_bytes(b"mine")
    (vault.directory / ".b.part").symlink_to(outside)
    with pytest.raises(SetupError, match="can't be written"):
        await vault.put("b", b"x")
    assert outside.read_bytes() == b"mine"


async def test_a_folder_that_can_not_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(b"a file, not a folder")
    with pytest.raises(SetupError, match="can't be written"):
        await DirectoryVault(tmp_path / "data", "storage", "c-1").put("a", b"x")


async def test_two_calls_and_two_plugins_share_nothing(tmp_path: Path) -> None:
    vaults = [DirectoryVault(tmp_path, p, c) for p in ("a", "b") for c in ("c-1", "c-2")]
    for i, vault in enumerate(vaults):
        await vault.put("file", bytes([i]))
    assert [(v.directory / "file").read_bytes() for v in vaults] == [b"\0", b"\1", b"\2", b"\3"]


async def test_the_workers_can_do_the_writing(tmp_path: Path) -> None:
    async with Workers(1) as workers:
        vault = DirectoryVault(tmp_path, "storage", "c-1", workers.run)
        await vault.put("a", b"x")
        assert os.listdir(vault.directory) == ["a"]
        await vault.delete("a")
        assert os.listdir(vault.directory) == []
        (vault.directory / "b").mkdir()
        with pytest.raises(SetupError, match="b: can't be written"):
            await vault.put("b", b"x")


@pytest.mark.parametrize("name", ["../up", "/etc/passwd", ".", "..", "a/b", "a\0b", ".hidden"])
async def test_no_name_leads_out_of_the_vault(tmp_path: Path, name: str) -> None:
    root = tmp_path / "data"
    vault = DirectoryVault(root, name, name)
    await vault.put(name, b"x")
    (found,) = [Path(folder, file) for folder, _, files in os.walk(tmp_path) for file in files]
    assert found.parent == vault.directory
    assert len(found.relative_to(root).parts) == 3


@pytest.mark.parametrize("name", ["", "x" * 201])
async def test_a_name_has_a_length(vault: DirectoryVault, name: str) -> None:
    with pytest.raises(SetupError, match="1 to 200 characters"):
        await vault.put(name, b"x")


@given(st.text(min_size=1, max_size=16), st.text(min_size=1, max_size=16))
@settings(deadline=None)
def test_different_names_are_different_files(one: str, other: str) -> None:
    assert (file_name(one) == file_name(other)) == (one == other)
