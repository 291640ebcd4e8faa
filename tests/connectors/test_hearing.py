"""What one person may tell the bot, and how much of it."""

from __future__ import annotations

import json

import pytest

from consentry.connectors.driver import Happening, MediaConsent, Said, Setting
from consentry.connectors.hearing import Hearing, withdraws
from consentry.controls import Command, Decide, Disable, Enable, Heard, Hello, Line, Request
from consentry.events import ChatReceived, Participant
from consentry.metrics import Metrics
from consentry.rate_limit import RateLimit
from consentry.signing import Signer

SAM, MIA = Participant("p1", "Sam"), Participant("p2", "Mia")


class Hall:
    """Where what people say is heard."""

    def __init__(self) -> None:
        self.heard: list[Happening] = []
        self.greeted: list[Participant] = []
        self.metrics = Metrics()
        setting = Setting(
            clock=lambda: 0.0,
            signer=Signer("c-test"),
            metrics=self.metrics,
            standing=lambda who, medium: MediaConsent.UNDECIDED,
        )
        self.hearing = Hearing(setting, self.heard.append, self.greeted.append)

    def controls(self) -> list[Heard]:
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
        Command(type="command", text="no captions"),
        Command(type="command", text="/off captions"),
        Command(type="command", text="/forget me"),
        Line(text="no captions"),
        Line(text="forget me"),
    ],
)
def test_a_withdrawal_is_heard_however_much_was_said_before(control: Heard) -> None:
    hall = Hall()
    for _ in range(100):
        hall.hearing.typed(SAM, "/status")
    before = len(hall.heard)
    assert withdraws(control)
    match control:
        case Line(text=text):
            hall.hearing.typed(SAM, text)
        case _:
            hall.hearing.control(SAM, control.model_dump_json())
    assert hall.controls()[before:] == [control]


@pytest.mark.parametrize(
    "control",
    [
        Decide(type="decide", purpose="captions", answer="yes", version="v1"),
        Enable(type="enable", purpose="captions"),
        Request(type="request", plugin="summary"),
        Command(type="command", text="/yes captions"),
        Command(type="command", text="notice me"),
    ],
)
def test_anything_else_has_to_wait_its_turn(control: Heard) -> None:
    assert not withdraws(control)


def test_a_flood_of_commands_is_cut_off_and_counted_and_others_are_heard() -> None:
    hall = Hall()
    for _ in range(100):
        hall.hearing.typed(SAM, "/status")
    assert len(hall.heard) == 60
    assert hall.metrics.value("input_refused", source="control") == 40
    hall.hearing.typed(MIA, "/status")
    assert len(hall.heard) == 61


def test_what_is_no_control_is_refused_and_counted() -> None:
    hall = Hall()
    hall.hearing.control(SAM, '{"type": "own", "code": "x"}')
    assert not hall.heard
    assert hall.metrics.value("input_refused", source="control") == 1


def test_a_line_to_everybody_is_a_command_with_a_slash_and_chat_without() -> None:
    hall = Hall()
    hall.hearing.chatted(SAM, "m1", "/no all")
    hall.hearing.chatted(SAM, "m2", "no, all of us")
    assert hall.controls() == [Line(text="/no all")]
    assert hall.heard[1:] == [ChatReceived(SAM, "m2", "no, all of us", 0.0)]


def test_a_long_line_is_cut_and_not_lost() -> None:
    hall = Hall()
    hall.hearing.typed(SAM, "/no captions" + " " * 5000)
    assert len(hall.controls()) == 1


def test_a_client_that_says_hello_is_known_and_the_session_is_not_told() -> None:
    hall = Hall()
    hall.hearing.control(MIA, '{"type": "hello"}')
    assert hall.greeted == [MIA]
    assert not hall.heard


def test_a_hello_is_a_greeting_and_says_what_its_person_reads() -> None:
    hall = Hall()
    hall.hearing.control(SAM, '{"type": "hello"}')
    assert (hall.greeted, hall.heard) == ([SAM], [])
    hall.hearing.control(MIA, '{"type": "hello", "language": "nl-BE"}')
    assert hall.greeted == [SAM, MIA]
    assert hall.controls() == [Hello(type="hello", language="nl-BE")]


@pytest.mark.parametrize("language", ["", "x", "not a language", "../../x", "e" * 40])
def test_a_hello_in_no_language_is_refused(language: str) -> None:
    hall = Hall()
    hall.hearing.control(SAM, json.dumps({"type": "hello", "language": language}))
    assert (hall.greeted, hall.heard) == ([], [])
