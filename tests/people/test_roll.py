"""Arrivals that are kept: once for each occasion, as long as was said, or until erased."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentry.errors import SetupError
from consentry.people.roll import KIOSK, Arrival, Occasion
from consentry.store.sweeper import Sweeper
from tests.people.register import Register, register_in

WEEK = timedelta(days=7)
PLANNING, REVIEW = Occasion("m-1", "Planning", 10.0, 20.0, "5"), Occasion("m-2", None, 30.0, 40.0)


async def came(register: Register, person: str, occasion: Occasion = PLANNING) -> None:
    await register.people.roll.add(Arrival(person, register.clock.at, occasion), WEEK)


async def test_who_came_is_kept_once_for_each_occasion_with_the_first_time(tmp_path: Path) -> None:
    async with register_in(tmp_path) as register:
        ana, ben = await register.enrolled(), await register.enrolled("Ben")
        first = register.clock.at
        for occasion in (PLANNING, REVIEW, Occasion()):
            await came(register, ana.id, occasion)
        register.clock.at += 60
        await came(register, ana.id)
        await came(register, ben.id)
        kept = [(each.arrival.person, each.arrival.at) for each in await register.people.roll.all()]
        assert kept == [(ana.id, first)] * 3 + [(ben.id, first + 60)]
        theirs = await register.people.roll.of(ana.id)
        assert [each.arrival.occasion for each in theirs] == [PLANNING, REVIEW, Occasion()]
        assert {each.until for each in theirs} == {first + WEEK.total_seconds()}


async def test_without_a_meeting_it_is_once_a_day(tmp_path: Path) -> None:
    async with register_in(tmp_path) as register:
        ana = await register.enrolled()
        for _ in range(2):
            await came(register, ana.id, Occasion())
            await came(register, ana.id, Occasion())
            register.clock.at += 24 * 3600
        assert len(await register.people.roll.of(ana.id)) == 2


async def test_it_is_deleted_when_its_time_is_over(tmp_path: Path) -> None:
    async with register_in(tmp_path) as register:
        ana = await register.enrolled()
        await came(register, ana.id)
        sweeper = Sweeper(register.store, timedelta(days=1))
        assert await sweeper.sweep() == 0
        register.clock.at += WEEK.total_seconds() + 1
        assert await sweeper.sweep() == 1
        assert await register.people.roll.all() == []


async def test_whoever_erases_it_keeps_their_ways_and_everybody_else_their_arrivals(
    tmp_path: Path,
) -> None:
    async with register_in(tmp_path) as register:
        ana, ben = await register.enrolled(), await register.enrolled("Ben")
        for person in (ana, ben):
            await came(register, person.id)
        assert await register.people.roll.erase(ana.id) == 1
        assert await register.people.roll.of(ana.id) == []
        assert len(await register.people.roll.of(ben.id)) == 1
        known = await register.people.person(ana.id)
        assert known is not None and known.chosen
        await came(register, ana.id)
        assert len(await register.people.roll.of(ana.id)) == 1


async def test_a_copy_of_what_was_erased_opens_with_no_key(tmp_path: Path) -> None:
    async with register_in(tmp_path) as register:
        ana = await register.enrolled()
        await came(register, ana.id)
        database = tmp_path / "consentry.db"
        assert b"Planning" not in database.read_bytes()
        handle = register.store.ring.handle(KIOSK, ana.id)
        assert _files_with(handle, tmp_path) != []
        await register.people.roll.erase(ana.id)
        assert _files_with(handle, tmp_path) == []


def _files_with(content: bytes, folder: Path) -> list[str]:
    return [file.name for file in folder.glob("*.db*") if content in file.read_bytes()]


@pytest.mark.parametrize("where", ["here", "in another process"])
async def test_with_a_person_goes_all_they_came_to(tmp_path: Path, where: str) -> None:
    async with register_in(tmp_path) as register, register_in(tmp_path) as elsewhere:
        ana = await register.enrolled()
        await came(register, ana.id)
        await (register if where == "here" else elsewhere).people.delete(ana.id)
        assert await register.people.roll.all() == []
        await came(register, ana.id)
        assert await register.people.roll.all() == [], "they are nobody any more"


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from(["add", "delete", "erase", "add"]), min_size=2, max_size=6))
def test_whatever_happens_at_once_nothing_is_left_of_who_was_deleted(acts: list[str]) -> None:
    asyncio.run(_all_at_once(acts))


async def _all_at_once(acts: list[str]) -> None:
    with TemporaryDirectory() as folder:
        async with register_in(Path(folder)) as register:
            person, _ = await register.people.invite("Ana")

            async def act(what: str) -> None:
                match what:
                    case "add":
                        await came(register, person.id)
                    case "delete":
                        await register.people.delete(person.id)
                    case "erase":
                        await register.people.roll.erase(person.id)

            results = await asyncio.gather(*map(act, acts), return_exceptions=True)
            assert all(isinstance(each, SetupError | None) for each in results), results
            kept = await register.people.roll.all()
            assert len(kept) <= 1
            assert "delete" not in acts or kept == []
