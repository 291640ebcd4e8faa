"""The words a participant is shown: terms with a version, and the notice that holds them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Self

from consentry.consent.purpose import DEFAULT_GRACE, ENGLISH, Mode, Purpose
from consentry.consent.state import Consent, Shown, Terms
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
    "/checkin",
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

    @property
    def languages(self) -> tuple[str, ...]:
        """Those it has words in, English first."""
        return (ENGLISH, *sorted(set(self.purpose.translations) - {ENGLISH}))

    def careful(self) -> Self:
        """The same, where nothing starts without a yes."""
        return replace(self, purpose=replace(self.purpose, mode=Mode.OPT_IN), mode=Mode.OPT_IN)

    def terms(self) -> Terms:
        """What the consent state needs of it; the version is a hash of every word and rule, in
        every language: who reads French agrees to what the others do."""
        shown = {name: Shown(self.digest(name), self.text(name)) for name in self.languages}
        whole = hashlib.sha256("".join(shown[name].digest for name in self.languages).encode())
        return Terms(self.name, whole.hexdigest()[:12], self.mode, self.grace, shown)

    def text(self, language: str = ENGLISH) -> str:
        """All that is shown to those who read ``language``, as JSON with sorted keys."""
        return json.dumps(self._shown(language), sort_keys=True, ensure_ascii=False)

    def digest(self, language: str = ENGLISH) -> str:
        """SHA-256 of :meth:`text`, in hex."""
        return hashlib.sha256(self.text(language).encode()).hexdigest()

    def shown(self, version: str, language: str = ENGLISH) -> PurposeTerms:
        """What a participant who reads ``language`` is shown; English where it has no words."""
        return PurposeTerms.model_validate({**self._shown(language), "version": version})

    def _shown(self, language: str) -> dict[str, object]:
        words = self.purpose.words(language)
        return {
            "name": self.name,
            "language": self.purpose.speaks(language),
            "title": words.title,
            "sentence": words.sentence,
            "data": words.data,
            "why": words.why,
            "retention": words.retention,
            "recipients": words.recipients,
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

    def notice(self, consent: Consent, link: str | None, language: str = ENGLISH) -> Notice:
        """The notice as things stand; ``link`` is the page of a reader of ``language``."""
        on = [name for name in self.offers if consent.enabled(name)]
        return Notice(
            bot=self.bot,
            fingerprint=self.fingerprint,
            purposes=self._shown(consent, on, language),
            available=self._shown(consent, self.offers, language),
            link=link,
            commands=list(COMMANDS),
            language=language,
        )

    def running(self, consent: Consent, language: str = ENGLISH) -> dict[str, str]:
        """Titles of what the owner has turned on, by name."""
        return {
            name: offer.purpose.words(language).title
            for name, offer in self.offers.items()
            if consent.enabled(name)
        }

    def _shown(self, consent: Consent, names: Iterable[str], language: str) -> list[PurposeTerms]:
        return [self.offers[name].shown(consent.version(name), language) for name in names]
