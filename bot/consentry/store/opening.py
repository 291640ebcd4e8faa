"""Opens the store that a configuration names: its database, and the key to what is in it."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from consentry.config import StorageSection
from consentry.errors import SetupError
from consentry.store.database import Database, sqlite_url
from consentry.store.keys import KEY_BYTES, KeyRing

DATABASE = "consentry.db"
KEY = "store.key"


@dataclass(frozen=True, slots=True)
class Store:
    """A database, which its user opens, and the keys of what is in it."""

    database: Database
    ring: KeyRing


def store_of(section: StorageSection) -> Store:
    """The store of ``section``. SetupError where its folder or key can't be had."""
    try:
        section.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as exc:
        text = f"{section.directory}: can't be made ({exc.strerror}); see storage.directory"
        raise SetupError(text) from None
    url = section.database
    where = url.get_secret_value() if url else sqlite_url(section.directory / DATABASE)
    return Store(Database(where), KeyRing(_master(section)))


def _master(section: StorageSection) -> bytes:
    if section.key is not None:
        return _bytes(section.key.get_secret_value())
    path = section.directory / KEY
    try:
        return _bytes(path.read_text("ascii"))
    except FileNotFoundError:
        return _make(path)
    except (OSError, UnicodeDecodeError) as exc:
        raise SetupError(f"{path}: can't be read ({type(exc).__name__})") from None


def _bytes(text: str) -> bytes:
    """Hex where it is hex; else the text as it is."""
    try:
        return bytes.fromhex(text.strip())
    except ValueError:
        return text.strip().encode()


def _make(path: Path) -> bytes:
    key = secrets.token_bytes(KEY_BYTES)
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        with os.fdopen(os.open(path, flags, 0o600), "w", encoding="ascii") as file:
            file.write(key.hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:  # another process was quicker
        return _bytes(path.read_text("ascii"))
    except OSError as exc:
        raise SetupError(f"{path}: can't be written ({exc.strerror})") from None
    return key
