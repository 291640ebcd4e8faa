"""The connector in a group of a real Galene: who is here, what is taken, what they read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from aiortc import RTCPeerConnection, RTCSessionDescription

from consentry.connectors.driver import Ended, Reachable, Said
from consentry.controls import Line
from consentry.errors import EndReason
from consentry.events import AudioFrame, ChatReceived, Joined, Left, Role, VideoFrame
from consentry.messages import Caption, Note, Reply, Retraction
from consentry.play.track import OpusFileTrack, Timeline
from tests.connectors.galene.bots import AUDIO, VIDEO, Bot, present
from tests.connectors.galene.members import member, speech
from tests.connectors.janus import configuration, hang_up
from tests.requirements import need
from tests.venues.galene import BOT, OPERATOR_PASSWORD, GaleneServer, galene

need("galene")
pytestmark = pytest.mark.e2e


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[GaleneServer]:
    async with galene(tmp_path) as server:
        server.describe(operators=("Olga",))
        yield server


async def test_who_runs_the_group_is_told_and_told_again_when_it_changes(
    server: GaleneServer,
) -> None:
    async with (
        member(server, "Olga", password=OPERATOR_PASSWORD) as olga,
        member(server, "Sam") as sam,
        present(Bot(server.page())) as bot,
    ):
        assert (await bot.met("Olga")).role is Role.OWNER
        assert (await bot.met("Sam")).role is Role.GUEST
        await bot.until(lambda: sum(isinstance(h, Reachable) for h in bot.happened) == 2)
        await olga.act("op", sam.id)
        await bot.until(lambda: bot.here()["Sam"].role is Role.OWNER)
        await olga.act("unop", sam.id)
        await bot.until(lambda: bot.here()["Sam"].role is Role.GUEST)
        assert not any(isinstance(happening, Left) for happening in bot.happened)
        await sam.close()
        await bot.until(lambda: "Sam" not in bot.here())


async def test_nothing_of_somebody_who_did_not_agree_comes_in(server: GaleneServer) -> None:
    async with (
        member(server, "Sam") as sam,
        member(server, "Mia") as mia,
        present(Bot(server.page())) as bot,
    ):
        for each in (sam, mia):
            await each.sends(await each.publish("audio", "video"))
        who = await bot.met("Mia")
        assert bot.metrics.value("connections") == 0, "nobody's stream was answered"
        await bot.grant(who)
        await bot.hears(who, 1.0)
        assert bot.metrics.value("connections") == 1
        assert bot.frames(await bot.met("Sam")) == []
        assert bot.metrics.value("packets_dropped", reason="not_wanted") == 0
        assert bot.metrics.value("packets_received", medium="video") == 0


async def test_a_no_ends_the_stream_at_the_server_and_a_yes_brings_it_back(
    server: GaleneServer,
) -> None:
    async with (
        member(server, "Sam") as sam,
        member(server, "Mia") as mia,
        present(Bot(server.page())) as bot,
    ):
        for each in (sam, mia):
            await each.publish("audio")
        people = [await bot.met(name) for name in ("Sam", "Mia")]
        for who in people:
            await bot.grant(who)
            await bot.hears(who)
        await bot.withdraw(people[0])
        heard = len(bot.frames(people[0]))
        await bot.hears(people[1], 1.0)
        dropped = bot.metrics.value("packets_dropped", reason="not_wanted")
        await bot.hears(people[1], 1.0)
        assert len(bot.frames(people[0])) == heard
        assert bot.metrics.value("packets_dropped", reason="not_wanted") == dropped
        assert bot.metrics.value("connections") == 1
        await bot.grant(people[0])
        await bot.hears(people[0])


async def test_a_face_without_the_voice_beside_a_voice_without_the_face(
    server: GaleneServer,
) -> None:
    async with (
        member(server, "Sam") as sam,
        member(server, "Mia") as mia,
        present(Bot(server.page())) as bot,
    ):
        for each in (sam, mia):
            await each.publish("audio", "video")
        seen, heard = await bot.met("Sam"), await bot.met("Mia")
        await bot.grant(heard, AUDIO)
        await bot.hears(heard)
        await bot.grant(seen, VIDEO)
        await bot.until(lambda: any(isinstance(h, VideoFrame) for h in bot.happened))
        await bot.hears(heard, 1.0)
        pictures = {h.participant.name for h in bot.happened if isinstance(h, VideoFrame)}
        assert pictures == {"Sam"}
        assert bot.frames(seen) == []
        assert bot.metrics.value("packets_dropped", reason="not_wanted") == 0


async def test_a_screen_that_is_shared_is_not_taken(server: GaleneServer) -> None:
    async with member(server, "Sam") as sam, present(Bot(server.page())) as bot:
        screen = await sam.publish("video", label="screenshare")
        await sam.publish("audio")
        who = await bot.met("Sam")
        await bot.grant(who, AUDIO | VIDEO)
        await sam.sends(screen)
        await bot.hears(who, 1.0)
        assert not any(isinstance(happening, VideoFrame) for happening in bot.happened)
        assert bot.metrics.value("packets_received", medium="video") == 0


async def test_who_turns_the_microphone_off_and_on_again_is_heard_without_a_gap(
    server: GaleneServer,
) -> None:
    async with member(server, "Sam") as sam, present(Bot(server.page())) as bot:
        stream = await sam.publish("audio")
        who = await bot.met("Sam")
        await bot.grant(who)
        await bot.hears(who)
        await sam.stop(stream)
        await sam.publish("audio")
        await bot.hears(who, 1.0)
        assert {type(h) for h in bot.happened} <= {Joined, Reachable, AudioFrame}


async def test_a_stream_that_takes_the_place_of_another_is_taken_too(
    server: GaleneServer,
) -> None:
    async with member(server, "Sam") as sam, present(Bot(server.page())) as bot:
        stream = await sam.publish("audio")
        who = await bot.met("Sam")
        await bot.grant(who)
        await bot.hears(who)
        instead = await sam.publish("audio", replace=stream)
        await sam.sends(instead)
        await bot.hears(who, 1.0)
        assert bot.metrics.value("connections") == 1
        assert bot.metrics.value("input_refused") == 0


async def test_somebody_who_comes_with_an_id_that_was_anothers_is_somebody_else(
    server: GaleneServer,
) -> None:
    async with present(Bot(server.page())) as bot:
        async with member(server, "Sam", id_="0" * 32) as sam:
            await sam.publish("audio")
            who = await bot.met("Sam")
            await bot.grant(who)
            await bot.hears(who)
        await bot.until(lambda: "Sam" not in bot.here())
        async with member(server, "Sam", id_="0" * 32) as eve:
            await eve.sends(await eve.publish("audio"))
            other = await bot.met("Sam")
            assert other.id != who.id
            await eve.until(lambda: eve.received("user", username=BOT))
            await eve.say("status", eve.person(BOT)["id"])
            await bot.until(lambda: isinstance(bot.happened[-1], Said))
            assert bot.frames(other) == []
            said = bot.happened[-1]
            assert isinstance(said, Said) and said.participant == other


async def test_what_is_typed_to_the_bot_and_what_is_said_to_all(server: GaleneServer) -> None:
    async with member(server, "Sam") as sam, present(Bot(server.page())) as bot:
        who = await bot.met("Sam")
        await sam.until(lambda: sam.received("user", username=BOT))
        await sam.say("yes captions", sam.person(BOT)["id"])
        await sam.say("/no summary")
        await sam.say("good morning")
        await bot.until(lambda: any(isinstance(h, ChatReceived) for h in bot.happened))
        assert [h for h in bot.happened if isinstance(h, Said)] == [
            Said(who, Line(text="yes captions")),
            Said(who, Line(text="/no summary")),
        ]
        chats = [h for h in bot.happened if isinstance(h, ChatReceived)]
        assert [chat.text for chat in chats] == ["good morning"]


async def test_captions_are_shown_and_not_kept_for_those_who_come_later(
    server: GaleneServer,
) -> None:
    async with member(server, "Sam") as sam, present(Bot(server.page())) as bot:
        who = await bot.met("Sam")
        await bot.until(lambda: any(isinstance(h, Reachable) for h in bot.happened))
        await bot.say(caption(who.id, "hello"), id_="captions/1")
        await bot.say(Retraction(ids=["captions/1"], reason="withdrawn"))
        await bot.say(Note(plugin="test", title="a card for everybody"))
        await bot.say(Reply(code="ok", text="a private word"), who)
        await sam.until(lambda: sam.received("chat", value="a private word"))
        captions = [each.get("value", "") for each in sam.received("chat", kind="caption")]
        assert captions == ["Sam: hello", ""], "and taken off the line again"
        assert sam.received("chat", value="a card for everybody")
        async with member(server, "Late") as late:
            await late.settled()
            assert late.received("chathistory") == []


async def test_without_the_permission_finished_captions_are_lines_of_chat(
    server: GaleneServer,
) -> None:
    server.describe(bot=("message",))
    async with member(server, "Sam") as sam, present(Bot(server.page())) as bot:
        who = await bot.met("Sam")
        await bot.until(lambda: any(isinstance(h, Reachable) for h in bot.happened))
        await bot.say(caption(who.id, "hel", final=False), id_="captions/1")
        await bot.say(caption(who.id, "hello"), id_="captions/1")
        await sam.until(lambda: sam.received("chat", value="Sam: hello"))
        assert sam.received("chat", kind="caption") == []
        assert not [each for each in sam.received("chat") if each["value"] == "Sam: hel"]
        assert not sam.received("usermessage", kind="error")


async def test_a_page_with_consentry_js_gets_the_card_and_signed_messages(
    server: GaleneServer,
) -> None:
    async with member(server, "Sam") as sam, present(Bot(server.page())) as bot:
        who = await bot.met("Sam")
        await sam.until(lambda: sam.received("user", username=BOT))
        hello = {"type": "usermessage", "kind": "consentry"}
        await sam.say('{"type":"hello"}', sam.person(BOT)["id"], **hello)
        await sam.until(lambda: sam.received("usermessage", kind="consentry"))
        await bot.say(Reply(code="ok", text="signed"), who)
        await sam.until(lambda: len(sam.received("usermessage", kind="consentry")) == 2)
        card, signed = (m["value"] for m in sam.received("usermessage", kind="consentry"))
        assert card == bot.setting.signer.card(who.id)
        assert signed.count(".") == 2
        assert sam.received("chat", value="signed") == []


async def test_a_camera_without_a_chat_counts_as_told_of_nothing(server: GaleneServer) -> None:
    async with present(Bot(server.page())) as bot, whip(server), member(server, "Sam"):
        await bot.until(lambda: any(isinstance(h, Reachable) for h in bot.happened))
        await bot.met("whip")
        sam = await bot.met("Sam")
        assert [h for h in bot.happened if isinstance(h, Reachable)] == [Reachable(sam)]


@asynccontextmanager
async def whip(server: GaleneServer) -> AsyncIterator[None]:
    """A camera that publishes by WHIP (RFC 9725)."""
    pc, timeline = RTCPeerConnection(configuration()), Timeline()
    timeline.start()
    track = OpusFileTrack(speech(), timeline)
    track.unmute()
    pc.addTrack(track)
    await pc.setLocalDescription()
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.post(
            f"{server.page()}.whip",
            content=pc.localDescription.sdp,
            headers={"content-type": "application/sdp"},
        )
    try:
        await pc.setRemoteDescription(RTCSessionDescription(answer.text, "answer"))
        yield
    finally:
        await hang_up(pc)


async def test_whoever_is_thrown_out_says_so(server: GaleneServer) -> None:
    async with (
        member(server, "Olga", password=OPERATOR_PASSWORD) as olga,
        present(Bot(server.page())) as bot,
    ):
        await olga.until(lambda: olga.received("user", username=BOT))
        await olga.act("kick", olga.person(BOT)["id"])
        await bot.until(bot.ended)
        assert bot.ended() == Ended(EndReason.KICKED)


async def test_the_bot_leaves_in_good_order(server: GaleneServer) -> None:
    async with member(server, "Sam") as sam:
        async with present(Bot(server.page())) as bot:
            await sam.publish("audio")
            who = await bot.met("Sam")
            await bot.grant(who)
            await bot.hears(who)
        assert bot.ended() == Ended(EndReason.LEFT)
        await sam.until(lambda: sam.received("user", kind="delete", username=BOT))
    assert bot.metrics.value("connections") == 0
    leftover = [task.get_name() for task in asyncio.all_tasks() if "galene" in task.get_name()]
    assert leftover == []


def caption(who: str, text: str, *, final: bool = True) -> Caption:
    return Caption(participant=who, name="Sam", text=text, start=0.0, end=1.0, final=final)
