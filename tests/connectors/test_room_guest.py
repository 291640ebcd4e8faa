"""What one person's device may signal, and how much of it."""

from __future__ import annotations

from consentry.connectors.driver import Happening, MediaConsent, Setting
from consentry.connectors.hearing import Hearing
from consentry.connectors.room.frames import Description, Signaled
from consentry.connectors.room.guest import (
    MAX_WAITING_SIGNALS,
    Guest,
    GuestContext,
)
from consentry.events import Participant
from consentry.metrics import Metrics
from consentry.rtc.worker import DecodeWorker
from consentry.signing import Signer


class Hall:
    """Where what a guest says is heard."""

    def __init__(self) -> None:
        self.now = 0.0
        self.heard: list[Happening] = []
        self.metrics = Metrics()
        setting = Setting(
            clock=lambda: self.now,
            signer=Signer("c-test"),
            metrics=self.metrics,
            standing=lambda who, medium: MediaConsent.UNDECIDED,
        )
        context = GuestContext(
            setting,
            self.heard.append,
            lambda to, sdp: None,
            lambda to: None,
            DecodeWorker(setting.clock, self.metrics),
            Hearing(setting, self.heard.append),
        )
        self.guest = Guest(Participant("p1", "Sam"), context)


def test_more_signals_than_can_be_dealt_with_are_dropped_and_counted() -> None:
    hall = Hall()
    signal = Signaled(sender="p1", description=Description(type="offer", sdp="v=0"))
    for _ in range(MAX_WAITING_SIGNALS + 10):
        hall.guest.signal(signal)
    assert hall.metrics.value("input_refused", source="signaling") == 10
