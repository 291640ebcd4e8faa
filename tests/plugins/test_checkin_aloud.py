"""A number read aloud: heard while it is asked for, and only where it is asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import numpy as np
import pytest

from consentry.api import CheckIn, CheckInPrompt, Medium, Samples, Transcription, VoiceActivity
from consentry.registry import find_plugins
from consentry.testing import FakeCall, ScriptedFaces, StillPicture, check_plugin
from consentry.testing.call import fake_context
from consentry.testing.faces import NUMBER
from consentry_checkin import CheckInByFace, CheckInOptions
from consentry_checkin.ear import LONGEST
from consentry_checkin.options import LASTS, LASTS_ALOUD
from consentry_checkin.trial import UNHEARD

FACE = StillPicture.gray(0.5)


class Recognizer:
    """Hears ``texts``, one after another, and keeps what it was asked; ``None``: it is busy."""

    def __init__(self, *texts: str | None, fails: bool = False) -> None:
        self.texts = list(texts)
        self.asked: list[tuple[float, str | None]] = []
        self._fails = fails

    async def transcribe(
        self,
        samples: Samples,
        *,
        language: str | None = None,
        hotwords: Sequence[str] = (),
        urgent: bool = True,
    ) -> Transcription | None:
        assert not urgent, "nobody's caption waits for it"
        self.asked.append((len(samples) / 16_000, language))
        if self._fails:
            raise RuntimeError("what Ana said is not to be logged")
        await asyncio.sleep(0)
        text = self.texts.pop(0) if self.texts else ""
        return None if text is None else Transcription(text, language or "en")


class Loud(VoiceActivity):
    """Everything that is not silent is speech."""

    def feed(self, samples: Samples) -> list[float]:
        return [float(np.max(np.abs(samples), initial=0.0) > 0.01)] * round(len(samples) / 512)

    def reset(self) -> None:
        pass


def a_call(speech: Recognizer, faces: ScriptedFaces, *, aloud: bool = True) -> FakeCall:
    ctx = fake_context(faces=faces)
    ctx = type(ctx)(**{**vars(ctx), "speech": speech, "voice_activity": Loud})
    return FakeCall(CheckInByFace(CheckInOptions(read_aloud=aloud)), ctx=ctx)


def prompts(call: FakeCall) -> list[str]:
    return [m.body.prompt for m in call.said if isinstance(m.body, CheckInPrompt)]


def verdicts(call: FakeCall) -> list[str]:
    return [m.body.verdict for m in call.said if isinstance(m.body, CheckIn)]


async def test_keeps_what_every_plugin_must_keep() -> None:
    await check_plugin(lambda: CheckInByFace(CheckInOptions(read_aloud=True)))


async def test_digits_that_are_read_aloud_end_the_try() -> None:
    speech = Recognizer("Four eight", f"{NUMBER}.")
    async with a_call(speech, ScriptedFaces("look", "say")) as call:
        ana = call.join("Ana")
        await call.check_in(ana)
        await call.show(ana, FACE, 0.5)
        assert prompts(call) == ["look", "say"]
        await call.speak(ana, 1.0)
        await call.silence(ana, 0.7)
        assert verdicts(call) == [], "a pause between digits ends nothing"
        await call.speak(ana, 1.0)
        await call.silence(ana, 0.7)
        await call.show(ana, FACE, 0.5)
    assert verdicts(call) == ["checked_in"]
    (first, _), (second, _) = speech.asked
    assert 1.0 < first < second < 3.5, "what was said is listened to from its beginning"


async def test_where_others_are_recognized_first_it_waits_for_its_turn() -> None:
    speech = Recognizer(None, None, NUMBER)
    async with a_call(speech, ScriptedFaces("look", "say")) as call:
        ana = call.join("Ana")
        await call.check_in(ana)
        await call.show(ana, FACE, 0.5)
        await call.speak(ana, 1.0)
        await call.silence(ana, 0.9)
        await call.show(ana, FACE, 0.5)
    assert len(speech.asked) == 3 and verdicts(call) == ["checked_in"]


async def test_who_speaks_while_nothing_is_to_be_read_is_not_heard() -> None:
    speech = Recognizer(NUMBER)
    faces = ScriptedFaces("look", "turn_left", "say")
    async with a_call(speech, faces) as call:
        ana, ben = call.join("Ana"), call.join("Ben")
        await call.speak(ana, 2.0)
        await call.silence(ana, 1.0)
        await call.check_in(ana)
        await call.speak(ana, 2.0)
        await call.silence(ana, 1.0)
        await call.speak(ben, 2.0)
        await call.silence(ben, 1.0)
        assert speech.asked == []


async def test_without_the_setting_nobody_is_heard_or_asked_for_a_number() -> None:
    speech = Recognizer(NUMBER)
    async with a_call(speech, ScriptedFaces("look", "say"), aloud=False) as call:
        ana = call.join("Ana")
        await call.check_in(ana)
        await call.show(ana, FACE, 1)
        await call.speak(ana, 1.0)
    assert prompts(call) == ["look"] and verdicts(call) == ["checked_in"]
    assert speech.asked == []


@pytest.mark.parametrize("sends", [True, False])
async def test_a_microphone_that_is_off_is_asked_for_nothing(sends: bool) -> None:
    speech = Recognizer()
    async with a_call(speech, ScriptedFaces("look", "say", "blink")) as call:
        ana = call.join("Ana")
        await call.check_in(ana)
        await call.show(ana, FACE, 0.5)
        await (call.silence(ana, UNHEARD + 0.2) if sends else call.wait(UNHEARD + 0.2))
        assert prompts(call) == ["look", "say", "blink"]
        await call.show(ana, FACE, 0.5)
    assert verdicts(call) == ["checked_in"] and speech.asked == []


@pytest.mark.parametrize("fails", [True, False])
async def test_who_is_not_understood_uses_the_code(
    fails: bool, caplog: pytest.LogCaptureFixture
) -> None:
    speech = Recognizer(*["something else"] * 20, fails=fails)
    async with a_call(speech, ScriptedFaces("look", "say")) as call:
        ana = call.join("Ana")
        await call.check_in(ana)
        await call.show(ana, FACE, 0.5)
        for _ in range(round(LASTS_ALOUD / 2)):
            await call.speak(ana, 1.0)
            await call.silence(ana, 1.0)
    assert verdicts(call) == ["use_code"]
    assert not caplog.text, "neither what was said nor why is logged"
    assert all(seconds <= LONGEST + 0.1 for seconds, _ in speech.asked)


async def test_who_withdraws_while_they_read_is_heard_no_more() -> None:
    speech = Recognizer(NUMBER)
    faces = ScriptedFaces("look", "say")
    async with a_call(speech, faces) as call:
        ana = call.join("Ana")
        await call.check_in(ana)
        await call.show(ana, FACE, 0.5)
        await call.speak(ana, 1.0)
        await call.revoke(ana)
        await call.silence(ana, 1.0)
        assert speech.asked == [] and not faces.open
    assert verdicts(call) == []


def test_everybody_reads_that_they_may_be_heard() -> None:
    quiet, aloud = (CheckInByFace(CheckInOptions(read_aloud=each)) for each in (False, True))
    assert Medium.AUDIO not in quiet.needs.media and quiet.needs.engines == {"face"}
    assert aloud.needs.media == quiet.needs.media | {Medium.AUDIO}
    assert aloud.needs.engines == {"face", "speech", "voice_activity"}
    for language in ("en", "de", "nl", "fr"):
        before, after = (each.purpose.words(language) for each in (quiet, aloud))
        assert after.sentence.startswith(before.sentence.rstrip(".") + "; ")
        assert after.data.startswith(before.data + "; ")
        assert after.title == before.title
        assert f"{LASTS:g}" in before.retention and f"{LASTS_ALOUD:g}" in after.retention
        assert f"{LASTS:g}" not in after.retention
    assert aloud.purpose.biometric
    assert find_plugins(["checkin"])["checkin"].needs == quiet.needs
