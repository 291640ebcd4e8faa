"""Checking in during a call: by a code as easily as by a face, and nobody else's business."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from consentry.api import (
    CheckIn,
    CheckInAsked,
    Context,
    Event,
    Medium,
    Message,
    Messages,
    Needs,
    Plugin,
    Purpose,
    Tick,
    Verdict,
    VideoFrame,
)
from consentry.call.checkins import CAMERA_WITHIN, LARGER_WITHIN, TRY_LASTS, WAITS, CheckInStep
from consentry.call.session import TICK
from consentry.controls import Command, Erase, SetLanguage
from consentry.events import Participant
from consentry.messages import CheckedIn, CheckInPrompt, Notice, Reply, Want
from consentry.people.claims import Claimed
from consentry.testing import ScriptedFaces
from consentry.testing.faces import NUMBER
from consentry_checkin import CheckInByFace, CheckInOptions
from consentry_checkin.trial import UNHEARD
from tests.call.check_ins import (
    ANA,
    BEN,
    BY_FACE,
    CODE,
    FACE,
    NAME,
    OLGA,
    PASSKEY,
    SMALL,
    TICKET,
    a_check_in_call,
)

pytestmark = pytest.mark.virtual_time

CHECKED_IN, USE_CODE = ["checked_in"], ["use_code"]


class Watching(Plugin):
    """Another purpose that takes pictures, and counts them."""

    name = "watching"
    purpose = Purpose("Watching", "Counts pictures.", "your camera", "to test", "until the end")
    needs = Needs(media=frozenset({Medium.VIDEO}))

    def __init__(self) -> None:
        super().__init__()
        self.seen = 0

    async def process(self, events: AsyncIterator[Event], ctx: Context) -> Messages:
        async for event in events:
            self.seen += isinstance(event, VideoFrame)
        return
        yield Message(CheckIn(verdict="checked_in"), "x", 0.0)


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


async def test_a_face_is_looked_at_once_pictures_are_large() -> None:
    async with a_check_in_call() as call:
        await call.begins(ANA)
        await call.agrees(ANA)
        await call.claims(ANA, BY_FACE)
        await call.shows(ANA, LARGER_WITHIN / 2, SMALL)
        assert not call.faces.begun and call.verdicts(ANA) == []
        await call.shows(ANA, 1)
        assert call.verdicts(ANA) == CHECKED_IN


async def test_where_pictures_stay_small_those_are_looked_at() -> None:
    async with a_check_in_call() as call:
        await call.begins(ANA)
        await call.agrees(ANA)
        await call.claims(ANA, BY_FACE)
        await call.shows(ANA, LARGER_WITHIN + 1, SMALL)
        assert call.faces.begun[TICKET] == 1
        assert call.verdicts(ANA) == CHECKED_IN


@pytest.mark.parametrize("how", ["read", "no", "off", "muted"])
async def test_sound_is_taken_while_a_number_is_to_be_read_and_no_longer(how: str) -> None:
    faces = ScriptedFaces("look", "say", "blink")
    plugin = CheckInByFace(CheckInOptions(read_aloud=True))
    async with a_check_in_call(faces=faces, plugin=plugin) as call:
        await call.begins(ANA, BEN)
        await call.agrees(ANA)
        await call.agrees(BEN)
        await call.claims(ANA, BY_FACE)
        assert call.taken(ANA) and not call.heard(ANA), "nothing is to be read yet"
        await call.shows(ANA, 0.5)
        assert call.prompts(ANA) == ["look", "say"]
        assert call.stack.told(ANA, CheckInPrompt)[-1].text == f"Read aloud: {NUMBER}"
        assert call.heard(ANA) and not call.heard(BEN)
        assert call.stack.told(ANA, Want)[-1] == Want(audio=True, video=True, fine=True)
        match how:
            case "read":
                (check,) = faces.open
                check.hear(NUMBER, call.session.now())
                await call.shows(ANA, 0.125)
            case "no":
                await call.refuses(ANA)
            case "off":
                await call.turns_off()
            case "muted":
                await asyncio.sleep(UNHEARD + 0.3)
        await asyncio.sleep(0.2)
        assert not call.heard(ANA)
        assert call.taken(ANA) == (how in ("read", "muted")), "the try goes on"
        await call.shows(ANA, 0.5)
        assert call.verdicts(ANA) == (CHECKED_IN if how in ("read", "muted") else USE_CODE)
        assert not call.heard(ANA) and not call.taken(ANA)


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


async def test_a_claim_does_not_wait_for_a_yes_for_ever() -> None:
    async with a_check_in_call() as call:
        await call.begins(ANA)
        await call.claims(ANA, BY_FACE)
        await asyncio.sleep(WAITS + 1)
        await call.agrees(ANA)
        await call.shows(ANA, 1)
        assert not call.faces.begun and not call.taken(ANA)


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


async def test_a_thousand_pictures_of_who_did_not_ask_are_not_looked_at() -> None:
    watching = Watching()
    async with a_check_in_call(watching) as call:
        strangers = [Participant(f"s{n}", f"stranger {n}") for n in range(5)]
        await call.begins(ANA, *strangers)
        await call.turns_on("watching")
        for who in strangers:
            await call.stack.answer(who, "watching", "yes")
        agreed, refused, *_ = strangers
        await call.agrees(agreed)
        await call.refuses(refused)
        await call.agrees(ANA)
        await call.claims(ANA, BY_FACE)
        await call.shows(ANA, 0.125)
        for _ in range(200):
            for who in strangers:
                await call.stack.happen(VideoFrame(who, _picture(), call.session.now()))
            await asyncio.sleep(0.005)
        assert watching.seen == 1000, "or it shows nothing"
        assert call.faces.looks == {TICKET: 1}
        assert set(call.faces.begun) == {TICKET}


def _picture() -> Any:
    class Unseen:
        width, height = 640, 360

        def rgb(self) -> Any:
            raise AssertionError("a picture was looked at")

    return Unseen()


async def test_a_picture_from_before_the_try_is_none_of_it() -> None:
    async with a_check_in_call() as call:
        await call.begins(ANA)
        await call.agrees(ANA)
        await asyncio.sleep(5)
        await call.claims(ANA, BY_FACE)
        await call.stack.happen(VideoFrame(ANA, _picture(), call.session.now() - 1))
        await asyncio.sleep(0.2)
        assert not call.faces.begun and call.verdicts(ANA) == []


async def test_a_late_picture_from_before_the_try_is_not_looked_at() -> None:
    async with a_check_in_call() as call:
        await call.begins(ANA)
        await call.agrees(ANA)
        await asyncio.sleep(5)
        await call.claims(ANA, BY_FACE)
        await call.shows(ANA, 0.125)
        assert call.faces.looks[TICKET] == 1
        await call.stack.happen(VideoFrame(ANA, FACE, call.session.now() - 1))
        await asyncio.sleep(0.2)
        assert call.faces.looks[TICKET] == 1


async def test_a_camera_may_take_its_time() -> None:
    """And a try that nobody could look at is none of the five."""
    async with a_check_in_call() as call:
        await call.begins(ANA)
        await call.agrees(ANA)
        await call.claims(ANA, BY_FACE)
        assert call.prompts(ANA) == ["look"], "they are asked at once"
        await asyncio.sleep(CAMERA_WITHIN - 2)
        assert not call.faces.begun and call.verdicts(ANA) == []
        await call.shows(ANA, 1)
        assert call.prompts(ANA) == ["look", "turn_left"], "and nothing is said twice"
        assert call.verdicts(ANA) == CHECKED_IN


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
