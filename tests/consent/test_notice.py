"""A notice's version changes with every word of its terms."""

from __future__ import annotations

from dataclasses import replace

import pytest

from consentry.consent.notice import Board, Offer
from consentry.consent.purpose import Mode, Purpose
from consentry.consent.state import Consent
from consentry.errors import ConfigError

CAPTIONS = Purpose("Captions", "Writes what you say.", "your voice", "to follow", "the call")


@pytest.mark.parametrize(
    "other",
    [
        Offer("captions", replace(CAPTIONS, sentence="Writes what you say. Twice.")),
        Offer("captions", replace(CAPTIONS, retention="30 days")),
        Offer("captions", replace(CAPTIONS, recipients="your employer")),
        Offer("captions", CAPTIONS, Mode.NOTICE),
        Offer("captions", CAPTIONS, Mode.NOTICE, grace=30.0),
    ],
)
def test_other_terms_are_another_version(other: Offer) -> None:
    assert other.terms().version != Offer("captions", CAPTIONS).terms().version


def test_the_same_terms_are_the_same_version() -> None:
    assert Offer("captions", CAPTIONS).terms() == Offer("captions", replace(CAPTIONS)).terms()


def test_a_biometric_purpose_is_opt_in_whatever_is_configured() -> None:
    with pytest.raises(ConfigError, match="opt_in, always"):
        Offer("face", replace(CAPTIONS, biometric=True), Mode.NOTICE)


def test_a_grace_period_leaves_time_to_read() -> None:
    with pytest.raises(ConfigError, match="at least 3 seconds"):
        Offer("captions", CAPTIONS, Mode.NOTICE, grace=1.0)


def test_the_notice_asks_only_for_what_is_on() -> None:
    offers = {"captions": Offer("captions", CAPTIONS)}
    consent = Consent(offer.terms() for offer in offers.values())
    consent.confirm_owner("olga")
    board = Board("Consentry", "ab12", offers)
    assert board.notice(consent, None).purposes == []
    consent.enable("captions", "olga")
    [terms] = board.notice(consent, None).purposes
    assert terms.version == consent.version("captions")
    assert terms.sentence == CAPTIONS.sentence
