"""What somebody agrees to who lets a template of their face be made: a purpose of its own."""

from __future__ import annotations

from consentry.consent.ledger import Act, Entry
from consentry.consent.notice import Offer
from consentry.consent.purpose import ENGLISH, Purpose, PurposeWords
from consentry.events import Medium
from consentry.words.catalog import LANGUAGES, words

FACE = "face"
"""The purpose's name, in receipts."""

_PARTS = ("title", "sentence", "data", "why", "retention", "recipients")


def face_offer() -> Offer:
    """The purpose in every language. It is biometric, and so takes a yes."""
    said = {language: _words(language) for language in LANGUAGES}
    english = {part: getattr(said[ENGLISH], part) for part in _PARTS}
    purpose = Purpose(**english, biometric=True, translations=said)
    return Offer(FACE, purpose, media=frozenset({Medium.VIDEO}))


def face_entry(act: Act, person: str, language: str = ENGLISH) -> Entry:
    """``act`` of ``person``, who was shown the terms in ``language``."""
    offer = face_offer()
    shown = act is not Act.WITHDRAWN
    return Entry(
        act,
        0.0,
        person,
        purpose=FACE,
        version=offer.terms().version if shown else None,
        notice=offer.digest(language) if shown else None,
        language=language if shown else None,
        words=offer.text(language) if shown else None,
    )


def _words(language: str) -> PurposeWords:
    said = words(language)
    return PurposeWords(*(said.say(f"face_terms.{part}") for part in _PARTS))
