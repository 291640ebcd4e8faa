"""Which face engine a worker loads, and how."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

EngineName = Literal["dlib", "insightface", "onnx"]


@dataclass(frozen=True, slots=True)
class FaceSpec:
    """One face engine. Hashable: it names the one loaded copy of a process."""

    engine: EngineName = "dlib"
    pack: Path | None = None
    """Of ``insightface``: the folder of the pack."""
    detector: Path | None = None
    """Of ``onnx``: SCRFD or YuNet; without one, BlazeFace."""
    embedder: Path | None = None
    """Of ``onnx``: any model in the manner of ArcFace."""
    threshold: float | None = None
    """The largest distance that counts as the same person; without one, the engine's own."""
    threads: int = 1
    directory: Path | None = None
    """Where pinned models are looked for besides the installed packages."""
