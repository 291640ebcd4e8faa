"""The connector in a room of a real LiveKit server, with people who use its SDK."""

from __future__ import annotations

import signal
import time
from asyncio.subprocess import Process

import numpy as np
import pytest
from livekit import rtc

from consentry.connectors.driver import Ended, Reachable, Said, Wait
from consentry.connectors.livekit.media import BLOCK_MS
from consentry.controls import Decide, Line
from consentry.errors import EndReason, JoinRefused
from consentry.events import ChatReceived, Gap, Joined, Left, Role
from consentry.messages import Caption, Message, Reply, Retraction
from tests.connectors.livekit.call import AUDIO, UNDROPPED, VIDEO, attending, bot_in, invited
from tests.venues.livekit import BOT, LiveKitServer, token

pytestmark = [pytest.mark.e2e, UNDROPPED]


async def refusal(server: LiveKitServer, pass_: str | None = None) -> JoinRefused:
    """What the server says to a bot that it does not let in."""
    with pytest.raises(JoinRefused) as refused:
        async with invited(server, pass_).connector:
            pass
    return refused.value


# Sound.


async def test_the_first_frame_comes_within_two_seconds_of_joining(server: LiveKitServer) -> None:
    async with attending(server) as mia:
        await mia.speak()
        started = time.monotonic()
        async with bot_in(server) as bot:
            await bot.until(lambda: bool(bot.said(Joined)))
            await bot.grant("mia")
            await bot.until(lambda: bool(bot.frames("mia")))
            assert time.monotonic() - started < 2.0


async def test_frames_are_of_80_ms_one_after_the_other_on_the_calls_clock(
    server: LiveKitServer,
) -> None:
    async with attending(server) as mia, bot_in(server) as bot:
        await mia.speak()
        await bot.until(lambda: bool(bot.said(Joined)))
        await bot.grant("mia")
        await bot.hears("mia", 40)
        now, frames = bot.setting.clock(), bot.frames("mia")
        assert {frame.duration for frame in frames} == {BLOCK_MS / 1000}
        assert {frame.samples.dtype for frame in frames} == {np.dtype(np.float32)}
        assert 0.1 < max(abs(frames[-1].samples)) < 0.5
        steps = np.diff([frame.at for frame in frames[5:]])
        assert np.median(steps) == pytest.approx(BLOCK_MS / 1000, abs=0.005)
        assert steps.min() > 0  # the clock settles as quicker packets come
        assert now - 0.5 < frames[-1].end < now
        assert bot.metrics.value("decoded_frames", medium="audio", consent="granted") >= 40
        assert bot.metrics.value("packets_received", medium="audio") > 0


async def test_nothing_is_taken_before_somebody_agreed(server: LiveKitServer) -> None:
    async with attending(server) as mia, attending(server, "sam") as sam, bot_in(server) as bot:
        await mia.speak()
        await sam.speak()
        await bot.until(lambda: len(bot.said(Joined)) == 2)
        await bot.grant("sam")
        await bot.hears("sam", 12)
        assert not bot.frames("mia")


async def test_nothing_of_somebody_comes_once_they_said_no(server: LiveKitServer) -> None:
    async with attending(server) as mia, attending(server, "sam") as sam, bot_in(server) as bot:
        await mia.speak()
        await sam.speak()
        await bot.until(lambda: len(bot.said(Joined)) == 2)
        for who in ("mia", "sam"):
            await bot.grant(who)
            await bot.hears(who, 3)
        await bot.withdraw("mia")
        before = len(bot.frames("mia"))
        await bot.hears("sam", 40)
        assert len(bot.frames("mia")) == before
        assert bot.metrics.value("decoded_frames", consent="declined") == 0
        await bot.grant("mia")
        await bot.hears("mia", 3)
        assert not bot.said(Gap)


async def test_a_muted_microphone_brings_nothing_and_misses_nothing(server: LiveKitServer) -> None:
    async with attending(server) as mia, bot_in(server) as bot:
        track = await mia.speak()
        await bot.until(lambda: bool(bot.said(Joined)))
        await bot.grant("mia")
        await bot.hears("mia", 3)
        track.mute()
        await bot.falls_silent("mia", 1.5)
        track.unmute()
        await bot.hears("mia", 3)
        assert not bot.said(Gap)


async def test_who_withholds_their_permission_is_not_heard(server: LiveKitServer) -> None:
    async with attending(server) as mia, attending(server, "sam") as sam, bot_in(server) as bot:
        mia.me.set_track_subscription_permissions(allow_all_participants=False)
        await mia.speak()
        await sam.speak()
        await bot.until(lambda: len(bot.said(Joined)) == 2)
        await bot.grant("mia")
        await bot.grant("sam")
        await bot.hears("sam", 15)
        assert not bot.frames("mia")
        mia.me.set_track_subscription_permissions(allow_all_participants=True)
        await bot.hears("mia", 3)


