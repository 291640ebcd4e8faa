"""Whoever speaks is shown, under the name they joined with."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentry.errors import PluginError
from consentry.events import AudioFrame, Joined, Participant
from consentry.messages import Message, Speaking
from consentry.testing import FakeCall, check_plugin
from consentry.testing.call import fake_context
from consentry_names import Names, NamesOptions
from consentry_names.activity import LATENESS, Activity, Thresholds


def turns(call: FakeCall) -> list[tuple[str, ...]]:
    """The names shown, one entry a change."""
    return [tuple(s.name for s in body.speakers) for body in bodies(call.said)]


def bodies(said: list[Message]) -> list[Speaking]:
    return [message.body for message in said if isinstance(message.body, Speaking)]


async def test_keeps_what_every_plugin_must_keep() -> None:
    await check_plugin(Names)


async def test_a_turn_shows_once_and_goes_once() -> None:
    async with FakeCall(Names()) as call:
        ana = call.join("Ana")
        await call.speak(ana, 3)
        await call.silence(ana, 2)
    assert turns(call) == [("Ana",), ()]


async def test_messages_revise_one_another() -> None:
    async with FakeCall(Names()) as call:
        ana = call.join("Ana")
        for _ in range(3):
            await call.speak(ana, 1)
            await call.silence(ana, 1)
    assert {message.id for message in call.said} == {"names/speaking"}
    assert [message.revision for message in call.said] == [1, 2, 3, 4, 5, 6]


async def test_a_name_shows_within_a_third_of_a_second() -> None:
    async with FakeCall(Names()) as call:
        ana = call.join("Ana")
        await call.speak(ana, 1)
    assert call.said[0].at < 0.33


async def test_a_pause_for_breath_is_no_end() -> None:
    async with FakeCall(Names()) as call:
        ana = call.join("Ana")
        await call.speak(ana, 1)
        await call.silence(ana, 0.45)
        await call.speak(ana, 1)
    assert turns(call) == [("Ana",)]


async def test_clicks_and_coughs_show_nobody() -> None:
    async with FakeCall(Names()) as call:
        ana = call.join("Ana")
        for _ in range(20):
            await call.speak(ana, 0.12)
            await call.silence(ana, 0.3)
    assert turns(call) == []


async def test_people_who_talk_at_once_show_in_the_order_they_began() -> None:
    async with FakeCall(Names()) as call:
        ana, bob = call.join("Ana"), call.join("Bob")
        block = np.full(1280, 0.5, np.float32)
        for i in range(25):
            at = call.now
            if i > 10:
                await call.offer(AudioFrame(ana, block, at))
            await call.speak(bob, block)
    assert turns(call) == [("Bob",), ("Bob", "Ana")]
    assert call.said[-1].about == {ana.id, bob.id}


async def test_somebody_who_mutes_mid_word_goes_after_a_second() -> None:
    async with FakeCall(Names()) as call:
        ana = call.join("Ana")
        await call.speak(ana, 1)
        await call.wait(0.5)
        assert turns(call) == [("Ana",)]
        await call.wait(0.6)
        assert turns(call) == [("Ana",), ()]


async def test_a_withdrawal_takes_the_name_away_at_once() -> None:
    async with FakeCall(Names()) as call:
        ana = call.join("Ana")
        await call.speak(ana, 1)
        await call.revoke(ana)
        assert turns(call) == [("Ana",), ()]
        assert call.said[-1].about == frozenset()
    assert not call.metrics.value("messages_blocked")


async def test_whoever_leaves_is_gone_at_once() -> None:
    async with FakeCall(Names()) as call:
        ana, bob = call.join("Ana"), call.join("Bob")
        await call.speak(ana, 1)
        await call.leave(ana)
        await call.speak(bob, 1)
    assert "Ana" not in turns(call)[-1]


async def test_audio_from_before_a_withdrawal_counts_for_nothing_after_a_new_yes() -> None:
    async with FakeCall(Names()) as call:
        ana = call.join("Ana")
        await call.speak(ana, 1)
        await call.revoke(ana)
        before = len(call.said)
        await call.wait(1)
        call.grant(ana)
        await call.offer(AudioFrame(ana, np.full(16_000, 0.5, np.float32), 0.2))
        assert len(call.said) == before
        await call.speak(ana, 1)
        assert turns(call)[-1] == ("Ana",)


async def test_a_new_name_shows_while_they_speak() -> None:
    async with FakeCall(Names()) as call:
        ana = call.join("Ana")
        await call.speak(ana, 1)
        await call.offer(Joined(Participant(ana.id, "Ana Silva"), call.now))
    assert turns(call) == [("Ana",), ("Ana Silva",)]


async def test_lost_audio_is_no_speech() -> None:
    async with FakeCall(Names()) as call:
        ana = call.join("Ana")
        await call.speak(ana, 1)
        await call.lose(ana, 1.5)
    assert turns(call) == [("Ana",), ()]


async def test_its_thresholds_can_be_set() -> None:
    async with FakeCall(Names(NamesOptions(onset=1.0))) as call:
        ana = call.join("Ana")
        await call.speak(ana, 0.9)
        assert turns(call) == []
        await call.speak(ana, 0.3)
        assert turns(call) == [("Ana",)]


async def test_it_needs_voice_activity() -> None:
    ctx = fake_context()
    object.__setattr__(ctx, "voice_activity", None)

    async def no_events() -> None:
        async for _ in Names().process(FakeCall(Names()).lane._events(), ctx):
            pass

    with pytest.raises(PluginError, match="voice_activity"):
        await no_events()


@given(st.lists(st.floats(0, 1), max_size=200))
@settings(deadline=None)
def test_a_turn_has_an_onset_and_a_hangover(probabilities: list[float]) -> None:
    activity = Activity(Thresholds(probability=0.5, onset=0.2, hangover=0.6))
    end = 0.0
    for probability in probabilities:
        end += 0.032
        activity.feed([probability], end)
        if activity.since is not None:
            assert 0 <= activity.since <= end - 0.19
    activity.tick(end + 0.6 + LATENESS + 0.1)
    assert activity.since is None
