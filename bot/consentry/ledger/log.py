"""The log in the store: entries are written in groups, each with a signed head."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Self

from sqlalchemy import Connection, bindparam, func, insert, select

from consentry.errors import ConsentryError, LedgerError
from consentry.ledger import merkle
from consentry.ledger.heads import HeadSigner, TreeHead, read_head
from consentry.ledger.merkle import Nodes
from consentry.store.database import Database
from consentry.store.keys import CallKeys, PersonKey
from consentry.store.opening import Store
from consentry.store.tables import ledger_entry, ledger_head, ledger_node, ledger_person

logger = logging.getLogger(__name__)

MAX_GROUP = 1000
"""Entries of one transaction; those that come meanwhile are the next."""

MAX_UNWRITTEN = 10_000
"""Notes kept while the disk takes none; beyond, the newest are lost, and that is counted."""

RETRY_SECONDS = 5.0
"""Between two tries to write what the disk did not take."""

PAGE = 10_000
"""Entries read at once."""


_NODE = select(ledger_node.c.hash).where(
    ledger_node.c.level == bindparam("lv"), ledger_node.c.index == bindparam("ix")
)

Also = Callable[[Connection, int], None]
"""What is written in the same transaction as an entry, whose index is known by then."""


def _nothing_else(connection: Connection, index: int) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Logged:
    """Where an entry is, and a signed head that covers it."""

    index: int
    head: str


def _nobody(logged: Logged) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Beside:
    """What goes with an entry."""

    made_with: Mapping[str | None, PersonKey] = field(default_factory=dict)
    """Keys of people, which have to be durable before the entry is."""
    kept_by: CallKeys | None = None
    """Who keeps these."""
    also: Also = _nothing_else
    handle: bytes | None = None
    """Whose entry it is, in the store's own words."""
    logged: Callable[[Logged], None] = _nobody
    """Told once the entry is durable."""


ALONE = Beside()


@dataclass(slots=True)
class _Waiting:
    entry: bytes
    beside: Beside
    appended: asyncio.Future[Logged] | None = None
    """Whoever waits for it; nobody waits for a note."""


class Log:
    """Appends for many calls at once. An async context manager: what was appended or noted before
    it is left is written.

    ``clock`` gives Unix time in seconds.
    """

    def __init__(self, database: Database, signer: HeadSigner, clock: Callable[[], float]) -> None:
        self._database = database
        self.signer = signer
        self._clock = clock
        self._waiting: asyncio.Queue[_Waiting | None] = asyncio.Queue()
        """What is to be written; ``None`` is the end."""
        self._ended = False
        self._writing: asyncio.Task[None] | None = None
        self._unwritten: list[_Waiting] = []
        """Notes that the disk did not take, in order."""
        self.lost = 0
        """Notes that were let go because it took none for too long."""

    async def append(self, entry: bytes, beside: Beside = ALONE) -> Logged:
        """Write ``entry``; durable on return. SetupError if it could not be written."""
        appended: asyncio.Future[Logged] = asyncio.get_running_loop().create_future()
        self._waiting.put_nowait(_Waiting(entry, beside, appended))
        return await appended

    def note(self, entry: bytes, beside: Beside = ALONE) -> None:
        """Write ``entry`` after all that came before it, now or once the disk takes it again."""
        self._waiting.put_nowait(_Waiting(entry, beside))

    async def __aenter__(self) -> Self:
        self._writing = asyncio.create_task(self._run(), name="ledger")
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._waiting.put_nowait(None)
        if self._writing is not None:
            await self._writing

    async def _run(self) -> None:
        """Write what is appended, in order, up to the end."""
        while not self._ended:
            await self._write(await self._group())

    async def _group(self) -> list[_Waiting]:
        """What is to be written next: what waits, after what could not be written before."""
        first: list[_Waiting] = []
        with contextlib.suppress(TimeoutError):  # nothing new: the old is tried again
            async with asyncio.timeout(RETRY_SECONDS if self._unwritten else None):
                first = self._unless_ended(await self._waiting.get())
        unwritten, self._unwritten = self._unwritten, []
        return unwritten + first + self._at_once()

    def _unless_ended(self, waiting: _Waiting | None) -> list[_Waiting]:
        self._ended = self._ended or waiting is None
        return [] if waiting is None else [waiting]

    def _at_once(self) -> list[_Waiting]:
        taken: list[_Waiting] = []
        while len(taken) < MAX_GROUP and not self._waiting.empty():
            taken += self._unless_ended(self._waiting.get_nowait())
        return taken

    async def _write(self, group: Sequence[_Waiting]) -> None:
        if not group:
            return
        at = round(self._clock() * 1000)
        try:
            await _save_keys(group)
            first, signed = await self._database.run(partial(self._transact, group, at))
        except Exception as exc:  # whatever it is, whoever waits has to know
            why = exc if isinstance(exc, ConsentryError) else type(exc).__name__
            logger.error("%d acts of consent are not written yet: %s", len(group), why)
            self._failed(group, exc)
            return
        for index, waiting in enumerate(group, first):
            logged = Logged(index, signed)
            if waiting.appended is not None and not waiting.appended.done():
                waiting.appended.set_result(logged)
            waiting.beside.logged(logged)

    def _transact(
        self, group: Sequence[_Waiting], at: int, connection: Connection
    ) -> tuple[int, str]:
        entries = [waiting.entry for waiting in group]
        first, signed = append_group(connection, entries, self.signer, at)
        whose = [
            {"handle": waiting.beside.handle, "index": index}
            for index, waiting in enumerate(group, first)
            if waiting.beside.handle is not None
        ]
        if whose:
            connection.execute(insert(ledger_person), whose)
        for index, waiting in enumerate(group, first):
            waiting.beside.also(connection, index)
        return first, signed

    def _failed(self, group: Sequence[_Waiting], exc: Exception) -> None:
        """Whoever waits is told; what nobody waits for is kept and tried again."""
        for waiting in group:
            if waiting.appended is not None and not waiting.appended.done():
                waiting.appended.set_exception(exc)
        notes = [waiting for waiting in group if waiting.appended is None]
        self._unwritten = notes[:MAX_UNWRITTEN]
        self.lost += len(notes) - len(self._unwritten)

    async def inclusion(self, index: int, size: int) -> list[bytes]:
        """Shows that entry ``index`` is in the log of the first ``size`` entries."""
        return await self._database.run(
            lambda connection: merkle.inclusion_proof(index, size, nodes_of(connection))
        )

    async def consistency(self, first: int, second: int) -> list[bytes]:
        """Shows that the first ``first`` entries are still those that they were."""
        return await self._database.run(
            lambda connection: merkle.consistency_proof(first, second, nodes_of(connection))
        )

    async def head(self) -> str | None:
        """The newest signed head; ``None`` of a log without entries."""
        return await self._database.run(newest_head)


