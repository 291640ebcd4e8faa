"""What came of erasing a person: what is gone, and what is out of the bot's reach."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from consentry.words.catalog import Words

Remains = Literal["chat", "captions", "exports", "recordings"]
"""Where others may still hold some of it: lines of chat that a stack can't take back, captions that
a stack's own client keeps, files that somebody saved, and whatever they recorded or noted down."""

ORDER: tuple[Remains, ...] = ("chat", "captions", "exports", "recordings")


@dataclass(frozen=True, slots=True)
class ErasureReport:
    """What was erased of one person in one call. Holds counts, never content."""

    at: float
    """When it was asked for, in seconds on the call's clock."""
    retracted: Mapping[str, int] = field(default_factory=dict)
    """Messages taken back, by kind."""
    items: Mapping[str, int] = field(default_factory=dict)
    """Stored items deleted, by the plugin that kept them."""
    remains: tuple[Remains, ...] = ()
    """Where others may still hold some of it; nowhere if nothing was ever shown."""


def in_words(report: ErasureReport, words: Words) -> str:
    """``report`` in plain sentences, for the person."""
    counts = {"shown": sum(report.retracted.values()), "items": sum(report.items.values())}
    lines = [words.say("reply.erased")]
    lines += [words.say(f"reply.erased_{key}", count=n) for key, n in counts.items() if n]
    if report.remains:
        lines.append(words.say("reply.erased_remains"))
        lines += [f"* {words.say(f'remains.{place}')}" for place in report.remains]
    lines.append(words.say("reply.erased_again"))
    return "\n".join(lines)
