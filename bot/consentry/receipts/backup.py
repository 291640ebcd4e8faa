"""Shows on a backup of the content, taken before somebody erased what there was of them, that
nothing of theirs in it can be read any more."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, inspect, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import StaticPool

from consentry.errors import SetupError
from consentry.receipts.record import Opening
from consentry.signing import from_b64url
from consentry.store.items import Sealed, all_items
from consentry.store.keys import KeyRing, PersonKey, kept_keys
from consentry.store.opening import Store
from consentry.store.peeking import is_database
from consentry.store.sealing import unseal
from consentry.store.tables import person_key, vault_person

MAX_FILES = 1000
"""Files beside a backup that are looked into."""


@dataclass(slots=True)
class Findings:
    """What a backup holds, and what can be opened of it with the keys there are."""

    theirs: int = 0
    theirs_opened: int = 0
    """With a key that they got since, by saying yes again."""
    others: int = 0
    others_opened: int = 0
    key_kept: bool = False
    """The key that was to be destroyed is still there."""
    beside: list[Path] = field(default_factory=list)
    """Files in the backup's folder that hold it."""

    @property
    def erased(self) -> bool:
        """Whether what was erased is out of everybody's reach, as far as can be seen here."""
        return not self.key_kept and not self.beside


def look_into(backup: str, opening: Opening, store: Store) -> Findings:
    """What is to be found in ``backup``, a file or the URL of a database that it was restored to,
    of the person whose receipt has ``opening``. Nothing is written to it. SetupError if it, or
    ``store``, can't be read."""
    found = Findings()
    handle = store.ring.handle(opening.call, opening.person)
    erased = from_b64url(opening.key)
    with _reading(backup) as connection:
        people = _people(connection)
        keys = store.keys.transact(lambda c: kept_keys(c, store.ring, [*people, handle]))
        found.key_kept = _is(keys.get(handle), erased)
        content = {at: key.content for at, key in keys.items()}
        for item in all_items(connection) if people else ():
            about_them, opens = handle in item.place.people, _opens(item, content)
            found.theirs += about_them
            found.theirs_opened += about_them and opens
            found.others += not about_them
            found.others_opened += not about_them and opens
    if not _is_url(backup):
        live = Path(store.keys.name).resolve()
        for path in _beside(Path(backup)):
            if path.resolve() != live and _is(_key_in(path, store.ring, handle), erased):
                found.beside.append(path)
    return found


def _is(key: PersonKey | None, erased: bytes) -> bool:
    """Whether ``key`` is the one that this commitment key came from."""
    return key is not None and key.commitment == erased


def _opens(item: Sealed, keys: Mapping[bytes, bytes]) -> bool:
    if not keys.keys() >= set(item.place.people):
        return False
    try:
        return unseal(item.sealed, item.place, keys) is not None
    except SetupError:
        return False


def _people(connection: Connection) -> set[bytes]:
    """Everybody whom an item is about, by handle."""
    if not inspect(connection).has_table(vault_person.name):
        return set()  # of a version that kept nothing in the database
    return {bytes(one) for one in connection.execute(select(vault_person.c.handle)).scalars()}


def _key_in(path: Path, ring: KeyRing, handle: bytes) -> PersonKey | None:
    """The key under ``handle`` that a file holds and the store's key opens."""
    try:
        with _reading(str(path)) as connection:
            if not inspect(connection).has_table(person_key.name):
                return None
            wrapped = select(person_key.c.wrapped).where(person_key.c.handle == handle)
            kept = connection.execute(wrapped).scalar_one_or_none()
            return None if kept is None else PersonKey(ring.unwrap(handle, bytes(kept)))
    except SetupError:
        return None


def _beside(backup: Path) -> Iterator[Path]:
    """The SQLite databases in the folder of ``backup``, itself among them."""
    for number, path in enumerate(sorted(backup.absolute().parent.iterdir())):
        if number == MAX_FILES:
            raise SetupError(f"{path.parent}: has more than {MAX_FILES} files; move the backup")
        if path.is_file() and is_database(path):
            yield path


@contextmanager
def _reading(where: str) -> Iterator[Connection]:
    """A connection to the database in a file or at a URL, which is not written to."""
    engine: Engine | None = None
    try:
        engine = create_engine(where, hide_parameters=True) if _is_url(where) else _file(where)
        with engine.connect() as connection:
            # Only PostgreSQL takes note of it; a file is opened so that it can't be written to.
            yield connection.execution_options(postgresql_readonly=True)
    except (SQLAlchemyError, sqlite3.Error, ImportError):
        name = "the database at that URL" if _is_url(where) else where
        raise SetupError(f"{name}: is no database that can be read") from None
    finally:
        if engine is not None:
            engine.dispose()


def _is_url(where: str) -> bool:
    return "://" in where


def _file(name: str) -> Engine:
    path = Path(name).absolute()
    # Without a write-ahead log beside it the file is all there is, and nothing is made beside it.
    beside = path.with_name(f"{path.name}-wal")
    mode = "mode=ro" if beside.exists() else "mode=ro&immutable=1"
    url = f"file:{quote(str(path))}?{mode}"
    return create_engine(
        "sqlite://", creator=lambda: sqlite3.connect(url, uri=True), poolclass=StaticPool
    )
