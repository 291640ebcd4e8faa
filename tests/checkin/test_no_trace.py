"""From the camera to the verdict with real workers and models, and what is left of it: nothing."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random

import numpy as np
import pytest

from consentry.checkin.attempt import Attempt
from consentry.checkin.challenge import SEQUENCES
from consentry.checkin.check import FaceWork, Try
from consentry.engines.face.loading import FaceSpec, load, prepare
from consentry.events import Pixels
from consentry.metrics import Metrics
from consentry.people.claims import Unlocked
from consentry.people.templates import TemplateKey, protect
from consentry.plugin import Progress, Prompt, Verdict
from consentry.workers import Workers
from tests.attacks import kit
from tests.attacks.faces import head
from tests.bench.checkin.films import embedding
from tests.checkin.runners import Tickets
from tests.engines.face.photos import photo

SPEC = FaceSpec()


@dataclass
class Shown:
    """A picture that is looked at once."""

    pixels: Pixels

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])

    def rgb(self) -> Pixels:
        return self.pixels


@pytest.fixture
async def workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Workers]:
    """One that has its working directory and its temporary files in ``tmp_path``."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    async with Workers(1, prepare=partial(prepare, SPEC)) as running:
        await running.warm_up()
        yield running


def files(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))


async def check_in(check: Try) -> Progress:
    """Somebody does as asked until there is a verdict."""
    person = kit.genuine(head(load(SPEC), photo("obama2")), Random(3))
    progress, asked, at = check.tick(0.0), None, 0.0
    while progress.verdict is None:
        at += 0.12
        if progress.prompt is not None and progress.prompt.kind != asked:
            asked = progress.prompt.kind
            person.ask(asked, at)
        progress = await check.see(Shown(person.picture(at)), at)
    return progress


@pytest.mark.timeout(240)
async def test_a_check_in_leaves_no_picture_and_no_template_anywhere(
    workers: Workers, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    key = TemplateKey.derive(bytes(32), b"organisation")
    claimed = Unlocked("ana", protect(embedding("obama"), key, load(SPEC).name), key)
    caplog.set_level("DEBUG")
    before, metrics = files(tmp_path), Metrics()
    attempt = Attempt([Prompt(kind) for kind in SEQUENCES[100]], 0.0)
    tickets = Tickets()
    tickets.open["ticket"] = claimed
    check = Try(FaceWork(workers, SPEC, metrics), attempt, claimed, tickets, "ticket")
    del claimed
    assert await check_in(check) == Progress(None, Verdict.CHECKED_IN)
    assert metrics.value("face_embeddings") == 1
    assert metrics.value("checkins", verdict="checked_in") == 1
    assert files(tmp_path) == before
    assert [record for record in caplog.records if record.name.startswith("consentry")] == []
    gc.collect()
    held = [value for each in (check, attempt) for value in vars(each).values()]
    assert not any(isinstance(value, np.ndarray | Unlocked) for value in held)
