"""Simulated participants in a real room, with a bot that a test plays."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from consentry.connectors.driver import Said
from consentry.controls import Decide, Enable, Line, Noticed, OwnerCode, Request
from consentry.errors import ConfigError, JoinRefused
from consentry.messages import Message, Notice, PurposeTerms, Reply, Status
from consentry.play.meeting import Meeting, Observer
from consentry.play.participant import Received
from consentry.play.plan import Action, Answer, Ask, HangUp, ParticipantPlan, Plan, TurnOn, Type
from tests.connectors.calls import Bot, House, bot_in
from tests.play.recordings import Speaker, write_meeting

SHORT = 0.6


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    return write_meeting(tmp_path, Speaker("Mia"), Speaker("Sam"), duration=SHORT)


def notice(bot: Bot, *purposes: str, version: str = "v1") -> Message:
    terms = [
        PurposeTerms(
            name=name, title=name, sentence="…", data="…", why="…", retention="…",
            recipients="…", biometric=False, mode="opt_in", grace_seconds=0, media=["audio"],
            version=version,
        )
        for name in purposes
    ]  # fmt: skip
    fingerprint = bot.setting.signer.fingerprint
    body = Notice(
        bot="Consentry", fingerprint=fingerprint, purposes=terms, available=[], commands=[]
    )
    return Message(body, "notice", 0.0)


def said(bot: Bot, kind: type, name: str) -> list[object]:
    return [
        h.control
        for h in bot.happened
        if isinstance(h, Said) and isinstance(h.control, kind) and h.participant.name == name
    ]


async def test_participants_answer_what_they_are_asked_as_planned(
    house: House, bot: Bot, recording: Path
) -> None:
    plan = Plan(participants={"Sam": ParticipantPlan(answers={"captions": "no"})})
    async with Meeting(recording, house.url, plan) as meeting:
        await meeting.reachable()
        await bot.connector.send(notice(bot, "captions"))
        await bot.until(lambda: bool(said(bot, Decide, "Mia") and said(bot, Decide, "Sam")))
        yes = Decide(type="decide", purpose="captions", answer="yes", version="v1")
        no = Decide(type="decide", purpose="captions", answer="no", version="v1")
        assert (said(bot, Decide, "Mia"), said(bot, Decide, "Sam")) == ([yes], [no])
        assert said(bot, Noticed, "Mia")
        assert said(bot, Noticed, "Sam")


async def test_an_answer_is_given_again_when_the_terms_change(
    house: House, bot: Bot, recording: Path
) -> None:
    async with Meeting(recording, house.url) as meeting:
        await meeting.reachable()
        meeting.do(Action(0, "Sam", Answer("captions", "no")))
        await bot.connector.send(notice(bot, "captions", version="v1"))
        await bot.until(lambda: len(said(bot, Decide, "Sam")) == 2)
        await bot.connector.send(notice(bot, "captions", version="v2"))
        await bot.until(lambda: len(said(bot, Decide, "Sam")) == 3)
    sam = [(d.answer, d.version) for d in said(bot, Decide, "Sam") if isinstance(d, Decide)]
    assert sam == [("no", "unknown"), ("no", "v1"), ("no", "v2")]


async def test_somebody_who_answers_nothing_is_silent(
    house: House, bot: Bot, recording: Path
) -> None:
    plan = Plan(participants={"Sam": ParticipantPlan(otherwise=None)})
    async with Meeting(recording, house.url, plan) as meeting:
        await meeting.reachable()
        await bot.connector.send(notice(bot, "captions"))
        await meeting.play()
        assert said(bot, Noticed, "Sam")
        assert not said(bot, Decide, "Sam")


async def test_the_owner_shows_the_code_and_turns_purposes_on(
    house: House, bot: Bot, recording: Path
) -> None:
    owner = ParticipantPlan(owner_code="1234-5678", enable=("captions", "summary"))
    async with Meeting(recording, house.url, Plan(participants={"Mia": owner})):
        await bot.until(lambda: bool(said(bot, OwnerCode, "Mia")))
        assert not said(bot, Enable, "Mia")
        confirmed = Status(purposes={}, owner=True, owner_confirmed=True)
        await bot.connector.send(Message(confirmed, "status", 0.0))
        await bot.until(lambda: len(said(bot, Enable, "Mia")) == 2)


async def test_the_script_is_acted_out_at_its_times(
    house: House, bot: Bot, recording: Path
) -> None:
    plan = Plan(
        actions=(
            Action(0.3, "Sam", HangUp()),
            Action(0.1, "Mia", Ask("summary")),
            Action(0.1, "Mia", TurnOn("captions")),
            Action(0.2, "Mia", Answer("captions", "no")),
            Action(0.2, "Sam", Type("/status")),
        ),
        tail=0.0,
    )
    async with Meeting(recording, house.url, plan) as meeting:
        await meeting.reachable()
        await meeting.play()
        assert house.rooms.people("planning") == ["p1", "p2"]
    # Mia's come by her data channel, Sam's by the chat: the two keep no common order.
    said = [h for h in bot.happened if isinstance(h, Said)]
    mia = [type(h.control) for h in said if h.participant.name == "Mia"]
    assert mia == [Request, Enable, Decide]
    assert [type(h.control) for h in said if h.participant.name == "Sam"] == [Line]


async def test_every_message_is_kept_with_its_time_and_told_of(
    house: House, bot: Bot, recording: Path
) -> None:
    told: list[Received] = []
    observer = Observer(received=told.append)
    async with Meeting(recording, house.url, observer=observer) as meeting:
        await meeting.reachable()
        await bot.connector.send(Message(Reply(code="ok", text=""), "reply/1", 0.0))
        await meeting.play()
        assert meeting.messages == told
        assert {r.participant for r in told} == {"Mia", "Sam"}
        assert meeting.origin is not None
        assert all(received.at < meeting.origin + SHORT for received in told)


async def test_a_plan_for_somebody_who_is_not_in_the_recording_is_a_mistake(
    house: House, recording: Path
) -> None:
    plan = Plan(actions=(Action(0, "Nina", HangUp()),))
    with pytest.raises(ConfigError, match="made-up"):
        await Meeting(recording, house.url, plan).__aenter__()


async def test_a_room_that_is_not_there_is_said_to_be_out_of_reach(recording: Path) -> None:
    with pytest.raises(JoinRefused):
        await Meeting(recording, "http://127.0.0.1:9/r/planning").__aenter__()


async def test_a_closed_room_ends_the_participation_without_an_error(recording: Path) -> None:
    house = House()
    async with house.server, bot_in(house), Meeting(recording, house.url) as meeting:
        await meeting.reachable()
        await house.rooms.close()
    assert asyncio.all_tasks() == {asyncio.current_task()}
