"""JSON lines between the bench and the processes it measures, over their stdin and stdout."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

MAX_LINE = 1 << 22
"""Bytes: the description of a hundred tracks fits."""

Fields = dict[str, Any]


class ChildError(RuntimeError):
    """A process of the bench ended, or gave no answer in time."""


async def serve(reply: Callable[[Fields], Awaitable[Fields]]) -> None:
    """Answer each line of stdin with a line of stdout, until the bench closes stdin."""
    reader = asyncio.StreamReader(limit=MAX_LINE)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        sys.stdout.write(json.dumps(await reply(json.loads(line))) + "\n")
        sys.stdout.flush()


class Child:
    """One process that serves; made by :func:`child`."""

    def __init__(self, name: str, process: asyncio.subprocess.Process) -> None:
        self.name = name
        self._process = process

    @property
    def pid(self) -> int:
        return self._process.pid

    async def ask(self, do: str, seconds: float = 60.0, **fields: Any) -> Fields:
        """Its answer to one request; ChildError if there is none."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": do, **fields}).encode() + b"\n")
        try:
            async with asyncio.timeout(seconds):
                await self._process.stdin.drain()
                line = await self._process.stdout.readline()
        except (TimeoutError, ConnectionError) as exc:
            raise ChildError(f"{self.name}: no answer to {do!r} ({type(exc).__name__})") from exc
        if not line:
            raise ChildError(f"{self.name}: ended at {do!r}; see its standard error")
        answer: Fields = json.loads(line)
        return answer


@asynccontextmanager
async def child(module: str, *arguments: str, **environment: str) -> AsyncIterator[Child]:
    """``python -m module`` while the block runs; it ends with its stdin, or is killed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=MAX_LINE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment},
    )
    try:
        yield Child(module.rpartition(".")[2], process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            async with asyncio.timeout(20):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
