"""Plugin packages to install for a test: real files, found the way installed packages are."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from consentry.registry import GROUP

PLUGIN = """
from consentry.api import Medium, Mode, Needs, Plugin, Purpose, hookimpl
from pydantic import BaseModel, ConfigDict, SecretStr

{before}

class Options(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    volume: int = 3
    key: SecretStr | None = None


class Example(Plugin):
    name = "{name}"
    purpose = Purpose(
        title="Example", sentence="Does nothing with what you say.", data="your voice",
        why="a test needs it", retention="nothing is kept", {purpose}
    )
    needs = Needs(media=frozenset({{Medium.AUDIO}}), {needs})
    Options = Options

    async def process(self, events, ctx):
        async for event in events:
            pass
        return
        yield

{after}

@hookimpl
def register_plugins(register):
    register(Example)
"""


def plugin_source(
    name: str, *, purpose: str = "", needs: str = "", before: str = "", after: str = ""
) -> str:
    """A package with one plugin; the rest is code to put in."""
    return PLUGIN.format(name=name, purpose=purpose, needs=needs, before=before, after=after)


class Site:
    """A folder packages are installed into."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._modules: list[str] = []

    def install(
        self, distribution: str, module: str, source: str, *names: str, group: str = GROUP
    ) -> None:
        """A distribution with one module and an entry point for each of ``names``."""
        (self._folder / f"{module}.py").write_text(source)
        info = self._folder / f"{distribution.replace('-', '_')}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n"
        )
        points = "".join(f"{name} = {module}\n" for name in names)
        (info / "entry_points.txt").write_text(f"[{group}]\n{points}")
        self._modules.append(module)

    def imported(self, module: str) -> bool:
        return module in sys.modules

    def uninstall(self) -> None:
        for module in self._modules:
            sys.modules.pop(module, None)


@contextmanager
def site(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A site-packages folder of the test's own, in front of the real one."""
    monkeypatch.syspath_prepend(folder)
    packages = Site(folder)
    yield packages
    packages.uninstall()
