"""Who is checked in, as everybody sees it: nobody learns by what, nor who declined."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from consentry.api import (
    CheckInAsked,
    Message,
    Verdict,
)
from consentry.call.checkins import CheckInStep
from consentry.call.session import TICK
from consentry.controls import Erase
from consentry.messages import CheckedIn
from consentry.people.claims import Claimed
from consentry.testing import ScriptedFaces
from consentry_checkin import CheckInByFace, CheckInOptions
from tests.call.check_ins import (
    ANA,
    BEN,
    BY_FACE,
    CHECKED_IN,
    CODE,
    NAME,
    OLGA,
    PASSKEY,
    TICKET,
    a_check_in_call,
)

pytestmark = pytest.mark.virtual_time


async def test_one_person_is_checked_in_as_one_participant() -> None:
    async with a_check_in_call() as call:
        await call.begins(ANA, BEN)
        await call.agrees(BEN)
        await call.claims(ANA, CODE)
        assert await call.claims(BEN, BY_FACE) is CheckInStep.USE_CODE, "somebody is there already"
        assert call.listed(OLGA) == {"a": (NAME, None)}
        assert await call.claims(BEN, PASSKEY) is CheckInStep.CHECKED_IN
        assert call.listed(OLGA) == {"b": (NAME, None)}, "they go where their code goes"
        assert call.verdicts(ANA) == CHECKED_IN, "nobody is told why"


async def test_who_comes_back_checks_in_again() -> None:
    async with a_check_in_call() as call:
        await call.begins(ANA, BEN)
        await call.claims(ANA, CODE)
        await call.stack.leave(ANA)
        await call.stack.join(ANA)
        assert call.listed(BEN) == {}
        await call.claims(ANA, CODE)
        assert call.listed(BEN) == {"a": (NAME, None)}


async def test_who_leaves_is_off_everybodys_list() -> None:
    async with a_check_in_call() as call:
        await call.begins(ANA, BEN)
        await call.claims(ANA, CODE)
        await call.stack.leave(ANA)
        await asyncio.sleep(2 * TICK)
        assert call.listed(BEN) == {}


async def test_a_device_that_reconnects_has_the_list_again() -> None:
    async with a_check_in_call() as call:
        await call.begins(ANA, BEN)
        await call.claims(ANA, CODE)
        await call.stack.join(BEN)
        lists = [m for m in call.stack.sent if m.kind == "checked_in" and m.to == frozenset({"b"})]
        assert [m.revision for m in lists] == [0, 1]


async def test_off_takes_every_mark_and_not_those_of_faces_alone() -> None:
    async with a_check_in_call() as call:
        await call.begins(ANA, BEN)
        await call.agrees(ANA)
        await call.claims(ANA, BY_FACE)
        await call.shows(ANA, 1)
        await call.claims(BEN, Claimed("person-2", "Ben Blunt", False, "code"))
        assert set(call.listed(OLGA)) == {"a", "b"}
        await call.turns_off()
        assert call.listed(OLGA) == {}
        assert await call.claims(ANA, CODE) is CheckInStep.OFF
        await call.turns_on()
        assert call.listed(OLGA) == {}, "nobody comes back by themselves"


async def test_a_no_later_on_takes_no_mark_and_an_erasure_does() -> None:
    """Or the others would see by what somebody was checked in, and that they withdrew."""
    async with a_check_in_call() as call:
        await call.begins(ANA, BEN)
        await call.agrees(ANA)
        await call.claims(ANA, BY_FACE)
        await call.shows(ANA, 1)
        lists = len(call.stack.told(BEN, CheckedIn))
        await call.refuses(ANA)
        assert len(call.stack.told(BEN, CheckedIn)) == lists
        await call.stack.say(ANA, Erase(type="erase"))
        assert call.listed(BEN) == {}


@pytest.mark.parametrize("told", [True, False])
async def test_how_is_the_owners_to_see_where_the_host_said_so(told: bool) -> None:
    plugin = CheckInByFace(CheckInOptions(assurance_to_owner=told))
    async with a_check_in_call(plugin=plugin) as call:
        await call.begins(ANA, BEN)
        await call.claims(ANA, PASSKEY)
        assert call.listed(OLGA) == {"a": (NAME, "passkey" if told else None)}
        assert call.listed(BEN) == call.listed(ANA) == {"a": (NAME, None)}
        text = call.stack.told(OLGA, CheckedIn)[-1].text
        assert text == f"Checked in: {NAME}{' (passkey)' if told else ''}."


async def everything_said_to_others(answer: str | None, claim: Claimed) -> list[object]:
    """All that leaves the bot and is not Ana's own, in a call in which she checks in."""
    async with a_check_in_call() as call:
        await call.begins(ANA, BEN)
        if answer == "yes":
            await call.agrees(ANA)
        if answer == "no":
            await call.refuses(ANA)
        await call.claims(ANA, claim)
        await call.shows(ANA, 2)
        return [
            (m.id, m.revision, sorted(m.to or ()), sorted(m.about), _without_nonces(m))
            for m in call.stack.sent
            if m.to != frozenset({"a"})
        ]


def _without_nonces(message: Message) -> object:
    body = message.body.model_dump()
    for terms in body.get("purposes", []) if message.kind == "notice" else []:
        terms["nonce"] = None
    body.pop("fingerprint", None)
    return body


async def test_nobody_can_tell_who_declined_to_be_looked_at() -> None:
    by_face = await everything_said_to_others("yes", BY_FACE)
    for answer, claim in (("no", CODE), (None, CODE), ("no", PASSKEY), ("yes", CODE)):
        assert await everything_said_to_others(answer, claim) == by_face


async def test_no_name_no_ticket_and_no_reason_is_logged_or_counted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    counted = []
    for faces in (ScriptedFaces("look"), ScriptedFaces("look", verdict=Verdict.USE_CODE)):
        async with a_check_in_call(faces=faces) as call:
            await call.begins(ANA, BEN)
            await call.agrees(ANA)
            await call.claims(ANA, BY_FACE)
            await call.shows(ANA, 1)
            await call.claims(ANA, CODE)
            counted.append(_labels(call.metrics.registry.collect()))
            assert call.verdicts(ANA)[-1] == "checked_in"
    assert counted[0] == counted[1], "no figure is there for one verdict alone"
    said = caplog.text + str(counted)
    for secret in (NAME, TICKET, "person-1", "me/a-secret"):
        assert secret not in said
    assert "use_code" not in caplog.text
    assert TICKET not in repr(CheckInAsked(ANA, "a-1", TICKET, 0.0))


def _labels(collected: Any) -> set[str]:
    return {f"{s.name} {sorted(s.labels.items())}" for m in collected for s in m.samples}
