"""The stack of a call is found by its address, or by its name."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from consentry.config.loading import load_config
from consentry.connectors.stack import Invitation
from consentry.connectors.stacks import BUILT_IN, installed_stacks, load_stack, stack_of
from consentry.errors import ConfigError
from tests.packages import Site, site

OTHER = """
from consentry.connectors.stack import Stack, StackOptions
from consentry.hookspecs import hookimpl


class Options(StackOptions):
    server: str


class Carrier(Stack):
    name = "carrier"
    title = "Carrier pigeons"
    forms = ("pigeon:loft",)
    Options = Options

    @classmethod
    def recognizes(cls, url):
        return True

    @classmethod
    def check(cls, invitation, options):
        pass

    @classmethod
    def connector(cls, invitation, options, setting):
        raise NotImplementedError


@hookimpl
def register_connectors(register):
    register(Carrier)
"""


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    with site(tmp_path, monkeypatch) as found:
        yield found


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_built_in_stack_recognizes_its_own_addresses_and_is_installed(name: str) -> None:
    stack = load_stack(name)
    assert name in [entry.name for entry in installed_stacks()]
    for form in stack.forms:
        assert stack_of(form) is stack


@pytest.mark.parametrize("url", ["", "planning", "mailto:a@b", "http://[", "ftp://host/r/x"])
def test_an_address_of_no_stack_is_refused_with_those_there_are(url: str) -> None:
    with pytest.raises(ConfigError, match=r"https://host/r/planning"):
        stack_of(url)


def test_a_misspelled_stack_is_refused_with_a_suggestion() -> None:
    with pytest.raises(ConfigError, match="did you mean 'room'"):
        load_stack("rom")


def test_a_room_without_a_token_is_refused_before_anything_is_tried() -> None:
    stack = load_stack("room")
    with pytest.raises(ConfigError, match="--token"):
        stack.check(Invitation("https://host/r/planning"), stack.Options())


def test_looking_at_an_address_imports_no_library_of_any_stack() -> None:
    code = (
        "import sys; from consentry.connectors.stacks import stack_of;"
        "stack_of('https://host/r/planning');"
        "print({'aiortc', 'av', 'livekit', 'websockets'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30
    )
    assert done.stdout == "set()\n"


def test_somebody_elses_stack_is_used_where_it_is_named(packages: Site, tmp_path: Path) -> None:
    packages.install("pigeons", "pigeon_module", OTHER, "carrier", group="consentry.connectors")
    with pytest.raises(ConfigError):
        stack_of("pigeon:loft")
    assert not packages.imported("pigeon_module")
    path = tmp_path / "consentry.yaml"
    path.write_text("stack:\n  kind: carrier\n  server: loft\n")
    named = load_config(path).stack
    assert named is not None
    assert (named.kind, named.options.model_dump()) == ("carrier", {"server": "loft"})


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("stack: jitsi\n", "1:8: stack: must be a section that names the stack"),
        ("stack:\n  kind: rom\n", "2:9: stack.kind: there is no stack 'rom' (did you mean"),
        ("stack:\n  kind: room\n  tocken: x\n", "3:3: stack.tocken: unknown key"),
    ],
)
def test_a_mistake_in_the_stack_is_told_with_its_place(
    tmp_path: Path, text: str, fault: str
) -> None:
    path = tmp_path / "consentry.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert f"{path}:{fault}" in str(caught.value)
