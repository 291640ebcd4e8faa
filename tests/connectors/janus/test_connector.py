"""The bot in a room of a real Janus: who is known, what is taken, and how it ends."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from consentry.connectors.driver import Ended, Reachable, Said, Wait
from consentry.connectors.janus.stack import JanusOptions
from consentry.controls import Line
from consentry.errors import EndReason, JoinRefused
from consentry.events import ChatReceived, Gap, Joined, Left
from consentry.messages import Caption, Message, Reply
from tests.connectors.janus.call import SPEECH, Bot, bot_in, guest_in, invitation
from tests.connectors.janus.people import attached
from tests.requirements import need
from tests.venues.janus_server import ROOM, SECRET, JanusServer, running

PROGRAM = need("janus")
pytestmark = pytest.mark.e2e


@pytest.fixture
async def janus(tmp_path: Path) -> AsyncIterator[JanusServer]:
    async with running(PROGRAM, tmp_path) as server:
        yield server


async def test_who_agreed_is_heard_and_who_says_no_is_not(janus: JanusServer) -> None:
    async with guest_in(janus, "Mia") as mia, bot_in(janus) as bot:
        who = await mia.be_known(bot)
        assert [h.participant for h in bot.of(Joined)] == [who]
        assert bot.metrics.value("connections") == 1.0, "the text room's, and nobody's media"
        await bot.grant(who)
        assert await bot.hears(who) < 2.0
        await bot.withdraw(who)
        known = len(bot.happened)
        assert bot.metrics.value("decoders") == 0.0
        mia.text.write("I am still here, and talk")
        await bot.until(lambda: bot.of(ChatReceived))
        assert not bot.heard(who, known)
        await bot.grant(who)
        assert await bot.hears(who) < 2.0


async def test_a_person_asks_in_a_whisper_and_chats_in_public(janus: JanusServer) -> None:
    async with guest_in(janus, "Mia") as mia, bot_in(janus) as bot:
        who = await mia.be_known(bot)
        mia.text.write("/yes captions", to=mia.text.bot())
        mia.text.write("Good morning")
        await bot.until(lambda: bot.of(Said) and bot.of(ChatReceived))
        assert bot.of(Said) == [Said(who, Line(text="/yes captions"))]
        assert [chat.text for chat in bot.of(ChatReceived)] == ["Good morning"]


async def test_what_the_bot_says_is_read_in_the_text_room(janus: JanusServer) -> None:
    async with guest_in(janus, "Mia") as mia, bot_in(janus) as bot:
        who = await mia.be_known(bot)
        long = "\n".join(f"Zeile {n}: Grüße aus Köln" for n in range(400))
        to = frozenset({who.id})
        await bot.connector.send(Message(Reply(code="help", text=long), "r", 0.0, to=to))
        await mia.text.line("Zeile 399")
        for text, final in (("good", False), ("good morning", True)):
            caption = Caption(
                participant=who.id, name="Mia", text=text, start=0.0, end=1.0, final=final
            )
            await bot.connector.send(Message(caption, "c", 0.0, frozenset({who.id})))
        await mia.text.line("Mia: good morning")
        assert "Mia: good" not in mia.text.lines(), "a caption is written once it is final"


async def test_a_stranger_under_somebody_elses_name_decides_nothing(janus: JanusServer) -> None:
    async with guest_in(janus, "Mia") as mia, bot_in(janus) as bot:
        who = await mia.be_known(bot)
        async with guest_in(janus, "Mia", username=who.id) as mallory:
            for text in ("/yes captions", "/owner ABCD-EFGH", '{"consentry":"{}"}'):
                mallory.text.write(text, to=mallory.text.bot())
            mallory.text.write("/no captions")
            await mallory.show(await mallory.code())
            await mallory.text.line("To show me")
            mia.text.write("/status", to=mia.text.bot())
            said = await bot.until(lambda: bot.of(Said))
        assert [(each.participant, each.control.text) for each in said] == [(who, "/status")]
        assert len(bot.of(Reachable)) == 1, "and nothing that is hers is whispered to another"


async def test_who_leaves_the_text_room_is_a_stranger_again(janus: JanusServer) -> None:
    async with guest_in(janus, "Mia") as mia, bot_in(janus) as bot:
        who = await mia.be_known(bot)
        await bot.grant(who)
        await bot.hears(who)
        mia.text.leave()
        await bot.until(lambda: bot.of(Left))
        assert bot.metrics.value("decoders") == 0.0
        async with guest_in(janus, "Mia", username="mia") as mallory:
            mallory.text.write("/yes captions", to=mallory.text.bot())
            await mallory.text.line("To show me")
            assert not bot.of(Said)


async def test_an_app_with_consentry_js_is_asked_for_the_code_and_shown_the_card(
    janus: JanusServer,
) -> None:
    hello = json.dumps({"consentry": json.dumps({"type": "hello"})})
    async with guest_in(janus, "Mia") as mia, bot_in(janus) as bot:
        await mia.code()
        mia.text.write(hello, to=mia.text.bot())
        asked = json.loads(json.loads(await mia.text.line('"code'))["consentry"])
        await mia.show(asked["code"])
        who = await bot.knows("Mia")
        mia.text.write(hello, to=mia.text.bot())
        card = json.loads(json.loads(await mia.text.line('"card'))["consentry"])
        assert (card["type"], card["you"]) == ("card", who.id)
        to = frozenset({who.id})
        await bot.connector.send(Message(Reply(code="ok", text="Done."), "r", 0.0, to=to))
        signed = json.loads(await mia.text.line("eyJ"))["consentry"]
        assert signed.count(".") == 2


@pytest.mark.parametrize("room", ["videoroom", "textroom"])
async def test_whoever_runs_a_room_puts_the_bot_out(janus: JanusServer, room: str) -> None:
    async with guest_in(janus, "Mia") as mia, bot_in(janus) as bot:
        await mia.code()
        async with attached(janus.url, room) as handle:
            who = {"room": ROOM, "secret": SECRET}
            there = await handle.message({"request": "listparticipants", **who})
            [found] = [p for p in there["participants"] if p["display"] == "Consentry"]
            key = "id" if room == "videoroom" else "username"
            await handle.message({"request": "kick", key: found[key], **who})
        assert await bot.until(lambda: bot.of(Ended)) == [Ended(EndReason.KICKED)]


@pytest.mark.parametrize("room", ["videoroom", "textroom"])
async def test_a_room_that_is_destroyed_is_the_end(janus: JanusServer, room: str) -> None:
    async with bot_in(janus) as bot, attached(janus.url, room) as handle:
        await handle.message({"request": "destroy", "room": ROOM, "secret": SECRET})
        assert await bot.until(lambda: bot.of(Ended)) == [Ended(EndReason.ROOM_CLOSED)]


@pytest.mark.parametrize(
    ("room", "options"), [(99, JanusOptions()), (ROOM, JanusOptions(textroom=99))]
)
async def test_a_room_that_is_not_there_is_said_so(
    janus: JanusServer, room: int, options: JanusOptions
) -> None:
    bot = Bot(invitation(janus, room), options)
    with pytest.raises(JoinRefused, match="check the number") as refused:
        await bot.connector.__aenter__()
    assert refused.value.reason is EndReason.NO_SUCH_ROOM


async def test_both_rooms_open_to_who_has_the_pin(tmp_path: Path) -> None:
    async with running(PROGRAM, tmp_path, room='pin = "1234"') as janus:
        with pytest.raises(JoinRefused, match="--password") as refused:
            await Bot(invitation(janus)).connector.__aenter__()
        assert refused.value.reason is EndReason.PASSWORD_NEEDED
        async with Bot(invitation(janus, password=SecretStr("1234"))).connector:
            pass


async def test_a_janus_with_an_api_secret_opens_to_who_has_it(tmp_path: Path) -> None:
    async with running(PROGRAM, tmp_path, general='api_secret = "s3cret"') as janus:
        with pytest.raises(JoinRefused, match="api_secret") as refused:
            await Bot(invitation(janus)).connector.__aenter__()
        assert refused.value.reason is EndReason.NOT_ALLOWED
        options = JanusOptions(api_secret=SecretStr("s3cret"))
        async with Bot(invitation(janus), options).connector:
            pass


async def test_a_janus_that_is_not_there_can_t_be_reached(janus: JanusServer) -> None:
    await janus.stop()
    with pytest.raises(JoinRefused, match="ConnectionRefusedError") as refused:
        await Bot(invitation(janus)).connector.__aenter__()
    assert refused.value.reason is EndReason.UNREACHABLE


async def test_after_a_restart_everybody_is_asked_again_within_ten_seconds(
    janus: JanusServer,
) -> None:
    async with bot_in(janus) as bot:
        async with guest_in(janus, "Mia") as mia:
            who = await mia.be_known(bot)
            await bot.grant(who)
            await bot.hears(who)
            await janus.kill()
            await bot.until(lambda: bot.of(Left))
        await bot.until(lambda: Wait.RECONNECTING in bot.waits)
        assert bot.metrics.value("decoders") == 0.0
        await janus.start()
        back = bot.setting.clock()
        async with guest_in(janus, "Mia") as mia:
            who = await mia.be_known(bot)
            assert not bot.heard(who), "what was agreed to before is not taken for granted"
            await bot.grant(who)
            await bot.hears(who)
            assert bot.setting.clock() - back < 10.0
        assert bot.waits[-1] is None


@pytest.mark.timeout(120)
@pytest.mark.parametrize("seconds", [4.0, 20.0])
async def test_a_network_that_is_cut_leaves_a_gap_and_the_consent_as_it_was(
    janus: JanusServer, seconds: float
) -> None:
    async with guest_in(janus, "Mia") as mia, bot_in(janus) as bot:
        who = await mia.be_known(bot)
        await bot.grant(who)
        await bot.hears(who)
        janus.freeze()
        await bot.falls_silent(who, seconds)
        assert bot.metrics.value("reconnects_requested") > 0
        janus.thaw()
        assert await bot.hears(who) < 10.0
        assert bot.of(Gap)[-1].duration > seconds - 2.0
        assert not bot.of(Left)


async def _cycles(janus: JanusServer, count: int) -> list[int]:
    """What the process holds after each time the bot was there: files and threads."""
    held = []
    async with guest_in(janus, "Mia") as mia:
        for _ in range(count):
            async with bot_in(janus) as bot:
                mia.text.read.clear()
                mia.text.read.append({"textroom": "success"})
                who = await mia.be_known(bot)
                await bot.grant(who)
                await bot.hears(who)
            gc.collect()
            held.append(len(os.listdir("/proc/self/fd")) + threading.active_count())
    return held


async def test_coming_and_going_leaves_nothing_behind(janus: JanusServer) -> None:
    before = len(asyncio.all_tasks())
    held = await _cycles(janus, 5)
    assert held[-1] == held[1]
    assert len(asyncio.all_tasks()) == before


@pytest.mark.long
@pytest.mark.timeout(900)
async def test_two_hundred_times_leave_nothing_behind(janus: JanusServer) -> None:
    held = await _cycles(janus, 200)
    assert held[-1] == held[1]


@pytest.mark.long
@pytest.mark.timeout(240)
async def test_who_was_not_taken_for_longer_than_numbers_last_is_heard_when_they_agree(
    janus: JanusServer,
) -> None:
    async with guest_in(janus, "Mia") as mia, bot_in(janus) as bot:
        who = await mia.be_known(bot)
        for _ in range(2):
            await bot.grant(who)
            assert await bot.hears(who) < 5.0
            await bot.withdraw(who)
            for number in range(66_000):  # of 16 bits (RFC 3711 section 3.3.1)
                await mia.video.send("audio", SPEECH[number % len(SPEECH)])
        assert bot.metrics.value("packets_dropped", reason="not_authentic") == 0.0
