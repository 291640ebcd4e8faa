"""The same bytes: aiortc as it comes fails, the bot goes on. Why the guards are there.

Where an assertion about aiortc fails, a later version has mended it: the proof is out of date,
and the guard may have become superfluous.
"""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from consentry.errors import SignalingError
from consentry.rtc.audio.opus import OpusDecoder
from consentry.rtc.guards.descriptions import Candidates, screen
from consentry.rtc.rtp import parse_rtp
from tests.fuzz import stock
from tests.fuzz.target import SEEDS, unpack
from tests.fuzz.targets.stun import Agent

OUT_OF_DATE = "aiortc has mended this: the proof is out of date, and the guard may go"


def stock_aiortc(case: str) -> str:
    """How ``case`` ended in a process of its own."""
    command = [sys.executable, "-m", "tests.fuzz.stock", case]
    done = subprocess.run(command, capture_output=True, text=True)
    if -done.returncode in (signal.SIGXCPU, signal.SIGKILL):
        return "hangs"
    assert not done.returncode, f"the case itself is broken: {done.stderr[-400:]}"
    return done.stdout


def test_a_parameter_of_no_length_hangs_stock_for_ever() -> None:
    assert stock_aiortc("endless-parameter") == "hangs", OUT_OF_DATE


async def test_and_the_bot_refuses_it_at_once() -> None:
    assert await stock.sctp(stock.endless_parameter, guarded=True) == "survived"


def test_one_packet_of_acknowledgements_stalls_stock() -> None:
    assert stock_aiortc("long-gaps") == "stalled", OUT_OF_DATE


async def test_and_the_bot_does_not_walk_through_them() -> None:
    assert await stock.sctp(stock.long_gaps, guarded=True) == "survived"


def test_a_stranger_makes_stock_raise_on_the_loop() -> None:
    assert stock_aiortc("short-priority").startswith("raised"), OUT_OF_DATE


async def test_and_the_bot_counts_it() -> None:
    agent = Agent()
    agent.receive(stock.SHORT_PRIORITY)
    assert agent.refused == 1
    await agent.close()


def test_an_empty_packet_leaves_stock_deaf() -> None:
    assert stock_aiortc("empty-payload") == "deaf", OUT_OF_DATE


def test_and_the_bot_hears_what_follows() -> None:
    decoder = OpusDecoder()
    assert decoder.decode(stock.EMPTY_PAYLOAD) is None
    speech = unpack((SEEDS / "opus" / "speech").read_bytes())
    assert all(decoder.decode(payload) is not None for payload in speech)
    decoder.close()


def test_an_audio_level_of_two_bytes_closes_stock_transport() -> None:
    assert stock_aiortc("extension") == "transport closed", OUT_OF_DATE


def test_and_the_bot_reads_the_packet_that_carries_it() -> None:
    packet = parse_rtp(stock.rtp(0, b"opus", stock.long_level(1)))
    assert packet is not None
    assert packet.payload == b"opus"


def test_a_line_cut_short_makes_stock_raise_more_than_it_says() -> None:
    assert stock_aiortc("descriptions").startswith("raised"), OUT_OF_DATE


@pytest.mark.parametrize("offer", stock.mutated_offers()[::7], ids=str.__len__)
def test_and_the_bot_has_one_error_for_it(offer: str) -> None:
    try:
        screen(offer, Candidates())
    except SignalingError as refusal:
        assert refusal.__cause__ is None
