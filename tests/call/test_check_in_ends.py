"""What ends a claim or a try during a call, and that nothing it opened stays open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from consentry.api import (
    CheckIn,
    CheckInAsked,
    Context,
    Event,
    Message,
    Messages,
    Tick,
    Verdict,
)
from consentry.call.checkins import CAMERA_WITHIN, TRY_LASTS, WAITS, CheckInStep
from consentry.controls import Erase
from consentry.testing import ScriptedFaces
from consentry_checkin import CheckInByFace
from tests.call.check_ins import (
    ANA,
    BEN,
    BY_FACE,
    CODE,
    TICKET,
    USE_CODE,
    a_check_in_call,
)

pytestmark = pytest.mark.virtual_time


@pytest.mark.parametrize("how", ["no", "off", "leave", "code", "time"])
async def test_what_a_claim_opened_is_shut_when_no_yes_can_come(how: str) -> None:
    async with a_check_in_call() as call:
        await call.begins(ANA)
        assert await call.claims(ANA, BY_FACE) is CheckInStep.ASKED
        assert call.forgotten == []
        match how:
            case "no":
                await call.refuses(ANA)
            case "off":
                await call.turns_off()
            case "leave":
                await call.stack.leave(ANA)
            case "code":
                await call.claims(ANA, replace(CODE, ticket=None))
            case "time":
                await asyncio.sleep(WAITS + 0.2)
        assert call.forgotten == [TICKET]


@pytest.mark.parametrize("how", ["waits", "no picture yet", "is looked at"])
async def test_what_a_claim_opened_is_shut_when_the_call_ends(how: str) -> None:
    async with a_check_in_call() as call:
        await call.begins(ANA)
        if how != "waits":
            await call.agrees(ANA)
        await call.claims(ANA, BY_FACE)
        if how == "is looked at":
            await call.shows(ANA, 0.125)
        assert call.forgotten == []
    assert call.forgotten == [TICKET] and not call.faces.open
    assert await call.claims(ANA, replace(BY_FACE, ticket="another")) is CheckInStep.OFF
    assert call.forgotten == [TICKET, "another"]


async def test_a_claim_does_not_wait_for_a_yes_for_ever() -> None:
    async with a_check_in_call() as call:
        await call.begins(ANA)
        await call.claims(ANA, BY_FACE)
        await asyncio.sleep(WAITS + 1)
        await call.agrees(ANA)
        await call.shows(ANA, 1)
        assert not call.faces.begun and not call.taken(ANA)


async def test_a_withdrawal_in_mid_try_ends_it_at_once() -> None:
    async with a_check_in_call() as call:
        await call.begins(ANA, BEN)
        await call.agrees(ANA)
        await call.claims(ANA, BY_FACE)
        await call.shows(ANA, 0.25)
        assert call.faces.looks[TICKET] > 0
        told = len(call.stack.sent)
        await call.refuses(ANA)
        assert call.verdicts(ANA) == USE_CODE
        assert not call.taken(ANA)
        looks = call.faces.looks[TICKET]
        await call.shows(ANA, 2)
        assert not call.faces.open, "it is forgotten"
        assert call.faces.looks[TICKET] == looks
        assert not call.listed(BEN)
        assert {m.to for m in call.stack.sent[told:]} == {frozenset({"a"})}, "nobody else is told"
        assert call.stack.told(ANA, CheckIn)[-1].link == "https://meet.example/me/a-secret/checkin"


@pytest.mark.parametrize("how", ["off", "erase", "leave", "silence"])
@pytest.mark.parametrize("camera", [True, False])
async def test_a_try_ends_with_what_it_rests_on(how: str, camera: bool) -> None:
    async with a_check_in_call() as call:
        await call.begins(ANA, BEN)
        await call.agrees(ANA)
        await call.claims(ANA, BY_FACE)
        if camera:
            await call.shows(ANA, 0.125)
        assert len(call.faces.open) == camera
        match how:
            case "off":
                await call.turns_off()
            case "erase":
                await call.stack.say(ANA, Erase(type="erase"))
            case "leave":
                await call.stack.leave(ANA)
            case "silence":
                await asyncio.sleep(TRY_LASTS if camera else CAMERA_WITHIN)
        await asyncio.sleep(0.2)
        assert not call.faces.open
        assert call.verdicts(ANA) == ([] if how == "leave" else USE_CODE)
        assert not call.listed(BEN)
        assert call.forgotten == [TICKET], "what it opened is shut"


class Mute(CheckInByFace):
    """Takes tries, and says nothing of them; its ``words`` are said at the end of each."""

    def __init__(self, *, falls: bool = False) -> None:
        super().__init__()
        self._falls = falls

    async def process(self, events: AsyncIterator[Event], ctx: Context) -> Messages:
        asked: list[CheckInAsked] = []
        async for event in events:
            match event:
                case CheckInAsked() if self._falls:
                    raise RuntimeError(f"{event.ticket} is not to be logged")
                case CheckInAsked():
                    asked.append(event)
                case Tick() if len(asked) == 2:
                    # The verdict on the first comes while the second runs.
                    first, _ = asked
                    to = frozenset({first.participant.id})
                    yield Message(CheckIn(verdict="checked_in"), first.id, event.at, to, to)
                    asked.clear()


async def test_a_plugin_that_says_nothing_ends_at_the_code() -> None:
    async with a_check_in_call(plugin=Mute()) as call:
        await call.begins(ANA)
        await call.agrees(ANA)
        await call.claims(ANA, BY_FACE)
        await call.shows(ANA, 1)
        await asyncio.sleep(TRY_LASTS - 2)
        assert call.verdicts(ANA) == []
        await asyncio.sleep(1.2)
        assert call.verdicts(ANA) == USE_CODE
        assert not call.taken(ANA)


async def test_a_plugin_that_falls_ends_every_try_at_the_code(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with a_check_in_call(plugin=Mute(falls=True)) as call:
        await call.begins(ANA, BEN)
        await call.agrees(ANA)
        await call.claims(ANA, BY_FACE)
        await call.shows(ANA, 0.5)
        assert call.verdicts(ANA) == USE_CODE
        assert not call.taken(ANA)
        await call.claims(ANA, BY_FACE)
        await call.shows(ANA, 0.125)
        assert call.verdicts(ANA) == USE_CODE * 2, "it is not back yet"
        assert await call.claims(ANA, CODE) is CheckInStep.CHECKED_IN
        assert TICKET not in caplog.text


async def test_a_late_verdict_does_not_check_in_whoever_is_claimed_by_now() -> None:
    async with a_check_in_call(plugin=Mute()) as call:
        await call.begins(ANA, BEN)
        await call.agrees(ANA)
        await call.claims(ANA, replace(BY_FACE, person_id="the first", name="The First"))
        await call.shows(ANA, 0.125)
        await call.claims(ANA, replace(BY_FACE, person_id="the second", name="The Second"))
        await call.shows(ANA, 0.125)
        await asyncio.sleep(1)
        assert not call.listed(BEN) and call.verdicts(ANA) == []
        assert call.metrics.value("messages_blocked", plugin="checkin") == 1


async def test_five_tries_and_then_the_code() -> None:
    class Five(ScriptedFaces):
        """Good for five tries."""

        def begin(self, ticket: str, at: float, *, listens: bool = False) -> Any:
            return None if self.begun[ticket] == 5 else super().begin(ticket, at)

    faces = Five("look", verdict=Verdict.USE_CODE)
    async with a_check_in_call(faces=faces) as call:
        await call.begins(ANA)
        await call.agrees(ANA)
        for _ in range(7):
            await call.claims(ANA, BY_FACE)
            await call.shows(ANA, 1)
        assert call.verdicts(ANA) == USE_CODE * 7, "the sixth is told no more than the first"
        assert faces.looks[TICKET] == 10
        assert await call.claims(ANA, CODE) is CheckInStep.CHECKED_IN
