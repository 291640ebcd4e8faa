"""Every mistake that can be made on purpose here is found by a test."""

from __future__ import annotations

import pytest

from tests.mutants.mutants import MUTANTS, Mutant
from tests.mutants.runner import ROOT, applied, copied, source, survives


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mistake_can_still_be_made(mutant: Mutant) -> None:
    mistaken = applied(mutant, source(mutant))
    compile(mistaken, mutant.file, "exec")
    named = [word for word in mutant.tests.split() if word.startswith("tests/")]
    assert named and all((ROOT / name).exists() for name in named)


def test_a_mistake_that_can_not_be_made_any_more_is_an_error() -> None:
    gone = Mutant("gone", "gate.py", "no such text", "", "tests/test_gate.py")
    with pytest.raises(ValueError, match="stands 0 times"):
        applied(gone, source(gone))


def test_there_are_enough_of_them() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= 30


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mistake_is_found(mutant: Mutant) -> None:
    with copied(mutant) as bot:
        assert not survives(mutant, bot)
