"""The bot in a real room: sockets, ICE, DTLS and Opus on both ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from consentry.connectors.driver import Ended, MediaConsent, Reachable, Said
from consentry.controls import Decide, Enable, Line
from consentry.errors import ConfigError, EndReason, JoinRefused, MessageError
from consentry.events import SAMPLE_RATE, AudioFrame, ChatReceived, Joined, Left
from consentry.messages import Message, Reply
from consentry.play.meeting import Meeting
from consentry.play.plan import Action, Answer, HangUp, Type
from consentry.web.server import WebServer, create_app
from tests.connectors.calls import Bot, House, bot_in, control, rogue_in
from tests.play.recordings import Speaker, write_meeting

MIA = Speaker("Mia", speaks=((0.5, 1.0), (1.5, 2.0)))
SAM = Speaker("Sam", speaks=((1.0, 1.5),))


@pytest.fixture
async def meeting(house: House, bot: Bot, tmp_path: Path) -> AsyncIterator[Meeting]:
    async with Meeting(write_meeting(tmp_path, MIA, SAM), house.url) as meeting:
        await meeting.reachable()
        await bot.until(lambda: bot.count(Reachable) == 2)
        yield meeting


def id_of(meeting: Meeting, name: str) -> str:
    found = meeting.participants[name].id
    assert found is not None
    return found


async def test_the_bot_knows_who_is_in_the_call_and_who_can_be_reached(
    bot: Bot, meeting: Meeting
) -> None:
    joined = [h.participant.name for h in bot.happened if isinstance(h, Joined)]
    reachable = {h.participant.name for h in bot.happened if isinstance(h, Reachable)}
    assert joined == ["Mia", "Sam"]
    assert reachable == {"Mia", "Sam"}


async def test_nothing_arrives_of_those_who_agreed_to_nothing(bot: Bot, meeting: Meeting) -> None:
    meeting.start()
    await meeting.until(1.5)
    assert bot.metrics.value("packets_received") == 0
    assert bot.metrics.value("packets_dropped") == 0
    assert bot.metrics.value("decoded_frames") == 0


async def test_what_somebody_says_arrives_when_they_said_it(bot: Bot, meeting: Meeting) -> None:
    await bot.grant(id_of(meeting, "Mia"))
    meeting.start()
    assert meeting.origin is not None
    origin = meeting.origin - bot.started
    await bot.until(lambda: bool(f := bot.frames("Mia")) and f[-1].end - origin > 2.2)
    frames = bot.frames("Mia")
    assert not bot.frames("Sam")
    audio = np.concatenate([frame.samples for frame in frames])
    assert audio.dtype == np.float32
    at = frames[0].at - origin + np.arange(len(audio)) / SAMPLE_RATE
    loud = [float(np.abs(audio[(a <= at) & (at < b)]).mean()) for a, b in MIA.speaks]
    quiet = [float(np.abs(audio[(a <= at) & (at < b)]).mean()) for a, b in ((0.1, 0.4), (1.1, 1.4))]
    assert min(loud) > 20 * max(quiet)
    ends = [frame.end for frame in frames[:-1]]
    starts = [frame.at for frame in frames[1:]]
    assert np.allclose(ends, starts, atol=0.02)
    assert all(0.06 <= frame.duration <= 0.1 for frame in frames)
    assert bot.metrics.value("decoded_frames", consent="granted") > 100
    assert bot.metrics.value("decoded_frames", consent="undecided") == 0


async def test_a_withdrawal_ends_decoding_at_once_and_the_others_go_on(
    bot: Bot, meeting: Meeting
) -> None:
    mia, sam = id_of(meeting, "Mia"), id_of(meeting, "Sam")
    await bot.grant(mia)
    await bot.grant(sam)
    meeting.start()
    await bot.until(lambda: bool(bot.frames("Mia")) and bool(bot.frames("Sam")))
    await bot.withdraw(mia)
    before = len(bot.frames("Mia"))
    await meeting.until(1.5)
    heard = len(bot.frames("Sam"))
    await bot.until(lambda: len(bot.frames("Sam")) > heard)
    assert len(bot.frames("Mia")) == before
    assert bot.metrics.value("decoded_frames", consent="declined") == 0
    assert not meeting.participants["Mia"].sharing


def _refuses(said: Said) -> bool:
    return isinstance(said.control, Decide) and said.control.answer == "no"


async def test_a_no_turns_the_microphone_off_without_waiting_for_the_bot(
    bot: Bot, meeting: Meeting
) -> None:
    await bot.grant(id_of(meeting, "Mia"))
    meeting.start()
    await bot.until(lambda: bool(bot.frames("Mia")))
    meeting.do(Action(0, "Mia", Answer("captions", "no")))
    assert not meeting.participants["Mia"].sharing
    await bot.until(lambda: any(isinstance(h, Said) and _refuses(h) for h in bot.happened))
    taken = bot.metrics.value("packets_received")
    await meeting.until(1.5)
    assert bot.metrics.value("packets_received") <= taken + 1  # one may have been under way


async def test_consent_can_be_given_again(bot: Bot, meeting: Meeting) -> None:
    mia = id_of(meeting, "Mia")
    await bot.grant(mia)
    meeting.start()
    await bot.until(lambda: bool(bot.frames("Mia")))
    await bot.withdraw(mia)
    before = len(bot.frames("Mia"))
    await bot.grant(mia)
    await bot.until(lambda: len(bot.frames("Mia")) > before + 3)
    again = bot.frames("Mia")[before:]
    assert again[0].at >= bot.frames("Mia")[before - 1].end - 0.02


async def test_a_microphone_forced_on_the_bot_is_dropped_before_decryption(
    house: House, bot: Bot
) -> None:
    async with rogue_in(house) as rogue:
        rogue.connection.share(True)
        await rogue.timeline.until(1.0)
        assert bot.metrics.value("packets_dropped", reason="not_wanted") > 20
        assert bot.metrics.value("packets_received") == 0
        assert bot.metrics.value("decoded_frames") == 0
        assert bot.count(AudioFrame) == 0


async def test_garbage_in_the_place_of_opus_harms_nobody(house: House, bot: Bot) -> None:
    async with rogue_in(house, payload=b"\xff\xff\xff\xff") as rogue:
        await bot.until(lambda: bot.count(Reachable) == 1)
        reachable = next(h for h in bot.happened if isinstance(h, Reachable))
        await bot.grant(reachable.participant.id)
        rogue.connection.share(True)
        await rogue.timeline.until(1.0)
        assert bot.metrics.value("packets_dropped", reason="undecodable") > 20
        rogue.connection.say(control(type="command", text="/status"))
        await bot.until(lambda: bot.count(Said) == 1)


async def test_malformed_messages_to_the_bot_are_counted_and_ignored(
    house: House, bot: Bot
) -> None:
    async with rogue_in(house) as rogue:
        rogue.connection.say("nonsense")
        rogue.connection.say(control(type="decide", purpose="captions"))
        rogue.connection.say(control(type="command", text="x" * 20_000))
        rogue.connection.channel.send(b"\x00\xff")
        rogue.connection.say(control(type="command", text="/status"))
        await bot.until(lambda: bot.count(Said) == 1)
    assert bot.metrics.value("input_refused", source="control") == 4


async def test_a_flood_is_cut_off_but_never_a_withdrawal(house: House, bot: Bot) -> None:
    async with rogue_in(house) as rogue:
        for number in range(300):
            rogue.connection.say(control(type="enable", purpose=f"purpose-{number}"))
        for number in range(20):
            purpose = f"purpose-{number}"
            rogue.connection.say(control(type="decide", purpose=purpose, answer="no", version="1"))

        def refusals() -> int:
            said = [h.control for h in bot.happened if isinstance(h, Said)]
            return sum(isinstance(c, Decide) for c in said)

        await bot.until(lambda: refusals() == 20)
    enables = [h for h in bot.happened if isinstance(h, Said) and isinstance(h.control, Enable)]
    assert 60 <= len(enables) < 150
    assert bot.metrics.value("input_refused", source="control") == 300 - len(enables)


async def test_messages_reach_those_they_are_for_and_nobody_else(
    bot: Bot, meeting: Meeting
) -> None:
    sam = id_of(meeting, "Sam")
    private = Message(Reply(code="ok", text="for you"), "reply/1", 0.0, to=frozenset({sam}))
    await bot.connector.send(private)
    await bot.connector.send(Message(Reply(code="ok", text="for all"), "reply/2", 0.0))
    meeting.start()
    await meeting.until(0.3)
    heard = {
        name: [received.message.id for received in participant.messages]
        for name, participant in meeting.participants.items()
    }
    assert heard == {"Mia": ["reply/2"], "Sam": ["reply/1", "reply/2"]}
    assert all(participant.forged == 0 for participant in meeting.participants.values())


async def test_a_message_longer_than_a_channel_carries_is_refused(bot: Bot) -> None:
    with pytest.raises(MessageError):
        await bot.connector.send(Message(Reply(code="ok", text="x" * 70_000), "reply/1", 0.0))


async def test_chat_is_an_event_and_a_command_is_not(bot: Bot, meeting: Meeting) -> None:
    meeting.do(Action(0, "Mia", Type("hello all")))
    meeting.do(Action(0, "Mia", Type("/no captions")))
    await bot.until(lambda: bot.count(Said) == 1)
    said = next(h for h in bot.happened if isinstance(h, Said))
    assert (said.participant.name, said.control) == (
        "Mia",
        Line(text="/no captions"),
    )
    chats = [h for h in bot.happened if isinstance(h, ChatReceived)]
    assert [(c.participant.name, c.text) for c in chats] == [("Mia", "hello all")]


async def test_who_hangs_up_has_left_and_nothing_of_theirs_is_kept(
    bot: Bot, meeting: Meeting
) -> None:
    await bot.grant(id_of(meeting, "Mia"))
    meeting.start()
    await bot.until(lambda: bool(bot.frames("Mia")))
    meeting.do(Action(0, "Mia", HangUp()))
    await bot.until(lambda: bot.count(Left) == 1)
    after = bot.happened.index(next(h for h in bot.happened if isinstance(h, Left)))
    decoded = bot.metrics.value("decoded_frames")
    await meeting.until(1.5)
    assert not any(isinstance(h, AudioFrame) for h in bot.happened[after:])
    assert bot.metrics.value("decoded_frames") == decoded


async def test_a_closed_room_ends_the_call() -> None:
    house = House()
    async with house.server:
        bot = Bot(house.url)
        async with bot.connector, asyncio.TaskGroup() as tasks:
            tasks.create_task(bot.listen())
            await house.rooms.close()
    assert bot.happened == [Ended(EndReason.ROOM_CLOSED)]


async def test_a_server_that_goes_away_without_a_word_is_a_lost_call() -> None:
    house = House()
    async with WebServer(create_app(house.rooms)) as server:
        bot = Bot(f"{server.url}/r/planning")
        await bot.connector.__aenter__()
    await bot.listen()
    await bot.connector.__aexit__(None, None, None)
    assert bot.happened == [Ended(EndReason.LOST)]


async def test_who_vanishes_has_left(house: House, bot: Bot) -> None:
    async with rogue_in(house) as rogue:
        await bot.until(lambda: bot.count(Reachable) == 1)
        rogue.vanish()
        await bot.until(lambda: bot.count(Left) == 1)


async def test_a_flood_of_offers_is_cut_off_and_the_bot_still_hears(
    house: House, bot: Bot, meeting: Meeting
) -> None:
    async with rogue_in(house) as rogue:
        rogue.signal_nonsense(400)
        await bot.until(lambda: bot.count(Reachable) == 3)
        meeting.do(Action(0, "Mia", Type("still here")))
        await bot.until(lambda: bot.count(ChatReceived) == 1)
    assert bot.metrics.value("input_refused", source="signaling") > 0


async def test_leaving_ends_the_call_too(house: House) -> None:
    async with bot_in(house) as bot:
        pass
    assert bot.happened == [Ended(EndReason.LEFT)]


async def test_a_second_bot_is_refused(house: House, bot: Bot) -> None:
    second = Bot(house.url)
    with pytest.raises(JoinRefused) as caught:
        await second.connector.__aenter__()
    assert caught.value.reason is EndReason.BOT_PRESENT


async def test_a_wrong_token_is_refused(house: House) -> None:
    stranger = Bot(house.url, token="guess")
    with pytest.raises(JoinRefused) as caught:
        await stranger.connector.__aenter__()
    assert caught.value.reason is EndReason.NOT_ALLOWED
    assert "guess" not in str(caught.value)


async def test_a_room_that_is_not_there_cannot_be_reached() -> None:
    bot = Bot("http://127.0.0.1:9/r/planning")
    with pytest.raises(JoinRefused) as caught:
        await bot.connector.__aenter__()
    assert caught.value.reason is EndReason.UNREACHABLE


async def test_an_address_that_is_no_rooms_page_is_a_mistake_in_the_configuration() -> None:
    for url in ("http://127.0.0.1:9/planning", "ftp://127.0.0.1/r/planning", "planning"):
        with pytest.raises(ConfigError):
            await Bot(url).connector.__aenter__()


async def test_without_standing_nothing_is_decoded_even_where_it_is_still_wanted(
    bot: Bot, meeting: Meeting
) -> None:
    mia, sam = id_of(meeting, "Mia"), id_of(meeting, "Sam")
    await bot.grant(mia)
    await bot.grant(sam)
    meeting.start()
    await bot.until(lambda: bool(bot.frames("Mia")))
    # As with a session that forgot to say that it wants nothing.
    bot.standings[mia] = MediaConsent.UNDECIDED
    before = len(bot.frames("Sam"))
    await bot.until(lambda: len(bot.frames("Sam")) > before + 5)
    heard = len(bot.frames("Mia"))
    await bot.until(lambda: len(bot.frames("Sam")) > before + 15)
    assert len(bot.frames("Mia")) == heard
    assert bot.metrics.value("packets_dropped", reason="no_consent") > 0
    assert bot.metrics.value("decoded_frames", consent="undecided") == 0
