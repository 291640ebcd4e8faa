"""Which face engine a worker loads, and how."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from consentry.config.faces import FaceSection
from consentry.engines.face.arcface import ArcFace
from consentry.engines.face.assembly import AssembledEngine, Detector, Embedder
from consentry.engines.face.blazeface import BlazeFace
from consentry.engines.face.detectors import load_detector
from consentry.engines.face.dlib_faces import DlibFaces
from consentry.engines.face.engine import FaceEngine
from consentry.engines.face.facemesh import FaceMesh
from consentry.engines.face.insightface_pack import InsightFacePack, pack_files, pin
from consentry.engines.face.network import Network, read_model
from consentry.engines.models import ModelStore, pin_of
from consentry.errors import ModelMissing

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


def spec_of(section: FaceSection) -> FaceSpec:
    """What the configuration asks for."""
    return FaceSpec(
        engine=section.engine,
        pack=section.pack,
        detector=section.detector,
        embedder=section.embedder,
        threshold=section.threshold,
        threads=section.threads,
    )


@functools.cache
def load(spec: FaceSpec) -> FaceEngine:
    """The engine of ``spec``, loaded once per process; SetupError says what is missing."""
    models = ModelStore(spec.directory)
    mesh = FaceMesh(_shipped(models, "facemesh", spec.threads))
    detector: Detector
    embedder: Embedder
    match spec.engine:
        case "dlib":
            detector = BlazeFace(_shipped(models, "blazeface", spec.threads))
            embedder = DlibFaces(models.read("dlib-resnet"))
        case "insightface":
            pack = _named(spec.pack, "face.pack")
            detector = embedder = InsightFacePack(pack, engine_name(spec), spec.threads)
        case "onnx":
            path = _named(spec.embedder, "face.embedder")
            network = Network(read_model(path, "face.embedder"), "face.embedder", spec.threads)
            embedder = ArcFace(network, engine_name(spec))
            detector = _detector(spec, models)
    return AssembledEngine(detector, embedder, mesh, spec.threshold)


def prepare(spec: FaceSpec) -> None:
    """Load the engine, so that the first person need not wait for it."""
    load(spec)


@functools.cache
def engine_name(spec: FaceSpec) -> str:
    """The name of the engine of ``spec``, without loading it: what a template is kept under."""
    match spec.engine:
        case "dlib":
            return DlibFaces.name
        case "insightface":
            files = pack_files(_named(spec.pack, "face.pack"))
            pins = " ".join(pin(file, "face.pack") for file in files)
            return f"insightface {hashlib.sha256(pins.encode()).hexdigest()[:16]}"
        case "onnx":
            return f"onnx {pin(_named(spec.embedder, 'face.embedder'), 'face.embedder')}"


@functools.cache
def face_version(spec: FaceSpec) -> str:
    """The models of ``spec`` and 64 bits of their SHA-256: what the ledger says was loaded."""
    parts = [pin_of("facemesh")]
    match spec.engine:
        case "dlib":
            parts += [pin_of("blazeface"), pin_of("dlib-resnet")]
        case "insightface":
            files = pack_files(_named(spec.pack, "face.pack"))
            parts += [f"{file.name} {pin(file, 'face.pack')}" for file in files]
        case "onnx":
            embedder = _named(spec.embedder, "face.embedder")
            parts.append(f"{embedder.name} {pin(embedder, 'face.embedder')}")
            if spec.detector is None:
                parts.append(pin_of("blazeface"))
            else:
                parts.append(f"{spec.detector.name} {pin(spec.detector, 'face.detector')}")
    return ", ".join(parts)


def _detector(spec: FaceSpec, models: ModelStore) -> Detector:
    if spec.detector is None:
        return BlazeFace(_shipped(models, "blazeface", spec.threads))
    content = read_model(spec.detector, "face.detector")
    return load_detector(Network(content, "face.detector", spec.threads))


def _named(path: Path | None, key: str) -> Path:
    if path is None:
        raise ModelMissing(f"{key}: is missing; this engine takes models that you bring")
    return path


def _shipped(models: ModelStore, name: str, threads: int) -> Network:
    return Network(models.read(name)[f"{name}.onnx"], f"model {name!r}", threads)
