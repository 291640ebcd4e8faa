"""A try played in its own time: filmed, through VP8 at a call's bit rate, into an attempt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from consentry.checkin.attempt import Attempt
from consentry.checkin.findings import look
from consentry.engines.face.loading import FaceSpec
from consentry.events import Pixels
from consentry.plugin import Prompt
from tests.attacks.scene import Scene
from tests.attacks.surface import HEIGHT, WIDTH
from tests.attacks.vp8 import FRAMES_PER_SECOND, Decoder, Encoder

SETTLING = 1.0
"""Seconds that the camera was on before the try."""

AWAY = 0.12
"""Seconds from a prompt to the eyes that read it, with all that lies between."""


@dataclass(frozen=True, eq=False)
class Played:
    """How a try went: whether all was done that was asked, and the picture to be compared."""

    passed: bool
    seconds: float
    best: Pixels | None


def play(scene: Scene, prompts: Sequence[Prompt]) -> Played:
    """Until everything was done, or the code is to be used."""
    attempt, best, asked = Attempt(prompts, SETTLING), None, None
    for at, picture in _filmed(scene):
        if at < SETTLING:
            continue
        attempt.see(look(FaceSpec(), picture), at)
        if attempt.best_at == at:
            best = picture
        prompt = attempt.progress.prompt
        if attempt.passed or prompt is None:
            return Played(attempt.passed, at - SETTLING, best)
        if prompt.kind != asked:
            asked = prompt.kind
            scene.ask(asked, at + AWAY)
    raise AssertionError("a try has an end")


def _filmed(scene: Scene, seconds: float = 15.0) -> Iterator[tuple[float, Pixels]]:
    """Every second frame that comes out of the decoder."""
    encoder, decoder = Encoder(WIDTH, HEIGHT), Decoder()
    for number in range(round(seconds * FRAMES_PER_SECOND)):
        at = number / FRAMES_PER_SECOND
        packet = encoder.encode(scene.picture(at), at)
        if packet is not None:
            picture = decoder.decode(packet)
            if number % 2 == 0:
                yield at, picture
