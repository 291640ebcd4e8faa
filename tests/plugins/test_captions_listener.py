"""Where utterances begin and end in what one microphone sends."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentry.events import SAMPLE_RATE, AudioFrame, Gap, Participant, Samples
from consentry.testing.call import ScriptedActivity
from consentry_captions.listener import EVIDENCE, LONGEST, STEP, Listener, Utterance

ANA = Participant("p1", "Ana")
BLOCK = 0.08


class Microphone:
    """Ana's microphone: what it sends, and what the listener makes of it."""

    def __init__(self) -> None:
        self.listener = Listener(ScriptedActivity())
        self.now = 0.0
        self.utterances: list[Utterance] = []

    def speak(self, seconds: float, level: float = 0.5) -> None:
        samples = np.full(round(seconds * SAMPLE_RATE), level, np.float32)
        for i in range(0, len(samples), round(BLOCK * SAMPLE_RATE)):
            self.send(samples[i : i + round(BLOCK * SAMPLE_RATE)])

    def silence(self, seconds: float) -> None:
        self.speak(seconds, 0.0)

    def send(self, samples: Samples) -> None:
        frame = AudioFrame(ANA, samples, self.now)
        self.utterances += self.listener.hear(frame)
        self.now = frame.end

    def stop(self, seconds: float) -> None:
        """Nothing is sent for a while, and nothing was lost."""
        self.now += seconds
        self.utterances += self.listener.wait(self.now)

    def lose(self, seconds: float) -> None:
        self.utterances += self.listener.lose(Gap(ANA, self.now, seconds))
        self.now += seconds

    def end(self) -> list[Utterance]:
        self.utterances += self.listener.close()
        return self.utterances


@pytest.fixture
def microphone() -> Microphone:
    return Microphone()


def marks(utterance: Utterance) -> str:
    """``w`` for words, ``-`` for lost audio."""
    return "".join("-" if piece is None else "w" for piece in utterance.pieces)


def test_a_pause_ends_an_utterance(microphone: Microphone) -> None:
    for _ in range(2):
        microphone.speak(1.5)
        microphone.silence(0.8)
    one, two = microphone.utterances
    assert [one.start, one.end] == pytest.approx([0, 1.5], abs=STEP)
    assert [two.start, two.end] == pytest.approx([2.3, 3.8], abs=STEP)


def test_a_breath_does_not(microphone: Microphone) -> None:
    microphone.speak(1.5)
    microphone.silence(0.35)
    microphone.speak(1.5)
    microphone.silence(1)
    assert len(microphone.utterances) == 1


def test_a_click_is_no_utterance(microphone: Microphone) -> None:
    for _ in range(5):
        microphone.speak(0.05)
        microphone.silence(1)
    assert microphone.end() == []


def test_a_short_yes_is_one(microphone: Microphone) -> None:
    microphone.silence(1)
    microphone.speak(0.25)
    microphone.silence(1)
    assert len(microphone.utterances) == 1


def test_a_cough_too_short_for_a_word_leaves_nothing_open(microphone: Microphone) -> None:
    microphone.speak(STEP * (EVIDENCE - 1))
    microphone.silence(1)
    assert microphone.utterances == []
    assert microphone.listener.start is None


def test_the_third_of_a_second_before_the_voice_belongs_to_it(microphone: Microphone) -> None:
    microphone.silence(2)
    microphone.speak(1)
    microphone.silence(1)
    (utterance,) = microphone.utterances
    assert utterance.start == pytest.approx(2, abs=STEP)
    assert utterance.seconds == pytest.approx(1 + 0.32 + 0.22, abs=0.07)


def test_the_longer_somebody_speaks_the_shorter_a_pause_will_do(microphone: Microphone) -> None:
    microphone.speak(11.8)
    microphone.silence(0.25)
    microphone.speak(1)
    assert len(microphone.utterances) == 1


def test_speech_without_a_pause_is_cut_where_it_is_quietest(microphone: Microphone) -> None:
    microphone.speak(10)
    microphone.speak(0.2, level=0.05)
    microphone.speak(8)
    first, second = microphone.end()
    assert first.end == pytest.approx(10.1, abs=0.1)
    assert second.start == pytest.approx(first.end, abs=STEP)


def test_a_cut_loses_no_sound(microphone: Microphone) -> None:
    microphone.speak(40)
    assert sum(u.seconds for u in microphone.end()) == pytest.approx(40, abs=2 * STEP)


def test_lost_audio_within_speech_is_marked(microphone: Microphone) -> None:
    microphone.speak(1)
    microphone.lose(0.4)
    microphone.speak(1)
    assert [marks(utterance) for utterance in microphone.end()] == ["w-w"]


def test_lost_audio_at_the_end_of_speech_is_marked(microphone: Microphone) -> None:
    microphone.speak(1)
    microphone.lose(0.4)
    microphone.silence(1)
    assert marks(microphone.utterances[0]).startswith("w-")


def test_lost_audio_before_the_first_word_is_marked(microphone: Microphone) -> None:
    microphone.silence(1)
    microphone.lose(0.4)
    microphone.speak(1)
    assert [marks(utterance) for utterance in microphone.end()] == ["-w"]


def test_lost_audio_well_before_the_first_word_is_not(microphone: Microphone) -> None:
    microphone.lose(0.4)
    microphone.silence(0.25)
    microphone.speak(1)
    assert [marks(utterance) for utterance in microphone.end()] == ["w"]


def test_a_moment_too_short_for_a_word_is_not_marked(microphone: Microphone) -> None:
    microphone.speak(1)
    microphone.lose(0.1)
    microphone.speak(1)
    assert [marks(utterance) for utterance in microphone.end()] == ["w"]


def test_after_a_long_loss_speech_is_a_new_utterance(microphone: Microphone) -> None:
    microphone.speak(1)
    microphone.lose(3)
    microphone.speak(1)
    assert [marks(utterance) for utterance in microphone.end()] == ["w-", "w"]


def test_audio_that_was_not_sent_is_silence(microphone: Microphone) -> None:
    microphone.speak(1)
    microphone.now += 1
    microphone.speak(1)
    assert [marks(utterance) for utterance in microphone.end()] == ["w", "w"]


def test_who_mutes_is_finished_by_the_clock(microphone: Microphone) -> None:
    microphone.speak(1)
    microphone.stop(0.5)
    assert microphone.utterances == []
    microphone.stop(1)
    assert len(microphone.utterances) == 1


def test_a_clock_that_is_set_back_loses_no_word(microphone: Microphone) -> None:
    microphone.speak(1)
    microphone.now -= 0.3
    microphone.speak(1)
    [utterance] = microphone.end()
    assert marks(utterance) == "w"
    assert utterance.seconds == pytest.approx(2, abs=2 * STEP)
    assert utterance.end - utterance.start == pytest.approx(2, abs=2 * STEP)


act = st.tuples(st.sampled_from(["speak", "silence", "lose", "stop"]), st.floats(0.02, 20))


@settings(max_examples=60, deadline=None)
@given(st.lists(act, max_size=12))
def test_utterances_are_in_order_bounded_and_hold_sound(acts: list[tuple[str, float]]) -> None:
    microphone = Microphone()
    for name, seconds in acts:
        getattr(microphone, name)(seconds)
    utterances = microphone.end()
    assert len({round(utterance.start * 1000) for utterance in utterances}) == len(utterances)
    for utterance in utterances:
        assert utterance.start < utterance.end <= microphone.now + STEP
        assert 0 < utterance.seconds < LONGEST + 1.5
    for one, other in pairwise(utterances):
        assert one.end <= other.start + STEP
