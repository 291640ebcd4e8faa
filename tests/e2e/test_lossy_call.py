"""A call over a bad network: real signaling, ICE, DTLS and Opus, and packets that are lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path

import pytest

from consentry.connectors.driver import MediaConsent, Reachable
from consentry.events import AudioFrame, Gap
from consentry.play.meeting import Meeting
from tests.bench.loss.sound import ogg, tones
from tests.connectors.calls import Bot, House, bot_in
from tests.network.impairment import Impairment, Independent
from tests.network.room import BadRoom, over_a_bad_network
from tests.play.recordings import Speaker, write_meeting

pytestmark = pytest.mark.e2e

SECONDS = 12.0
BAD = Impairment(Independent(0.05), delay=0.02, jitter=0.03, reordered=0.05)
NEWEST = 0.4
"""Seconds that the newest sound may be old: a block, the way, the wait for a lost packet, and a
busy machine."""


@pytest.fixture
async def house() -> AsyncIterator[House]:
    house = House()
    async with house.server:
        yield house


@pytest.fixture
async def bot(house: House) -> AsyncIterator[Bot]:
    async with bot_in(house) as bot:
        yield bot


@pytest.fixture
async def room(house: House, bot: Bot) -> AsyncIterator[BadRoom]:
    async with over_a_bad_network(house.url) as room:
        yield room


@pytest.fixture
async def meeting(bot: Bot, room: BadRoom, tmp_path: Path) -> AsyncIterator[Meeting]:
    """Mia and Sam, who both talk all the time and agreed to be heard."""
    file = write_meeting(tmp_path, Speaker("Mia"), Speaker("Sam"), duration=SECONDS)
    for seed, name in enumerate(("mia", "sam")):
        track = ogg(tones(SECONDS, seed), redundancy=True)
        file.with_name(f"{name}.ogg").write_bytes(track)
    async with Meeting(file, room.url) as meeting:
        await meeting.reachable()
        await bot.until(lambda: bot.count(Reachable) == 2)
        for participant in meeting.participants.values():
            assert participant.id is not None
            await bot.grant(participant.id)
        yield meeting


def sound_of(bot: Bot, name: str) -> list[AudioFrame | Gap]:
    return [
        event
        for event in bot.happened
        if isinstance(event, AudioFrame | Gap) and event.participant.name == name
    ]


async def test_what_is_said_arrives_as_if_little_had_been_lost(
    bot: Bot, room: BadRoom, meeting: Meeting
) -> None:
    room.switch(BAD)
    meeting.start()
    await bot.until(lambda: bool(f := bot.frames("Mia")) and f[-1].end - f[0].at > 8.0)
    logs = [list(path.forth.log) for path in room.paths.values()]
    sent = sum(len(log) for log in logs)
    lost = sum(passage.lost for log in logs for passage in log)
    assert lost > 0.025 * sent
    came = bot.metrics.value("decoded_frames") + bot.metrics.value("frames_recovered")
    on_their_way = 40  # of two people: a fifth of a second each, and the waits of a busy machine
    assert came > 0.985 * sent - on_their_way
    assert bot.metrics.value("frames_recovered") > 0.8 * lost - 5


async def test_a_no_in_the_middle_of_it_ends_decoding_and_the_other_goes_on(
    bot: Bot, room: BadRoom, meeting: Meeting
) -> None:
    room.switch(BAD)
    meeting.start()
    await bot.until(lambda: bool(bot.frames("Mia")) and bool(bot.frames("Sam")))
    mia = meeting.participants["Mia"].id
    assert mia is not None
    await bot.withdraw(mia)
    before, heard = len(sound_of(bot, "Mia")), len(bot.frames("Sam"))
    await bot.until(lambda: len(bot.frames("Sam")) > heard + 20)
    assert len(sound_of(bot, "Mia")) == before
    assert bot.metrics.value("decoded_frames", consent=MediaConsent.DECLINED.value) == 0


async def test_once_the_network_is_good_again_nothing_is_late_and_nothing_missing(
    bot: Bot, room: BadRoom, meeting: Meeting
) -> None:
    room.switch(Impairment(Independent(0.2), jitter=0.2, reordered=0.1))
    meeting.start()
    await bot.until(lambda: bool(f := bot.frames("Sam")) and f[-1].end - f[0].at > 5.0)
    room.switch(Impairment())
    recovered = bot.setting.clock() + 1.0
    await bot.until(lambda: bot.frames("Sam")[-1].at > recovered + 2.0)
    assert bot.setting.clock() - bot.frames("Sam")[-1].end < NEWEST
    since = [event for event in sound_of(bot, "Sam") if event.at > recovered]
    assert not any(isinstance(event, Gap) for event in since)
    for one, following in pairwise(bot.frames("Sam")[-20:]):
        assert abs(following.at - one.end) < 0.02
