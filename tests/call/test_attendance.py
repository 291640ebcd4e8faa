"""People who checked in at the kiosk are on the call's list as somebody in the room, and no longer
than check-in is on, their meeting lasts and they are enrolled."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from consentry.messages import CheckedIn
from consentry.people.claims import Claimed
from consentry_checkin import CheckInByFace, CheckInOptions
from tests.call.check_ins import (
    ANA,
    BEN,
    BY_FACE,
    CODE,
    NAME,
    OLGA,
    PASSKEY,
    CheckInCall,
    a_check_in_call,
)

pytestmark = pytest.mark.virtual_time

HOUR = 3600.0
GUS = Claimed("person-2", "Gus Stein", False, "code")


def in_room(call: CheckInCall, reader: str = BEN.id) -> list[tuple[str, str | None]]:
    """The last list that ``reader`` got: names and assurances of who is in the room."""
    lists = [
        m.body for m in call.stack.sent if isinstance(m.body, CheckedIn) and reader in (m.to or ())
    ]
    return [(each.name, each.assurance) for each in lists[-1].in_room] if lists else []


@pytest.mark.parametrize("claim", [CODE, PASSKEY, BY_FACE])
async def test_everybody_sees_who_is_in_the_room_and_nobody_how(claim: Claimed) -> None:
    async with a_check_in_call() as call:
        await call.begins(BEN)
        assert await call.session.attendance.arrive(claim, HOUR)
        assert in_room(call, BEN.id) == in_room(call, OLGA.id) == [(NAME, None)]
        assert call.listed() == {}, "it is said of no participant that it is them"
        (message,) = [
            m for m in call.stack.sent if isinstance(m.body, CheckedIn) and BEN.id in (m.to or ())
        ]
        assert isinstance(message.body, CheckedIn)
        assert message.body.text == f"In the room: {NAME}."


async def test_a_face_at_the_kiosk_is_told_in_the_same_messages_as_a_code() -> None:
    told = []
    for claim in (CODE, BY_FACE):
        async with a_check_in_call() as call:
            await call.begins(BEN)
            await call.session.attendance.arrive(claim, HOUR)
            said = (m for m in call.stack.sent if m.kind not in ("notice", "receipt"))
            told.append([(m.body, m.id, m.to, m.about, m.revision) for m in said])
    assert told[0] == told[1]


async def test_how_is_the_owners_to_see_where_the_host_said_so() -> None:
    plugin = CheckInByFace(CheckInOptions(assurance_to_owner=True))
    async with a_check_in_call(plugin=plugin) as call:
        await call.begins(BEN)
        assert call.session.attendance.tells_assurance
        await call.session.attendance.arrive(PASSKEY, HOUR)
        assert in_room(call, OLGA.id) == [(NAME, "passkey")]
        assert in_room(call, BEN.id) == [(NAME, None)]


async def test_nobody_is_listed_where_check_in_is_not_on() -> None:
    async with a_check_in_call() as call:
        for who in (OLGA, BEN):
            await call.stack.join(who)
        assert not call.session.attendance.on
        assert not await call.session.attendance.arrive(CODE, HOUR)
        await call.turns_on()
        assert in_room(call) == []


async def test_a_call_that_is_over_takes_nobody() -> None:
    async with a_check_in_call() as call:
        await call.begins(BEN)
        attendance = call.session.attendance
    sent = len(call.stack.sent)
    assert not await attendance.arrive(CODE, HOUR)
    assert len(call.stack.sent) == sent


async def test_off_takes_whoever_is_in_the_room_for_good() -> None:
    async with a_check_in_call() as call:
        await call.begins(BEN)
        await call.session.attendance.arrive(CODE, HOUR)
        await call.turns_off()
        assert in_room(call) == []
        await call.turns_on()
        assert in_room(call) == []


async def test_the_list_ends_with_the_meeting() -> None:
    async with a_check_in_call() as call:
        await call.begins(BEN)
        await call.session.attendance.arrive(CODE, HOUR)
        await call.session.attendance.arrive(GUS, 2 * HOUR)
        assert [name for name, _ in in_room(call)] == [NAME, GUS.name]
        await asyncio.sleep(HOUR + 1)
        assert [name for name, _ in in_room(call)] == [GUS.name]
        assert not await call.session.attendance.arrive(CODE, 0.0), "it is over"


async def test_whoever_is_deleted_is_gone_from_the_room_and_from_the_call() -> None:
    async with a_check_in_call() as call:
        await call.begins(ANA, BEN)
        await call.claims(ANA, CODE)
        await call.session.attendance.arrive(GUS, HOUR)
        assert call.session.attendance.people == {CODE.person_id, GUS.person_id}
        await call.session.attendance.deleted(frozenset({CODE.person_id, GUS.person_id}))
        assert call.listed() == {} and in_room(call) == []
        assert call.session.attendance.people == frozenset()


async def test_a_try_of_somebody_who_is_deleted_ends_at_the_code() -> None:
    async with a_check_in_call() as call:
        await call.begins(ANA, BEN)
        await call.agrees(ANA)
        await call.claims(ANA, BY_FACE)
        await call.shows(ANA, 0.125)
        await call.session.attendance.deleted(frozenset({CODE.person_id}))
        assert call.verdicts(ANA) == ["use_code"]
        assert call.listed() == {}


@pytest.mark.parametrize("claim", [CODE, BY_FACE])
async def test_one_person_is_in_the_call_or_in_the_room(claim: Claimed) -> None:
    async with a_check_in_call() as call:
        await call.begins(ANA, BEN)
        await call.claims(ANA, CODE)
        await call.session.attendance.arrive(claim, HOUR)
        assert call.listed() == {} and in_room(call) == [(NAME, None)]
        await call.claims(ANA, replace(CODE, ticket="another"))
        assert list(call.listed()) == [ANA.id] and in_room(call) == []


async def test_a_face_in_the_call_does_not_outdo_the_kiosk() -> None:
    async with a_check_in_call() as call:
        await call.begins(ANA, BEN)
        await call.agrees(ANA)
        await call.session.attendance.arrive(CODE, HOUR)
        await call.claims(ANA, BY_FACE)
        assert call.verdicts(ANA) == ["use_code"]
        assert in_room(call) == [(NAME, None)]