# Pictures.


async def test_pictures_come_as_often_as_asked_for(server: LiveKitServer) -> None:
    async with attending(server) as mia, bot_in(server) as bot:
        await mia.speak()
        await mia.show()
        await bot.until(lambda: bool(bot.said(Joined)))
        await bot.grant("mia", VIDEO, rate=4.0)
        await bot.until(lambda: len(bot.pictures("mia")) >= 5)
        pictures = bot.pictures("mia")
        assert np.diff([frame.at for frame in pictures]).mean() == pytest.approx(0.25, abs=0.1)
        picture = pictures[-1].picture
        rgb = picture.rgb()
        assert rgb.shape == (picture.height, picture.width, 3)
        assert np.abs(rgb.mean(axis=(0, 1)) - [200, 40, 40]).max() < 20
        await bot.withdraw("mia")
        before = len(bot.pictures("mia"))
        await bot.grant("mia", AUDIO)
        await bot.hears("mia", 6)
        assert len(bot.pictures("mia")) == before


# Words.


async def test_people_are_read_in_chat_and_by_their_consentry_js(server: LiveKitServer) -> None:
    async with attending(server) as mia, bot_in(server) as bot:
        await bot.until(lambda: bool(bot.said(Joined)))
        await mia.say("hello")
        await mia.say("/no captions")
        decision = b'{"type":"decide","purpose":"captions","answer":"no","version":"v1"}'
        await mia.me.publish_data(decision, topic="consentry", destination_identities=[BOT])
        await bot.until(lambda: len(bot.said(ChatReceived, Said)) == 3)
        chat = bot.said(ChatReceived)[0]
        assert (chat.participant.id, chat.text) == ("mia", "hello")
        controls = [said.control for said in bot.said(Said)]
        assert Line(text="/no captions") in controls
        assert Decide(type="decide", purpose="captions", answer="no", version="v1") in controls


async def test_lines_of_one_person_keep_their_order(server: LiveKitServer) -> None:
    async with attending(server) as mia, bot_in(server) as bot:
        await bot.until(lambda: bool(bot.said(Joined)))
        long = await mia.me.stream_text(topic="lk.chat")
        await long.write("/yes captions")
        await mia.say("/no captions")
        await long.aclose()
        await bot.until(lambda: len(bot.said(Said)) == 2)
        texts = [said.control.text for said in bot.said(Said)]
        assert texts == ["/yes captions", "/no captions"]


async def test_nobody_speaks_for_somebody_else(server: LiveKitServer) -> None:
    hidden = {"grants": {"hidden": True}}
    async with (
        attending(server) as mia,
        attending(server, "helper", kind="agent") as agent,
        attending(server, "spy", **hidden) as spy,
        bot_in(server) as bot,
    ):
        await bot.until(lambda: bool(bot.said(Joined)))
        stream = await agent.me.stream_text(topic="lk.chat", sender_identity="mia")
        await stream.write("/yes captions")
        await stream.aclose()
        await spy.say("/yes captions")
        await spy.me.publish_data(b'{"type":"owner","code":"x"}', topic="consentry")
        await bot.until(lambda: bot.metrics.value("input_refused", source="signaling") == 2)
        await mia.say("it is me")
        await bot.until(lambda: bool(bot.said(ChatReceived)))
        assert not bot.said(Said)


async def test_private_words_reach_one_and_public_ones_everybody(server: LiveKitServer) -> None:
    async with attending(server) as mia, attending(server, "sam") as sam, bot_in(server) as bot:
        await bot.until(lambda: len(bot.said(Reachable)) == 2)
        reply = Reply(code="status", text="for Mia alone")
        await bot.connector.send(Message(reply, "r/1", 0.0, to=frozenset({"mia"})))
        await bot.connector.send(Message(Reply(code="status", text="for all"), "r/2", 0.0))
        await mia.until(lambda: len(mia.read) == 2)
        await sam.until(lambda: bool(sam.read))
        assert sorted(mia.read) == [(BOT, "for Mia alone"), (BOT, "for all")]
        assert sam.read == [(BOT, "for all")]


