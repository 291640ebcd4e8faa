"""What one person may send the bot, and how much of it."""

from __future__ import annotations

import pytest

from consentry.connectors.driver import Happening, MediaConsent, Said, Setting
from consentry.connectors.room.frames import Description, Signaled
from consentry.connectors.room.guest import (
    MAX_WAITING_SIGNALS,
    Guest,
    GuestContext,
    withdraws,
)
from consentry.controls import Command, Control, Decide, Disable, Enable, Request
from consentry.events import Participant
from consentry.metrics import Metrics
from consentry.rate_limit import RateLimit
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
        )
        self.guest = Guest(Participant("p1", "Sam"), context)

    def controls(self) -> list[Control]:
        return [happening.control for happening in self.heard if isinstance(happening, Said)]


def test_a_limit_allows_a_burst_and_then_its_rate() -> None:
    limit = RateLimit(rate=30, burst=60, now=0.0)
    assert sum(limit.allows(0.0) for _ in range(100)) == 60
    assert sum(limit.allows(1.0) for _ in range(100)) == 30


def test_a_limit_saves_up_no_more_than_its_burst() -> None:
    limit = RateLimit(rate=30, burst=60, now=0.0)
    assert sum(limit.allows(3600.0) for _ in range(100)) == 60


@pytest.mark.parametrize(
    "control",
    [
        Decide(type="decide", purpose="captions", answer="no", version="v1"),
        Disable(type="disable", purpose="captions"),
        Command(type="command", text="/no all"),
        Command(type="command", text="/NO captions"),
        Command(type="command", text="/off captions"),
        Command(type="command", text="/forget me"),
    ],
)
def test_a_withdrawal_is_heard_however_much_was_said_before(control: Control) -> None:
    hall = Hall()
    for _ in range(100):
        hall.guest.type("/status")
    before = len(hall.heard)
    assert withdraws(control)
    match control:
        case Command(text=text):
            hall.guest.type(text)
        case _:
            hall.guest._hear(control.model_dump_json())
    assert hall.controls()[before:] == [control]


@pytest.mark.parametrize(
    "control",
    [
        Decide(type="decide", purpose="captions", answer="yes", version="v1"),
        Enable(type="enable", purpose="captions"),
        Request(type="request", plugin="summary"),
        Command(type="command", text="/yes captions"),
    ],
)
def test_anything_else_has_to_wait_its_turn(control: Control) -> None:
    assert not withdraws(control)


def test_a_flood_of_commands_is_cut_off_and_counted() -> None:
    hall = Hall()
    for _ in range(100):
        hall.guest.type("/status")
    assert len(hall.heard) == 60
    assert hall.metrics.value("input_refused", source="control") == 40


def test_more_signals_than_can_be_dealt_with_are_dropped_and_counted() -> None:
    hall = Hall()
    signal = Signaled(sender="p1", description=Description(type="offer", sdp="v=0"))
    for _ in range(MAX_WAITING_SIGNALS + 10):
        hall.guest.signal(signal)
    assert hall.metrics.value("input_refused", source="signaling") == 10
