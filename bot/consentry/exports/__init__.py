"""Transcripts in the formats other programs read."""

from __future__ import annotations

from enum import StrEnum

from consentry.exports.markdown import to_markdown
from consentry.exports.scoring import to_rttm, to_seglst
from consentry.exports.subtitles import to_srt, to_webvtt
from consentry.transcript import Transcript


class Format(StrEnum):
    """What a transcript can be exported to; the value is the usual file ending."""

    VTT = "vtt"
    SRT = "srt"
    JSON = "json"
    MARKDOWN = "md"
    RTTM = "rttm"
    SEGLST = "seglst"


def export(transcript: Transcript, format: Format) -> str:
    """``transcript`` as the text of a file in ``format``."""
    match format:
        case Format.VTT:
            return to_webvtt(transcript)
        case Format.SRT:
            return to_srt(transcript)
        case Format.JSON:
            return transcript.model_dump_json(indent=1) + "\n"
        case Format.MARKDOWN:
            return to_markdown(transcript)
        case Format.RTTM:
            return to_rttm(transcript)
        case Format.SEGLST:
            return to_seglst(transcript)
