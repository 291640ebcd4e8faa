"""People in Chromium: a browser each whose microphone hears a recording, and what it has shown."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Page, Playwright, async_playwright

from tests.e2e.page.browser import FLAGS, until
from tests.requirements import need

VIEWPORT = {"width": 1280, "height": 800}
CAMERA_FLAGS = ["--disable-renderer-backgrounding", "--autoplay-policy=no-user-gesture-required"]

# Keeps the text of everything a page has shown, frames of the same origin and shadow trees
# included: captions pass by in seconds. `readTexts()` is a list of lines, the oldest first.
KEEP_TEXTS = """
(() => {
  const kept = new Set();
  const squeeze = (text) => text.replace(/\\s+/g, " ").trim();
  const keep = (node) => {
    let at = node;
    for (let up = 0; at && up < 6; at = at.parentElement ?? at.parentNode?.host, up += 1) {
      const text = squeeze(at.textContent ?? "");
      if (text.length > 4000) break;
      if (text !== "") kept.add(text);
    }
  };
  const options = { childList: true, characterData: true, subtree: true };
  const watch = (root) => new MutationObserver((records) => {
    for (const { target, addedNodes } of records) {
      keep(target.nodeType === Node.TEXT_NODE ? target.parentElement ?? target.parentNode : target);
      addedNodes.forEach(keep);
    }
  }).observe(root, options);
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (init) {
    const root = attach.call(this, init);
    watch(root);
    return root;
  };
  watch(document);
  window.hasShownBetween = (start, end) =>
    [...kept].some((t) => t.startsWith(squeeze(start)) && t.endsWith(squeeze(end)));
  window.hasShown = (...words) => [...kept].some((t) => words.every((w) => t.includes(squeeze(w))));
})();
"""


# The camera as a page gets it, whatever it asks for: several people share a machine here.
_CAMERA = """
const ask = navigator.mediaDevices?.getUserMedia.bind(navigator.mediaDevices);
if (ask) navigator.mediaDevices.getUserMedia = (wanted) => ask({
  ...wanted, video: wanted.video && { width: %d, height: %d, frameRate: %d },
});
"""


def camera(width: int, height: int, frames_per_second: int = 10) -> str:
    """A script for a page: every camera it turns on gives such pictures."""
    return _CAMERA % (width, height, frames_per_second)


@dataclass
class Chromium:
    """Browsers, one for each person: the recording a microphone hears is a flag of the browser."""

    _playwright: Playwright
    _stack: AsyncExitStack
    flags: list[str] = field(default_factory=list)
    """More of them, for all who come."""

    async def page(self, speech: Path | None = None, **options: Any) -> Page:
        """A fresh profile with an empty page; its microphone hears ``speech`` over and over."""
        flags = [*FLAGS, *CAMERA_FLAGS, *self.flags]
        if speech is not None:
            flags.append(f"--use-file-for-fake-audio-capture={speech}")
        browser = await self._playwright.chromium.launch(
            executable_path=need("chromium"), args=flags
        )
        self._stack.push_async_callback(browser.close)
        options = {"viewport": VIEWPORT, "permissions": ["microphone", "camera"]} | options
        context = await browser.new_context(**options)
        await context.add_init_script(KEEP_TEXTS)
        page = await context.new_page()
        page.set_default_timeout(30_000)
        return page


@asynccontextmanager
async def chromium(*flags: str) -> AsyncIterator[Chromium]:
    """Browsers to open people's pages in; all are closed with the block."""
    async with async_playwright() as playwright, AsyncExitStack() as stack:
        yield Chromium(playwright, stack, list(flags))


async def shown(page: Page, *words: str, seconds: float = 600.0) -> None:
    """Wait until one piece of the page shows, or has shown, all of ``words`` together.

    Looks at what was added to the page or changed in it since it was opened.
    """
    await until(page, "(words) => window.hasShown(...words)", list(words), seconds)


async def shown_between(page: Page, start: str, end: str, seconds: float = 600.0) -> None:
    """Wait until one piece of the page begins and ends so, or has; as :func:`shown`."""
    between = "([start, end]) => window.hasShownBetween(start, end)"
    await until(page, between, [start, end], seconds)
