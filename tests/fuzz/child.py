"""One target in a process of its own, which its inputs may kill; the command starts it."""

from __future__ import annotations

import mmap
import random
import sys
from dataclasses import asdict
from pathlib import Path

from tests.fuzz.mutate import MAX_BYTES

LAST_BYTES = MAX_BYTES + 4
"""Of the file that holds the input in hand, should the process not survive it."""


class LastInput:
    """The input in hand, where the parent finds it when this process is gone."""

    def __init__(self, file: Path) -> None:
        file.write_bytes(bytes(LAST_BYTES))
        with file.open("r+b") as opened:
            self._memory = mmap.mmap(opened.fileno(), LAST_BYTES)

    def note(self, data: bytes) -> None:
        kept = data[:MAX_BYTES]
        self._memory[: 4 + len(kept)] = len(kept).to_bytes(4) + kept


def last_input(file: Path) -> bytes:
    """What :class:`LastInput` noted last."""
    data = file.read_bytes()
    return data[4 : 4 + int.from_bytes(data[:4])]


def mutation(name: str, inputs: int, seed: int, folder: Path) -> None:
    """Seeded mutations alone."""
    from tests.fuzz.run import Trial, mutations
    from tests.fuzz.targets import TARGETS

    target = TARGETS[name]
    last = LastInput(folder / "last")
    trial = Trial(target)
    for data in mutations(target, inputs, seed):
        last.note(data)
        trial.take(data)
        if trial.hopeless:
            break
    trial.check()
    _write(trial.outcome, folder)


def coverage(name: str, inputs: int, seed: int, folder: Path) -> None:
    """Mutations that libFuzzer keeps where they reach new branches; it ends this process."""
    import atheris

    with atheris.instrument_imports(include=["consentry.rtc", "consentry.controls", "aioice"]):
        from tests.fuzz.run import Trial
        from tests.fuzz.targets import TARGETS

    from tests.fuzz.mutate import mutate

    target = TARGETS[name]
    seeds = target.seeds()
    last = LastInput(folder / "last")
    trial = Trial(target)

    def take(data: bytes) -> None:
        last.note(data)
        trial.take(data)
        if trial.outcome.inputs % 100 == 0 or trial.outcome.findings:
            _write(trial.outcome, folder)

    def change(data: bytes, most: int, number: int) -> bytes:
        return mutate(data, seeds, target.shape, random.Random(number))[:most]

    corpus = folder / "corpus"
    corpus.mkdir()
    for number, data in enumerate((*target.regressions(), *seeds)):
        (corpus / str(number)).write_bytes(data)
    options = [f"-runs={inputs}", f"-seed={seed}", f"-max_len={MAX_BYTES}", "-verbosity=0"]
    arguments = [sys.argv[0], *options, f"-artifact_prefix={folder}/", str(corpus)]
    atheris.Setup(arguments, take, custom_mutator=change, internal_libfuzzer=True)
    atheris.Fuzz()


def _write(outcome: object, folder: Path) -> None:
    import json

    from tests.fuzz.run import Outcome

    assert isinstance(outcome, Outcome)
    known = asdict(outcome)
    for finding in known["findings"]:
        finding["data"] = finding["data"].hex()
    partial = folder / "outcome.part"
    partial.write_text(json.dumps(known))
    partial.replace(folder / "outcome.json")


if __name__ == "__main__":
    _, engine, name, inputs, seed, folder = sys.argv
    run = {"mutation": mutation, "coverage": coverage}[engine]
    run(name, int(inputs), int(seed), Path(folder))
