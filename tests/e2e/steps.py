"""What a person does to check in, as their browser sees it: buttons pressed, and fields filled in,
each once, on whatever keys; and how long it takes."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from playwright.async_api import BrowserContext

ACTS = """
addEventListener("click", (event) => {
  const [pressed] = event.composedPath();
  const control = pressed.closest?.("button, a, [role=switch]");
  if (event.isTrusted && control && !control.closest("#keypad"))
    window.acted(`presses ${control.textContent.trim()}`);
}, true);
const kept = new Map();
for (const act of ["input", "click"]) addEventListener(act, () => setTimeout(() => {
  for (const { id, value } of document.querySelectorAll("input:not([type=hidden])")) {
    if (value && value !== kept.get(id)) window.acted(`fills in ${id}`);
    kept.set(id, value);
  }
}));
"""


@dataclass
class Path:
    """One way to be checked in, from the first touch to the end."""

    steps: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def did(self, step: str) -> None:
        """One more step; a field that is typed into, or a prompt that is followed, is one."""
        if step.startswith("presses") or step not in self.steps:
            self.steps.append(step)


class Steps:
    """What is done in one browser context, path after path."""

    def __init__(self) -> None:
        self._path = Path()

    async def watch(self, context: BrowserContext) -> None:
        """Before its pages are opened."""
        await context.expose_binding("acted", self._acted)
        await context.add_init_script(ACTS)

    def _acted(self, source: object, act: str) -> None:
        self._path.did(act)

    @asynccontextmanager
    async def path(self) -> AsyncIterator[Path]:
        """What is done while the block runs is one path."""
        path = self._path = Path()
        began = time.monotonic()
        yield path
        path.seconds = time.monotonic() - began
        self._path = Path()
