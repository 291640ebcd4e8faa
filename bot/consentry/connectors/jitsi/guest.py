"""As whom the bot comes, and where to."""

from __future__ import annotations

from dataclasses import dataclass

from consentry.connectors.jitsi.bridge.listener import Door
from consentry.connectors.jitsi.deployment import Deployment, Overrides
from consentry.connectors.jitsi.sasl import Account


@dataclass(frozen=True, slots=True)
class Guest:
    """As whom the bot comes, besides its name."""

    account: Account | None = None
    account_domain: str = ""
    """Where the account is, if not where guests are."""
    token: str | None = None
    password: str | None = None
    poltergeist: bool = True
    patience: float = 600.0
    door: Door | None = None
    """Where the bridge brings everybody's sound; None: the bot has a session with the bridge."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the bot is to go, and what is known of it before its config.js was read."""

    deployment: Deployment
    overrides: Overrides = Overrides()
