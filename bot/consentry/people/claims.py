"""Claims of who somebody is, and the tickets that those get whose claim holds."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Protocol, Self

from consentry.messages import Assurance
from consentry.people.templates import Template, TemplateKey


@dataclass(frozen=True, slots=True)
class PinClaim:
    """Somebody's number and PIN. It opens no template: a PIN is short enough to be guessed by
    whoever holds the store."""

    handle: str
    """The number that the person was given."""
    pin: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LinkClaim:
    """The token of somebody's own link: the text after ``#``."""

    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PasskeyClaim:
    """A WebAuthn assertion, as JSON (Web Authentication Level 3, section 5.2.2), with what the
    ``prf`` extension gave in ``clientExtensionResults``."""

    assertion: str = field(repr=False)
    challenge: str
    """Id of the challenge that it answers."""


Claim = PinClaim | LinkClaim | PasskeyClaim


@dataclass(frozen=True, slots=True)
class Claimed:
    """A claim that holds."""

    person_id: str
    name: str = field(repr=False)
    look_alike: bool
    """They declared a twin or look-alike: a face is not asked for."""
    assurance: Assurance
    ticket: str | None = None
    """Opens their template for the next two minutes; ``None``: there is none that this claim
    opens."""

    def by_face(self) -> Self:
        """The same claim, to be followed by a look at the face, where that can be."""
        if self.ticket is None or self.look_alike:
            return self
        return replace(self, assurance="face")


@dataclass(frozen=True, slots=True)
class Unlocked:
    """A template that its person's secret has just opened, in memory alone."""

    person: str
    template: Template
    key: TemplateKey


class Templates(Protocol):
    """What tickets open."""

    def unlocked(self, ticket: str) -> Unlocked | None:
        """The template of whoever has ``ticket``; ``None`` where there is none to compare with,
        or none any more, for whatever reason."""
        ...

    def unlocked_now(self) -> list[Unlocked]:
        """Every template that is open now, for the margin between them."""
        ...

    def forget(self, ticket: str | None) -> None:
        """The ticket, if there is one, and what it opened are to be gone now: there is a verdict,
        or nobody is to be compared."""
        ...


class ClaimDesk(Templates, Protocol):
    """Where claims are heard. SetupError where the store can't be read or written."""

    async def claim(self, claim: Claim) -> Claimed | None:
        """Who it is; ``None`` for whatever does not hold, which says nothing of who is enrolled,
        in words or in time."""
        ...
