"""Whether a face is the one that somebody claims to have: yes or no, in a worker process."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from consentry.checkin.findings import distinct
from consentry.engines.face.loading import FaceSpec, load
from consentry.events import Pixels
from consentry.people.claims import Unlocked
from consentry.people.templates import distance

MARGIN = 0.08
"""By how much any other template that is open now must be further away, in distances."""

GREY = 0.08
"""The part of the threshold next to it that leaves a doubt."""


def same_person(
    spec: FaceSpec, pixels: Pixels, claimed: Unlocked, others: Sequence[Unlocked]
) -> bool:
    """The one embedding of a try, and its comparison. No distance leaves this process.

    Whatever is not as it must be is a no; errors of the engine are raised.
    """
    engine = load(spec)
    faces = distinct(engine.detect(pixels))
    if len(faces) != 1 or claimed.template.engine != engine.name:
        return False
    embedding = engine.embed(engine.align(pixels, faces[0]))
    if embedding.shape != (engine.dimensions,) or not np.isfinite(embedding).all():
        return False
    away = distance(claimed.template, embedding, claimed.key)
    if not away <= (1 - GREY) * engine.threshold:
        return False
    return all(
        distance(other.template, embedding, other.key) >= away + MARGIN
        for other in others
        if other.template.engine == engine.name
    )
