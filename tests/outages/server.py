"""Forks a process for each history, so that what it needs is imported once.

Reads a JSON object a line: ``folder`` of the store, ``told`` (a file), ``call``, ``steps``,
``seed`` and, with the shim of faults preloaded, ``fault`` (``number``, ``error``, ``lasting``).
Writes the process's id and, when it is over, how it ended.
"""

from __future__ import annotations

import asyncio
import ctypes
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from consentry.errors import ConsentryError
from tests.outages.history import History

REFUSED = 3
"""Exit code of a history that the store would not begin, in words of the bot's own."""


def tell_into(path: str) -> Any:
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def tell(line: str) -> None:
        os.write(fd, f"{line}\n".encode())

    return tell


def live(asked: dict[str, Any]) -> int:
    """One history, in a process of its own."""
    tell = tell_into(asked["told"])
    folder = Path(asked["folder"])
    shim = ctypes.CDLL(None) if "fault" in asked else None
    if shim is not None:
        fault = asked["fault"]
        where = str(folder).encode()
        shim.consentry_fault(where, fault["number"], fault["error"], fault["lasting"])
    try:
        history = History(folder, asked["call"], tell)
        asyncio.run(history.run(asked["steps"], asked["seed"]))
    except (ConsentryError, BaseExceptionGroup) as exc:
        leaves = list(_leaves(exc))
        if not all(isinstance(leaf, ConsentryError) for leaf in leaves):
            raise
        tell(f"failed {' '.join(sorted({type(leaf).__name__ for leaf in leaves}))}")
        return REFUSED
    finally:
        if shim is not None:
            tell(f"writes {shim.consentry_writes()}")
    return 0


def _leaves(exc: BaseException) -> Iterator[BaseException]:
    if isinstance(exc, BaseExceptionGroup):
        for inner in exc.exceptions:
            yield from _leaves(inner)
    else:
        yield exc


def main() -> None:
    """Until the end of the input."""
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            code = 1
            try:
                code = live(asked)
            except BaseException as exc:
                tell_into(asked["told"])(f"WRONG: {type(exc).__name__} {exc}")
            finally:
                os._exit(code)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
