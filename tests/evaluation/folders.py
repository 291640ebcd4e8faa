"""A folder to evaluate: two people, one photo that is no use, and videos."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random

from PIL import Image

from consentry.engines.face.loading import FaceSpec, load
from consentry.events import Pixels
from tests.attacks.camera import Camera
from tests.attacks.faces import head
from tests.attacks.person import Person
from tests.engines.face.photos import FOLDER, photo
from tests.evaluation.videos import write_video


def live(name: str, pictures: int = 12) -> list[Pixels]:
    """Somebody who sits before a webcam, ten pictures a second."""
    person, camera = Person(head(load(FaceSpec()), photo(name)), Random(1)), Camera(Random(2))
    return [camera.take(person.picture(i / 10), i / 10) for i in range(pictures)]


def fill(folder: Path) -> Path:
    """Photos of two people, and one of nobody."""
    for person, names in {"eileen": ["astronaut"], "barack": ["obama", "obama2"]}.items():
        (folder / person).mkdir()
        for name in names:
            shutil.copy(FOLDER / f"{name}.jpg", folder / person)
    Image.new("RGB", (300, 300), "gray").save(folder / "eileen" / "wall.png")
    (folder / "eileen" / "broken.jpg").write_bytes(b"")
    return folder


def film(folder: Path) -> Path:
    """Besides: a person, a picture that stands still, and one that moves as a person does."""
    alive = live("obama")
    write_video(folder / "barack" / "webcam.mp4", alive)
    for name in ("loop/still", "mask/paper", "mask/silicone"):
        (folder / "attacks" / name).mkdir(parents=True)
    write_video(folder / "attacks" / "loop" / "still" / "1.mp4", alive[:1] * 12)
    write_video(folder / "attacks" / "mask" / "paper" / "1.mp4", alive[:1] * 12)
    write_video(folder / "attacks" / "mask" / "silicone" / "1.mp4", live("obama2"))
    return folder
