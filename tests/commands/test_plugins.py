"""``consentry plugins`` lists what is installed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from consentry.cli import build
from tests.packages import Site, plugin_source, site


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("COLUMNS", "160")
    with site(tmp_path, monkeypatch) as found:
        yield found


def plugins() -> Result:
    return CliRunner().invoke(build(), ["plugins"])


def row(output: str, name: str) -> list[str]:
    (line,) = [line for line in output.splitlines() if line.startswith(f"│ {name} ")]
    return [cell.strip() for cell in line.strip("│").split("│")]


def test_each_has_a_row(packages: Site) -> None:
    source = plugin_source("face", purpose="biometric=True", needs="engines=frozenset({'vault'})")
    packages.install("face-plugin", "face_module", source, "face")
    output = plugins().output
    assert row(output, "face") == [
        "face",
        "face-plugin",
        "Example",
        "yes",
        "opt_in",
        "audio, vault",
    ]
    assert row(output, "names")[2:] == [
        "Who is speaking",
        "no",
        "opt_in",
        "audio, voice_activity",
    ]


def test_one_that_can_not_be_loaded_is_listed_with_the_reason(packages: Site) -> None:
    packages.install("broken-plugin", "broken_module", "import nothing_of_that_name", "broken")
    result = plugins()
    assert result.exit_code == 1
    assert row(result.output, "broken")[1:3] == ["broken-plugin", "can't be loaded"]
    assert row(result.output, "names")[0] == "names"
    assert "error: plugin 'broken': package broken-plugin fails to load" in result.stderr


def test_markup_in_a_plugins_words_is_shown_as_it_is(packages: Site) -> None:
    source = plugin_source("loud").replace('title="Example"', 'title="[bold]Loud[/bold]"')
    packages.install("loud-plugin", "loud_module", source, "loud")
    assert row(plugins().output, "loud")[2] == "[bold]Loud[/bold]"
