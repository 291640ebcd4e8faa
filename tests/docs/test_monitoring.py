"""Every figure is explained, and dashboard and alerts ask for figures that there are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from prometheus_client import Counter, Gauge, Histogram

from consentry.connectors.driver import MediaConsent
from consentry.metrics import CHECKIN_VERDICTS, CONSENTS, DropReason, Metrics, Silence
from consentry.plugin import Verdict
from tests.docs.test_documented import DOCS, rows, section

DEPLOY = DOCS.parent / "deploy"
PREFIX = "consentry_"


def figures() -> dict[str, Counter | Gauge | Histogram]:
    """By their names without prefix and suffix."""
    found = vars(Metrics()).items()
    return {name: one for name, one in found if isinstance(one, (Counter, Gauge, Histogram))}


def page() -> str:
    return (DOCS / "monitoring.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", figures())
def test_every_figure_is_explained_with_its_labels(name: str) -> None:
    (row,) = re.findall(rf"^\| `{name}` \|([^|]*)\|", page(), re.MULTILINE)
    labels = figures()[name]._labelnames
    assert tuple(re.findall(r"`(\w+)`", row)) == labels


def test_no_figure_is_explained_that_there_is_not() -> None:
    headings = ("Consent", "Packets", "Decoding", "Calls and plugins", "Check-in by face")
    explained = {row for heading in headings for row in rows(section("monitoring.md", heading))}
    assert explained == set(figures())


def test_the_names_prometheus_sees_are_those_of_the_page() -> None:
    exposed = {metric.name.removeprefix(PREFIX) for metric in Metrics().registry.collect()}
    assert exposed == set(figures())


def test_every_reason_to_drop_a_packet() -> None:
    assert rows(section("monitoring.md", "Why packets are dropped")) == set(DropReason)


@pytest.mark.parametrize("silence", list(Silence))
def test_every_kind_of_silence(silence: Silence) -> None:
    assert f"`{silence}`" in section("monitoring.md", "Packets")


def test_decoded_frames_are_counted_by_every_consent_there_is() -> None:
    assert set(CONSENTS) == set(MediaConsent)


def test_tries_to_check_in_are_counted_by_every_verdict_there_is() -> None:
    assert set(CHECKIN_VERDICTS) == set(Verdict)


def expressions(file: str) -> Iterator[str]:
    text = (DEPLOY / file).read_text(encoding="utf-8")
    found: Any = yaml.safe_load(text) if file.endswith(".yaml") else json.loads(text)
    waiting = [found]
    while waiting:
        match waiting.pop():
            case {"expr": str(expression), **rest}:
                yield expression
                waiting += rest.values()
            case dict() as mapping:
                waiting += mapping.values()
            case list() as items:
                waiting += items


@pytest.mark.parametrize("file", ["alerts.yaml", "dashboard.json"])
def test_what_is_deployed_asks_for_figures_that_there_are(file: str) -> None:
    asked = {name for text in expressions(file) for name in re.findall(rf"{PREFIX}\w+", text)}
    assert asked
    assert asked <= set(_exposed())


def test_the_dashboard_shows_every_figure() -> None:
    text = "\n".join(expressions("dashboard.json"))
    assert [name for name in figures() if f"{PREFIX}{name}" not in text] == []


@pytest.mark.parametrize("file", ["alerts.yaml", "dashboard.json"])
def test_labels_asked_for_are_labels_there_are(file: str) -> None:
    known = {label for one in figures().values() for label in one._labelnames} | {"le", "job"}
    for text in expressions(file):
        selected = re.findall(r"(\w+)(?:!=|=~|=)\"", text)
        grouped = [g for by in re.findall(r"by \(([^)]*)\)", text) for g in by.split(", ")]
        assert {*selected, *grouped} <= known, text


def _exposed() -> Iterator[str]:
    for name, one in figures().items():
        match one:
            case Counter():
                yield f"{PREFIX}{name}_total"
            case Gauge():
                yield f"{PREFIX}{name}"
            case Histogram():
                yield from (f"{PREFIX}{name}{suffix}" for suffix in ("_bucket", "_sum", "_count"))


def test_every_span_a_call_makes_is_explained() -> None:
    assert rows(section("monitoring.md", "Traces")) == {
        "call",
        "negotiation",
        "consent",
        "utterance",
        "recognition",
        "summary",
    }
