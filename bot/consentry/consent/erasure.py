"""What came of erasing a person: what is gone, and what is out of the bot's reach."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

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


_PLACES: Mapping[Remains, str] = {
    "chat": "in lines of chat, which this call has no way to take back",
    "captions": "in the list of captions that this call's own page keeps",
    "exports": "in files that they saved before",
    "recordings": "in what they recorded or noted down",
}


def in_words(report: ErasureReport) -> str:
    """``report`` in plain sentences, for the person."""
    lines = ["Erased: everything that was made from you in this call, and its key."]
    if retracted := sum(report.retracted.values()):
        lines.append(f"Taken off everybody's screen: {retracted}.")
    if items := sum(report.items.values()):
        lines.append(f"Deleted from what was kept: {items}.")
    if report.remains:
        places = "; ".join(_PLACES[place] for place in report.remains)
        lines.append(f"Others may still hold some of it {places}. I can't reach that.")
    lines.append("You stay in the call. You can say yes again at any time.")
    return "\n".join(lines)
