"""Whose pictures and sound a try takes, and from when to when."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from consentry.api import (
    CheckIn,
    Context,
    Event,
    Medium,
    Message,
    Messages,
    Needs,
    Plugin,
    Purpose,
    VideoFrame,
)
from consentry.call.checkins import CAMERA_WITHIN, LARGER_WITHIN
from consentry.events import Participant
from consentry.messages import CheckInPrompt, Want
from consentry.testing import ScriptedFaces
from consentry.testing.faces import NUMBER
from consentry_checkin import CheckInByFace, CheckInOptions
from consentry_checkin.trial import UNHEARD
from tests.call.check_ins import (
    ANA,
    BEN,
    BY_FACE,
    CHECKED_IN,
    FACE,
    SMALL,
    TICKET,
    USE_CODE,
    a_check_in_call,
)

pytestmark = pytest.mark.virtual_time


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
