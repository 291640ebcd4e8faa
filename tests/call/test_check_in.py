"""Checking in during a call: by a code as easily as by a face, and nobody else's business."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from consentry.api import (
    CheckIn,
    CheckInAsked,
    Context,
    Event,
    Messages,
)
from consentry.call.checkins import CheckInStep
from consentry.controls import Command, SetLanguage
from consentry.messages import CheckedIn, CheckInPrompt, Notice, Reply, Want
from consentry.people.claims import Claimed
from consentry_checkin import CheckInByFace
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
    USE_CODE,
    a_check_in_call,
)

pytestmark = pytest.mark.virtual_time


@pytest.mark.parametrize("claim", [CODE, PASSKEY])
@pytest.mark.parametrize("answer", ["yes", "no", None])
async def test_a_code_is_enough_whatever_is_answered_about_faces(
    claim: Claimed, answer: str | None
) -> None:
    async with a_check_in_call() as call:
        await call.begins(ANA, BEN)
        if answer == "yes":
            await call.agrees(ANA)
        if answer == "no":
            await call.refuses(ANA)
        assert await call.claims(ANA, claim) is CheckInStep.CHECKED_IN
        assert call.verdicts(ANA) == CHECKED_IN
        assert call.listed(BEN) == {"a": (NAME, None)}
        assert not call.faces.begun and not call.taken(ANA)


async def test_a_face_checks_in_who_said_yes() -> None:
    async with a_check_in_call() as call:
        await call.begins(ANA, BEN)
        await call.agrees(ANA)
        assert not call.taken(ANA), "a yes alone takes no picture"
        assert await call.claims(ANA, BY_FACE) is CheckInStep.TRYING
        assert call.taken(ANA) and not call.taken(BEN)
        assert call.stack.told(ANA, Want)[-1] == Want(audio=False, video=True, fine=True)
        await call.shows(ANA, 1)
        assert call.prompts(ANA) == ["look", "turn_left"]
        assert call.verdicts(ANA) == CHECKED_IN
        assert call.listed(BEN) == {"a": (NAME, None)}
        assert not call.taken(ANA), "what it was taken for is done"
        assert not call.faces.open


async def test_a_number_is_listened_to_in_the_language_of_its_reader() -> None:
    asked: list[CheckInAsked] = []

    class Noting(CheckInByFace):
        async def process(self, events: AsyncIterator[Event], ctx: Context) -> Messages:
            asked.extend([event async for event in events if isinstance(event, CheckInAsked)])
            return
            yield

    async with a_check_in_call(plugin=Noting()) as call:
        await call.begins(ANA)
        await call.stack.say(ANA, SetLanguage(type="language", language="nl"))
        await call.agrees(ANA)
        await call.claims(ANA, BY_FACE)
        await call.shows(ANA, 0.125)
    assert [event.language for event in asked] == ["nl"]


async def test_who_did_not_say_yes_is_asked_first_and_then_it_begins() -> None:
    async with a_check_in_call() as call:
        await call.begins(ANA, BEN)
        assert await call.claims(ANA, BY_FACE) is CheckInStep.ASKED
        await call.shows(ANA, 1)
        assert not call.taken(ANA) and not call.faces.begun
        await call.agrees(ANA)
        assert call.taken(ANA)
        await call.shows(ANA, 1)
        assert call.verdicts(ANA) == CHECKED_IN


async def test_who_said_no_is_not_asked_again_by_claiming() -> None:
    async with a_check_in_call() as call:
        await call.begins(ANA)
        await call.refuses(ANA)
        assert await call.claims(ANA, BY_FACE) is CheckInStep.USE_CODE
        assert call.forgotten == [TICKET]


async def test_of_two_who_wait_as_one_person_the_second_uses_the_code() -> None:
    async with a_check_in_call() as call:
        await call.begins(ANA, BEN)
        await call.claims(ANA, BY_FACE)
        await call.claims(BEN, replace(BY_FACE, ticket="another"))
        await call.agrees(ANA)
        await call.agrees(BEN)
        assert (call.verdicts(ANA), call.verdicts(BEN)) == ([], USE_CODE)
        assert call.taken(ANA) and not call.taken(BEN)
        assert call.forgotten == ["another"]


async def test_prompts_and_verdicts_are_said_in_the_language_of_their_person() -> None:
    async with a_check_in_call() as call:
        await call.begins(ANA)
        await call.stack.say(ANA, SetLanguage(type="language", language="de"))
        await call.agrees(ANA)
        await call.claims(ANA, BY_FACE)
        await call.shows(ANA, 1)
        [look, *_] = call.stack.told(ANA, CheckInPrompt)
        assert look.text == "Schauen Sie gerade in Ihre Kamera."
        assert call.stack.told(ANA, CheckIn)[-1].text == "Sie sind eingecheckt."
        assert call.stack.told(ANA, CheckedIn)[-1].text == f"Eingecheckt: {NAME}."


async def test_of_two_who_try_as_one_person_the_second_uses_the_code() -> None:
    async with a_check_in_call() as call:
        await call.begins(ANA, BEN)
        await call.agrees(ANA)
        await call.agrees(BEN)
        await call.claims(ANA, BY_FACE)
        assert await call.claims(BEN, BY_FACE) is CheckInStep.USE_CODE
        assert call.verdicts(BEN) == USE_CODE and not call.taken(BEN)


async def test_a_code_given_meanwhile_elsewhere_outdoes_a_face() -> None:
    async with a_check_in_call() as call:
        await call.begins(ANA, BEN)
        await call.agrees(ANA)
        await call.claims(ANA, BY_FACE)
        await call.claims(BEN, CODE)
        await call.shows(ANA, 1)
        assert call.verdicts(ANA) == USE_CODE
        assert call.listed(OLGA) == {"b": (NAME, None)}


async def test_whoever_has_a_look_alike_uses_the_code_and_is_not_looked_at() -> None:
    async with a_check_in_call() as call:
        await call.begins(ANA)
        await call.agrees(ANA)
        assert await call.claims(ANA, replace(BY_FACE, look_alike=True)) is CheckInStep.USE_CODE
        await call.shows(ANA, 1)
        assert call.verdicts(ANA) == USE_CODE
        assert not call.faces.begun and not call.taken(ANA)


async def test_the_command_says_where_to_check_in() -> None:
    async with a_check_in_call() as call:
        await call.begins(ANA)
        await call.stack.say(ANA, Command(type="command", text="/checkin"))
        reply = call.stack.told(ANA, Reply)[-1]
        assert reply.code == "check_in"
        assert reply.text.endswith("https://meet.example/me/a-secret/checkin")
        assert call.stack.told(ANA, Notice)[-1].check_in == reply.text.split()[-1]
        await call.turns_off()
        assert call.stack.told(ANA, Notice)[-1].check_in is None
        await call.stack.say(ANA, Command(type="command", text="/checkin"))
        assert call.stack.told(ANA, Reply)[-1].code == "unavailable"
        assert not call.stack.told(BEN, Reply)


async def test_who_is_not_in_the_call_does_not_check_in() -> None:
    async with a_check_in_call() as call:
        await call.begins(ANA)
        assert await call.claims(BEN, CODE) is CheckInStep.OFF
        assert call.forgotten == [TICKET]
        assert call.session.checks_in
        assert call.listed(ANA) == {}
