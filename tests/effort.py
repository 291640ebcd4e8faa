"""How much processor time something takes: others on the machine can only add to it."""

from __future__ import annotations

import time
from collections.abc import Callable

STALL_SECONDS = 0.05
"""No input may hold up the event loop for longer."""

TRIES = 3


def least_seconds(step: Callable[[], object]) -> float:
    """The shortest of three runs of ``step``, in processor time of this thread."""
    times = []
    for _ in range(TRIES):
        began = time.thread_time()
        step()
        times.append(time.thread_time() - began)
    return min(times)
