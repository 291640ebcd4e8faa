"""A visit: from the first touch to a welcome, with nothing left of it."""

from __future__ import annotations

from typing import Any

import pytest

from consentry.meetings.calendar import Meeting
from consentry.people.claims import Claimed, LinkClaim
from consentry.web.kiosk.reach import Audience
from consentry.web.kiosk.visit import CAMERA_WITHIN, MAX_CLAIMS, Doors, Outcome, Purpose, Visit
from tests.web.kiosk.kiosk import (
    ANA,
    ANAS_LINK,
    CHECKED_IN,
    EVES_LINK,
    TURN,
    USE_CODE,
    Call,
    Check,
    Desk,
    Faces,
    decode_here,
    jpeg,
)

PLANNING = Meeting("m-1", "Planning", 1000.0, 2000.0)
STAND_UP = Meeting("m-2", "Stand-up", 3000.0, 4000.0)


class Door:
    """A visit, and what the screen was told."""

    def __init__(self, faces: Faces | None = None) -> None:
        self.desk, self.faces, self.told, self.now = Desk(), faces, list[dict[str, Any]](), 0.0
        doors = Doors(self.desk, faces, lambda: self.now, decode_here)
        self.call = Call()
        audience = Audience(self.call, lambda: 60.0)
        purpose = Purpose(PLANNING, STAND_UP, audience)
        self.visit = Visit(doors, self.told.append, purpose)

    async def pin(self) -> Outcome:
        return await self._accept(await self.desk.claim(ANA))

    async def link(self, token: str = ANAS_LINK) -> Outcome:
        return await self._accept(await self.desk.claim(LinkClaim(token)))

    async def begins(self, faces: Faces) -> Check:
        """A look at Ana, from its first picture."""
        self.visit.want_face(True)
        assert await self.link() is Outcome.LOOK
        await self.visit.see(jpeg())
        return faces.checks[-1]

    async def _accept(self, claimed: Claimed | None) -> Outcome:
        assert claimed is not None
        return await self.visit.accept(claimed)

    @property
    def kinds(self) -> list[str]:
        return [frame["type"] for frame in self.told]


async def test_a_code_is_welcomed_at_once_and_opens_nothing() -> None:
    door = Door()
    assert await door.pin() is Outcome.WELCOME
    (welcome,) = door.told
    assert (welcome["type"], welcome["name"]) == ("welcome", "Ana")
    assert welcome["meeting"]["title"] == "Planning"
    assert welcome["next"]["title"] == "Stand-up"
    assert door.visit.over


async def test_a_link_without_a_face_forgets_the_template_it_opened() -> None:
    door = Door(Faces())
    assert await door.link() is Outcome.WELCOME
    assert door.desk.open == set()
    assert door.faces is not None and door.faces.checks == []


async def test_a_face_is_looked_at_once_a_claim_holds_and_welcomed_with_the_verdict() -> None:
    door = Door(faces := Faces())
    check = await door.begins(faces)
    assert door.kinds == ["look", "prompt"]
    assert (check.ticket, door.visit.looking) == ("ana", True)
    check.stands = TURN
    await door.visit.see(jpeg())
    await door.visit.tick()
    assert door.told[2:] == [{"type": "prompt", "kind": "turn_left", "number": None}]
    check.stands = CHECKED_IN
    await door.visit.see(jpeg())
    assert door.kinds[3:] == ["welcome"]
    assert check.closed.is_set() and door.desk.open == set() and not door.visit.looking


async def test_on_any_other_verdict_they_are_asked_for_their_code_and_no_more_is_said() -> None:
    door = Door(faces := Faces())
    check = await door.begins(faces)
    check.stands = USE_CODE
    await door.visit.tick()
    assert door.told[2:] == [{"type": "use_code"}]
    assert check.closed.is_set() and door.desk.open == set()
    assert await door.pin() is Outcome.WELCOME  # and with it they are in


async def test_no_picture_is_looked_at_before_a_claim_or_after_a_verdict() -> None:
    door = Door(faces := Faces())
    door.visit.want_face(True)
    await door.visit.see(jpeg())
    assert faces.checks == []
    check = await door.begins(faces)
    check.stands = USE_CODE
    await door.visit.tick()
    await door.visit.see(jpeg())
    assert len(check.seen) == 1 and len(faces.checks) == 1


async def test_a_camera_that_takes_its_time_costs_no_try() -> None:
    door = Door(faces := Faces())
    door.visit.want_face(True)
    await door.link()
    door.now += CAMERA_WITHIN - 1
    await door.visit.tick()
    assert door.kinds == ["look"]
    door.now += 1
    await door.visit.tick()
    assert door.kinds == ["look", "use_code"]
    assert faces.checks == [] and door.desk.open == set()


@pytest.mark.parametrize("who", ["a code", "a twin", "no tries left", "no engine"])
async def test_whose_face_cannot_be_asked_for_uses_the_code(who: str) -> None:
    faces = None if who == "no engine" else Faces(used_up=who == "no tries left")
    door = Door(faces)
    door.visit.want_face(True)
    if who == "no engine":
        assert await door.link() is Outcome.WELCOME  # a face was not on offer
        return
    link = EVES_LINK if who == "a twin" else ANAS_LINK
    outcome = await (door.pin() if who == "a code" else door.link(link))
    if who == "no tries left":  # which shows when one would begin
        await door.visit.see(jpeg())
    else:
        assert outcome is Outcome.USE_CODE
    assert door.kinds[-1] == "use_code" and "prompt" not in door.kinds
    assert door.desk.open == set()


async def test_whoever_leaves_is_forgotten_in_the_middle_of_a_look() -> None:
    door = Door(faces := Faces())
    check = await door.begins(faces)
    await door.visit.close()
    assert check.closed.is_set() and door.desk.open == set()
    check.stands = CHECKED_IN
    await door.visit.tick()
    assert "welcome" not in door.kinds


async def test_a_claim_that_comes_too_late_opens_nothing() -> None:
    door = Door()
    await door.visit.close()
    assert await door.link() is Outcome.OVER
    assert door.told == [] and door.desk.open == set()


async def test_a_second_claim_does_not_begin_a_second_look() -> None:
    door = Door(faces := Faces())
    await door.begins(faces)
    assert not door.visit.may_claim()
    assert await door.link(EVES_LINK) is Outcome.OVER
    assert len(faces.checks) == 1 and door.desk.open == {"ana"}


def test_one_visit_has_so_many_claims_and_no_more() -> None:
    door = Door()
    assert all(door.visit.may_claim() for _ in range(MAX_CLAIMS))
    assert not door.visit.may_claim()
