"""Captions as Jitsi's page takes them."""

from __future__ import annotations

from typing import Any

from consentry.connectors.jitsi.captions import spoken, transcription, withdrawal
from consentry.messages import Caption, Message


def caption(*, final: bool, language: str | None = "de") -> Caption:
    return Caption(
        participant="ana00001",
        name="Ana",
        text="Guten Morgen.",
        start=1.0,
        end=2.0,
        final=final,
        language=language,
    )


def result(body: Caption) -> dict[str, Any]:
    return transcription(Message(body, "captions/ana00001-1", 2.0), body, 2000)


def test_a_final_caption() -> None:
    said = result(caption(final=True))
    assert said["type"] == "transcription-result"
    assert said["participant"] == {"id": "ana00001", "name": "Ana"}
    assert said["transcript"] == [{"text": "Guten Morgen.", "confidence": 1.0}]
    assert not said["is_interim"] and said["language"] == "de" and said["timestamp"] == 2000


def test_a_revision_has_the_same_id() -> None:
    interim, final = result(caption(final=False)), result(caption(final=True))
    assert interim["message_id"] == final["message_id"] == "captions-ana00001-1"
    assert interim["is_interim"] and interim["stability"] < 0.85


def test_a_language_that_is_not_known_is_a_string_all_the_same() -> None:
    assert result(caption(final=True, language=None))["language"] == "en"


def test_a_caption_that_is_taken_back_is_empty() -> None:
    said = withdrawal("captions/ana00001-1", "ana00001", 2000)
    assert said["message_id"] == "captions-ana00001-1"
    assert said["transcript"][0]["text"] == "" and said["is_interim"]


def test_a_caption_as_a_line_of_chat() -> None:
    assert spoken(caption(final=True)) == "Ana: Guten Morgen."
