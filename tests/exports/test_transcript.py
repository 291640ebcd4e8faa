"""A transcript is what was finally said, less what was taken back."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from consentry.errors import SetupError
from consentry.events import Participant, Segment
from consentry.messages import Caption, Message, Retraction, Speaking, Summary, SummaryLine
from consentry.plugin import CallInfo
from consentry.transcript import TranscriptBuilder, parse_transcript, read_transcript
from tests.exports.calls import spoken

INFO = CallInfo("c-1", "Weekly", date(2026, 6, 8), language="en")


def caption(
    id: str, who: str, text: str, *, start: float = 0, final: bool = True, revision: int = 0
) -> Message:
    body = Caption(
        participant=who, name=f"Name of {who}", text=text, start=start, end=start + 1, final=final
    )
    return Message(body, id=id, at=start, about=frozenset({who}), revision=revision)


def summary_of(*segments: str, about: str = "p1") -> Message:
    body = Summary(
        abstract=[SummaryLine(text=f"Rests on {s}.", segments=[s]) for s in segments],
        decisions=[],
        actions=[],
        questions=[],
    )
    return Message(body, id="summary/1", at=9, about=frozenset({about}), revision=1)


@pytest.fixture
def builder() -> TranscriptBuilder:
    return TranscriptBuilder(INFO)


def words(builder: TranscriptBuilder) -> list[str]:
    return [segment.text for segment in builder.build().segments]


def test_only_final_captions_are_kept(builder: TranscriptBuilder) -> None:
    builder.take(caption("a", "p1", "Hel", final=False))
    assert words(builder) == []
    builder.take(caption("a", "p1", "Hello.", revision=1))
    assert words(builder) == ["Hello."]


def test_a_revision_replaces_and_an_older_one_does_not(builder: TranscriptBuilder) -> None:
    builder.take(caption("a", "p1", "second", revision=2))
    builder.take(caption("a", "p1", "first", revision=1))
    assert words(builder) == ["second"]
    builder.take(caption("a", "p1", "third", revision=3))
    assert words(builder) == ["third"]


def test_segments_are_in_the_order_of_time(builder: TranscriptBuilder) -> None:
    builder.take(caption("b", "p2", "later", start=5))
    builder.take(caption("a", "p1", "sooner", start=1))
    assert words(builder) == ["sooner", "later"]
    assert [p.name for p in builder.build().participants] == ["Name of p1", "Name of p2"]


def test_what_is_retracted_is_gone_and_stays_gone(builder: TranscriptBuilder) -> None:
    builder.take(caption("a", "p1", "secret"))
    builder.take(Message(Retraction(ids=["a"], reason="withdrawn"), id="r", at=2))
    builder.take(caption("a", "p1", "secret", revision=9))
    assert builder.build().participants == []


def test_a_summary_loses_the_lines_that_rest_on_retracted_words(
    builder: TranscriptBuilder,
) -> None:
    builder.take(caption("a", "p1", "x"))
    builder.take(caption("b", "p2", "y"))
    builder.take(summary_of("a", "b"))
    builder.take(Message(Retraction(ids=["a"], reason="withdrawn"), id="r", at=2))
    summary = builder.build().summary
    assert summary is not None
    assert [line.text for line in summary.abstract] == ["Rests on b."]


def test_a_retracted_summary_is_gone(builder: TranscriptBuilder) -> None:
    builder.take(summary_of("a"))
    builder.take(Message(Retraction(ids=["summary/1"], reason="withdrawn"), id="r", at=2))
    assert builder.build().summary is None


def test_whoever_is_forgotten_leaves_no_word_no_name_and_no_summary(
    builder: TranscriptBuilder,
) -> None:
    builder.take(caption("a", "p1", "x"))
    builder.take(caption("b", "p2", "y"))
    builder.take(summary_of("b", about="p1"))
    builder.forget("p1")
    left = builder.build().model_dump_json()
    assert "p1" not in left
    assert "Rests" not in left
    assert words(builder) == ["y"]


def test_segments_count_like_final_captions(builder: TranscriptBuilder) -> None:
    who = Participant("p1", "Ana")
    builder.take_segment(Segment(who, "a", 0, "Hello", -0.2, 1.0, "en"))
    builder.take(Message(Speaking(speakers=[]), id="names/speaking", at=1))
    (segment,) = builder.build().segments
    assert (segment.text, segment.start, segment.language) == ("Hello", 0, "en")
    builder.take_segment(Segment(who, "a", 1, " ", 0, 1.0))
    assert words(builder) == []


def test_a_person_can_be_taken_out_of_a_finished_transcript() -> None:
    call = spoken(("Sam", 0, 1, "a"), ("Mia", 1, 2, "b"))
    assert [s.text for s in call.without("p1").segments] == ["b"]
    assert call.without("p9") is call


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "not JSON"),
        (b"WEBVTT", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[]", "wrong kind"),
        (b"{}", "at call (missing)"),
        (b'{"version": 2}', "at version (another format, or a version"),
    ],
)
def test_what_is_no_transcript_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(SetupError) as caught:
        parse_transcript(content, "x.json")
    assert str(caught.value).startswith("x.json: is no Consentry transcript")
    assert why in str(caught.value)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ('"participant":"p1"', "contradicts itself"),
        ('"id":"captions/1"', "contradicts itself"),
        ('"start":0.0', "wrong kind"),
        ('"end":1.0', "contradicts itself"),
    ],
)
def test_a_transcript_must_hang_together(change: str, why: str) -> None:
    broken = {
        '"participant":"p1"': '"participant":"p7"',
        '"id":"captions/1"': '"id":"captions/2"',
        '"start":0.0': '"start":-4',
        '"end":1.0': '"end":0.0',
    }
    call = spoken(("Sam", 0, 1, "SECRET"), ("Sam", 0.5, 1, "SECRET"))
    text = call.model_dump_json()
    assert change in text
    with pytest.raises(SetupError, match=why) as caught:
        parse_transcript(text.replace(change, broken[change]).encode(), "x.json")
    assert "SECRET" not in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="absent.json: can't be read"):
        read_transcript(tmp_path / "absent.json")
