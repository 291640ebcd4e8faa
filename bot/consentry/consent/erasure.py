"""What an erasure did, in numbers, and what it could not do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Remains(StrEnum):
    """Where other people may still hold what was erased, beyond the bot's reach."""

    CHAT = "chat"
    """Lines in the stack's own chat."""
    CAPTIONS = "captions"
    """Captions of the stack's own that can't be taken back."""
    SCREENS = "screens"
    """What other clients showed, and people read or copied."""
    EXPORTS = "exports"
    """Files that the host wrote before."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """What there was of one person in one call, and is no more."""

    items: Mapping[str, int] = field(default_factory=dict)
    """Stored items by the plugin that kept them."""
    retracted: Mapping[str, int] = field(default_factory=dict)
    """Messages taken back, by kind."""
    remains: tuple[Remains, ...] = ()
