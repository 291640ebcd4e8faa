"""The suite finds what it is there to find."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fuzz import target
from tests.fuzz.child import LastInput, last_input
from tests.fuzz.mutate import mutate
from tests.fuzz.run import CHECK_EVERY, STALL_SECONDS, Outcome, mutations, run
from tests.fuzz.target import Shape, Target, pack, unpack


class Fragile:
    """Takes everything, but for what the test says."""

    def __init__(self, feed: Callable[[bytes], None], check: Callable[[], None]) -> None:
        self.feed, self.check = feed, check

    def close(self) -> None:
        return None


def nothing(*anything: object) -> None:
    return None


def tried(
    feed: Callable[[bytes], None] = nothing, check: Callable[[], None] = nothing, inputs: int = 50
) -> Outcome:
    """What the suite says of a subject with this fault, started from the seeds of RTP."""
    return run(Target("rtp", Shape.BYTES, lambda: Fragile(feed, check)), inputs, seed=1)


def test_what_harms_nothing_is_no_finding() -> None:
    outcome = tried()
    assert outcome.inputs == 50
    assert outcome.findings == []


def test_an_input_that_raises_is_kept() -> None:
    def feed(data: bytes) -> None:
        assert data[:1] != b"\x90"

    found = tried(feed).findings
    assert {finding.kind for finding in found} == {"raised"}
    assert all(finding.data[:1] == b"\x90" for finding in found)


def test_an_input_that_takes_too_long_is_kept() -> None:
    def feed(data: bytes) -> None:
        until = time.process_time() + 1.2 * STALL_SECONDS
        while time.process_time() < until:
            pass

    (finding,) = tried(feed, inputs=1).findings
    assert finding.kind == "stalled"


def test_something_that_died_silently_is_noticed() -> None:
    def check() -> None:
        raise AssertionError("deaf")

    kinds = [finding.kind for finding in tried(check=check, inputs=CHECK_EVERY).findings]
    assert kinds == ["dead", "dead"], "after the thousandth input, and at the end"


def test_the_same_seed_gives_the_same_inputs_and_another_gives_others() -> None:
    rtp = Target("rtp", Shape.BYTES, lambda: Fragile(nothing, nothing))
    first, again, other = (list(mutations(rtp, 100, seed)) for seed in (1, 1, 2))
    assert first == again != other


@pytest.mark.parametrize("shape", Shape)
def test_a_mutation_of_anything_is_something(shape: Shape) -> None:
    dice = random.Random(1)
    data = b""
    for _ in range(500):
        data = mutate(data, [b"a=b\r\n", pack([b"one", b"two"])], shape, dice)
    assert isinstance(data, bytes)


def test_packets_come_out_as_they_went_in() -> None:
    packets = [b"", b"one", b"x" * 1500]
    assert unpack(pack(packets)) == packets
    assert unpack(b"\xff\xffshort") == [b"short"]


def test_the_input_in_hand_outlives_its_process(tmp_path: Path) -> None:
    last = LastInput(tmp_path / "last")
    last.note(b"a longer one")
    last.note(b"fatal")
    assert last_input(tmp_path / "last") == b"fatal"


def test_every_target_has_seeds() -> None:
    from tests.fuzz.targets import TARGETS

    assert all(each.seeds() for each in TARGETS.values())
    folders = {folder.name for folder in target.SEEDS.iterdir()}
    assert folders == set(TARGETS), "a folder of seeds that nothing uses"
