"""The documents that the law wants, made from what is enabled."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from consentry.cli import build
from consentry.config.loading import load_config, make_plugins
from consentry.people.terms import face_offer

ENABLED = """
controller: {name: Example Works, contact: privacy@example.org}
plugins:
  captions: {mode: notice, grace: 20}
  summary: {}
language_model: {base_url: "https://models.example.net/v1", model: m}
"""


def document(folder: Path, kind: str, configured: str) -> str:
    path = folder / "consentry.yaml"
    path.write_text(configured)
    result = CliRunner().invoke(build(), ["records", kind, "-c", str(path)])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize("kind", ["records", "dpia"])
def test_every_enabled_purpose_is_in_it_with_the_words_that_people_read(
    tmp_path: Path, kind: str
) -> None:
    text = document(tmp_path, kind, ENABLED)
    for plugin in make_plugins(load_config(tmp_path / "consentry.yaml")):
        purpose = plugin.purpose
        for part in (purpose.title, purpose.data, purpose.why, purpose.retention):
            assert part in text
    assert "Example Works" in text
    assert "models.example.net" in text
    assert "Keep the transcript" not in text


def test_consent_is_the_basis_where_people_are_asked_and_left_open_where_they_are_told(
    tmp_path: Path,
) -> None:
    text = document(tmp_path, "records", ENABLED)
    captions, summary = text.split("(`captions`)")[1].split("(`summary`)")
    assert "**TO DO**: people are told and may object within 20 s" in captions
    assert "art. 6(1)(a)" in summary


@pytest.mark.parametrize("kind", ["records", "dpia"])
def test_how_long_it_is_kept_is_what_is_configured(tmp_path: Path, kind: str) -> None:
    text = document(tmp_path, kind, "plugins: {captions: {}, storage: {retention_days: 77}}\n")
    assert "77 days, or until you have it erased" in text
    assert {"records": "77 days after it was stored", "dpia": "storage: kept 77 days"}[kind] in text
    assert "key" in text
    without = document(tmp_path, kind, "plugins: {captions: {}}\n")
    assert "is kept after the call" in without


def test_what_only_the_controller_knows_is_marked(tmp_path: Path) -> None:
    text = document(tmp_path, "records", "plugins: {}\nledger: {enabled: false}\n")
    assert "**TO DO**: `controller.name`" in text
    assert "Nothing is enabled" in text
    assert "can't be demonstrated" in text


def test_another_document_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(build(), ["records", "poem"])
    assert result.exit_code == 2


@pytest.mark.parametrize("kind", ["records", "dpia"])
def test_people_who_enroll_are_in_it_with_what_they_agree_to(tmp_path: Path, kind: str) -> None:
    terms = face_offer().purpose
    text = document(tmp_path, kind, "people: {}\n")
    assert terms.title in text and terms.retention in text
    without = document(tmp_path, kind, "people: {ways: [pin]}\n")
    assert terms.title not in without
    assert ("People who enrolled" in without) == (kind == "records")


@pytest.mark.parametrize("kind", ["records", "dpia"])
@pytest.mark.parametrize("chosen", ["people: {ways: [pin]}", "people: {}\ncall: {minors: true}"])
def test_check_in_by_code_declares_nothing_of_a_body(
    tmp_path: Path, kind: str, chosen: str
) -> None:
    text = document(tmp_path, kind, f"plugins: {{checkin: {{}}}}\n{chosen}\n")
    assert "Check-in" in text and "that you checked in" in text
    said = text.replace("biometric purposes are off", "").lower()
    for word in ("face", "biometric", "your camera", "art. 9(2)"):
        assert word not in said, word
    by_face = document(tmp_path, kind, "plugins: {checkin: {}}\npeople: {}\n")
    assert "Check-in by face" in by_face
    assert {"records": "art. 9(2)(a)", "dpia": "**biometric**"}[kind] in by_face


@pytest.mark.parametrize("kind", ["records", "dpia"])
def test_who_came_is_in_it_where_that_is_kept(tmp_path: Path, kind: str) -> None:
    kiosk = "people: {}\nkiosk: {keep_arrivals_days: 21}\n"
    assert "21 days" in document(tmp_path, kind, kiosk)
    assert "21 days" not in document(tmp_path, kind, "people: {}\nkiosk: {}\n")
