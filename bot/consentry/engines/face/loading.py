"""Which face engine a worker loads, and how."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from consentry.engines.face.assembly import AssembledEngine
from consentry.engines.face.blazeface import BlazeFace
from consentry.engines.face.dlib_faces import DlibFaces
from consentry.engines.face.engine import FaceEngine
from consentry.engines.face.facemesh import FaceMesh
from consentry.engines.face.network import Network
from consentry.engines.models import ModelStore, pin_of

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


@functools.cache
def load(spec: FaceSpec) -> FaceEngine:
    """The engine of ``spec``, loaded once per process; SetupError says what is missing."""
    models = ModelStore(spec.directory)
    return AssembledEngine(
        BlazeFace(_shipped(models, "blazeface", spec.threads)),
        DlibFaces(models.read("dlib-resnet")),
        FaceMesh(_shipped(models, "facemesh", spec.threads)),
        spec.threshold,
    )


def prepare(spec: FaceSpec) -> None:
    """Load the engine, so that the first person need not wait for it."""
    load(spec)


def face_version(spec: FaceSpec) -> str:
    """The models of ``spec`` and 64 bits of their SHA-256: what the ledger says was loaded."""
    return ", ".join(pin_of(name) for name in ("blazeface", "facemesh", "dlib-resnet"))


def _shipped(models: ModelStore, name: str, threads: int) -> Network:
    return Network(models.read(name)[f"{name}.onnx"], f"model {name!r}", threads)
