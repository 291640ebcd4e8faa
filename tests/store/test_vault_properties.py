"""Whatever is put in, deleted, erased and expired, in any order: the vault holds what it should."""

from __future__ import annotations

import asyncio
import itertools
import shutil
import sqlite3
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from consentry.config.sections import StorageSection
from consentry.store.archive import Archive, Cellar, Held
from consentry.store.database import Database, sqlite_url
from consentry.store.opening import DATABASE, Store, store_of
from consentry.store.sweeper import Sweeper

CALLS, PLUGINS, PEOPLE = ("c-1", "c-2"), ("storage", "photos"), ("ana", "bob", "cem")
HOUR = timedelta(hours=1)

calls, plugins, people = map(st.sampled_from, (CALLS, PLUGINS, PEOPLE))


@dataclass(frozen=True)
class Put:
    call: str
    plugin: str
    name: str
    about: frozenset[str]
    hours: int | None


@dataclass(frozen=True)
class Delete:
    call: str
    plugin: str
    name: str


@dataclass(frozen=True)
class Erase:
    call: str
    person: str


@dataclass(frozen=True)
class Pass:
    hours: int


@dataclass(frozen=True)
class Reopen:
    pass


@dataclass(frozen=True)
class BackUp:
    pass


names = st.sampled_from(("a", "b"))
steps = st.lists(
    st.one_of(
        st.builds(
            Put,
            calls,
            plugins,
            names,
            st.frozensets(people, min_size=1),
            st.none() | st.integers(1, 5),
        ),
        st.builds(Delete, calls, plugins, names),
        st.builds(Erase, calls, people),
        st.builds(Pass, st.integers(1, 3)),
        st.just(Reopen()),
        st.just(BackUp()),
    ),
    min_size=4,
    max_size=14,
)


@dataclass(frozen=True)
class Kept:
    """What the model knows of an item."""

    content: bytes
    about: frozenset[str]
    until: float
    keys: frozenset[tuple[str, str, int]]
    """Of whom, and which of their keys."""


@dataclass
class Model:
    """What the vault should hold."""

    now: float = 1_780_000_000.0
    items: dict[tuple[str, str, str], Kept] = field(default_factory=dict)
    erased: dict[tuple[str, str], int] = field(default_factory=dict)
    """How often who erased what there was of them."""

    def put(self, put: Put, content: bytes) -> None:
        until = float("inf") if put.hours is None else self.now + put.hours * 3600
        keys = frozenset((put.call, p, self.erased.get((put.call, p), 0)) for p in put.about)
        self.items[put.call, put.plugin, put.name] = Kept(content, put.about, until, keys)

    def erase(self, call: str, person: str) -> dict[str, int]:
        self.erased[call, person] = self.erased.get((call, person), 0) + 1
        gone = [at for at, kept in self.items.items() if at[0] == call and person in kept.about]
        counts: dict[str, int] = {}
        for at in gone:
            counts[at[1]] = counts.get(at[1], 0) + 1
            del self.items[at]
        return counts

    def expire(self) -> int:
        gone = [at for at, kept in self.items.items() if kept.until <= self.now]
        for at in gone:
            del self.items[at]
        return len(gone)

    def readable(self, kept: Kept) -> bool:
        """Whether every key that ``kept`` was made with is still there."""
        return all(self.erased.get((call, p), 0) == number for call, p, number in kept.keys)


