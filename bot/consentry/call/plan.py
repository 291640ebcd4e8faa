"""What a session is to run, and who looks on: decided before the call."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from opentelemetry.trace import Tracer

from consentry.connectors.driver import Wait
from consentry.consent.ledger import Ledger, MemoryLedger
from consentry.consent.notice import Offer
from consentry.consent.owner import OwnerCode
from consentry.events import Medium
from consentry.messages import Message
from consentry.plugin import Context, Needs, Plugin
from consentry.receipts.call import CallReceipts
from consentry.store.archive import Archive
from consentry.tracing import silent


class Observer(Protocol):
    """Whoever invited the bot, looking on. Called on the event loop; must not block."""

    def said(self, message: Message) -> None:
        """``message`` went into the call."""

    def owner_code(self, code: str | None) -> None:
        """The code to hand to the owner; None once it is used or locked."""

    def waiting(self, wait: Wait | None) -> None:
        """What keeps the bot from the call; None: it is in the call, or in it again."""


class Nobody:
    """An observer who does not look."""

    def said(self, message: Message) -> None:
        pass

    def owner_code(self, code: str | None) -> None:
        pass

    def waiting(self, wait: Wait | None) -> None:
        pass


async def no_page(person: str) -> str | None:
    """The new link to a page where there are none."""
    return None


@dataclass(frozen=True)
class Plan:
    """What a session is to run."""

    call: str
    """Id of the call; bound into every signature."""
    bot: str
    plugins: Sequence[tuple[Plugin, Offer]]
    context: Callable[[str], Context]
    """The context of the plugin with this name."""
    owner_code: OwnerCode = field(default_factory=OwnerCode)
    ledger: Ledger = field(default_factory=MemoryLedger)
    receipts: CallReceipts | None = None
    """What people get of the ledger; None where it does not outlive the call."""
    link: Callable[[str], str | None] = lambda person: None
    """The personal page of the participant with this id."""
    renew_link: Callable[[str], Awaitable[str | None]] = no_page
    """Another link to that page: the one before it ends. SetupError where that can't be written."""
    language: str | None = None
    """Of the call (BCP 47): for whoever does not say what they read."""
    archive: Archive | None = None
    """What is kept of the call; None where nothing is."""
    alone_for: float | None = None
    """Seconds without anybody after which the bot leaves; None: it waits for ever."""
    tracer: Tracer = field(default_factory=silent)
    stack: str = "room"
    """Where the call is, as the ledger names it."""
    forget_ticket: Callable[[str], object] = lambda ticket: None
    """What the claim with this ticket opened is not needed any more."""
    loaded: Mapping[str, str] = field(default_factory=dict)
    """The version of each plugin and of its models, by name."""

    @property
    def needs(self) -> dict[str, Needs]:
        """What each plugin needs, by name."""
        return {plugin.name: plugin.needs for plugin, _ in self.plugins}


CHECK_IN = "/checkin"
"""Of the page where somebody checks in, behind their own link."""


def check_in_page(plan: Plan, person: str) -> str | None:
    """Where ``person`` checks in; ``None`` where there are no pages."""
    link = plan.link(person)
    return None if link is None else f"{link}{CHECK_IN}"


def purpose_of_check_in(plan: Plan) -> str | None:
    """The purpose under which people check in; ``None`` where there is none."""
    needs = plan.needs.items()
    return next((name for name, n in needs if n.checks_in or Medium.CHECK_INS in n.media), None)


def checks_faces(plan: Plan) -> bool:
    """Whether a plugin looks at faces when people check in."""
    purpose = purpose_of_check_in(plan)
    return purpose is not None and Medium.CHECK_INS in plan.needs[purpose].media
