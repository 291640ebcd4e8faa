"""One's own page shows when one came, where that is kept, and erases it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from consentry.people.claims import Claimed
from consentry.people.roll import Arrival, Occasion
from tests.call.check_ins import BEN, a_check_in_call
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


async def test_who_has_left_the_room_says_so_and_is_off_the_calls_list(tmp_path: Path) -> None:
    async with office_in(tmp_path) as office, a_check_in_call() as call:
        ana, ben = await office.register.enrolled(), await office.register.enrolled("Ben")
        await call.begins(BEN)
        for each in (ana, ben):
            claimed = Claimed(each.id, each.person.name, False, "code")
            await call.session.attendance.arrive(claimed, 3600)
        mine = Mine(office.browser())
        await mine.enter("/i", number=ana.number, pin=PIN)
        assert "You are in the room" not in await mine.look(), "no call lasts"
        with office.calls.lasting("c-1", call.session, "https://meet.example/r/party"):
            assert "You are in the room" in await mine.look()
            assert "Nobody in the call" in await mine.send("/left")
            assert call.session.attendance.people == {ben.id}
            assert "You are in the room" not in await mine.look()