async def test_a_caption_is_under_the_name_of_who_spoke(server: LiveKitServer) -> None:
    async with attending(server) as mia, attending(server, "sam") as sam, bot_in(server) as bot:
        await mia.speak()
        await bot.until(lambda: len(bot.said(Joined)) == 2)
        await bot.grant("mia")
        await bot.hears("mia", 3)
        body = Caption(participant="mia", name="Mia", text="good", start=0, end=1, final=False)
        await bot.connector.send(Message(body, "c/1", 0.0))
        await sam.until(lambda: bool(sam.captions))
        [(who, text, attributes)] = sam.captions
        (published,) = mia.me.track_publications
        assert (who, text) == ("mia", "good")
        assert attributes["lk.segment_id"] == "c/1"
        assert attributes["lk.transcribed_track_id"] == published
        assert attributes["lk.transcription_final"] == "false"
        await bot.connector.send(Message(Retraction(ids=["c/1"], reason="withdrawn"), "x", 0.0))
        await sam.until(lambda: len(sam.captions) == 2)
        assert sam.captions[1][1].strip() == ""


async def test_a_bot_without_an_agents_token_says_who_spoke(server: LiveKitServer) -> None:
    async with attending(server) as mia, bot_in(server, token(BOT)) as bot:
        await bot.until(lambda: bool(bot.said(Joined)))
        body = Caption(participant="mia", name="Mia", text="good", start=0, end=1, final=True)
        await bot.connector.send(Message(body, "c/1", 0.0))
        await mia.until(lambda: bool(mia.captions))
        assert mia.captions[0][:2] == (BOT, "Mia: good")


# Who runs the call.


async def test_a_token_proves_the_owner_and_names_the_guests(server: LiveKitServer) -> None:
    owner, guest = {"consentry.owner": "true"}, {"consentry.owner": "false"}
    async with (
        attending(server, "mia", attributes=owner),
        attending(server, "sam", attributes=guest) as sam,
        attending(server, "olga"),
        bot_in(server) as bot,
    ):
        await bot.until(lambda: len(bot.said(Joined)) == 3)
        assert bot.role("mia") is Role.PROVEN_OWNER
        assert bot.role("sam") is Role.GUEST
        assert bot.role("olga") is Role.UNKNOWN
        await sam.me.set_attributes(owner)  # the server refuses it
        await sam.say("done")
        await bot.until(lambda: bool(bot.said(ChatReceived)))
        assert bot.role("sam") is Role.GUEST


async def test_forged_attributes_change_nothing(server: LiveKitServer) -> None:
    may_write = {"grants": {"canUpdateOwnMetadata": True}}
    async with attending(server, "mia", **may_write) as mia, bot_in(server) as bot:
        await bot.until(lambda: bool(bot.said(Joined)))
        await mia.me.set_attributes({"consentry.owner": "true"})
        await mia.me.set_name("Maria")
        await bot.until(lambda: bot.said(Joined)[-1].participant.name == "Maria")
        assert bot.role("mia") is Role.UNKNOWN
        locked = {"canPublish": True, "canSubscribe": True, "canPublishData": True}
        await server.ask("UpdateParticipant", identity="mia", permission=locked, name="Mia M.")
        await bot.until(lambda: bot.said(Joined)[-1].participant.name == "Mia M.")
        assert bot.role("mia") is Role.UNKNOWN


# How it ends, and how it does not.


@pytest.mark.parametrize(
    ("pass_", "reason"),
    [
        (token(BOT, seconds=-3600), EndReason.TOKEN_EXPIRED),
        (token(BOT) + "x", EndReason.NOT_ALLOWED),
        ("nonsense", EndReason.NOT_ALLOWED),
        (token(BOT, grants={"roomJoin": False}), EndReason.NOT_ALLOWED),
        (token(BOT, grants={"room": ""}), EndReason.NOT_ALLOWED),
    ],
    ids=["expired", "forged", "nonsense", "no right to join", "no room"],
)
async def test_a_token_that_is_no_good(
    server: LiveKitServer, pass_: str, reason: EndReason
) -> None:
    refused = await refusal(server, pass_)
    assert refused.reason is reason
    assert pass_ not in str(refused)


async def test_no_server(server: LiveKitServer) -> None:
    await server.crash()
    assert (await refusal(server)).reason is EndReason.UNREACHABLE


async def test_a_full_room(server: LiveKitServer) -> None:
    await server.ask("CreateRoom", name="planning", max_participants=1)
    async with attending(server):
        refused = await refusal(server, token(BOT))
        assert "full" in str(refused)
        async with bot_in(server):
            pass  # an agent is not counted


async def test_a_room_that_has_to_be_opened_first(server: LiveKitServer) -> None:
    await server.crash()
    server.room = {"auto_create": False}
    await server.start()
    assert (await refusal(server)).reason is EndReason.NO_SUCH_ROOM


async def test_the_bot_is_thrown_out(server: LiveKitServer) -> None:
    async with bot_in(server) as bot:
        await server.ask("RemoveParticipant", identity=BOT)
        await bot.until(lambda: bool(bot.said(Ended)))
    assert bot.said(Ended) == [Ended(EndReason.KICKED)]


