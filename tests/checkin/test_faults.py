"""A thousand things that can go wrong: nobody is checked in by any of them."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random
from typing import cast

import numpy as np
import pytest

from consentry.checkin.check import PATIENCE, Runs
from consentry.checkin.findings import Findings, look
from consentry.engines.face.loading import FaceSpec
from consentry.errors import FaceEngineError, ModelCorrupt, ModelMissing, SetupError
from consentry.metrics import Metrics
from consentry.plugin import Progress, Verdict
from consentry.testing import StillPicture
from consentry.workers import Workers
from tests.checkin.faces import NOBODY, SEVERAL
from tests.checkin.runners import Script, a_try, play, usual, work

FAULTS = 1000

Fault = Callable[[object], object]
"""What comes of a job, given what would have."""


def _not_finite(answer: object) -> object:
    if not isinstance(answer, Findings) or answer.points is None:
        return float("nan")
    return replace(answer, points=np.full_like(answer.points, np.nan))


def _wrong_size(answer: object) -> object:
    if not isinstance(answer, Findings) or answer.points is None:
        return np.ones(3)
    return replace(answer, points=answer.points[:100])


def _no_chip(answer: object) -> object:
    if not isinstance(answer, Findings):
        return 1
    return replace(answer, chip=np.zeros((3, 3, 3), np.uint8))


KINDS: dict[str, Fault] = {
    "the model is missing": lambda answer: ModelMissing("model 'blazeface' is not installed"),
    "the model is another": lambda answer: ModelCorrupt("is not the pinned file"),
    "what the engine gives is not finite": lambda answer: FaceEngineError("not finite"),
    "what comes back is not finite": _not_finite,
    "what comes back has another size": _wrong_size,
    "the face has another size": _no_chip,
    "it is too slow": lambda answer: TimeoutError(),
    "the worker was killed": lambda answer: SetupError("a worker process died"),
    "memory is full": lambda answer: MemoryError(),
    "nothing comes back": lambda answer: None,
    "something else comes back": lambda answer: "checked_in",
    "the engine has a bug": lambda answer: ZeroDivisionError(),
    "a face too many": lambda answer: SEVERAL if isinstance(answer, Findings) else False,
    "the comparison says no": lambda answer: answer if isinstance(answer, Findings) else False,
}


async def try_with(fault: Fault, at: int, metrics: Metrics) -> tuple[Progress, Script]:
    """A try in which everything goes well but for ``fault``, in job number ``at`` and after."""

    def answer(number: int, job: str, good: object) -> object:
        return fault(good) if number >= at else good

    script = Script(answer)
    check = a_try(work(script, metrics), script.attempt)
    progress = await play(check)
    await check.close()
    return progress, script


async def jobs_of_a_good_try() -> int:
    metrics = Metrics()
    progress, script = await try_with(lambda answer: answer, 0, metrics)
    assert progress == Progress(None, Verdict.CHECKED_IN)
    assert script.jobs.count("same_person") == 1 == metrics.value("face_embeddings")
    return len(script.jobs)


@pytest.mark.timeout(240)
async def test_a_thousand_faults_check_nobody_in_and_all_end_at_the_code() -> None:
    length = await jobs_of_a_good_try()
    rng, metrics = Random(6), Metrics()
    for number in range(FAULTS):
        kind = list(KINDS)[number % len(KINDS)]
        at = rng.randrange(length)
        progress, script = await try_with(KINDS[kind], at, metrics)
        assert progress == Progress(None, Verdict.USE_CODE), f"{kind}, in job {at}"
        assert script.jobs.count("same_person") <= 1
    assert metrics.value("checkins", verdict="use_code") == FAULTS
    assert metrics.value("checkins", verdict="checked_in") == 0


async def test_a_camera_that_shows_nothing_ends_at_the_code() -> None:
    script = Script(lambda number, job, good: NOBODY)
    check = a_try(work(script), script.attempt)
    assert await play(check) == Progress(None, Verdict.USE_CODE)
    assert "same_person" not in script.jobs


async def test_a_picture_that_can_not_be_read_ends_at_the_code(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Broken(StillPicture):
        def rgb(self) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
            raise ValueError("pixels of somebody")

    script = Script(usual)
    check = a_try(work(script), script.attempt)
    found = await check.see(Broken(StillPicture.gray(0.5).pixels), 0.1)
    assert found == Progress(None, Verdict.USE_CODE)
    assert "somebody" not in caplog.text
    assert "ValueError" in caplog.text


async def test_a_real_worker_that_is_killed_over_a_picture_ends_at_the_code() -> None:
    async with Workers(1) as workers:
        await workers.warm_up()
        runs = cast(Runs, Doing(workers, _die))
        check = a_try(work(runs), Script(usual).attempt)
        progress = await check.see(StillPicture.gray(0.5), 0.1)
        assert progress == Progress(None, Verdict.USE_CODE)


async def test_a_model_that_is_not_there_ends_at_the_code() -> None:
    spec = FaceSpec(engine="onnx", embedder=Path("/nonexistent/embedder.onnx"))
    async with Workers(1) as workers:
        check = a_try(replace(work(workers), spec=spec), Script(usual).attempt)
        progress = await check.see(StillPicture.gray(0.5), 0.1)
    assert progress == Progress(None, Verdict.USE_CODE)


@pytest.mark.virtual_time
async def test_a_worker_that_hangs_is_waited_for_no_longer_than_people_have_patience() -> None:
    class Hanging:
        def run_first(self, *args: object, **kwargs: object) -> asyncio.Future[object]:
            return asyncio.get_running_loop().create_future()

    runs = cast(Runs, Hanging())
    check = a_try(work(runs), Script(usual).attempt)
    began = asyncio.get_running_loop().time()
    assert await check.see(StillPicture.gray(0.5), 0.1) == Progress(None, Verdict.USE_CODE)
    assert asyncio.get_running_loop().time() - began == pytest.approx(PATIENCE)


@pytest.mark.parametrize("shape", [(0, 0, 3), (1, 1, 3), (480, 3, 3), (15, 9000, 3)])
def test_pictures_of_odd_sizes_have_no_face(shape: tuple[int, int, int]) -> None:
    assert look(FaceSpec(), np.zeros(shape, np.uint8)).faces == 0


class Doing:
    """Workers that do something else than they are told."""

    def __init__(self, workers: Workers, instead: Callable[[], object]) -> None:
        self._workers = workers
        self._instead = instead

    def run_first(self, *args: object, **kwargs: object) -> object:
        return self._workers.run_first(partial(self._instead))


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
