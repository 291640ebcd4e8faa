"""One's own page shows when one came, where that is kept, and erases it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from consentry.people.roll import Arrival, Occasion
from tests.people.register import PIN
from tests.web.mine.pages import Mine, office_in

WEEK = timedelta(days=7)


async def test_one_reads_and_erases_when_one_came(tmp_path: Path) -> None:
    async with office_in(tmp_path) as office:
        register = office.register
        ana, ben = await register.enrolled(), await register.enrolled("Ben")
        mine = Mine(office.browser())
        await mine.enter("/i", number=ana.number, pin=PIN)
        assert "at the kiosk" not in await mine.look()
        roll, at = register.people.roll, register.clock.at
        for occasion in (
            Occasion("m-1", "Plan <A>", at, at, "5"),
            Occasion("m-2", None, at, at),
            Occasion(),
        ):
            await roll.add(Arrival(ana.id, at, occasion), WEEK)
        await roll.add(Arrival(ben.id, at, Occasion("m-3", "Review", at, at)), WEEK)
        page = await mine.look()
        assert "2 February 2026, 02:40 UTC, Plan &lt;A&gt;, 5 (until 9 February 2026)" in page
        assert "a private meeting (until" in page and "without a meeting (until" in page
        assert "Review" not in page, "that is another's"
        assert "Deleted" in await mine.send("/arrivals/delete")
        assert await roll.of(ana.id) == [] and len(await roll.of(ben.id)) == 1
        assert "at the kiosk" not in await mine.look()