async def _save_keys(group: Sequence[_Waiting]) -> None:
    """Make durable what the entries were made with: each call's keys at once."""
    calls: dict[CallKeys, dict[str | None, PersonKey]] = {}
    for waiting in group:
        if (keys := waiting.beside.kept_by) is not None:
            calls.setdefault(keys, {}).update(waiting.beside.made_with)
    for keys, used in calls.items():
        await keys.save(used)


def log_of(store: Store) -> Log:
    """The log in ``store``, signed with the key that follows from the store's."""
    return Log(store.database, HeadSigner(store.ring.ledger_key()), store.now)


def append_group(
    connection: Connection, entries: Sequence[bytes], signer: HeadSigner, at: int
) -> tuple[int, str]:
    """Add ``entries`` in one transaction; the index of the first, and the signed head over all.

    LedgerError if what is there is not what the newest head says.
    """
    first = size_of(connection)
    cache: dict[tuple[int, int], bytes] = {}
    stored = nodes_of(connection)

    def node(level: int, index: int) -> bytes:
        made = cache.get((level, index))
        return stored(level, index) if made is None else made

    _check_newest(connection, first, stored, signer.public_key)
    for size, entry in enumerate(entries, first):
        for level, index, made in list(merkle.appended(size, merkle.leaf_hash(entry), node)):
            cache[level, index] = made
    size = first + len(entries)
    signed = signer.sign(TreeHead(size, merkle.root(size, node), at))
    rows = [{"index": index, "data": entry} for index, entry in enumerate(entries, first)]
    made_rows = [{"level": lv, "index": ix, "hash": made} for (lv, ix), made in cache.items()]
    connection.execute(insert(ledger_entry), rows)
    connection.execute(insert(ledger_node), made_rows)
    connection.execute(insert(ledger_head), [{"size": size, "signed": signed}])
    return first, signed


def _check_newest(connection: Connection, size: int, nodes: Nodes, public_key: bytes) -> None:
    """Nothing is added to a log that somebody cut short or swapped."""
    signed = newest_head(connection)
    if signed is None:
        if size:
            raise LedgerError("the ledger has entries and no head; run `consentry ledger verify`")
        return
    head = read_head(signed, public_key)
    try:
        whole = head.size == size and merkle.root(size, nodes) == head.root
    except KeyError:
        whole = False
    if not whole:
        raise LedgerError("the ledger is not what its head says; run `consentry ledger verify`")


def size_of(connection: Connection) -> int:
    """How many entries there are."""
    last = connection.execute(select(func.max(ledger_entry.c.index))).scalar_one()
    return 0 if last is None else int(last) + 1


def newest_head(connection: Connection) -> str | None:
    newest = select(ledger_head.c.signed).order_by(ledger_head.c.size.desc()).limit(1)
    return connection.execute(newest).scalar_one_or_none()


def nodes_of(connection: Connection) -> Nodes:
    """The stored hashes of full subtrees."""

    def node(level: int, index: int) -> bytes:
        found = connection.execute(_NODE, {"lv": level, "ix": index}).scalar_one_or_none()
        if found is None:
            raise KeyError("no such node")
        return bytes(found)

    return node


def entries_of(connection: Connection) -> Iterator[tuple[int, bytes]]:
    """Every entry with its index, in order."""
    after = -1
    while True:
        page = connection.execute(
            select(ledger_entry.c.index, ledger_entry.c.data)
            .where(ledger_entry.c.index > after)
            .order_by(ledger_entry.c.index)
            .limit(PAGE)
        ).all()
        for index, data in page:
            yield int(index), bytes(data)
        if not page:
            return
        after = int(page[-1][0])


def heads_of(connection: Connection) -> Iterator[str]:
    """Every signed head, the oldest first."""
    rows = connection.execute(select(ledger_head.c.signed).order_by(ledger_head.c.size))
    return (str(signed) for (signed,) in rows)
