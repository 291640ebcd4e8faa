"""Opens the store that a configuration names: its databases, and the key to what is in them."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from weakref import WeakValueDictionary

from pydantic import SecretStr

from consentry.config.sections import StorageSection
from consentry.errors import SetupError
from consentry.store.archive import Archive, Cellar
from consentry.store.calls import Calls
from consentry.store.cipher import KEY_BYTES
from consentry.store.database import Database, sqlite_url
from consentry.store.keys import KeyRing, add_keys
from consentry.store.migrating import CONTENT, KEYS
from consentry.store.peeking import has_rows

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC

DATABASE = "consentry.db"
KEY_DATABASE = "keys.db"
KEY = "store.key"


@dataclass(frozen=True, slots=True)
class Store:
    """Two databases, and what opens what is in them. A context manager, asynchronous or not:
    entering opens both, and moves the keys that an older version kept beside the content.

    SetupError, which names the database, for whatever they refuse.
    """

    database: Database
    """The content. Backups of it may be kept: they hold no key."""
    keys: Database
    """The keys of people. A key that is erased here is gone, and what it opened in every copy."""
    ring: KeyRing
    now: Callable[[], float] = time.time
    """Unix time in seconds."""
    unfinished: set[tuple[str, str]] = field(default_factory=set)
    """Call and person of each erasure that could not be finished yet."""
    _archives: WeakValueDictionary[str, Archive] = field(default_factory=WeakValueDictionary)

    def archive(self, call: str) -> Archive:
        """What is kept of ``call``: one object, as long as anybody holds it, so that whoever
        erases something reaches what is being written."""
        if (archive := self._archives.get(call)) is None:
            cellar = Cellar(self.database, self.keys, self.ring, self.now, self.unfinished)
            archive = self._archives[call] = Archive(cellar, call)
        return archive

    @property
    def calls(self) -> Calls:
        """The calls there were."""
        return Calls(self.database, self.ring, self.now)

    def try_writing(self) -> None:
        """SetupError where either database may only be read."""
        self.keys.try_writing()
        self.database.try_writing()

    def __enter__(self) -> Self:
        self.keys.open()
        try:
            self.database.open()
        except BaseException:
            self.keys.close()
            raise
        return self

    def __exit__(self, *exc: object) -> None:
        self.database.close()
        self.keys.close()

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self.keys)
            await stack.enter_async_context(self.database)
            stack.pop_all()
        return self

    async def __aexit__(self, *exc: object) -> None:
        try:
            await self.database.__aexit__(*exc)
        finally:
            await self.keys.__aexit__(*exc)


def store_of(section: StorageSection) -> Store:
    """The store of ``section``. SetupError where its folder or key can't be had."""
    try:
        section.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as exc:
        text = f"{section.directory}: can't be made ({exc.strerror}); see storage.directory"
        raise SetupError(text) from None
    if keys_are_missing(section):
        raise SetupError(
            f"{section.directory / KEY_DATABASE}: is missing, and without it nothing in {DATABASE} "
            "can be read; bring it back, or move both away to begin anew"
        )
    keys = Database(_url(section.keys, section.directory / KEY_DATABASE), KEYS)

    def take(rows: Sequence[tuple[bytes, bytes]]) -> None:
        keys.transact(lambda connection: add_keys(connection, dict(rows)))

    url = _url(section.database, section.directory / DATABASE)
    return Store(Database(url, CONTENT, {"take_keys": take}), keys, KeyRing(_master(section)))


def keys_are_missing(section: StorageSection) -> bool:
    """Whether there is content and the keys to it are gone: new ones would open none of it."""
    return (
        section.database is None
        and section.keys is None
        and not (section.directory / KEY_DATABASE).exists()
        and any(has_rows(section.directory / DATABASE, table) for table in ("vault_item", "person"))
    )


def _url(given: SecretStr | None, path: Path) -> str:
    return given.get_secret_value() if given else sqlite_url(path)


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
    """A new key, which is on the disk whole before it has its name: half of one opens nothing."""
    key = secrets.token_bytes(KEY_BYTES)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(draft, _NEW, 0o600), "w", encoding="ascii") as file:
            file.write(key.hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
        _name(draft, path)
    except FileExistsError:  # another process was quicker
        return _bytes(path.read_text("ascii"))
    except OSError as exc:
        raise SetupError(f"{path}: can't be written ({exc.strerror})") from None
    finally:
        draft.unlink(missing_ok=True)
    return key


def _name(draft: Path, path: Path) -> None:
    """Call ``draft`` ``path``, and make that last; FileExistsError where there is one."""
    try:
        os.link(draft, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        draft.rename(path)
    fd = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
