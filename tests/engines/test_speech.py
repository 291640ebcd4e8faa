"""Speech recognition in a worker, with the real models."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from consentry.engines.speech import WhisperSpeech, preparation
from consentry.engines.whisper import WhisperSpec
from consentry.errors import ModelMissing
from consentry.events import SAMPLE_RATE
from consentry.plugin import Transcription
from consentry.workers import Workers
from tests.bench.scoring import normalize
from tests.bench.tracks import read_track

SPEECH = Path(__file__).parents[1] / "data" / "speech"

pytestmark = pytest.mark.e2e


class Engine:
    """A speech engine that stays up for all tests of this file."""

    def __init__(self, runner: asyncio.Runner, speech: WhisperSpeech) -> None:
        self._runner = runner
        self._speech = speech

    def hear(
        self, name: str, language: str | None = None, hotwords: tuple[str, ...] = ()
    ) -> Transcription:
        return self.hear_samples(read_track(SPEECH / name), language, hotwords)

    def hear_samples(
        self,
        samples: np.typing.NDArray[np.float32],
        language: str | None = None,
        hotwords: tuple[str, ...] = (),
    ) -> Transcription:
        job = self._speech.transcribe(samples, language=language, hotwords=hotwords)
        heard = self._runner.run(job)
        assert heard is not None
        return heard

    def hear_together(self, *urgent: bool) -> list[Transcription | None]:
        samples = read_track(SPEECH / "launch.ogg")

        async def all_at_once() -> list[Transcription | None]:
            jobs = (self._speech.transcribe(samples, urgent=one) for one in urgent)
            return list(await asyncio.gather(*jobs))

        return self._runner.run(all_at_once())


def engine_of(model: str) -> Iterator[Engine]:
    spec = WhisperSpec(model)
    workers = Workers(prepare=preparation(spec))
    with asyncio.Runner() as runner:
        runner.run(workers.__aenter__())
        try:
            runner.run(workers.warm_up())
            yield Engine(runner, WhisperSpeech(workers, spec))
        finally:
            runner.run(workers.__aexit__(None, None, None))


@pytest.fixture(scope="module")
def base() -> Iterator[Engine]:
    yield from engine_of("whisper-base")


@pytest.fixture(scope="module")
def tiny() -> Iterator[Engine]:
    yield from engine_of("whisper-tiny.en")


LAUNCH = "hi sam hi olivia lets plan the launch party for the new website"


def test_every_word_of_a_clear_sentence_is_heard(base: Engine) -> None:
    heard = base.hear("launch.ogg")
    assert normalize(heard.text) == LAUNCH
    assert (heard.language, heard.heard) == ("en", "en")
    assert heard.heard_probability > 0.9
    assert heard.confidence > 0.7


def test_the_small_english_model_hears_it_too(tiny: Engine) -> None:
    assert normalize(tiny.hear("launch.ogg", "de").text) == LAUNCH


def test_german_is_told_from_english(base: Engine) -> None:
    heard = base.hear("startseite.ogg")
    assert heard.language == "de"
    assert "Startseite ist fertig" in heard.text


def test_a_language_that_is_given_is_kept_and_what_it_sounds_like_is_told(base: Engine) -> None:
    heard = base.hear("startseite.ogg", "nl")
    assert (heard.language, heard.heard) == ("nl", "de")


def test_a_region_is_no_hindrance(base: Engine) -> None:
    assert base.hear("startseite.ogg", "de-AT").language == "de"


def test_vocabulary_does_no_harm(base: Engine) -> None:
    heard = base.hear("launch.ogg", "en", ("Olivia", "Northwind", "Rotterdam"))
    assert normalize(heard.text) == LAUNCH


def noise(kind: str) -> np.typing.NDArray[np.float32]:
    random, time = np.random.default_rng(3), np.arange(3 * SAMPLE_RATE) / SAMPLE_RATE
    sounds = {
        "silence": 0 * time,
        "hiss": 0.05 * random.standard_normal(len(time)),
        "hum": 0.1 * np.sin(2 * np.pi * 50 * time),
        "click": (time == 1.5) * 1.0,
    }
    return np.asarray(sounds[kind], np.float32)


@pytest.mark.parametrize("kind", ["silence", "hiss", "hum", "click"])
@pytest.mark.parametrize("hotwords", [(), ("Northwind", "Rotterdam")])
def test_noise_says_nothing_even_without_a_voice_detector(
    base: Engine, kind: str, hotwords: tuple[str, ...]
) -> None:
    assert base.hear_samples(noise(kind), "en", hotwords).text == ""


def test_a_partial_is_refused_while_a_final_runs(base: Engine) -> None:
    final, partial = base.hear_together(True, False)
    assert final is not None
    assert partial is None


def test_finals_wait_for_one_another(base: Engine) -> None:
    heard = base.hear_together(True, True, True)
    assert {normalize(one.text) for one in heard if one} == {LAUNCH}
    assert None not in heard


def test_more_than_the_encoder_sees_is_refused(base: Engine) -> None:
    with pytest.raises(ValueError, match="the limit is 30"):
        base.hear_samples(np.zeros(31 * SAMPLE_RATE, np.float32))


async def test_a_model_that_is_not_there_is_said_before_the_call() -> None:
    spec = WhisperSpec("whisper-huge")
    async with Workers(prepare=preparation(spec)) as workers:
        with pytest.raises(ModelMissing, match="choose one of"):
            await WhisperSpeech(workers, spec).transcribe(np.zeros(16_000, np.float32))