class Run:
    """A vault beside its model."""

    def __init__(self, folder: Path, section: StorageSection | None = None) -> None:
        self.folder = folder
        self.section = section or StorageSection(directory=folder / "data")
        self.model = Model()
        self.backups: list[tuple[Path, dict[tuple[str, str, str], Kept]]] = []
        self._contents = itertools.count()
        self._archives: dict[str, Archive] = {}

    def _now(self) -> float:
        return self.model.now

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Store]:
        async with replace(store_of(self.section), now=self._now) as store:
            self._archives = {call: store.archive(call) for call in CALLS}
            for archive in self._archives.values():  # of calls that are over
                for person in PEOPLE:
                    await archive.keys.load(person)
            yield store

    async def do(self, store: Store, step: Any) -> None:
        match step:
            case Put():
                content = b"%d" % next(self._contents)
                keep = None if step.hours is None else step.hours * HOUR
                vault = self._archives[step.call].vault(step.plugin, keep)
                await vault.put(step.name, content, step.about)
                self.model.put(step, content)
            case Delete():
                await self._archives[step.call].vault(step.plugin, None).delete(step.name)
                self.model.items.pop((step.call, step.plugin, step.name), None)
            case Erase():
                erased = await self._archives[step.call].erase(step.person)
                assert erased.items == self.model.erase(step.call, step.person)
            case Pass():
                self.model.now += step.hours * 3600
                assert await Sweeper(store, HOUR).sweep() == self.model.expire()
            case BackUp():
                self._back_up()

    def _back_up(self) -> None:
        copy = self.folder / f"backup-{len(self.backups)}.db"
        with (
            closing(sqlite3.connect(self.folder / "data" / DATABASE)) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
        self.backups.append((copy, dict(self.model.items)))

    async def check(self, store: Store) -> None:
        items = self.model.items
        for call, archive in self._archives.items():
            for plugin in PLUGINS:
                expected = {at[2]: kept for at, kept in items.items() if at[:2] == (call, plugin)}
                assert as_kept(await archive.items(plugin)) == as_told(expected)
            for person in PEOPLE:
                theirs = [kept for at, kept in items.items() if at[0] == call]
                expected_held = sorted(k.content for k in theirs if person in k.about)
                assert sorted(h.content for h in await archive.held(person)) == expected_held

    async def check_backups(self, store: Store) -> None:
        """With the keys of now, each shows what it held, but for what was erased since."""
        for path, items in self.backups:
            async with Database(sqlite_url(path)) as backup:
                cellar = Cellar(backup, store.keys, store.ring, store.now)
                for call, plugin in itertools.product(CALLS, PLUGINS):
                    expected = {
                        at[2]: kept
                        for at, kept in items.items()
                        if at[:2] == (call, plugin) and self.model.readable(kept)
                    }
                    assert as_kept(await Archive(cellar, call).items(plugin)) == as_told(expected)


def as_kept(items: list[Held]) -> dict[str, tuple[bytes, frozenset[str], float]]:
    return {h.name: (h.content, h.about, h.expires or float("inf")) for h in items}


def as_told(items: dict[str, Kept]) -> dict[str, tuple[bytes, frozenset[str], float]]:
    return {name: (kept.content, kept.about, kept.until) for name, kept in items.items()}


async def run_all(run: Run, taken: list[Any]) -> None:
    """Take every step, and look into everything after each."""
    rest = list(taken)
    while True:
        async with run.opened() as store:
            while rest and not isinstance(step := rest.pop(0), Reopen):
                await run.do(store, step)
                await run.check(store)
            if not rest:
                await run.check(store)
                await run.check_backups(store)
                return


@given(steps)
@settings(deadline=None, max_examples=25)
def test_any_sequence_leaves_what_the_model_says(taken: list[Any]) -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        asyncio.run(run_all(Run(folder), taken))
    finally:
        shutil.rmtree(folder)


@given(st.lists(st.tuples(people, st.booleans()), min_size=2, max_size=12), st.randoms())
@settings(deadline=None, max_examples=20)
def test_what_races_an_erasure_never_comes_back(acts: list[tuple[str, bool]], random: Any) -> None:
    """Puts and erasures begin in any order, all at once; afterwards nothing from before an erasure
    is there, and what began after the last one is."""

    async def race(folder: Path) -> None:
        async with store_of(StorageSection(directory=folder)) as store:
            archive = store.archive("c-1")
            vault = archive.vault("storage", None)
            last: dict[str, int] = {}
            tasks: list[asyncio.Future[Any]] = []
            for number, (person, erases) in enumerate(acts):
                if erases:
                    last[person] = number
                    tasks.append(asyncio.ensure_future(archive.erase(person)))
                else:
                    about = frozenset({person, "dan"})
                    tasks.append(asyncio.ensure_future(vault.put(f"{number}", b"x", about)))
                for _ in range(random.randrange(3)):
                    await asyncio.sleep(0)
            await asyncio.gather(*tasks, return_exceptions=True)
            there = {int(held.name) for held in await archive.items("storage")}
            for number, (person, erases) in enumerate(acts):
                if not erases and number < last.get(person, -1):
                    assert number not in there
                if not erases and person not in last:
                    assert number in there
            sealed = await store.database.run(stored_items)
            assert sealed == len(there)

    folder = Path(tempfile.mkdtemp())
    try:
        asyncio.run(race(folder))
    finally:
        shutil.rmtree(folder)


def stored_items(connection: Any) -> int:
    return int(connection.exec_driver_sql("SELECT count(*) FROM vault_item").scalar_one())
