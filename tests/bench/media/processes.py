"""What a tree of processes uses, as the kernel counts it."""

from __future__ import annotations

from dataclasses import dataclass

import psutil

MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Usage:
    """Of a process and all below it."""

    cpu: float
    """Seconds of processor time since it started, its ended children's included."""
    rss: float
    """MiB; pages that several processes share count in each."""
    pss: float
    """MiB; shared pages count once."""


def usage(pid: int) -> Usage:
    """Of the tree under ``pid``, now."""
    root = psutil.Process(pid)
    cpu = rss = pss = 0.0
    for process in [root, *root.children(recursive=True)]:
        try:
            times, memory = process.cpu_times(), process.memory_full_info()
        except psutil.NoSuchProcess:
            continue
        cpu += times.user + times.system + times.children_user + times.children_system
        rss += memory.rss / MEBIBYTE
        pss += memory.pss / MEBIBYTE
    return Usage(cpu, rss, pss)