async def test_the_room_is_closed(server: LiveKitServer) -> None:
    async with bot_in(server) as bot:
        await server.ask("DeleteRoom")
        await bot.until(lambda: bool(bot.said(Ended)))
    assert bot.said(Ended) == [Ended(EndReason.ROOM_CLOSED)]


async def test_a_second_bot_takes_the_place_of_the_first(server: LiveKitServer) -> None:
    async with bot_in(server) as first, bot_in(server):
        await first.until(lambda: bool(first.said(Ended)))
    assert first.said(Ended) == [Ended(EndReason.BOT_PRESENT)]


async def test_an_encrypted_call_is_left(server: LiveKitServer) -> None:
    async with bot_in(server) as bot:
        key = rtc.KeyProviderOptions(shared_key=b"a key of their own")
        options = rtc.RoomOptions(encryption=rtc.E2EEOptions(key_provider_options=key))
        room = rtc.Room()
        await room.connect(server.url, token("mia", "Mia"), options)
        track = rtc.LocalAudioTrack.create_audio_track("microphone", rtc.AudioSource(48_000, 1))
        await room.local_participant.publish_track(track)
        await bot.until(lambda: bool(bot.said(Ended)))
        await room.disconnect()
    assert bot.said(Ended) == [Ended(EndReason.ENCRYPTED)]


@pytest.mark.timeout(120)
async def test_a_restart_of_the_server_loses_nobody_and_leaves_a_gap(
    server: LiveKitServer,
) -> None:
    async with attending(server) as mia, attending(server, "sam") as sam, bot_in(server) as bot:
        await mia.speak()
        await sam.speak()
        await bot.until(lambda: len(bot.said(Joined)) == 2)
        await bot.grant("mia")
        await bot.grant("sam")
        await bot.hears("mia", 3)
        await server.crash()
        await bot.until(lambda: Wait.RECONNECTING in bot.waits)
        await bot.withdraw("sam")
        heard_of_sam = len(bot.frames("sam"))
        await server.start()
        back = time.monotonic()
        await bot.until(lambda: bot.waits[-1] is None)
        await bot.hears("mia", 3)
        assert time.monotonic() - back < 10.0
        assert not bot.said(Left)
        assert [gap.participant.id for gap in bot.said(Gap)] == ["mia"]
        await bot.hears("mia", 12)
        assert len(bot.frames("sam")) == heard_of_sam


@pytest.mark.timeout(120)
async def test_a_cut_of_twenty_seconds_is_a_gap(server: LiveKitServer) -> None:
    async with attending(server) as mia, bot_in(server) as bot:
        await mia.speak()
        await bot.until(lambda: bool(bot.said(Joined)))
        await bot.grant("mia")
        await bot.hears("mia", 15)
        server.freeze()
        await bot.falls_silent("mia", 20.0)
        server.thaw()
        back = time.monotonic()
        await bot.hears("mia")
        assert time.monotonic() - back < 10.0
        assert not bot.said(Left)
        (gap,) = bot.said(Gap)
        assert gap.duration > 18.0


async def test_sound_that_stops_without_a_word_is_noticed_and_the_room_joined_anew(
    server: LiveKitServer, mia: Process
) -> None:
    async with bot_in(server) as bot:
        await bot.until(lambda: bool(bot.said(Joined)))
        await bot.grant("mia")
        await bot.hears("mia", 15)
        mia.send_signal(signal.SIGSTOP)
        stopped = time.monotonic()
        await bot.until(lambda: Wait.RECONNECTING in bot.waits)
        assert 2.0 < time.monotonic() - stopped < 6.0
        assert bot.metrics.value("reconnects_requested", silence="no_rtp") == 1
        await bot.until(lambda: bot.waits[-1] is None)
        assert not bot.said(Left)


async def test_somebody_who_leaves_has_left(server: LiveKitServer) -> None:
    async with bot_in(server) as bot:
        async with attending(server):
            await bot.until(lambda: bool(bot.said(Reachable)))
        await bot.until(lambda: bool(bot.said(Left)))


# What is left, and what is said about it.


async def test_the_log_says_nothing_of_the_call(
    server: LiveKitServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    pass_ = token(BOT, seconds=-3600)
    await refusal(server, pass_)
    async with attending(server, "mia", name="Mia Mandarin"), bot_in(server) as bot:
        await bot.until(lambda: bool(bot.said(Reachable)))
    ours = [record for record in caplog.records if record.name == "livekit"]
    assert ours, "the SDK logs its errors"
    for secret in (pass_, "Mandarin", "planning"):
        assert secret not in caplog.text
