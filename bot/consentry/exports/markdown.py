"""Markdown for reading: the summary first, then who said what."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from consentry.exports.cues import clock, cues, one_line
from consentry.messages import ActionItem, Summary, SummaryLine
from consentry.transcript import Transcript

# All that can start or end markup within a line (CommonMark 0.31, section 6), and
# what makes GitHub link a bare address or mention a user.
_INLINE = re.compile(r"[\\`*_{}\[\]<>()&~|!$@^#]|:(?=//)|(?<=\b[wW]{3})\.")
# What makes a list item start with a heading, a list, a rule or a fence instead of words.
_START = re.compile(r"^(?:([-+=])|(\d+)([.)]))")


def to_markdown(transcript: Transcript) -> str:
    """CommonMark. Names and words are escaped: nothing anyone said becomes markup."""
    call = transcript.call
    lines = [f"# {_text(call.title) or 'Meeting'}", "", call.date.isoformat(), ""]
    if transcript.summary is not None:
        lines += [*_summary(transcript.summary)]
    lines += ["## Transcript", ""]
    for cue in cues(transcript):
        time = clock(cue.start, ".")[:-4]
        lines += [f"**{_text(cue.name)}** ({time}): {_text(cue.text)}", ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _summary(summary: Summary) -> Iterator[str]:
    sections: Sequence[tuple[str, Sequence[SummaryLine]]] = (
        ("Summary", summary.abstract),
        ("Decisions", summary.decisions),
        ("Action items", summary.actions),
        ("Open questions", summary.questions),
    )
    for title, items in sections:
        if items:
            yield from (f"## {title}", "")
            yield from (f"- {_item(item)}" for item in items)
            yield ""


def _item(item: SummaryLine) -> str:
    text = _text(item.text)
    if not isinstance(item, ActionItem):
        return text
    owner = f"**{_text(item.owner_name)}:** " if item.owner_name else ""
    due = f" ({_text(item.due)})" if item.due else ""
    return f"{owner}{text}{due}"


def _text(text: str) -> str:
    """``text`` on one line, with everything that could be markup escaped."""
    escaped = _INLINE.sub(lambda match: f"\\{match[0]}", one_line(text))
    return _START.sub(
        lambda match: f"\\{match[1]}" if match[1] else f"{match[2]}\\{match[3]}", escaped
    )
