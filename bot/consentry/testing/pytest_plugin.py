"""pytest: ``@pytest.mark.virtual_time`` runs a coroutine test on a clock that jumps."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any

import pytest

from consentry.testing.virtual_time import VirtualTimeLoop


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "virtual_time: run this coroutine test on a clock that jumps to the next timer"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a marked test on a loop of its own; leave every other test to its usual runner."""
    if pyfuncitem.get_closest_marker("virtual_time") is None:
        return None
    test = inspect.unwrap(pyfuncitem.obj)
    names = pyfuncitem._fixtureinfo.argnames
    arguments: dict[str, Any] = {name: pyfuncitem.funcargs[name] for name in names}
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        runner.run(test(**arguments))
    return True
