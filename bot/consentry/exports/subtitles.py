"""WebVTT with voice tags, and SRT."""

from __future__ import annotations

import re

from consentry.exports.cues import Cue, clock, cues
from consentry.transcript import Transcript

_WORD_JOINER = "\N{WORD JOINER}"


def to_webvtt(transcript: Transcript) -> str:
    """WebVTT (W3C Candidate Recommendation, section 4), the speaker as a voice span.

    ``&``, ``<`` and ``>`` are escaped in names and words, which also rules out ``-->``.
    """
    blocks = ["WEBVTT\n"]
    for cue in cues(transcript):
        voice = f"<v {_escape(cue.name)}>{_escape(cue.text)}</v>"
        blocks.append(f"{_identifier(cue)}{_times(cue, '.')}\n{voice}\n")
    return "\n".join(blocks)


def to_srt(transcript: Transcript) -> str:
    """SubRip, ``Name: words``.

    The format has no escapes. Where players look for markup (``<b>``, ``{\\an8}``) or an arrow, an
    invisible word joiner keeps them from finding it.
    """
    blocks = [
        f"{number}\n{_times(cue, ',')}\n{_defuse(f'{cue.name}: {cue.text}')}\n"
        for number, cue in enumerate(cues(transcript), start=1)
    ]
    return "\n".join(blocks)


def _identifier(cue: Cue) -> str:
    return "" if "-->" in cue.id or not cue.id else f"{cue.id}\n"


def _times(cue: Cue, decimal: str) -> str:
    # A cue must end after it starts; a segment may be as short as it likes.
    end = max(cue.end, cue.start + 1)
    return f"{clock(cue.start, decimal)} --> {clock(end, decimal)}"


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _defuse(text: str) -> str:
    return re.sub(r"<|\{(?=\\)|--(?=>)", rf"\g<0>{_WORD_JOINER}", text)
