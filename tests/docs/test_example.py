"""The plugins and the connector that the pages show work, and are what stands there."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from consentry.api import Note, Plugin
from consentry.testing import FakeCall, StillPicture, check_plugin

DOCS = Path(__file__).parents[2] / "docs"
EXAMPLES = {
    "consentry_covered_cameras/__init__.py": "plugins.md",
    "consentry_talk_time/__init__.py": "plugins.md",
    "consentry_parlor/__init__.py": "connectors.md",
    "consentry_parlor/connector.py": "connectors.md",
}
"""Each file by the page that shows it."""


def example(package: str, name: str) -> type[Plugin]:
    path = DOCS / "examples" / package / "__init__.py"
    spec = importlib.util.spec_from_file_location(package, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    plugin: type[Plugin] = getattr(module, name)
    return plugin


@pytest.fixture
def talk_time() -> type[Plugin]:
    return example("consentry_talk_time", "TalkTime")


@pytest.fixture
def covered_cameras() -> type[Plugin]:
    return example("consentry_covered_cameras", "CoveredCameras")


async def test_it_counts_only_those_who_agreed(talk_time: type[Plugin]) -> None:
    async with FakeCall(talk_time()) as call:
        ana, bob = call.join("Ana"), call.join("Bob", consents=False)
        await call.speak(ana, 3.0)
        await call.speak(bob, 9.0)
        await call.wait(60)
    [note] = call.bodies
    assert isinstance(note, Note)
    assert note.text == "Ana: 3 s"


async def test_it_says_whose_camera_is_covered_and_whose_is_not_any_more(
    covered_cameras: type[Plugin],
) -> None:
    black, gray = StillPicture.gray(0.0), StillPicture.gray(0.5)
    async with FakeCall(covered_cameras()) as call:
        ana, ben, cleo = call.join("Ana"), call.join("Ben"), call.join("Cleo", consents=False)
        await call.show(ana, black, 4.0)
        await call.show(ben, black, 4.0)
        await call.show(cleo, black, 4.0)
        await call.show(ana, gray, 4.0)
        await call.revoke(ben)
    texts = [body.text for body in call.bodies if isinstance(body, Note)]
    assert texts == ["Ana", "Ana, Ben", "Ben", "none"]


@pytest.mark.parametrize("plugin", ["talk_time", "covered_cameras"])
async def test_they_keep_the_rules(plugin: str, request: pytest.FixtureRequest) -> None:
    await check_plugin(request.getfixturevalue(plugin))


@pytest.mark.parametrize(("file", "page"), EXAMPLES.items())
def test_the_page_shows_the_file(file: str, page: str) -> None:
    source = (DOCS / "examples" / file).read_text(encoding="utf-8")
    assert f"```python\n{source}```" in (DOCS / page).read_text(encoding="utf-8")


def test_every_example_is_on_a_page() -> None:
    files = {str(path.relative_to(DOCS / "examples")) for path in DOCS.glob("examples/*/*.py")}
    assert files == set(EXAMPLES)


def test_the_page_shows_how_it_is_packaged() -> None:
    page = (DOCS / "plugins.md").read_text(encoding="utf-8")
    assert f"```toml\n{(DOCS / 'examples' / 'pyproject.toml').read_text()}```" in page
