"""What the doctor finds of the store: its databases, its keys, and copies of these."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from consentry.commands.machine import Finding, State
from consentry.config.sections import StorageSection
from consentry.store.opening import DATABASE, KEY, KEY_DATABASE, keys_are_missing
from consentry.store.peeking import fault, has_rows, is_database

MAX_FILES = 1000
"""Files of the storage folder that are looked into."""

_OTHERS = 0o077
"""Rights of everybody but the owner."""


def store(section: StorageSection) -> Iterator[Finding]:
    """Whether what is kept can be used, and can be erased. Nothing is changed, nor made."""
    folder = section.directory
    if not folder.is_dir():
        yield Finding(State.OK, f"store {folder}: made when it is first needed")
        return
    for name, url in ((DATABASE, section.database), (KEY_DATABASE, section.keys)):
        if url is None and (folder / name).exists():
            yield _database(folder / name)
    yield from _keys(section)
    yield from _rights(folder)


def _database(path: Path) -> Finding:
    if said := fault(path):
        return Finding(
            State.MISSING, f"database {path}: {said}", "restore a backup; docs/storage.md"
        )
    return Finding(State.OK, f"database {path}")


def _keys(section: StorageSection) -> Iterator[Finding]:
    folder = section.directory
    keys = folder / KEY_DATABASE
    if keys_are_missing(section):
        text = f"{keys} is missing: without it nothing that is kept can be read"
        yield Finding(State.MISSING, text, "bring it back before the bot starts")
    for path in _copies(folder, keys):
        text = f"{path}: a copy of people's keys, with which what they erased can be read"
        yield Finding(State.NOTE, text, "delete it; docs/storage.md says how to back up keys")
    if section.key is None and (folder / KEY).exists():
        text = f"{folder / KEY}: the store's key lies beside what it opens"
        yield Finding(State.NOTE, text, "keep it elsewhere, and name it in storage.key")


def _copies(folder: Path, keys: Path) -> Iterator[Path]:
    for path in sorted(islice(folder.rglob("*"), MAX_FILES)):
        if path != keys and is_database(path) and has_rows(path, "person_key"):
            yield path


def _rights(folder: Path) -> Iterator[Finding]:
    """Where others on this machine could read."""
    if folder.stat().st_mode & _OTHERS:
        text = f"{folder}: other users of this machine can look into it"
        yield Finding(State.NOTE, text, f"chmod 700 {folder}")
