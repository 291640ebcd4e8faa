"""The attack kit: every kind of attempt to be taken for somebody, as something to be filmed."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

import numpy as np
from PIL import Image, ImageFilter

from consentry.checkin.challenge import EXPRESSIONS, MOTIONS, SEQUENCES
from consentry.engines.face.engine import Embedding, FaceEngine
from consentry.events import Pixels
from consentry.messages import PromptKind
from tests.attacks.camera import Camera
from tests.attacks.faces import disguise, head, morph
from tests.attacks.hand import BENT, WAYS, Hand
from tests.attacks.head import Head, Pose
from tests.attacks.person import Person, wave
from tests.attacks.scene import Altered, Live, Playback, Restless, Scene
from tests.attacks.sheet import Sheet
from tests.attacks.surface import HEIGHT, WIDTH
from tests.attacks.vp8 import Decoder, Encoder

FRAMES = 15


@dataclass(frozen=True, eq=False)
class Cast:
    """Who is attacked, with what, and by whom."""

    engine: FaceEngine
    victim: Pixels
    """The photo of the victim that the attacker has."""
    attacker: Pixels
    enrolled: Embedding
    """Of the victim; known to who makes adversarial noise, to give them every advantage."""

    def head(self) -> Head:
        return head(self.engine, self.victim)


Make = Callable[[Cast, Random], Scene]


def genuine(person: Head, rng: Random) -> Scene:
    """Somebody who is who they say, before their webcam in some light."""
    return Live(Person(person, rng), Camera(rng, gain=rng.uniform(0.85, 1.15)))


def _print(cast: Cast, rng: Random) -> Scene:
    sheet = Sheet(_matte(_portrait(cast.head().render(Pose()))), _room())
    return Hand({None: sheet}, Camera(rng), rng, WAYS)


def _cutout(cast: Cast, rng: Random) -> Scene:
    face = cast.head()
    poses: dict[PromptKind | None, Pose] = {
        None: Pose(),
        "blink": Pose(closed=1),
        "open_mouth": Pose(mouth=0.1),
    }
    faces = {
        cut: Sheet(_matte(_portrait(face.render(pose))), _room()) for cut, pose in poses.items()
    }
    return Hand(faces, Camera(rng), rng, BENT)


def _screen(cast: Cast, rng: Random) -> Scene:
    """A video of the victim, who looks into the camera and blinks, on a screen."""
    person = Person(cast.head(), rng)
    for at in (1.2, 3.6):
        person.ask("blink", at)
    shown = _recompressed([person.picture(i / FRAMES) for i in range(6 * FRAMES)])
    return Altered(Playback(shown, Camera(rng)), _Screen(rng))


def _own_checkin(cast: Cast, rng: Random) -> Scene:
    """A check-in of the victim's own, recorded to the last picture, played to another one."""
    person, camera = Person(cast.head(), rng), Camera(rng)
    at = 0.55
    for kind in rng.choice(SEQUENCES):
        person.ask(kind, at)
        at += rng.uniform(0.75, 1.0)
    pictures = [camera.take(person.picture(i / FRAMES), i / FRAMES) for i in range(5 * FRAMES)]
    return Playback(_recompressed(pictures), once=True)


def _loop(cast: Cast, rng: Random) -> Scene:
    """Two seconds of the victim through a virtual camera, over and over, with one motion."""
    person, camera = Person(cast.head(), rng), Camera(rng)
    person.ask(rng.choice([*MOTIONS, *EXPRESSIONS]), 0.3)
    pictures = [camera.take(person.picture(i / FRAMES), i / FRAMES) for i in range(2 * FRAMES)]
    return Playback(_recompressed(pictures))


def _animated(cast: Cast, rng: Random) -> Scene:
    return Restless(Person(cast.head(), rng), Camera(rng), rng, (*MOTIONS, *EXPRESSIONS))


def _two_faces(cast: Cast, rng: Random) -> Scene:
    """The attacker does as asked, with the victim's photo beside their own face."""
    aside = Image.fromarray(_portrait(cast.head().render(Pose()))).resize((150, 166))

    def beside(picture: Pixels, at: float) -> Pixels:
        shown = picture.copy()
        shown[150:316, 10:160] = np.asarray(aside)
        return shown

    return Altered(genuine(head(cast.engine, cast.attacker), rng), beside)


def _morph(cast: Cast, rng: Random) -> Scene:
    """A living look-alike, half the victim and half the attacker."""
    return genuine(head(cast.engine, morph(cast.engine, cast.attacker, cast.victim, 0.5)), rng)


def _noise(cast: Cast, rng: Random) -> Scene:
    """The attacker with noise over their face that was made against the engine."""
    seed = rng.randrange(1 << 30)
    altered = disguise(cast.engine, cast.attacker, cast.enrolled, 40, seed)
    return genuine(head(cast.engine, altered), rng)


