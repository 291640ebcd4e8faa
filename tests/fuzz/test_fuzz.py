"""Every way into the bot takes hostile input: what once broke it, and some that is new to it."""

from __future__ import annotations

import pytest

from tests.fuzz.run import Outcome, run
from tests.fuzz.targets import TARGETS

INPUTS = {"sdp": 60, "ice": 500, "opus": 500, "vp8": 400, "h264": 400, "vp9": 400, "av1": 400}
"""Of those that cost milliseconds; 3,000 for the others."""


@pytest.mark.parametrize("name", TARGETS)
def test_hostile_input_raises_nothing_stalls_nothing_and_leaves_all_alive(name: str) -> None:
    outcome: Outcome = run(TARGETS[name], INPUTS.get(name, 3000), seed=1)
    assert not outcome.findings, [(f.kind, f.text, f.data.hex()[:200]) for f in outcome.findings]
    assert outcome.inputs == INPUTS.get(name, 3000)
