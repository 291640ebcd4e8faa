"""The calls that a bot is in: found by where they are, and rid of whoever is deleted."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from consentry.meetings.address import place_of
from consentry.people.claims import Claimed
from consentry.web.calls import Calls, forgetting
from tests.call.check_ins import BEN, a_check_in_call
from tests.people.register import register_in

PARTY, LOBBY = "https://meet.example/r/party", "https://meet.example/r/lobby"


def places(*urls: str) -> frozenset[str]:
    return frozenset(place for url in urls if (place := place_of(url)))


async def test_a_call_is_found_where_it_is_while_it_lasts() -> None:
    calls = Calls()
    async with a_check_in_call() as call:
        with calls.lasting("c-1", call.session, f"{PARTY}/?x=1"):
            assert calls.at(places(PARTY, LOBBY)) is call.session
            assert calls.at(places(LOBBY)) is None
            assert calls.at(frozenset()) is None
            assert calls.of("c-1") is call.session
            assert calls.id_of(call.session) == "c-1"
        assert calls.at(places(PARTY)) is None
        assert calls.of("c-1") is None and calls.id_of(call.session) is None


async def test_of_two_calls_that_a_meeting_names_neither_is_meant() -> None:
    calls = Calls()
    async with a_check_in_call() as one, a_check_in_call() as other:
        with calls.lasting("c-1", one.session, PARTY), calls.lasting("c-2", other.session, LOBBY):
            assert calls.at(places(PARTY, LOBBY)) is None


async def test_a_call_stays_found_when_the_one_before_it_there_ends() -> None:
    calls, before = Calls(), ExitStack()
    async with a_check_in_call() as one, a_check_in_call() as other:
        before.enter_context(calls.lasting("c-1", one.session, PARTY))
        with calls.lasting("c-2", other.session, PARTY):
            before.close()
            assert calls.at(places(PARTY)) is other.session


@pytest.mark.parametrize("where", ["here", "in another process"])
async def test_whoever_is_deleted_is_on_no_list_any_more(tmp_path: Path, where: str) -> None:
    calls = Calls()
    async with register_in(tmp_path) as register, a_check_in_call() as call:
        ana, ben = await register.enrolled(), await register.enrolled("Ben")
        await call.begins(BEN)
        attendance = call.session.attendance
        for each in (ana, ben):
            claimed = Claimed(each.id, each.person.name, False, "code")
            assert await attendance.arrive(claimed, 3600)
        with calls.lasting("c-1", call.session, PARTY):
            async with forgetting(calls, register.people), register_in(tmp_path) as elsewhere:
                await (register if where == "here" else elsewhere).people.delete(ana.id)
                await call.stack.until(lambda: ana.id not in attendance.people or None)
        assert attendance.people == {ben.id}
