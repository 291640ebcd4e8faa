"""From somebody's photo to an embedding, in memory alone, or to what would make it a better one."""

from __future__ import annotations

import asyncio
import io
import logging
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from PIL import Image, ImageOps

from consentry.engines.face.engine import Embedding, FaceEngine
from consentry.engines.face.loading import FaceSpec, engine_name, load
from consentry.engines.face.quality import ENROLMENT, Advice, advice, assess
from consentry.errors import Busy
from consentry.events import Pixels
from consentry.people.faces import Made
from consentry.workers import Workers

log = logging.getLogger(__name__)

MAX_PHOTO_BYTES = 4 * 1024 * 1024
MAX_PIXELS = 24_000_000
"""Of a photo before it is made smaller; more is a bomb, or no photo of a face."""
MAX_SCANS = 64
"""Times that a JPEG may have a decoder go over it; cameras make one, software a dozen."""
LOOKED_WITHIN = 10.0
"""Seconds, with the wait for a worker; a photo takes less than one."""
SIDE = 1280
"""Pixels of the longer side of what is looked at."""
_FORMATS = ("JPEG", "PNG", "WEBP")


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of a photo: an embedding, or what to do better."""

    advice: tuple[Advice, ...] = ()
    made: Made | None = field(default=None, repr=False)
    readable: bool = True
    """Whether it is a picture at all."""


class Photos(Protocol):
    """Looks at photos. SetupError where that can't be done now."""

    async def look(self, photo: bytes) -> Looked:
        """What is to be had from ``photo``, which is kept nowhere."""
        ...


class WorkerPhotos:
    """Implements :class:`Photos` in the workers of faces."""

    def __init__(self, workers: Workers, spec: FaceSpec, within: float = LOOKED_WITHIN) -> None:
        self._workers = workers
        self._within = within
        self._spec = spec
        self._engine = engine_name(spec)

    async def look(self, photo: bytes) -> Looked:
        if len(photo) > MAX_PHOTO_BYTES:
            return Looked(readable=False)
        try:
            async with asyncio.timeout(self._within):
                found = await self._workers.run(look_at, self._spec, photo)
        except TimeoutError:
            log.warning("a photo was not looked at within %g s", self._within)
            raise Busy("a photo was not looked at in time; try again in a moment") from None
        match found:
            case None:
                return Looked(readable=False)
            case tuple():
                return Looked(advice=found)
            case _:
                return Looked(made=Made(found, self._engine))


def look_at(spec: FaceSpec, photo: bytes) -> Embedding | tuple[Advice, ...] | None:
    """In a worker: the embedding of the one face in ``photo``, or what to do better; ``None``
    where it is no picture."""
    pixels = read(photo)
    return None if pixels is None else judged(load(spec), pixels)


def judged(engine: FaceEngine, pixels: Pixels) -> Embedding | tuple[Advice, ...]:
    """As :func:`look_at`. Nothing is embedded unless there is nothing to do better."""
    faces = engine.detect(pixels)
    mesh = engine.mesh(pixels, faces[0]) if faces else None
    if better := advice(assess(pixels, faces, mesh), ENROLMENT):
        return tuple(better)
    return engine.embed(engine.align(pixels, faces[0]))


def read(photo: bytes) -> Pixels | None:
    """``uint8[height, width, 3]``, upright; ``None`` where it is no picture of a kind we take."""
    try:
        with Image.open(io.BytesIO(photo), formats=_FORMATS) as picture:
            if picture.width * picture.height > MAX_PIXELS or scans(photo) > MAX_SCANS:
                return None
            picture.draft("RGB", (SIDE, SIDE))
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except Exception:  # whatever a stranger made of it
        return None
    upright.thumbnail((SIDE, SIDE))
    return np.asarray(upright)


def scans(photo: bytes) -> int:
    """How many scans a JPEG has before its end (ITU-T T.81, section B.1.1): what follows it, as
    the film of a moving photo does, is not read. 0 where it is none."""
    at, found = 2, 0
    if not photo.startswith(b"\xff\xd8"):
        return 0
    while (at := photo.find(b"\xff", at)) >= 0:
        match photo[at + 1 : at + 2]:
            case b"\xd9":
                break
            case b"\xff":
                at += 1
            case marker if marker < b"\xc0" or b"\xd0" <= marker <= b"\xd7":
                at += 2  # no segment: what looks like its length may be another marker
            case marker:
                found += marker == b"\xda"
                at += 2 + int.from_bytes(photo[at + 2 : at + 4], "big")
    return found
