"""Programs others wrote read back what was exported."""

from __future__ import annotations

import html
import json
import re

import meeteval
import pysubs2
import pytest
import webvtt
from hypothesis import given, settings
from markdown_it import MarkdownIt

from consentry.exports import Format, export
from consentry.exports.cues import Cue, cues, speaker_labels
from consentry.transcript import Transcript, parse_transcript
from tests.exports.calls import HOSTILE, spoken, summary, transcripts

JOINER = "\N{WORD JOINER}"


def milliseconds(stamp: str) -> int:
    hours, minutes, seconds = stamp.split(":")
    return round((int(hours) * 3600 + int(minutes) * 60 + float(seconds)) * 1000)


def shown_end(cue: Cue) -> int:
    return max(cue.end, cue.start + 1)


class TestWebVTT:
    def test_names_are_voice_tags(self) -> None:
        text = export(spoken(("Sam", 0.5, 2, "Hi."), ("Mia", 61, 3723.25, "Bye.")), Format.VTT)
        assert text == (
            "WEBVTT\n\n"
            "captions/1\n00:00:00.500 --> 00:00:02.000\n<v Sam>Hi.</v>\n\n"
            "captions/2\n00:01:01.000 --> 01:02:03.250\n<v Mia>Bye.</v>\n"
        )

    def test_names_and_words_can_not_become_markup(self) -> None:
        text = export(spoken(("<b> & Co", 0, 1, "a --> b </v><v Eve>I quit")), Format.VTT)
        assert "<v &lt;b&gt; &amp; Co>a --&gt; b &lt;/v&gt;&lt;v Eve&gt;I quit</v>" in text

    def test_a_cue_lasts_longer_than_nothing(self) -> None:
        assert "00:00:05.000 --> 00:00:05.001" in export(spoken(("Sam", 5, 5, "Oh")), Format.VTT)

    @given(transcripts())
    @settings(deadline=None)
    def test_webvtt_py_reads_every_cue_back(self, transcript: Transcript) -> None:
        read = webvtt.from_string(export(transcript, Format.VTT), strict=True).captions
        assert [
            (milliseconds(c.start), milliseconds(c.end), html.unescape(c.voice or "")) for c in read
        ] == [(c.start, shown_end(c), c.name) for c in cues(transcript)]
        assert [html.unescape(c.text) for c in read] == [c.text for c in cues(transcript)]

    @given(transcripts())
    @settings(deadline=None)
    def test_pysubs2_finds_every_cue(self, transcript: Transcript) -> None:
        read = pysubs2.SSAFile.from_string(export(transcript, Format.VTT), format_="vtt")
        assert [(e.start, e.end) for e in read] == [
            (c.start, shown_end(c)) for c in cues(transcript)
        ]


class TestSRT:
    def test_names_stand_before_the_words(self) -> None:
        text = export(spoken(("Sam", 0.5, 2, "Hi."), ("Mia", 3, 4, "Bye.")), Format.SRT)
        assert text == (
            "1\n00:00:00,500 --> 00:00:02,000\nSam: Hi.\n\n"
            "2\n00:00:03,000 --> 00:00:04,000\nMia: Bye.\n"
        )

    def test_what_players_take_for_markup_is_broken_up(self) -> None:
        text = export(spoken(("Sam", 0, 1, "{\\an8}<i>a</i> --> {b} -- c")), Format.SRT)
        assert f"Sam: {{{JOINER}\\an8}}<{JOINER}i>a<{JOINER}/i> --{JOINER}> {{b}} -- c" in text

    @given(transcripts())
    @settings(deadline=None)
    def test_pysubs2_reads_every_cue_back(self, transcript: Transcript) -> None:
        read = pysubs2.SSAFile.from_string(export(transcript, Format.SRT), format_="srt")
        assert [(e.start, e.end) for e in read] == [
            (c.start, shown_end(c)) for c in cues(transcript)
        ]
        assert [e.text.replace(JOINER, "") for e in read] == [
            f"{c.name}: {c.text}".replace(JOINER, "") for c in cues(transcript)
        ]


