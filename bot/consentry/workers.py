"""The one budget of processes for work that would stop the event loop."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import multiprocessing
import pickle
import signal
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from enum import IntEnum
from functools import partial
from multiprocessing.connection import Connection
from typing import ParamSpec, Self, TypeVar, cast

from opentelemetry.trace import Tracer

from consentry.errors import SetupError
from consentry.tracing import silent, span

P = ParamSpec("P")
T = TypeVar("T")


FORGET_WITHIN = 1.5
"""Seconds that a job has to end which nobody waits for any more. Then its process is ended, with
all it holds: whoever withdrew is not to be listened to for longer."""


class Priority(IntEnum):
    """Who goes first when the workers are busy."""

    FINAL = 0
    """Somebody waits for it and it will not be asked again."""
    PLUGIN = 1
    """A plugin's own work."""


class Workers:
    """Worker processes that start with the context and end with it.

    Each takes one job at a time, so a job waits here, where it can be overtaken or cancelled, and
    not in a pipe. A process that dies, or holds one job longer than ``deadline`` seconds, fails
    that job with SetupError and is replaced; so is one that is at a cancelled job for longer than
    ``forget_within``. Between jobs a process holds nothing of them. ``prepare`` runs first in each
    new process, to load models.
    """

    def __init__(
        self,
        processes: int = 1,
        *,
        prepare: Callable[[], None] | None = None,
        deadline: float = 60.0,
        forget_within: float = FORGET_WITHIN,
    ) -> None:
        self.tracer: Tracer = silent()
        """Tells how long the jobs of :meth:`run_first` wait and take."""
        self._count = processes
        self._prepare = prepare
        self._deadline = deadline
        self._forget_within = forget_within
        self._idle: list[_Worker] = []
        self._all: list[_Worker] = []
        self._waiting: list[tuple[int, int, asyncio.Future[_Worker]]] = []
        self._order = itertools.count()

    async def __aenter__(self) -> Self:
        self._all = [_Worker(self._prepare) for _ in range(self._count)]
        self._idle = list(self._all)
        return self

    async def __aexit__(self, *exc: object) -> None:
        for _, _, waiter in self._waiting:
            waiter.cancel()
        self._waiting.clear()
        self._idle.clear()
        for worker in self._all:
            worker.stop()
        self._all.clear()

    @property
    def busy(self) -> bool:
        """Whether a job given now would have to wait."""
        return not self._idle

    @property
    def waiting(self) -> int:
        """How many jobs wait for a worker."""
        return sum(not waiter.done() for _, _, waiter in self._waiting)

    async def warm_up(self) -> None:
        """Wait until every process runs and is prepared; raises what ``prepare`` raised."""
        workers = [await self._take(Priority.FINAL) for _ in range(self._count)]
        async with asyncio.TaskGroup() as group:
            for worker in workers:
                group.create_task(self._work(worker, _nothing))

    async def run(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run the module-level function ``fn`` in a worker; its errors are raised here."""
        worker = await self._take(Priority.PLUGIN)
        return await self._work(worker, partial(fn, *args, **kwargs))

    async def run_first(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """As :meth:`run`, before all that waits there."""
        with span(self.tracer, "wait"):
            worker = await self._take(Priority.FINAL)
        with span(self.tracer, "inference"):
            return await self._work(worker, partial(fn, *args, **kwargs))

    async def run_if_idle(
        self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T | None:
        """As :meth:`run`, or ``None`` at once where every worker is busy."""
        if self.busy:
            return None
        return await self._work(self._idle.pop(), partial(fn, *args, **kwargs))

    async def _take(self, priority: Priority) -> _Worker:
        if not self._all:
            raise SetupError("the workers are not running; enter them with `async with` first")
        if self._idle:
            return self._idle.pop()
        waiter: asyncio.Future[_Worker] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (priority, next(self._order), waiter))
        try:
            return await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled():
                self._give_back(waiter.result())
            raise

    async def _work(self, worker: _Worker, job: Callable[[], T]) -> T:
        """Run ``job`` and free the worker when it has really ended, cancelled or not."""
        future = worker.submit(job)
        wrapped = asyncio.wrap_future(future)
        try:
            async with asyncio.timeout(self._deadline):
                return await asyncio.shield(wrapped)
        except TimeoutError:
            if wrapped.done():
                raise
            worker.kill()
            await asyncio.wait([wrapped])
            wrapped.exception()  # That it died is known; asyncio would complain otherwise.
            raise SetupError(
                f"a job took more than {self._deadline:g} s; its process was ended and replaced"
            ) from None
        except _Died:
            raise SetupError(
                "a worker process died (out of memory?); it was replaced and the job is lost"
            ) from None
        finally:
            if wrapped.done():
                self._give_back(worker)
            else:
                loop = asyncio.get_running_loop()
                forget = loop.call_later(self._forget_within, worker.kill)
                wrapped.add_done_callback(partial(self._ended, worker, forget))

    def _ended(self, worker: _Worker, forget: asyncio.TimerHandle, job: asyncio.Future[T]) -> None:
        forget.cancel()
        if not job.cancelled():
            job.exception()  # Nobody waits for it any more; asyncio would complain otherwise.
        self._give_back(worker)

    def _give_back(self, worker: _Worker) -> None:
        if worker not in self._all:
            return  # It ended with the context.
        worker.replace()
        while self._waiting:
            _, _, waiter = heapq.heappop(self._waiting)
            if not waiter.done():
                waiter.set_result(worker)
                return
        self._idle.append(worker)


class _Died(Exception):
    """The process at the other end of the pipe is gone."""


class _Worker:
    """One process, the pipe to it and the thread that waits on that pipe."""

    def __init__(self, prepare: Callable[[], None] | None) -> None:
        self._prepare = prepare
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="worker-pipe")
        self._start()

    def submit(self, job: Callable[[], T]) -> Future[T]:
        return self._thread.submit(self._exchange, job)

    def kill(self) -> None:
        """End the process now; a job in it fails."""
        self._process.kill()

    def replace(self) -> None:
        """Where the process is dead, start another."""
        self._process.join(0)
        if self._process.exitcode is not None:
            self._close()
            self._start()

    def stop(self) -> None:
        self.kill()
        self._thread.shutdown(wait=True)
        self._process.join()
        self._close()

    def _close(self) -> None:
        self._pipe.close()
        self._process.close()

    def _start(self) -> None:
        spawn = multiprocessing.get_context("spawn")
        self._pipe, theirs = spawn.Pipe()
        self._process = spawn.Process(
            target=_serve, args=(theirs, self._prepare), name="consentry-worker", daemon=True
        )
        self._process.start()
        theirs.close()  # So that the death of the process ends the pipe.

    def _exchange(self, job: Callable[[], T]) -> T:
        try:
            self._pipe.send(job)
            result, error = self._pipe.recv()
        except (EOFError, ConnectionError):
            self._process.join()
            raise _Died from None
        if error is not None:
            raise error
        return cast(T, result)


def _serve(pipe: Connection, prepare: Callable[[], None] | None) -> None:
    """The life of a worker process: jobs in, results out, until the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle.
    _, unprepared = (None, None) if prepare is None else _attempt(prepare)
    while True:
        try:
            job = pipe.recv()
        except (EOFError, OSError):
            return
        result, error = _attempt(job) if unprepared is None else (None, unprepared)
        try:
            pipe.send((result, error))
        except (ConnectionError, OSError):
            return
        except Exception as exc:
            pipe.send((None, SetupError(f"a job's result can't be pickled ({type(exc).__name__})")))
        del job, result, error  # or they would stay until the next job comes


def _attempt(job: Callable[[], object]) -> tuple[object, Exception | None]:
    try:
        return job(), None
    except Exception as exc:
        return None, _portable(exc)


def _portable(error: Exception) -> Exception:
    """``error`` if it survives the pipe, else one that names its type."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return SetupError(f"a job in a worker raised {type(error).__name__}")
    return error


def _nothing() -> None:
    """The job that shows a process is up."""
