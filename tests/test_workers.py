"""The workers: what waits, what goes first, and what happens when a process dies."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path

import psutil
import pytest

from consentry.errors import ModelMissing, PluginError, SetupError
from consentry.events import Samples
from consentry.workers import Workers
from tests.erasure.canary import Canary, in_memory

START = 30.0
"""Seconds a new process may take on a busy machine."""


def double(number: int) -> int:
    return 2 * number


def pid() -> int:
    return os.getpid()


def fail_as_plugin() -> None:
    raise PluginError("faces", "no face engine")


def fail_to_travel() -> None:
    class Local(Exception):
        """Can't be pickled."""

    raise Local("words somebody said")


def echo(text: str) -> str:
    return text


def louder(samples: Samples) -> Samples:
    return samples.copy()


def make_unpicklable() -> Callable[[], None]:
    return lambda: None


def wait_for(path: Path) -> str:
    """Hold the worker until ``path`` can be read: a FIFO, so that nothing polls."""
    return path.read_text()


def missing_model() -> None:
    raise ModelMissing("model 'x' is not installed: pip install x")


def mark(path: Path) -> None:
    with path.open("a") as file:
        file.write("prepared\n")


@pytest.fixture
async def workers() -> AsyncIterator[Workers]:
    async with Workers() as running:
        yield running


@pytest.fixture
def held(tmp_path: Path) -> Path:
    path = tmp_path / "held"
    os.mkfifo(path)
    return path


def release(path: Path) -> None:
    path.write_text("go")


async def test_a_job_runs_in_another_process(workers: Workers) -> None:
    assert await workers.run(double, 21) == 42
    assert await workers.run(pid) != os.getpid()


async def test_one_process_serves_all_jobs(workers: Workers) -> None:
    assert await workers.run(pid) == await workers.run_first(pid)


async def test_errors_of_a_job_are_raised_where_it_was_asked_for(workers: Workers) -> None:
    with pytest.raises(SetupError, match="PluginError"):
        await workers.run(fail_as_plugin)
    with pytest.raises(ModelMissing, match="pip install x"):
        await workers.run(missing_model)


async def test_an_error_that_cannot_travel_names_its_type_and_quotes_nothing(
    workers: Workers,
) -> None:
    with pytest.raises(SetupError, match="Local") as caught:
        await workers.run(fail_to_travel)
    assert "said" not in str(caught.value)


async def test_a_result_that_cannot_travel_is_an_error_and_the_worker_goes_on(
    workers: Workers,
) -> None:
    with pytest.raises(SetupError, match="pickled"):
        await workers.run(make_unpicklable)
    assert await workers.run(double, 1) == 2


async def test_a_job_that_cannot_be_sent_is_an_error_and_the_worker_goes_on(
    workers: Workers,
) -> None:
    with pytest.raises(Exception, match="pickle"):
        await workers.run(lambda: 1)
    assert await workers.run(double, 1) == 2


async def test_a_dead_process_fails_its_job_and_is_replaced(workers: Workers) -> None:
    before = await workers.run(pid)
    with pytest.raises(SetupError, match="died"):
        await workers.run(os._exit, 3)
    assert await workers.run(pid) != before


async def test_a_process_killed_while_idle_costs_one_job_at_most(workers: Workers) -> None:
    victim = psutil.Process(await workers.run(pid))
    victim.kill()
    try:
        await workers.run(double, 1)
    except SetupError as exc:
        assert "died" in str(exc)
    assert await workers.run(double, 2) == 4


async def test_a_job_that_takes_too_long_is_ended_and_its_process_replaced(held: Path) -> None:
    async with Workers(deadline=5) as workers:
        with pytest.raises(SetupError, match="took more than"):
            await workers.run(wait_for, held)
        assert await workers.run(double, 3) == 6


async def test_finals_overtake_what_plugins_wait_for(workers: Workers, held: Path) -> None:
    order: list[str] = []

    async def run(name: str, job: Callable[[], object], first: bool) -> None:
        await (workers.run_first(job) if first else workers.run(job))
        order.append(name)

    async with asyncio.TaskGroup() as group:
        group.create_task(run("running", partial(wait_for, held), False))
        await asyncio.sleep(0)
        group.create_task(run("plugin", pid, False))
        group.create_task(run("final", pid, True))
        await asyncio.sleep(0)
        assert workers.waiting == 2
        await asyncio.to_thread(release, held)
    assert order == ["running", "final", "plugin"]