class TestScoring:
    @given(transcripts())
    @settings(max_examples=50, deadline=None)
    def test_meeteval_reads_the_rttm_back(self, transcript: Transcript) -> None:
        read = meeteval.io.RTTM.parse(export(transcript, Format.RTTM), parse_float=float)
        labels = speaker_labels(transcript)
        assert [
            (line.filename, round(line.begin_time * 1000), round(line.duration * 1000))
            for line in read
        ] == [("c-1", c.start, c.end - c.start) for c in cues(transcript)]
        assert [line.speaker_id for line in read] == [
            labels[c.participant] for c in cues(transcript)
        ]

    @given(transcripts())
    @settings(max_examples=50, deadline=None)
    def test_meeteval_reads_the_seglst_back(self, transcript: Transcript) -> None:
        read = meeteval.io.SegLST.parse(export(transcript, Format.SEGLST), parse_float=float)
        assert [(s["words"], round(float(s["start_time"]) * 1000)) for s in read.segments] == [
            (c.text, c.start) for c in cues(transcript)
        ]

    def test_an_export_scores_perfectly_against_itself(self) -> None:
        call = spoken(("Sam", 0, 2, "one two"), ("Mia Lee", 1, 3, "three"), ("Sam", 4, 5, "four"))
        text = export(call, Format.SEGLST)
        reference = meeteval.io.SegLST.parse(text)
        assert meeteval.wer.cpwer(reference, reference)["c-1"].error_rate == 0

    def test_two_people_of_one_name_stay_two(self) -> None:
        call = spoken(("Sam", 0, 1, "a"), ("Mia", 1, 2, "b"))
        twins = [p.model_copy(update={"name": "Sam Lee"}) for p in call.participants]
        labels = speaker_labels(call.model_copy(update={"participants": twins}))
        assert labels == {"p1": "Sam_Lee-p1", "p2": "Sam_Lee-p2"}

    @given(transcripts())
    @settings(deadline=None)
    def test_labels_never_collide(self, transcript: Transcript) -> None:
        labels = speaker_labels(transcript)
        assert len(set(labels.values())) == len(transcript.participants)
        assert not any(re.search(r"\s", label) for label in labels.values())


class TestMarkdown:
    def test_the_summary_comes_first(self) -> None:
        text = export(spoken(("Sam", 3661, 3662, "Hi."), summary=summary()), Format.MARKDOWN)
        assert text == (
            "# Launch party\n\n2026-06-08\n\n"
            "## Summary\n\n- 1\\. The \\*party\\* was planned.\n\n"
            "## Decisions\n\n- \\# It is on \\<Thursday\\>\n\n"
            "## Action items\n\n- **Sam:** Book the room (by Friday)\n- \\- Send invites\n\n"
            "## Transcript\n\n**Sam** (01:01:01): Hi.\n"
        )

    @given(transcripts())
    @settings(deadline=None)
    def test_nothing_anyone_said_becomes_markup(self, transcript: Transcript) -> None:
        tokens = MarkdownIt("commonmark").parse(export(transcript, Format.MARKDOWN))
        lines = [t.children or [] for t in tokens if t.type == "inline"][3:]
        assert len(lines) == len(cues(transcript))
        for line, cue in zip(lines, cues(transcript), strict=True):
            kinds = {child.type for child in line}
            assert kinds <= {"text", "text_special", "strong_open", "strong_close"}
            read = "".join(child.content for child in line)
            assert read.startswith(cue.name)
            assert read.endswith(cue.text)

    @pytest.mark.parametrize("words", [*HOSTILE, "1) x", "+ x", "=====", "www.x.org", "a@b.org"])
    def test_a_summary_line_is_one_list_item_of_plain_text(self, words: str) -> None:
        lines = summary().model_copy(update={"decisions": [], "actions": []})
        lines = lines.model_copy(
            update={"abstract": [lines.abstract[0].model_copy(update={"text": words})]}
        )
        text = export(spoken(("Sam", 0, 1, "Hi."), summary=lines), Format.MARKDOWN)
        tokens = MarkdownIt("commonmark").parse(text)
        within = tokens[[t.type for t in tokens].index("list_item_open") :]
        assert [t.type for t in within[1:4]] == ["paragraph_open", "inline", "paragraph_close"]


class TestJSON:
    @given(transcripts())
    @settings(deadline=None)
    def test_comes_back_as_it_went_out(self, transcript: Transcript) -> None:
        assert parse_transcript(export(transcript, Format.JSON).encode(), "x") == transcript

    def test_keeps_the_summary(self) -> None:
        call = spoken(("Sam", 0, 1, "Hi."), summary=summary())
        assert parse_transcript(export(call, Format.JSON).encode(), "x").summary == summary()


class TestEveryFormat:
    @pytest.mark.parametrize("format", list(Format))
    def test_takes_a_call_in_which_nobody_spoke(self, format: Format) -> None:
        text = export(spoken(), format)
        if format is Format.SEGLST:
            assert json.loads(text) == []

    @pytest.mark.parametrize("format", [f for f in Format if f is not Format.JSON])
    def test_is_in_the_order_of_time(self, format: Format) -> None:
        call = spoken(("Sam", 9, 10, "later"), ("Mia", 1, 12, "sooner"))
        text = export(call, format)
        assert text.index("Mia") < text.index("Sam")

    @pytest.mark.parametrize("format", [f for f in Format if f is not Format.JSON])
    def test_has_no_marks_that_reorder_a_line(self, format: Format) -> None:
        call = spoken(("\u202eSam\u2066", 0, 1, "a\u2067b"))
        assert not re.search("[\u202a-\u202e\u2066-\u2069]", export(call, format))

    @pytest.mark.parametrize("format", [f for f in Format if f is not Format.JSON])
    def test_leaves_out_words_that_are_only_blanks(self, format: Format) -> None:
        assert "Sam" not in export(spoken(("Sam", 0, 1, " \u200a\n ")), format)
