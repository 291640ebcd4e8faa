"""Captions in a call: what is shown, when, of whom, and what is forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from pydantic import ValidationError

from consentry.errors import SetupError
from consentry.events import SAMPLE_RATE, AudioFrame, Event, Left, Participant, Samples, Tick
from consentry.messages import Caption, Message, Retraction
from consentry.plugin import CallInfo, Context, Transcription
from consentry.testing import FakeCall, check_plugin
from consentry.testing.call import fake_context
from consentry_captions import Captions, Options

BERLIN = CallInfo("call", "A call", date(2026, 6, 8), vocabulary=("Northwind",))


class Desk:
    """A speech engine whose answers the test gives, one by one, when it wants to."""

    def __init__(self) -> None:
        self.asked: list[tuple[Samples, bool, str | None, tuple[str, ...]]] = []
        self._answers: list[asyncio.Future[Transcription | None]] = []

    async def transcribe(
        self,
        samples: Samples,
        *,
        language: str | None = None,
        hotwords: Sequence[str] = (),
        urgent: bool = True,
    ) -> Transcription | None:
        self.asked.append((samples, urgent, language, tuple(hotwords)))
        answer: asyncio.Future[Transcription | None] = asyncio.get_running_loop().create_future()
        self._answers.append(answer)
        return await answer

    @property
    def cancelled(self) -> list[bool]:
        return [answer.cancelled() for answer in self._answers]

    async def answer(self, number: int, text: str) -> None:
        self._answers[number].set_result(Transcription(text, "en"))
        await settle()

    async def fail(self, number: int) -> None:
        self._answers[number].set_exception(SetupError("a worker process died"))
        await settle()


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


def context(desk: Desk, call: CallInfo = BERLIN) -> Context:
    return replace(fake_context(), speech=desk, call=call)


def captions(call: FakeCall) -> list[Caption]:
    return [body for body in call.bodies if isinstance(body, Caption)]


def finals(call: FakeCall) -> list[Caption]:
    return [caption for caption in captions(call) if caption.final]


def plain(*texts: str) -> FakeCall:
    """A call whose captions come when a sentence is over, and are ``texts`` in turn."""
    return FakeCall(Captions(Options(partials=False)), ctx=fake_context(*texts))


async def test_keeps_what_every_plugin_must_keep() -> None:
    await check_plugin(Captions)


async def test_a_sentence_becomes_a_caption_of_whoever_said_it() -> None:
    async with plain("Good morning.") as call:
        ana = call.join("Ana")
        await call.silence(ana, 1)
        await call.speak(ana, 2)
        await call.silence(ana, 1)
    (caption,) = captions(call)
    assert (caption.participant, caption.name, caption.text) == (ana.id, "Ana", "Good morning.")
    assert caption.final
    assert call.said[0].about == {ana.id}


async def test_a_caption_stands_where_the_words_were_said() -> None:
    async with plain("Good morning.") as call:
        ana = call.join("Ana")
        await call.silence(ana, 1)
        await call.speak(ana, 2)
        await call.silence(ana, 1)
    (caption,) = captions(call)
    assert caption.start == pytest.approx(1.0, abs=0.05)
    assert caption.end == pytest.approx(3.0, abs=0.05)


@pytest.mark.virtual_time
async def test_words_show_while_they_are_said_and_are_revised_until_final() -> None:
    ctx = fake_context("We ship", "We ship the payment", "We ship the payment fix.")
    async with FakeCall(Captions(), ctx=ctx) as call:
        ana = call.join("Ana")
        await call.speak(ana, 2)
        await call.silence(ana, 1)
    texts = [(caption.text, caption.final) for caption in captions(call)]
    assert texts[:2] == [("We ship", False), ("We ship the payment", False)]
    assert texts[-1] == ("We ship the payment fix.", True)
    assert len({message.id for message in call.said}) == 1
    assert [message.revision for message in call.said] == list(range(len(call.said)))


@pytest.mark.virtual_time
async def test_the_first_words_show_within_a_second_and_a_half() -> None:
    async with FakeCall(Captions(), ctx=fake_context("Hello")) as call:
        ana = call.join("Ana")
        await call.speak(ana, 2)
        assert captions(call)
        assert call.said[0].at < 1.5


async def test_no_partial_is_asked_for_while_one_is_under_way() -> None:
    desk = Desk()
    async with FakeCall(Captions(), ctx=context(desk)) as call:
        ana = call.join("Ana")
        await call.speak(ana, 4)
        assert len(desk.asked) == 1
        await desk.answer(0, "One")
        await call.speak(ana, 1)
        assert len(desk.asked) == 2
        await call.revoke(ana)


async def test_a_partial_that_comes_after_its_final_is_not_shown() -> None:
    desk = Desk()
    async with FakeCall(Captions(), ctx=context(desk)) as call:
        ana = call.join("Ana")
        await call.speak(ana, 1)
        await call.silence(ana, 1)
        assert [urgent for _, urgent, _, _ in desk.asked] == [False, True]
        await desk.answer(1, "All of it.")
        await desk.answer(0, "All of")
    assert [(caption.text, caption.final) for caption in captions(call)] == [("All of it.", True)]


async def test_two_who_speak_at_once_are_recognized_at_once() -> None:
    desk = Desk()
    async with FakeCall(Captions(Options(partials=False)), ctx=context(desk)) as call:
        ana, ben = call.join("Ana"), call.join("Ben")
        await call.speak(ana, 1)
        await call.speak(ben, 1)
        await call.silence(ben, 1)
        assert len(desk.asked) == 2
        await desk.answer(1, "Second.")
        await desk.answer(0, "First.")
    assert [(caption.name, caption.text) for caption in captions(call)] == [
        ("Ben", "Second."),
        ("Ana", "First."),
    ]


async def test_sentences_of_one_person_stay_in_their_order() -> None:
    desk = Desk()
    async with FakeCall(Captions(Options(partials=False)), ctx=context(desk)) as call:
        ana = call.join("Ana")
        for _ in range(2):
            await call.speak(ana, 1)
            await call.silence(ana, 1)
        assert len(desk.asked) == 1
        await desk.answer(0, "First.")
        await desk.answer(1, "Second.")
    assert [caption.text for caption in captions(call)] == ["First.", "Second."]
    assert len({message.id for message in call.said}) == 2


async def test_whoever_withdraws_is_forgotten_in_the_middle_of_a_sentence() -> None:
    desk = Desk()
    async with FakeCall(Captions(), ctx=context(desk)) as call:
        ana = call.join("Ana")
        await call.speak(ana, 3)
        await call.revoke(ana)
        await settle()
        assert desk.cancelled == [True]
        await call.wait(3)
    assert call.said == []
    assert len(desk.asked) == 1


async def test_nothing_pending_about_a_person_leaves_after_they_withdrew() -> None:
    desk = Desk()
    async with FakeCall(Captions(Options(partials=False)), ctx=context(desk)) as call:
        ana, ben = call.join("Ana"), call.join("Ben")
        await call.speak(ana, 1)
        await call.speak(ben, 1)
        await call.silence(ben, 1)
        await call.revoke(ana)
        await settle()
        assert desk.cancelled == [True, False]
        await desk.answer(1, "I stay.")
    assert [caption.name for caption in captions(call)] == ["Ben"]


@pytest.mark.virtual_time
async def test_whoever_agrees_again_starts_a_new_caption() -> None:
    async with plain("Before.", "After.") as call:
        ana = call.join("Ana")
        await call.speak(ana, 1)
        await call.silence(ana, 1)
        await call.revoke(ana)
        await call.wait(1)
        call.grant(ana)
        await call.speak(ana, 1)
        await call.silence(ana, 1)
    assert len({message.id for message in call.said}) == 2
    assert [caption.text for caption in captions(call)] == ["Before.", "After."]


async def test_who_leaves_in_the_middle_of_a_sentence_is_still_captioned() -> None:
    desk = Desk()
    ana = Participant("p1", "Ana")

    async def events() -> AsyncIterator[Event]:
        for i in range(20):
            yield AudioFrame(ana, np.full(1280, 0.5, np.float32), i * 0.08)
        yield Left(ana, 1.6)
        await settle()
        await desk.answer(0, "I have to")

    said = [
        message.body
        async for message in Captions(Options(partials=False)).process(events(), context(desk))
    ]
    assert [(c.text, c.final) for c in said if isinstance(c, Caption)] == [("I have to", True)]


async def test_what_is_being_said_when_the_call_ends_is_captioned() -> None:
    async with plain("One last thing.") as call:
        ana = call.join("Ana")
        await call.speak(ana, 2)
    assert [caption.text for caption in finals(call)] == ["One last thing."]


@pytest.mark.virtual_time
async def test_who_mutes_in_the_middle_of_a_sentence_gets_it_finished() -> None:
    async with plain("I will") as call:
        ana = call.join("Ana")
        await call.speak(ana, 1)
        await call.wait(2)
        assert [caption.text for caption in finals(call)] == ["I will"]


async def test_lost_audio_is_marked_where_it_was_lost() -> None:
    async with plain("The price is", "a month.") as call:
        ana = call.join("Ana")
        await call.speak(ana, 1)
        await call.lose(ana, 0.5)
        await call.speak(ana, 1)
        await call.silence(ana, 1)
    (caption,) = captions(call)
    assert caption.text == "The price is […] a month."
    assert caption.gap


async def test_audio_lost_in_a_pause_is_not_marked() -> None:
    async with plain("One.", "Two.") as call:
        ana = call.join("Ana")
        await call.speak(ana, 1)
        await call.silence(ana, 1)
        await call.lose(ana, 0.5)
        await call.silence(ana, 1)
        await call.speak(ana, 1)
        await call.silence(ana, 1)
    assert [(caption.text, caption.gap) for caption in captions(call)] == [
        ("One.", False),
        ("Two.", False),
    ]


async def test_a_caption_that_turns_out_to_be_nothing_is_taken_back() -> None:
    desk = Desk()
    async with FakeCall(Captions(), ctx=context(desk)) as call:
        ana = call.join("Ana")
        await call.speak(ana, 1)
        await desk.answer(0, "Thank you.")
        await call.silence(ana, 1)
        await desk.answer(1, "")
    shown, retraction = call.said
    assert isinstance(retraction.body, Retraction)
    assert retraction.body.ids == [shown.id]
    assert retraction.body.reason == "nothing_said"
    assert retraction.about == {ana.id}


async def test_a_noise_that_is_nothing_says_nothing() -> None:
    async with plain("") as call:
        ana = call.join("Ana")
        await call.speak(ana, 1)
        await call.silence(ana, 1)
    assert call.said == []


async def test_a_worker_that_died_costs_no_words() -> None:
    desk = Desk()
    async with FakeCall(Captions(Options(partials=False)), ctx=context(desk)) as call:
        ana = call.join("Ana")
        await call.speak(ana, 1)
        await call.silence(ana, 1)
        await desk.fail(0)
        await desk.answer(1, "Still here.")
    assert [caption.text for caption in captions(call)] == ["Still here."]


async def test_a_partial_that_failed_is_made_up_for_by_the_final() -> None:
    desk = Desk()
    async with FakeCall(Captions(), ctx=context(desk)) as call:
        ana = call.join("Ana")
        await call.speak(ana, 0.8)
        await desk.fail(0)
        await call.silence(ana, 1)
        await desk.answer(1, "Still here.")
    assert [(caption.text, caption.final) for caption in captions(call)] == [("Still here.", True)]


async def test_the_language_of_the_call_is_taken_as_given() -> None:
    desk = Desk()
    async with FakeCall(Captions(), ctx=context(desk, replace(BERLIN, language="de"))) as call:
        ana = call.join("Ana", language="en")
        await call.speak(ana, 1)
        await call.revoke(ana)
    assert desk.asked[0][2] == "de"


async def test_the_language_in_the_options_goes_before_that_of_the_call() -> None:
    desk = Desk()
    ctx = context(desk, replace(BERLIN, language="de"))
    async with FakeCall(Captions(Options(language="nl")), ctx=ctx) as call:
        ana = call.join("Ana")
        await call.speak(ana, 1)
        await call.revoke(ana)
    assert desk.asked[0][2] == "nl"


@pytest.mark.parametrize(("on", "words"), [(True, ("Northwind",)), (False, ())])
async def test_the_vocabulary_helps_only_if_it_may(on: bool, words: tuple[str, ...]) -> None:
    desk = Desk()
    async with FakeCall(Captions(Options(hotwords=on)), ctx=context(desk)) as call:
        ana = call.join("Ana")
        await call.speak(ana, 1)
        await call.revoke(ana)
    assert desk.asked[0][3] == words


async def test_audio_goes_on_being_heard_while_words_are_recognized() -> None:
    desk = Desk()
    async with FakeCall(Captions(Options(partials=False)), ctx=context(desk)) as call:
        ana = call.join("Ana")
        for _ in range(3):
            await call.speak(ana, 1)
            await call.silence(ana, 1)
        for i in range(3):
            await desk.answer(i, f"Sentence {i}.")
    assert [caption.text for caption in captions(call)] == [f"Sentence {i}." for i in range(3)]


async def test_closing_in_the_middle_leaves_nothing_running() -> None:
    desk = Desk()
    ana = Participant("p1", "Ana")
    heard: list[Message] = []

    async def events() -> AsyncIterator[Event]:
        for i in range(200):
            yield AudioFrame(ana, np.full(1280, 0.5, np.float32), i * 0.08)
            yield Tick((i + 1) * 0.08)
            await settle()
            if i == 20:
                await desk.answer(0, "We ship")
        await asyncio.Event().wait()

    async with aclosing(Captions().process(events(), context(desk))) as messages:
        heard.append(await anext(messages))
        before = asyncio.all_tasks()
        assert any(task.get_name() == "captions" for task in before)
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert not desk.cancelled[0]
    assert all(desk.cancelled[1:])


async def test_without_its_engines_it_says_what_to_do() -> None:
    async def events() -> AsyncIterator[Event]:
        yield AudioFrame(Participant("p1", "Ana"), np.zeros(1280, np.float32), 0.0)

    for ctx in (replace(fake_context(), speech=None), replace(fake_context(), voice_activity=None)):
        with pytest.raises(SetupError, match="doctor"):
            await anext(Captions().process(events(), ctx))


@pytest.mark.parametrize(
    "wrong", [{"langauge": "de"}, {"language": "Deutsch!"}, {"partial_interval": 0.01}]
)
def test_a_wrong_option_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Options.model_validate(wrong)


def test_the_purpose_speaks_to_the_person() -> None:
    purpose = Captions.purpose
    assert purpose.sentence.startswith("What you say")
    assert not purpose.biometric
    assert "shown to everyone" in purpose.sentence


def seconds(samples: Samples) -> float:
    return len(samples) / SAMPLE_RATE


async def test_what_came_just_before_the_voice_is_heard_too() -> None:
    desk = Desk()
    async with FakeCall(Captions(Options(partials=False)), ctx=context(desk)) as call:
        ana = call.join("Ana")
        await call.silence(ana, 2)
        await call.speak(ana, 1)
        await call.silence(ana, 1)
        await desk.answer(0, "Yes.")
    assert seconds(desk.asked[0][0]) == pytest.approx(1 + 0.32 + 0.22, abs=0.07)
