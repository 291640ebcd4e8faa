"""Checking in where nobody looks at faces: one's own act, and one's own no."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from consentry.api import CheckIn, Mode
from consentry.call.checkins import CheckInStep
from consentry.consent.ledger import Act, Entry, MemoryLedger
from consentry.consent.purpose import DEFAULT_GRACE
from consentry.controls import Command, Erase, Noticed
from consentry.errors import SetupError
from consentry.messages import CheckedIn, Notice, Status, Want
from consentry.people.claims import Claimed
from consentry.testing import check_plugin
from consentry_checkin import CheckInByCode, CheckInOptions
from tests.call.check_ins import (
    ANA,
    BEN,
    BY_FACE,
    CODE,
    NAME,
    OLGA,
    PASSKEY,
    TICKET,
    CheckInCall,
    a_check_in_call,
)

pytestmark = pytest.mark.virtual_time


@asynccontextmanager
async def a_call(mode: Mode = Mode.NOTICE) -> AsyncIterator[CheckInCall]:
    async with a_check_in_call(plugin=CheckInByCode(), mode=mode) as call:
        yield call


async def test_keeps_what_every_plugin_must_keep() -> None:
    await check_plugin(CheckInByCode)


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("claim", [CODE, PASSKEY])
async def test_to_check_in_is_enough_and_everybody_sees_who_did(claim: Claimed, mode: Mode) -> None:
    async with a_call(mode) as call:
        await call.begins(ANA, BEN)
        assert await call.claims(ANA, claim) is CheckInStep.CHECKED_IN
        assert call.verdicts(ANA) == ["checked_in"]
        for reader in (ANA, BEN, OLGA):
            assert call.listed(reader) == {"a": (NAME, None)}
        assert call.stack.told(BEN, CheckedIn)[-1].text == f"Checked in: {NAME}."
        assert call.forgotten == [TICKET]


async def test_checking_in_is_a_yes_and_is_written_down_as_one() -> None:
    ledger = MemoryLedger()
    async with a_check_in_call(plugin=CheckInByCode(), ledger=ledger) as call:
        await call.begins(ANA, BEN)
        assert call.stack.told(ANA, Status)[-1].purposes == {"checkin": "asked"}
        await call.claims(ANA, CODE)
        assert call.stack.told(ANA, Status)[-1].purposes == {"checkin": "running"}
        await call.claims(ANA, CODE)
        await call.claims(ANA, PASSKEY)
        version = call.session.consent.version("checkin")
    said = [e for e in ledger.entries if e.act is Act.GRANTED]
    assert [(e.person, e.purpose, e.version) for e in said] == [("a", "checkin", version)]


async def test_nothing_is_taken_from_anybody_and_no_body_is_spoken_of() -> None:
    async with a_call() as call:
        await call.begins(ANA, BEN)
        for who in (ANA, BEN):
            await call.agrees(who)
            await call.claims(who, CODE)
            await call.shows(who, 1)
        assert not any(call.stack.wanted.values())
        assert {w for who in (ANA, BEN) for w in call.stack.told(who, Want)} <= {
            Want(audio=False, video=False)
        }
        assert not call.faces.begun
        (terms,) = call.stack.told(ANA, Notice)[-1].purposes
        assert not terms.biometric and terms.media == []
        assert "face" not in terms.model_dump_json().lower()


async def test_a_face_is_sent_to_the_code_and_nobody_is_asked_about_it() -> None:
    async with a_call() as call:
        await call.begins(ANA)
        for answer in (None, call.agrees, call.refuses):
            if answer is not None:
                await answer(ANA)
            assert await call.claims(ANA, BY_FACE) is CheckInStep.USE_CODE
        assert call.verdicts(ANA) == ["use_code"] * 3
        assert call.stack.told(ANA, CheckIn)[-1].link == "https://meet.example/me/a-secret/checkin"
        assert call.prompts(ANA) == [] and call.listed(ANA) == {}
        assert call.forgotten == [TICKET] * 3


@pytest.mark.parametrize("mode", Mode)
async def test_who_says_no_is_off_the_list_at_once_and_for_all(mode: Mode) -> None:
    async with a_call(mode) as call:
        await call.begins(ANA, BEN)
        await call.claims(ANA, CODE)
        await call.claims(BEN, replace(CODE, person_id="person-2", name="Ben Blunt"))
        await call.refuses(ANA)
        assert call.listed(BEN) == call.listed(ANA) == {"b": ("Ben Blunt", None)}
        assert call.stack.told(ANA, Status)[-1].purposes == {"checkin": "refused"}


@pytest.mark.parametrize("mode", Mode)
async def test_a_no_stands_until_its_person_takes_it_back(mode: Mode) -> None:
    async with a_call(mode) as call:
        await call.begins(ANA, BEN)
        await call.stack.say(ANA, Command(type="command", text="/no all"))
        assert await call.claims(ANA, CODE) is CheckInStep.SAID_NO
        assert call.stack.told(ANA, Status)[-1].purposes == {"checkin": "refused"}
        assert call.listed(BEN) == {} and call.forgotten == [TICKET]
        await call.agrees(ANA)
        assert call.listed(BEN) == {}, "a yes alone is no check-in"
        assert await call.claims(ANA, CODE) is CheckInStep.CHECKED_IN
        assert call.listed(BEN) == {"a": (NAME, None)}


@pytest.mark.parametrize("mode", Mode)
async def test_a_yes_alone_or_time_alone_puts_nobody_on_the_list(mode: Mode) -> None:
    async with a_call(mode) as call:
        await call.begins(ANA, BEN)
        await call.agrees(ANA)
        await asyncio.sleep(3600)
        assert call.listed(BEN) == {} and call.verdicts(ANA) == []


@pytest.mark.parametrize("how", ["off", "erase", "leave"])
async def test_a_mark_ends_as_with_faces(how: str) -> None:
    async with a_call() as call:
        await call.begins(ANA, BEN)
        await call.claims(ANA, CODE)
        match how:
            case "off":
                await call.turns_off()
            case "erase":
                await call.stack.say(ANA, Erase(type="erase"))
            case "leave":
                await call.stack.leave(ANA)
                await asyncio.sleep(0.2)
        assert call.listed(BEN) == {}
        if how == "off":
            assert await call.claims(ANA, CODE) is CheckInStep.OFF
            await call.turns_on()
            assert call.listed(BEN) == {}, "who was checked in before checks in again"


class Full(MemoryLedger):
    """Can't be written any more."""

    async def append(self, entry: Entry) -> None:
        raise SetupError("the disk is full")


