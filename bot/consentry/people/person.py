"""Somebody who enrolled, as their page and the command line show them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from consentry.people.pin import MAX_WRONG


class Kind(StrEnum):
    """Of a way to show who one is."""

    INVITATION = "invitation"
    """Leads to enrollment, and ends with it."""
    PIN = "pin"
    LINK = "link"
    PASSKEY = "passkey"


@dataclass(frozen=True, slots=True)
class Way:
    """One way to show who one is. Times are Unix times in seconds."""

    id: str
    kind: Kind
    created: float
    expires: float | None = None
    number: str | None = field(default=None, repr=False)
    """What goes with a PIN."""
    opener: bytes | None = field(default=None, repr=False)
    """The public half of the secret that it brings; ``None``: it brings none."""
    wrong: int = 0
    """PINs that were wrong since a right one, or since their person came another way."""

    @property
    def opens(self) -> bool:
        """Whether it brings a secret that can open a face template."""
        return self.opener is not None

    @property
    def off(self) -> bool:
        """Whether it takes no PIN any more, after so many wrong ones."""
        return self.wrong >= MAX_WRONG


@dataclass(frozen=True, slots=True)
class FaceOnFile:
    """That there is a face template."""

    created: float
    ways: frozenset[str]
    """Ids of those that open it."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, and what they chose."""

    id: str
    name: str = field(repr=False)
    created: float
    look_alike: bool = False
    """They have a twin or look-alike: their face is not to be asked for."""
    ways: tuple[Way, ...] = ()
    face: FaceOnFile | None = None

    @property
    def chosen(self) -> tuple[Way, ...]:
        """Their ways to check in."""
        return tuple(way for way in self.ways if way.kind is not Kind.INVITATION)

    def of(self, kind: Kind) -> tuple[Way, ...]:
        return tuple(way for way in self.ways if way.kind is kind)
