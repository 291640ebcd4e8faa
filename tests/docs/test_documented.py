"""Nothing a reader can write, see or catch goes undocumented."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from consentry import controls, errors, events, hookspecs, messages
from consentry.config.loading import load_config
from consentry.config.sections import PluginSwitch, Sections
from consentry.config.secrets import kinds_of
from consentry.connectors.stacks import BUILT_IN as BUILT_IN_STACKS
from consentry.connectors.stacks import load_stack
from consentry.controls import Control
from consentry.events import Event
from consentry.exports import Format
from consentry.messages import AnyBody
from consentry.registry import find_plugins
from consentry.transcript import (
    Transcript,
    TranscriptCall,
    TranscriptParticipant,
    TranscriptSegment,
)
from tests.docs.schemas import BUILT_IN

DOCS = Path(__file__).parents[2] / "docs"


def section(file: str, heading: str) -> str:
    """The part of a page under ``heading``, up to the next heading of any level."""
    page = (DOCS / file).read_text(encoding="utf-8")
    found = re.search(rf"^#+ {re.escape(heading)}$(.*?)(?=^#|\Z)", page, re.MULTILINE | re.DOTALL)
    assert found, f"docs/{file} has no section {heading!r}"
    return found[1]


def rows(text: str) -> set[str]:
    """What the first column of its tables names."""
    return set(re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE))


def defaults(text: str) -> dict[str, str]:
    """The default that its tables give for each key."""
    return dict(re.findall(r"^\| `([^`]+)` \| ([^|]+) \|", text, re.MULTILINE))


def shown(default: object) -> str:
    """A default as the pages write it."""
    match default:
        case None | []:
            return "none"
        case bool():
            return "true" if default else "false"
        case int() | float():
            return f"{default:g}" if default < 1e5 else str(default)
        case _ if default is PydanticUndefined:
            return "required"
    return f"`{default}`"


def model_of(annotation: Any) -> type[BaseModel]:
    (model,) = [k for k in kinds_of(annotation) if inspect.isclass(k) and issubclass(k, BaseModel)]
    return model


def field_type(body: type[BaseModel], field: str) -> str:
    (value,) = get_args(body.model_fields[field].annotation)
    return str(value)


@pytest.mark.parametrize("name", list(Sections.model_fields))
def test_every_section_of_the_configuration(name: str) -> None:
    model = model_of(Sections.model_fields[name].annotation)
    text = section("configuration.md", f"`{name}`")
    fields = model.model_fields
    assert defaults(text) == {key: shown(field.default) for key, field in fields.items()}


def test_what_every_plugin_takes() -> None:
    assert rows(section("configuration.md", "`plugins`")) == set(PluginSwitch.model_fields)


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_option_of_a_built_in_plugin(name: str) -> None:
    (plugin,) = find_plugins([name]).values()
    text = section("configuration.md", f"`plugins.{name}`")
    fields = plugin.Options.model_fields
    assert defaults(text) == {key: shown(field.default) for key, field in fields.items()}


def test_the_example_of_a_configuration(tmp_path: Path) -> None:
    page = (DOCS / "configuration.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```yaml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    path = tmp_path / "consentry.yaml"
    path.write_text(example)
    config = load_config(path)
    assert list(config.plugins) == ["names", "captions", "summary"]
    assert config.plugins["captions"].grace == 20


@pytest.mark.parametrize("body", get_args(AnyBody), ids=lambda body: body.__name__)
def test_every_kind_of_message(body: type[BaseModel]) -> None:
    documented = rows(section("messages.md", f"`{field_type(body, 'kind')}`"))
    assert documented == set(body.model_fields) - {"kind"}


@pytest.mark.parametrize(
    "part",
    [
        messages.PurposeTerms,
        messages.Speaker,
        messages.SummaryLine,
        messages.ActionItem,
        messages.CheckedInPerson,
    ],
)
def test_every_part_of_a_message(part: type[BaseModel]) -> None:
    inherited = {key for base in part.__bases__ for key in getattr(base, "model_fields", {})}
    documented = rows(section("messages.md", part.__name__))
    assert documented == set(part.model_fields) - inherited


@pytest.mark.parametrize("act", get_args(Control), ids=lambda act: act.__name__)
def test_every_control(act: type[controls.Act]) -> None:
    documented = rows(section("messages.md", f"`{field_type(act, 'type')}`"))
    assert documented == set(act.model_fields) - {"type"}


@pytest.mark.parametrize("name", BUILT_IN_STACKS)
def test_every_option_of_a_stack(name: str) -> None:
    options = load_stack(name).Options.model_fields
    if options:
        assert rows(section("configuration.md", f"`stack` of kind `{name}`")) == set(options)


def test_every_export() -> None:
    assert rows(section("exports.md", "Formats")) == {format.value for format in Format}


@pytest.mark.parametrize(
    ("heading", "model"),
    [
        ("The file", Transcript),
        ("`call`", TranscriptCall),
        ("`participants`", TranscriptParticipant),
        ("`segments`", TranscriptSegment),
    ],
)
def test_every_field_of_a_transcript(heading: str, model: type[BaseModel]) -> None:
    assert rows(section("exports.md", heading)) == set(model.model_fields)


def plugins_page() -> str:
    page = DOCS / "plugins.md"
    assert page.exists(), "docs/plugins.md is not written"
    return page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "hook",
    [
        name
        for name, hook in inspect.getmembers(hookspecs, inspect.isfunction)
        if hasattr(hook, "consentry_spec")
    ],
)
def test_every_hook(hook: str) -> None:
    assert f"`{hook}" in plugins_page()


@pytest.mark.parametrize("event", [event.__name__ for event in get_args(Event)])
def test_every_event(event: str) -> None:
    assert hasattr(events, event)
    assert f"`{event}`" in plugins_page()


@pytest.mark.parametrize(
    "error",
    [
        name
        for name, error in inspect.getmembers(errors, inspect.isclass)
        if issubclass(error, errors.ConsentryError)
    ],
)
def test_every_error(error: str) -> None:
    assert f"`{error}`" in plugins_page()
