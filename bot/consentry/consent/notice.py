"""The words a participant is shown: terms with a version, and the notice that holds them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from consentry.consent.purpose import DEFAULT_GRACE, Mode, Purpose
from consentry.consent.state import Consent, Terms
from consentry.errors import ConfigError
from consentry.events import ON_THE_WIRE, Medium
from consentry.messages import Notice, PurposeTerms

MIN_GRACE = 3.0
"""Seconds: less is no time to read and refuse."""

COMMANDS = (
    "/yes PURPOSE",
    "/no PURPOSE",
    "/no all",
    "/forget me",
    "/status",
    "/receipt",
    "/link",
    "/language CODE",
    "/owner CODE",
    "/on PURPOSE",
    "/off PURPOSE",
    "/summary",
    "/help",
)


@dataclass(frozen=True, slots=True)
class Offer:
    """A purpose as this self-hoster runs it."""

    name: str
    purpose: Purpose
    mode: Mode = Mode.OPT_IN
    grace: float = DEFAULT_GRACE
    media: frozenset[Medium] = frozenset()
    """What its plugin needs; a device is told of what it would have to send."""

    def __post_init__(self) -> None:
        if self.purpose.biometric and self.mode is not Mode.OPT_IN:
            raise ConfigError(
                f"plugins.{self.name}.mode: a biometric purpose is opt_in, always (GDPR art. 9)"
            )
        if self.mode is Mode.NOTICE and self.grace < MIN_GRACE:
            raise ConfigError(f"plugins.{self.name}.grace: at least {MIN_GRACE:g} seconds")

    def terms(self) -> Terms:
        """What the consent state needs of it; the version is a hash of every word and rule."""
        digest = hashlib.sha256(json.dumps(self._words(), sort_keys=True).encode()).hexdigest()
        return Terms(self.name, digest[:12], self.mode, self.grace, digest)

    def shown(self, version: str) -> PurposeTerms:
        """What a participant reads."""
        return PurposeTerms.model_validate({**self._words(), "version": version})

    def _words(self) -> dict[str, object]:
        return {
            "name": self.name,
            "title": self.purpose.title,
            "sentence": self.purpose.sentence,
            "data": self.purpose.data,
            "why": self.purpose.why,
            "retention": self.purpose.retention,
            "recipients": self.purpose.recipients,
            "biometric": self.purpose.biometric,
            "mode": self.mode.value,
            "grace_seconds": self.grace if self.mode is Mode.NOTICE else 0.0,
            "media": sorted(self.media & ON_THE_WIRE),
        }


@dataclass(frozen=True, slots=True)
class Board:
    """Everything a notice says that is the same for everybody in the call."""

    bot: str
    fingerprint: str
    offers: Mapping[str, Offer]

    def notice(self, consent: Consent, link: str | None) -> Notice:
        """The notice as things stand; ``link`` is the reader's personal page."""
        on = [name for name in self.offers if consent.enabled(name)]
        return Notice(
            bot=self.bot,
            fingerprint=self.fingerprint,
            purposes=self._shown(consent, on),
            available=self._shown(consent, self.offers),
            link=link,
            commands=list(COMMANDS),
        )

    def running(self, consent: Consent) -> dict[str, str]:
        """Titles of what the owner has turned on, by name."""
        return {
            name: offer.purpose.title
            for name, offer in self.offers.items()
            if consent.enabled(name)
        }

    def _shown(self, consent: Consent, names: Iterable[str]) -> list[PurposeTerms]:
        return [self.offers[name].shown(consent.version(name)) for name in names]
