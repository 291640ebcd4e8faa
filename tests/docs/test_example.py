"""The plugin that docs/plugins.md shows works, and is what stands there."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from consentry.api import Note, Plugin
from consentry.testing import FakeCall, check_plugin

DOCS = Path(__file__).parents[2] / "docs"
EXAMPLE = DOCS / "examples" / "consentry_talk_time" / "__init__.py"


@pytest.fixture
def talk_time() -> type[Plugin]:
    spec = importlib.util.spec_from_file_location("consentry_talk_time", EXAMPLE)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    plugin: type[Plugin] = module.TalkTime
    return plugin


async def test_it_counts_only_those_who_agreed(talk_time: type[Plugin]) -> None:
    async with FakeCall(talk_time()) as call:
        ana, bob = call.join("Ana"), call.join("Bob", consents=False)
        await call.speak(ana, 3.0)
        await call.speak(bob, 9.0)
        await call.wait(60)
    [note] = call.bodies
    assert isinstance(note, Note)
    assert note.text == "Ana: 3 s"


async def test_it_keeps_the_rules(talk_time: type[Plugin]) -> None:
    await check_plugin(talk_time)


def test_the_page_shows_the_file() -> None:
    page = (DOCS / "plugins.md").read_text(encoding="utf-8")
    assert f"```python\n{EXAMPLE.read_text(encoding='utf-8')}```" in page


def test_the_page_shows_how_it_is_packaged() -> None:
    page = (DOCS / "plugins.md").read_text(encoding="utf-8")
    assert f"```toml\n{(EXAMPLE.parents[1] / 'pyproject.toml').read_text()}```" in page