def _swap(cast: Cast, rng: Random) -> Scene:
    """The attacker does as asked; whenever they look straight ahead, the victim is shown."""
    person, camera, victim = Person(head(cast.engine, cast.attacker), rng), Camera(rng), cast.head()
    return _Swap(person, camera, victim)


def _fade(cast: Cast, rng: Random) -> Scene:
    """The victim's face at first, that becomes the attacker's, who does as asked, by and by."""
    shares = (1.0, 0.85, 0.7, 0.55, 0.4, 0.25, 0.1)
    faces = [morph(cast.engine, cast.attacker, cast.victim, share) for share in shares]
    heads = [head(cast.engine, face) for face in (*faces, cast.attacker)]
    return _Fade(Person(heads[-1], rng), Camera(rng), heads, rng.uniform(0.15, 0.4))


KINDS: Mapping[str, Make] = {
    "print": _print,
    "cutout": _cutout,
    "screen": _screen,
    "own_checkin": _own_checkin,
    "loop": _loop,
    "animated": _animated,
    "two_faces": _two_faces,
    "morph": _morph,
    "noise": _noise,
    "swap": _swap,
    "fade": _fade,
}
"""Presentation attack instruments (ISO/IEC 30107-3) by name."""


@dataclass
class _Swap:
    person: Person
    camera: Camera
    victim: Head

    def ask(self, kind: PromptKind, at: float) -> None:
        self.person.ask(kind, at)

    def picture(self, at: float) -> Pixels:
        pose = self.person.pose(at)
        straight = max(abs(pose.yaw), abs(pose.pitch), abs(pose.roll)) < 6
        shown = straight and pose.closed < 0.2 and pose.mouth < 0.02
        scene = self.victim.render(pose) if shown else self.person.picture(at)
        return self.camera.take(scene, at)


@dataclass
class _Fade:
    person: Person
    camera: Camera
    heads: list[Head]
    step: float
    """Seconds from one to the next, once something is asked for."""
    _begins: float | None = None

    def ask(self, kind: PromptKind, at: float) -> None:
        if kind != "look" and self._begins is None:
            self._begins = at
        self.person.ask(kind, at)

    def picture(self, at: float) -> Pixels:
        gone = 0.0 if self._begins is None else (at - self._begins) / self.step
        shown = self.heads[max(0, min(int(gone), len(self.heads) - 1))]
        return self.camera.take(shown.render(self.person.pose(at)), at)


class _Screen:
    """A screen before a camera: gamma, a dark edge, the beat of its pixels with the camera."""

    def __init__(self, rng: Random) -> None:
        rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
        period, angle = rng.uniform(2.3, 3.4), rng.uniform(-0.1, 0.1)
        across = np.cos(2 * np.pi * (columns + angle * rows) / period)
        down = np.cos(2 * np.pi * (rows - angle * columns) / period)
        self._moire = (1 + 0.05 * (across + down))[..., None]
        levels = 255 * (np.arange(256) / 255) ** rng.uniform(1.15, 1.35)
        self._gamma = levels.astype(np.float32)
        self._phase = rng.uniform(0, 6)

    def __call__(self, picture: Pixels, at: float) -> Pixels:
        flicker = 1 + 0.01 * wave(at, 6.3, self._phase)
        shown = self._gamma[picture] * self._moire * flicker + 6
        edged: Pixels = np.clip(shown, 0, 255).astype(np.uint8)
        edged[:18], edged[-18:], edged[:, :28], edged[:, -28:] = 12, 12, 12, 12
        return edged


def _portrait(picture: Pixels) -> Pixels:
    """Head and shoulders."""
    return picture[40:440, 140:500]


def _matte(picture: Pixels) -> Pixels:
    """As a printer has it: fewer tones, less contrast, a dot here and there."""
    soft = Image.fromarray(picture).filter(ImageFilter.GaussianBlur(0.6))
    stored = io.BytesIO()
    soft.save(stored, "JPEG", quality=80)
    printed = np.asarray(Image.open(stored).convert("RGB"), np.float32) * 0.86 + 18
    printed[::3, ::3] *= 0.96
    matte: Pixels = np.clip(printed, 0, 255).astype(np.uint8)
    return matte


def _room() -> Pixels:
    """A wall with a shelf, behind whoever holds something."""
    room = np.full((HEIGHT, WIDTH, 3), (128, 122, 112), np.uint8)
    room[330:345] = (92, 70, 50)
    room[:, 560:] = (100, 110, 120)
    return room


def _recompressed(pictures: list[Pixels]) -> list[Pixels]:
    """As they come out of a recording at 1 Mbit/s."""
    encoder, decoder = Encoder(WIDTH, HEIGHT, 1_000_000), Decoder()
    played: list[Pixels] = []
    for index, picture in enumerate(pictures):
        packet = encoder.encode(picture, index / FRAMES)
        played.append(decoder.decode(packet) if packet else played[-1])
    return played
