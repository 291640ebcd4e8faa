"""Cameras in a real room: VP8 from a simulated participant, decoded as often as it is wanted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from consentry.connectors.driver import Reachable
from consentry.events import AudioFrame, VideoFrame
from consentry.play.meeting import Meeting
from consentry.play.plan import Action, Answer, ParticipantPlan, Plan
from tests.connectors.calls import AUDIO, VIDEO, Bot, House
from tests.play.recordings import Speaker, write_meeting


@pytest.fixture
async def meeting(house: House, bot: Bot, tmp_path: Path) -> AsyncIterator[Meeting]:
    """Mia and Sam, whose cameras see a white square wander over gray."""
    recording = write_meeting(tmp_path, Speaker("Mia"), Speaker("Sam"))
    plan = Plan(everybody=ParticipantPlan(camera=True))
    async with Meeting(recording, house.url, plan) as meeting:
        await meeting.reachable()
        await bot.until(lambda: bot.count(Reachable) == 2)
        meeting.start()
        yield meeting


def seen(bot: Bot, name: str) -> list[VideoFrame]:
    return [h for h in bot.happened if isinstance(h, VideoFrame) and h.participant.name == name]


def id_of(meeting: Meeting, name: str) -> str:
    return meeting.participants[name].id or ""


async def test_a_camera_that_is_wanted_is_seen_and_nobody_elses(bot: Bot, meeting: Meeting) -> None:
    await bot.grant(id_of(meeting, "Mia"), VIDEO, rate=2.0)
    await bot.until(lambda: len(seen(bot, "Mia")) >= 4)
    for frame in seen(bot, "Mia"):
        picture = frame.picture.rgb()
        assert picture.shape == (180, 320, 3)
        assert picture.max() > 240 and 80 < picture[0, 160].mean() < 112, "the square, on gray"
    assert not seen(bot, "Sam")
    assert not meeting.participants["Sam"].showing
    assert not bot.count(AudioFrame), "of her microphone nothing was wanted"
    assert bot.metrics.value("decoded_frames", medium="video", consent="undecided") == 0


async def test_more_pictures_come_where_more_are_wanted(bot: Bot, meeting: Meeting) -> None:
    for name, rate in (("Mia", 1.0), ("Sam", 5.0)):
        await bot.grant(id_of(meeting, name), VIDEO, rate)
    await bot.until(lambda: len(seen(bot, "Mia")) >= 3 and len(seen(bot, "Sam")) >= 6)
    assert len(seen(bot, "Sam")) > 2 * len(seen(bot, "Mia"))


async def test_sound_and_picture_are_taken_and_given_back_each_by_itself(
    bot: Bot, meeting: Meeting
) -> None:
    mia = id_of(meeting, "Mia")
    await bot.grant(mia, AUDIO | VIDEO)
    await bot.until(lambda: bool(seen(bot, "Mia")) and bool(bot.frames("Mia")))
    await bot.grant(mia, AUDIO)
    looked, heard = len(seen(bot, "Mia")), len(bot.frames("Mia"))
    await bot.until(lambda: len(bot.frames("Mia")) > heard + 25)
    assert len(seen(bot, "Mia")) == looked
    assert not meeting.participants["Mia"].showing
    assert meeting.participants["Mia"].sharing


async def test_a_no_turns_the_camera_off_without_waiting_for_the_bot(
    bot: Bot, meeting: Meeting
) -> None:
    mia = meeting.participants["Mia"]
    await bot.grant(id_of(meeting, "Mia"), VIDEO)
    await bot.until(lambda: bool(seen(bot, "Mia")))
    meeting.do(Action(0, "Mia", Answer("watch", "no")))
    assert not mia.showing


async def test_a_withdrawal_ends_the_pictures_at_once(bot: Bot, meeting: Meeting) -> None:
    for name in ("Mia", "Sam"):
        await bot.grant(id_of(meeting, name), VIDEO, rate=5.0)
    await bot.until(lambda: bool(seen(bot, "Mia")) and bool(seen(bot, "Sam")))
    await bot.withdraw(id_of(meeting, "Mia"))
    before, of_sam = len(seen(bot, "Mia")), len(seen(bot, "Sam"))
    await bot.until(lambda: len(seen(bot, "Sam")) > of_sam + 5)
    assert len(seen(bot, "Mia")) == before
    assert bot.metrics.value("decoded_frames", consent="declined") == 0