async def test_a_yes_that_cannot_be_written_down_checks_nobody_in() -> None:
    async with a_check_in_call(plugin=CheckInByCode(), ledger=Full()) as call:
        await call.begins(ANA, BEN)
        assert await call.claims(ANA, CODE) is CheckInStep.NOT_RECORDED
        assert call.listed(BEN) == {} and call.verdicts(ANA) == []
        assert call.forgotten == [TICKET]


class Slow(MemoryLedger):
    """Takes its time; ``written`` lets it go on."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.written = asyncio.Event(), asyncio.Event()

    async def append(self, entry: Entry) -> None:
        if entry.person == ANA.id:
            self.asked.set()
            await self.written.wait()
        await super().append(entry)


@pytest.mark.parametrize("how", ["no", "off", "leave"])
@pytest.mark.parametrize("mode", Mode)
async def test_what_is_said_while_the_yes_is_written_holds(how: str, mode: Mode) -> None:
    ledger = Slow()
    async with a_check_in_call(plugin=CheckInByCode(), ledger=ledger, mode=mode) as call:
        await call.begins(ANA, BEN)
        version = call.session.consent.version("checkin")
        await call.stack.say(ANA, Noticed(type="noticed", versions={"checkin": version}))
        await asyncio.sleep(DEFAULT_GRACE)
        claiming = asyncio.ensure_future(call.claims(ANA, CODE))
        await ledger.asked.wait()
        match how:
            case "no":
                await call.refuses(ANA)
            case "off":
                await call.turns_off()
            case "leave":
                await call.stack.leave(ANA)
        ledger.written.set()
        await claiming
        assert call.listed(BEN) == {}
        assert call.forgotten == [TICKET]
        await call.stack.join(ANA)
        assert call.listed(BEN) == {}


async def test_the_owner_sees_how_if_everybody_was_told_so() -> None:
    plugin = CheckInByCode(CheckInOptions(assurance_to_owner=True))
    for language in ("en", "de", "nl", "fr"):
        told = plugin.purpose.words(language).recipients
        assert told.count("asskey") + told.count("clé d’accès") == 1
        assert not any(face in told for face in ("face", "Gesicht", "gezicht", "visage"))
    async with a_check_in_call(plugin=plugin) as call:
        await call.begins(ANA, BEN)
        await call.claims(ANA, PASSKEY)
        assert call.listed(OLGA) == {"a": (NAME, "passkey")}
        assert call.listed(BEN) == {"a": (NAME, None)}
