"""Histories in processes that can be killed, and whose disk can fail."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


@dataclass
class Life:
    """One process that lives a history."""

    pid: int
    told_in: Path
    server: Process

    async def ends(self) -> int:
        """Its exit code; -9 where it was killed."""
        assert self.server.stdout is not None
        return int(await self.server.stdout.readline())

    def told(self) -> list[str]:
        """The whole lines that were told so far."""
        if not self.told_in.exists():
            return []
        return self.told_in.read_text().rpartition("\n")[0].splitlines()


class Lives:
    """Starts them, one at a time."""

    def __init__(self, server: Process, folder: Path) -> None:
        self._server = server
        self._folder = folder
        self._count = 0

    async def begin(self, store: Path, call: str, **asked: Any) -> Life:
        """A history of ``call`` on the store in ``store``."""
        self._count += 1
        told = self._folder / f"told-{self._count}"
        line = {"folder": str(store), "told": str(told), "call": call} | asked
        assert self._server.stdin is not None and self._server.stdout is not None
        self._server.stdin.write(json.dumps(line).encode() + b"\n")
        await self._server.stdin.drain()
        return Life(int(await self._server.stdout.readline()), told, self._server)


@asynccontextmanager
async def lives(folder: Path, environment: Mapping[str, str] | None = None) -> AsyncIterator[Lives]:
    """While the block runs; what they tell is kept in ``folder``."""
    server = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.outages.server",
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
        stdin=PIPE,
        stdout=PIPE,
    )
    try:
        yield Lives(server, folder)
    finally:
        assert server.stdin is not None
        server.stdin.close()
        await server.wait()