async def test_what_is_not_urgent_is_refused_while_the_workers_are_busy(
    workers: Workers, held: Path
) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(workers.run(wait_for, held))
        await asyncio.sleep(0)
        assert workers.busy
        assert await workers.run_if_idle(double, 1) is None
        await asyncio.to_thread(release, held)
    assert await workers.run_if_idle(double, 1) == 2


async def test_a_cancelled_job_keeps_its_worker_until_it_has_really_ended(held: Path) -> None:
    async with Workers(forget_within=60.0) as workers:
        before = await workers.run(pid)
        task = asyncio.create_task(workers.run(wait_for, held))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        assert workers.busy
        await asyncio.to_thread(release, held)
        assert await workers.run(pid) == before


async def test_a_cancelled_job_that_goes_on_is_ended_with_its_process(held: Path) -> None:
    async with Workers(forget_within=0.01) as workers:
        before = await workers.run(pid)
        task = asyncio.create_task(workers.run(wait_for, held))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        assert await workers.run(pid) != before
        assert not psutil.pid_exists(before)


async def test_between_jobs_a_process_holds_nothing_of_them(workers: Workers) -> None:
    canary = Canary.of("p1", 1, random.Random(1))
    for _ in range(2):
        assert canary.spoke(await workers.run(louder, canary.sound(1.0)))
        assert await workers.run(echo, canary.word()) == canary.word()
    assert await workers.run(in_memory, canary) == []


async def test_a_job_cancelled_while_it_waits_never_runs(
    workers: Workers, held: Path, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    async with asyncio.TaskGroup() as group:
        group.create_task(workers.run(wait_for, held))
        await asyncio.sleep(0)
        waiting = group.create_task(workers.run(mark, log))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.to_thread(release, held)
    assert await workers.run(double, 5) == 10
    assert not log.exists()


async def test_every_process_is_prepared_and_so_is_its_replacement(tmp_path: Path) -> None:
    log = tmp_path / "log"
    async with Workers(2, prepare=partial(mark, log)) as workers:
        await workers.warm_up()
        assert log.read_text().count("prepared") == 2
        with pytest.raises(SetupError):
            await workers.run(os._exit, 1)
        await workers.warm_up()
    assert log.read_text().count("prepared") == 3


async def test_what_preparation_found_missing_is_said_at_warm_up() -> None:
    async with Workers(prepare=missing_model) as workers:
        with pytest.raises(ExceptionGroup) as caught:
            await workers.warm_up()
    assert caught.value.subgroup(ModelMissing) is not None


async def test_workers_that_were_not_entered_say_so() -> None:
    with pytest.raises(SetupError, match="async with"):
        await Workers().run(double, 1)


async def test_leaving_ends_the_processes_and_the_jobs_in_them(held: Path) -> None:
    async with Workers() as workers:
        process = psutil.Process(await workers.run(pid))
        task = asyncio.create_task(workers.run(wait_for, held))
        await asyncio.sleep(0)
    assert not process.is_running()
    with pytest.raises(SetupError):
        await task


PARENT = """
import asyncio, signal, sys
from consentry.workers import Workers
from tests.test_workers import pid
async def main():
    async with Workers() as workers:
        print(await workers.run(pid), flush=True)
        await asyncio.Event().wait()
if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job ignores it
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        sys.exit(0)
"""


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_no_process_outlives_its_parent_and_none_complains(
    end: signal.Signals, tmp_path: Path
) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    pipe = subprocess.PIPE
    command = [sys.executable, str(script)]
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=environment) as parent:
        assert parent.stdout is not None
        worker = psutil.Process(int(parent.stdout.readline()))
        if end is signal.SIGINT:
            worker.send_signal(end)  # A terminal's Ctrl-C reaches every process of the group.
        parent.send_signal(end)
        _, errors = parent.communicate(timeout=START)
    psutil.wait_procs([worker], timeout=START)
    assert not worker.is_running()
    assert "Traceback" not in errors


def test_the_threads_are_gone_afterwards() -> None:
    async def use() -> None:
        async with Workers() as workers:
            await workers.run(double, 1)

    asyncio.run(use())
    assert not [t for t in threading.enumerate() if t.name.startswith("worker-pipe")]
