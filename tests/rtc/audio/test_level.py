"""Silence that is never opened, and the words around it that are."""

from __future__ import annotations

from consentry.rtc.audio.level import HANG_OVER, PRE_ROLL, SILENT, LevelGate

QUIET, LOUD = bytes([127]), bytes([30])
VOICE = bytes([0x80 | 90])
FRAME = 0.02


class Microphone:
    """A gate, and what it let through of packets 20 ms apart."""

    def __init__(self) -> None:
        self.gate = LevelGate()
        self.number = 0
        self.heard: list[int] = []
        self.silent: list[int] = []

    def says(self, *levels: bytes | None) -> None:
        for level in levels:
            now, datagram = self.number * FRAME, bytes([self.number])
            if self.gate.opens(level, now):
                released = list(self.gate.release())
                assert all(held.arrival == held.datagram[0] * FRAME for held in released)
                self.heard += [*(held.datagram[0] for held in released), self.number]
            elif (silent := self.gate.hold(datagram, now)) is not None:
                self.silent.append(silent.datagram[0])
            self.number += 1


def test_what_is_loud_passes() -> None:
    microphone = Microphone()
    microphone.says(LOUD, bytes([SILENT - 1]), None, b"")
    assert microphone.heard == [0, 1, 2, 3]


def test_a_voice_passes_however_soft() -> None:
    microphone = Microphone()
    microphone.says(VOICE)
    assert microphone.heard == [0]


def test_silence_does_not_pass() -> None:
    microphone = Microphone()
    microphone.says(*[QUIET] * 50)
    assert microphone.heard == []
    assert microphone.silent == list(range(50 - PRE_ROLL))


def test_the_soft_beginning_of_a_word_is_heard_before_it_in_order() -> None:
    microphone = Microphone()
    microphone.says(*[QUIET] * 50, LOUD)
    assert microphone.heard == list(range(50 - PRE_ROLL, 51))
    assert microphone.silent == list(range(50 - PRE_ROLL))


def test_the_soft_end_of_a_word_is_heard() -> None:
    microphone = Microphone()
    microphone.says(LOUD, *[QUIET] * 50)
    after = round(HANG_OVER / FRAME)
    assert microphone.heard == list(range(after))
    assert microphone.silent[0] == after


def test_every_packet_is_heard_or_silent_or_held_and_none_twice() -> None:
    microphone = Microphone()
    microphone.says(*([QUIET] * 30 + [LOUD] * 3) * 5)
    seen = sorted(microphone.heard + microphone.silent)
    assert seen == list(range(len(seen)))
    assert microphone.number - len(seen) <= PRE_ROLL
