"""Runs the engine over samples: photos are compared, videos presented to the passive signals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from consentry.checkin.attempt import Attempt, Limits
from consentry.checkin.findings import look
from consentry.engines.face.engine import Embedding, FaceEngine
from consentry.engines.face.loading import FaceSpec, load
from consentry.engines.face.quality import advice, assess
from consentry.evaluation.rates import Comparisons, Rate, compare, presentations
from consentry.evaluation.samples import SECONDS, Samples, read_photo, read_video
from consentry.events import Pixels
from consentry.plugin import Prompt

UNREADABLE = "unreadable"
"""Beside the advice, why a photo was not acquired."""


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """What came of all samples. It names nobody."""

    engine: str
    threshold: float
    people: int
    photos: int
    failures: Mapping[str, int]
    """Photos that were not acquired (FTA), by the first reason."""
    comparisons: Comparisons
    genuine: Rate
    """BPCER: videos of people that the passive signals refused."""
    attacks: Mapping[str, Mapping[str, Rate]]
    """APCER by kind and species: videos of attacks that they let pass."""
    left_out: int


def measure(spec: FaceSpec, samples: Samples) -> Measured:
    """Run the engine of ``spec`` over ``samples``; SetupError where it can't be loaded."""
    engine = load(spec)
    failures: Counter[str] = Counter()
    people = [_embeddings(engine, photos, failures) for photos in samples.people.values()]
    refused = sum(not passes(spec, read_video(video)) for video in samples.genuine)
    return Measured(
        engine=engine.name,
        threshold=engine.threshold,
        people=len(samples.people),
        photos=sum(len(photos) for photos in samples.people.values()),
        failures=dict(failures),
        comparisons=compare(people),
        genuine=presentations(refused, len(samples.genuine)),
        attacks={
            kind: {name: _let_pass(spec, videos) for name, videos in species.items()}
            for kind, species in samples.attacks.items()
        },
        left_out=samples.left_out,
    )


def passes(spec: FaceSpec, pictures: Iterable[tuple[Pixels, float]]) -> bool:
    """Whether the passive signals alone take ``pictures`` for a person, from the first to the last:
    a try of check-in with the challenge off. A recording can't answer a challenge, so nothing here
    is said about that."""
    seen = Attempt((), at=0.0)
    patient = Limits(whole=2 * SECONDS, step=2 * SECONDS)
    watched = Attempt((Prompt("look"),), 0.0, patient)
    for pixels, at in pictures:
        findings = look(spec, pixels)
        seen.see(findings, at)
        if watched.see(findings, at).verdict is not None:
            return False
    return seen.passed


def _let_pass(spec: FaceSpec, videos: list[Path]) -> Rate:
    return presentations(sum(passes(spec, read_video(video)) for video in videos), len(videos))


def _embeddings(
    engine: FaceEngine, photos: Iterable[Path], failures: Counter[str]
) -> list[Embedding]:
    found = []
    for path in photos:
        pixels = read_photo(path)
        if pixels is None:
            failures[UNREADABLE] += 1
            continue
        faces = engine.detect(pixels)
        mesh = engine.mesh(pixels, faces[0]) if faces else None
        if better := advice(assess(pixels, faces, mesh)):
            failures[better[0]] += 1
            continue
        found.append(engine.embed(engine.align(pixels, faces[0])))
    return found
