"""The section `face:` of consentry.yaml."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field

from consentry.config.types import Section

OF_ENGINE = {"dlib": (), "insightface": ("pack",), "onnx": ("embedder", "detector")}
"""The paths that each engine takes; it can't do without the first."""


class FaceSection(Section):
    """The engine of check-in by face, for those who choose it."""

    engine: Literal["dlib", "insightface", "onnx"] = "dlib"
    """`dlib` comes with `pip install 'consentry[faces]'`; `insightface` and `onnx` take models
    that you bring, under licenses that you check."""
    pack: Path | None = None
    """Of `insightface`: the folder with the pack's ONNX files; a relative path starts at the
    folder of this file, as all here."""
    embedder: Path | None = None
    """Of `onnx`: a model in the manner of ArcFace, which takes faces of 112 by 112 pixels."""
    detector: Path | None = None
    """Of `onnx`: SCRFD or YuNet; without one, faces are found by BlazeFace, which comes along."""
    threshold: Annotated[float, Field(gt=0, le=2)] | None = None
    """The largest distance between two embeddings that counts as the same person. Without one:
    0.5 for `dlib`, else 1, a cosine of 0.5. `consentry face evaluate` finds yours."""
    threads: Annotated[int, Field(ge=1, le=64)] = 1
    """Threads of each worker process."""
    processes: Annotated[int, Field(ge=1, le=16)] = 1
    """Worker processes; each holds the models in memory (`dlib`: about 150 MB)."""

    def within(self, folder: Path) -> Self:
        """As this, with paths where a configuration in ``folder`` means them."""
        paths = {key: getattr(self, key) for key in ("pack", "embedder", "detector")}
        given = {key: folder / path.expanduser() for key, path in paths.items() if path is not None}
        return self.model_copy(update=given)

    def faults(self) -> Iterator[tuple[str, str]]:
        """What is wrong with the paths, by key; of a section that :meth:`within` gave."""
        taken = OF_ENGINE[self.engine]
        for key in ("pack", "embedder", "detector"):
            path: Path | None = getattr(self, key)
            if path is None and key in taken[:1]:
                yield "engine", f"{self.engine} takes models that you bring; name them in `{key}:`"
            elif path is not None and key not in taken:
                yield key, f"is not for the engine {self.engine}; leave it out"
            elif path is not None and key == "pack" and not path.is_dir():
                yield key, "there is no such folder; put the pack's ONNX files into it"
            elif path is not None and key != "pack" and not path.is_file():
                yield key, "there is no such file; put the model there"
