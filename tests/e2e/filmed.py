"""A browser whose camera films a scene of the attack kit, which reads the prompts on the screen."""

from __future__ import annotations

import asyncio
import base64
import io
from collections.abc import AsyncIterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from multiprocessing import get_context

from PIL import Image
from playwright.async_api import Frame, Page

from consentry.messages import PromptKind
from consentry.words.catalog import words
from tests.attacks.scene import Scene
from tests.bench.checkin.films import Film

PERIOD = 1 / 12
"""Seconds between two pictures."""

_CAMERA = """
(() => {
  if (!navigator.mediaDevices) return;
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [%d, %d];
  const context = canvas.getContext("2d");
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async ({ audio, video, ...more }) => {
    if (!video) return open({ audio, ...more });
    const sound = audio ? (await open({ audio })).getTracks() : [];
    return new MediaStream([...sound, ...canvas.captureStream(15).getVideoTracks()]);
  };
  window.film = async (encoded) => {
    const bytes = Uint8Array.from(atob(encoded), (c) => c.charCodeAt(0));
    const taken = await createImageBitmap(new Blob([bytes], { type: "image/jpeg" }));
    const high = taken.height * canvas.width / taken.width;
    context.drawImage(taken, 0, (canvas.height - high) / 2, canvas.width, high);
  };
})();
"""


def film_camera(width: int, height: int) -> str:
    """A script for a page: its camera gives what :class:`Filmed` shows it, of that size."""
    return _CAMERA % (width, height)


CAMERA = film_camera(640, 480)

PROMPTED = """() => {
  const text = document.querySelector("consentry-check-in").shadowRoot.querySelector(".text");
  new MutationObserver(() => text.textContent && window.prompted(text.textContent))
    .observe(text, { childList: true, characterData: true, subtree: true });
}"""


# Of a chat that shows lines one after another, in the page or a frame of it.
PROMPTED_IN_CHAT = """(prompts) => {
  const ask = (text) => prompts.filter((p) => text.includes(p)).forEach((p) => window.prompted(p));
  new MutationObserver((records) => records.forEach(({ addedNodes }) =>
    addedNodes.forEach(({ textContent }) => ask(textContent ?? ""))))
    .observe(document.body, { childList: true, subtree: true });
}"""

KINDS: tuple[PromptKind, ...] = (
    "turn_left",
    "turn_right",
    "look_up",
    "look_down",
    "tilt_left",
    "tilt_right",
    "blink",
    "open_mouth",
)


def kind_of(text: str) -> PromptKind | None:
    """What a line on the screen asks for."""
    kinds: dict[str, PromptKind] = {words("en").say(f"check_in.{k}"): k for k in KINDS}
    return kinds.get(text)


@dataclass
class Filmed:
    """What the camera of ``page`` films: nothing until :meth:`show`."""

    page: Page
    _camera: Page | Frame
    """Where it is turned on."""
    _pool: ProcessPoolExecutor
    _film: Film | None = None
    _asked: list[PromptKind] = field(default_factory=list)
    """What was read since the last picture."""
    _read: PromptKind | None = None
    """The last prompt: a page may build its line anew."""
    followed: list[PromptKind] = field(default_factory=list)
    """All that was read."""

    async def reads(self) -> None:
        """Follow the prompts on the screen; once the page is in the call."""
        await self.page.expose_function("prompted", self._prompted)
        await self.page.evaluate(PROMPTED)

    async def reads_chat(self, chat: Page | Frame) -> None:
        """Follow the prompts that come as lines of ``chat``."""
        await self.page.expose_function("prompted", self._prompted)
        said = [words("en").say(f"check_in.{kind}") for kind in KINDS]
        await chat.evaluate(PROMPTED_IN_CHAT, said)

    async def show(self, film: Film) -> None:
        """Film this from now on; it may take seconds to be made."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._pool, partial(_picture, film, (), 0.0))
        self._film, self._asked = film, []

    async def run(self) -> None:
        """Film, until cancelled."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        while True:
            due = asyncio.create_task(asyncio.sleep(PERIOD))
            if self._film is not None:
                asked, self._asked = tuple(self._asked), []
                taken = partial(_picture, self._film, asked, loop.time() - began)
                picture = await loop.run_in_executor(self._pool, taken)
                await self._camera.evaluate("(picture) => window.film(picture)", picture)
            await due

    def _prompted(self, text: str) -> None:
        if (kind := kind_of(text)) not in (None, self._read):
            self._asked.append(kind)
            self.followed.append(kind)
        self._read = kind


@cache
def _scene(film: Film) -> Scene:
    return film.scene()


def _picture(film: Film, asked: tuple[PromptKind, ...], at: float) -> str:
    """In the camera's own process: the picture at ``at``, as JPEG in base64."""
    scene = _scene(film)
    for kind in asked:
        scene.ask(kind, at)
    encoded = io.BytesIO()
    Image.fromarray(scene.picture(at)).save(encoded, "JPEG", quality=92)
    return base64.b64encode(encoded.getvalue()).decode()


@asynccontextmanager
async def filming(page: Page, camera: Page | Frame | None = None) -> AsyncIterator[Filmed]:
    """The camera of ``page``, or of a frame of it, which had :data:`CAMERA` before it was
    opened."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        filmed = Filmed(page, camera or page, pool)
        running = asyncio.create_task(filmed.run())
        try:
            yield filmed
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
