"""A camera of a page's that films a scene of the attack kit, which hears what the page asks."""

from __future__ import annotations

import asyncio
import base64
import io
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from PIL import Image
from playwright.async_api import Page

from consentry.messages import PromptKind
from tests.attacks.scene import Scene

FRAMES_PER_SECOND = 12.0

# Instead of the browser's own fake camera; counts how often a page turned it on.
CAMERA = """
window.film = Object.assign(document.createElement("canvas"), { width: 640, height: 480 });
window.cameras = [];
navigator.mediaDevices.getUserMedia = async () => {
  const stream = window.film.captureStream(30);
  window.cameras.push(stream);
  return stream;
};
window.showPicture = async (base64) => {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const picture = await createImageBitmap(new Blob([bytes], { type: "image/jpeg" }));
  window.film.getContext("2d").drawImage(picture, 0, 0);
};
window.isFilming = () => window.cameras.some((stream) => stream.active);
"""


@dataclass
class Filming:
    """A scene before the camera of ``page``."""

    page: Page
    scene: Scene
    _thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1))
    _began: float = field(default_factory=lambda: asyncio.get_running_loop().time())

    @property
    def now(self) -> float:
        return asyncio.get_running_loop().time() - self._began

    def hear(self, frame: dict[str, Any]) -> None:
        """What the server tells the page."""
        if frame["type"] == "prompt":
            kind: PromptKind = frame["kind"]
            self._thread.submit(self.scene.ask, kind, self.now)

    async def roll(self) -> None:
        """Show the camera one picture after another."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            picture = await loop.run_in_executor(self._thread, self._take, self.now)
            await self.page.evaluate("(picture) => window.showPicture(picture)", picture)
            due = max(due + 1 / FRAMES_PER_SECOND, loop.time())
            await asyncio.sleep(due - loop.time())

    def _take(self, at: float) -> str:
        content = io.BytesIO()
        Image.fromarray(self.scene.picture(at)).save(content, "JPEG", quality=92)
        return base64.b64encode(content.getvalue()).decode()

    def close(self) -> None:
        self._thread.shutdown()


@asynccontextmanager
async def filming(page: Page, scene: Scene) -> AsyncIterator[Filming]:
    """``scene`` is before the camera while the block runs."""
    film = Filming(page, scene)
    rolling = asyncio.ensure_future(film.roll())
    try:
        yield film
    finally:
        rolling.cancel()
        await asyncio.wait([rolling])
        film.close()
