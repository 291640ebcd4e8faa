"""A link is the browser's that opens it first, whatever happens to the process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from consentry.store.database import Database, sqlite_url
from consentry.store.tables import personal_link
from consentry.web.claims import Claims, Holder, MemoryClaims, StoredClaims
from consentry.web.links import Link

LINK = Link("c-1", "ana", "one", 1000, 2000)
OTHER = Link("c-1", "bo", "two", 1000, 2000)
MINE, THEIRS = "my browser", "their browser"


@pytest.fixture(params=["memory", "store"])
async def claims(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Claims]:
    async with AsyncExitStack() as stack:
        if request.param == "memory":
            yield MemoryClaims()
        else:
            database = Database(sqlite_url(tmp_path / "c.db"))
            await stack.enter_async_context(database)
            yield StoredClaims(database, lambda: 1500.0)


async def test_the_first_browser_has_it(claims: Claims) -> None:
    assert await claims.holder(LINK, None) is Holder.NOBODY
    assert await claims.claim(LINK, MINE)
    assert not await claims.claim(LINK, THEIRS)
    assert await claims.claim(LINK, MINE), "twice is no harm"
    assert await claims.holder(LINK, MINE) is Holder.ME
    assert await claims.holder(LINK, THEIRS) is Holder.SOMEBODY
    assert await claims.holder(LINK, None) is Holder.SOMEBODY
    assert await claims.holder(OTHER, MINE) is Holder.NOBODY


@pytest.mark.parametrize("opened", [True, False])
async def test_a_link_that_was_replaced_is_nobodys(claims: Claims, opened: bool) -> None:
    if opened:
        assert await claims.claim(LINK, MINE)
    await claims.end(LINK)
    for secret in (MINE, THEIRS, "", None):
        assert await claims.holder(LINK, secret) is Holder.ENDED
    assert not await claims.claim(LINK, MINE)
    assert not await claims.claim(LINK, "")


async def test_it_outlives_a_restart_and_not_the_link(tmp_path: Path) -> None:
    now = 1500.0
    url = sqlite_url(tmp_path / "c.db")
    async with Database(url) as database:
        assert await StoredClaims(database, lambda: now).claim(LINK, MINE)
    async with Database(url) as database:
        claims = StoredClaims(database, lambda: now)
        assert await claims.holder(LINK, MINE) is Holder.ME
        assert await claims.holder(LINK, THEIRS) is Holder.SOMEBODY
        now = 2001.0
        later = Link("c-2", "ana", "three", 2001, 3000)
        assert await claims.claim(later, MINE)
        assert await database.run(rows) == 1, "what expired is gone"


def rows(connection: Connection) -> int:
    return int(connection.execute(select(func.count()).select_from(personal_link)).scalar_one())


def written(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


async def test_the_database_does_not_hold_the_browsers_secret(tmp_path: Path) -> None:
    async with Database(sqlite_url(tmp_path / "c.db")) as database:
        await StoredClaims(database, lambda: 0.0).claim(LINK, MINE)
    assert MINE.encode() not in written(tmp_path)
