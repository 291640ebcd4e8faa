"""Who asks to be checked in by their face is prompted, looked at, and told one of two words."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest

from consentry.api import (
    CheckIn,
    CheckInPrompt,
    Event,
    FaceCheck,
    FaceChecks,
    Message,
    Picture,
    PluginError,
    Progress,
    Prompt,
)
from consentry.testing import FakeCall, ScriptedFaces, StillPicture, check_plugin
from consentry.testing.call import fake_context
from consentry_checkin import CheckInByFace, CheckInOptions
from consentry_checkin.options import LASTS

FACE = StillPicture.gray(0.5)


def a_call(faces: FaceChecks) -> FakeCall:
    return FakeCall(CheckInByFace(), ctx=fake_context(faces=faces))


def prompts(said: list[Message]) -> list[str]:
    return [m.body.prompt for m in said if isinstance(m.body, CheckInPrompt)]


def verdicts(said: list[Message]) -> list[str]:
    return [m.body.verdict for m in said if isinstance(m.body, CheckIn)]


async def test_keeps_what_every_plugin_must_keep() -> None:
    await check_plugin(CheckInByFace)


async def test_a_try_is_prompted_step_by_step_and_ends_with_its_verdict() -> None:
    async with a_call(ScriptedFaces("look", "turn_left", "blink")) as call:
        ana = call.join("Ana")
        name = await call.check_in(ana)
        await call.show(ana, FACE, 3)
    assert prompts(call.said) == ["look", "turn_left", "blink"]
    assert verdicts(call.said) == ["checked_in"]
    assert {m.id for m in call.said} == {f"checkin/{name}"}
    assert all(m.to == m.about == {ana.id} for m in call.said), "it is nobody else's"
    revisions = [m.revision for m in call.said]
    assert revisions == sorted(set(revisions)), "each replaces the one before"


async def test_who_did_not_ask_is_not_looked_at() -> None:
    faces = ScriptedFaces()
    async with a_call(faces) as call:
        ana, ben = call.join("Ana"), call.join("Ben")
        await call.check_in(ben)
        await call.show(ana, FACE, 5)
    assert not faces.looks
    assert not prompts([m for m in call.said if ana.id in m.about])


async def test_two_people_check_in_beside_one_another() -> None:
    faces = ScriptedFaces("look", "turn_right")
    async with a_call(faces) as call:
        ana, ben = call.join("Ana"), call.join("Ben")
        await call.check_in(ana, "a's")
        await call.check_in(ben, "b's")
        for _ in range(6):
            await call.show(ana, FACE, 0.125)
            await call.show(ben, FACE, 0.125)
    assert faces.looks == {"a's": 4, "b's": 4}
    assert verdicts(call.said) == ["checked_in", "checked_in"]
    assert [set(m.about) for m in call.said if isinstance(m.body, CheckIn)] == [{ana.id}, {ben.id}]


async def test_without_a_good_ticket_the_code_is_next() -> None:
    faces = ScriptedFaces(tickets=frozenset())
    async with a_call(faces) as call:
        ana = call.join("Ana")
        await call.check_in(ana)
        await call.show(ana, FACE, 1)
    assert (prompts(call.said), verdicts(call.said)) == ([], ["use_code"])
    assert not faces.looks


async def test_a_camera_that_shows_nothing_ends_at_the_code() -> None:
    async with a_call(ScriptedFaces()) as call:
        ana = call.join("Ana")
        await call.check_in(ana)
        await call.wait(LASTS)
    assert verdicts(call.said) == ["use_code"]


@pytest.mark.parametrize("ends", ["revoke", "leave", "disable", "again"])
async def test_whatever_ends_a_try_forgets_it(ends: str) -> None:
    faces = ScriptedFaces("look", "turn_left", "turn_right", "blink")
    async with a_call(faces) as call:
        ana = call.join("Ana")
        await call.check_in(ana, "first")
        await call.show(ana, FACE, 0.4)
        assert len(faces.open) == 1
        said = len(call.said)
        match ends:
            case "revoke":
                await call.revoke(ana)
            case "leave":
                await call.leave(ana)
            case "disable":
                await call.disable()
            case "again":
                await call.check_in(ana, "second")
        await call.wait(0.2)
        assert len(faces.open) == (ends == "again")
        looks = faces.looks["first"]
        await call.show(ana, FACE, 2)
        assert faces.looks["first"] == looks
        assert verdicts(call.said[said:]) == (["checked_in"] if ends == "again" else [])
    assert not faces.open


@dataclass
class Broken:
    """Faces on a script, each of whose checks fails at one step."""

    script: ScriptedFaces
    fails: str

    def begin(self, ticket: str, at: float, *, listens: bool = False) -> FaceCheck | None:
        check = self.script.begin(ticket, at, listens=listens)
        assert check is not None
        return Faulty(check, self.fails)


class Faulty:
    def __init__(self, check: FaceCheck, fails: str) -> None:
        self._check = check
        self._fails = fails

    async def see(self, picture: Picture, at: float) -> Progress:
        if self._fails == "see":
            raise RuntimeError("Ana's face is not to be logged")
        if self._fails == "hang":
            await asyncio.Event().wait()
        return await self._check.see(picture, at)

    def hear(self, text: str, at: float) -> None:
        self._check.hear(text, at)

    def unheard(self, at: float) -> Progress:
        return self._check.unheard(at)

    def tick(self, at: float) -> Progress:
        if self._fails == "tick":
            raise RuntimeError("Ana's face is not to be logged")
        return self._check.tick(at)

    async def close(self) -> None:
        await self._check.close()


@pytest.mark.parametrize("fails", ["see", "tick", "hang"])
async def test_a_check_that_fails_ends_at_the_code_and_takes_nobody_along(
    fails: str, caplog: pytest.LogCaptureFixture
) -> None:
    faces = Broken(ScriptedFaces(), fails)
    async with a_call(faces) as call:
        ana, ben = call.join("Ana"), call.join("Ben")
        await call.check_in(ana)
        for _ in range(round(LASTS)):
            await call.show(ana, FACE, 1)
        faces.fails = "nothing"
        await call.check_in(ben)
        await call.show(ben, FACE, 1)
    assert verdicts(call.said) == ["use_code", "checked_in"]
    assert not faces.script.open
    assert "Ana" not in caplog.text
    assert not call.metrics.value("plugin_failures", plugin="checkin")


async def test_a_number_to_read_goes_with_its_prompt() -> None:
    faces = ScriptedFaces()
    faces.prompts = (Prompt("say", "4711"),)
    plugin = CheckInByFace(CheckInOptions(read_aloud=True))
    async with FakeCall(plugin, ctx=fake_context(faces=faces)) as call:
        ana = call.join("Ana")
        await call.check_in(ana)
        await call.wait(0.1)
    [prompt] = [m.body for m in call.said if isinstance(m.body, CheckInPrompt)]
    assert prompt.number == "4711"


async def test_without_an_engine_it_does_not_run() -> None:
    with pytest.raises(PluginError):
        async for _ in CheckInByFace().process(nothing(), replace(fake_context(), faces=None)):
            pass


async def nothing() -> AsyncIterator[Event]:
    return
    yield


def test_who_reads_the_terms_reads_what_the_owner_sees() -> None:
    quiet = CheckInByFace()
    told = CheckInByFace(CheckInOptions(assurance_to_owner=True))
    assert told.needs.tells_assurance and not quiet.needs.tells_assurance
    for language in ("en", "de", "nl", "fr"):
        before, after = (p.purpose.words(language).recipients for p in (quiet, told))
        assert after.startswith(f"{before}; ")


def test_it_is_biometric_and_so_takes_a_yes() -> None:
    assert CheckInByFace.purpose.biometric
