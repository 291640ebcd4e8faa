"""What a bench ran on: figures mean nothing without it."""

from __future__ import annotations

import os
import platform
from pathlib import Path


def machine() -> dict[str, str | int | float]:
    """Processor, cores, memory in GiB and Python; read from /proc where there is one."""
    return {
        "cpu": _field(Path("/proc/cpuinfo"), "model name") or platform.processor() or "unknown",
        "cores": os.cpu_count() or 1,
        "memory_gib": round(
            int((_field(Path("/proc/meminfo"), "MemTotal") or "0").split()[0]) / 2**20, 1
        ),
        "python": platform.python_version(),
    }


def _field(path: Path, name: str) -> str | None:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), None)
