"""A notice's version changes with every word of its terms."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pytest

from consentry.consent.notice import Board, Offer
from consentry.consent.purpose import Mode, Purpose, PurposeWords
from consentry.consent.state import Consent
from consentry.errors import ConfigError

CAPTIONS = Purpose("Captions", "Writes what you say.", "your voice", "to follow", "the call")

GERMAN = PurposeWords("Untertitel", "Schreibt mit.", "Ihre Stimme", "zum Folgen", "hier", "alle")
IN_TWO = replace(CAPTIONS, translations={"de": GERMAN})


@pytest.mark.parametrize(
    "other",
    [
        Offer("captions", replace(CAPTIONS, sentence="Writes what you say. Twice.")),
        Offer("captions", replace(CAPTIONS, retention="30 days")),
        Offer("captions", replace(CAPTIONS, recipients="your employer")),
        Offer("captions", CAPTIONS, Mode.NOTICE),
        Offer("captions", CAPTIONS, Mode.NOTICE, grace=30.0),
        Offer("captions", IN_TWO),
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


def test_the_terms_have_one_version_and_words_of_their_own_in_each_language() -> None:
    offer = Offer("captions", IN_TWO)
    terms = offer.terms()
    shown = {language: words.digest for language, words in terms.shown.items()}
    assert shown == {"en": offer.digest("en"), "de": offer.digest("de")}
    assert terms.read_in("de") == ("de", terms.shown["de"])
    assert terms.read_in("fr") == ("en", terms.shown["en"])
    assert offer.digest("en") != offer.digest("de")
    assert offer.digest("en") == Offer("captions", CAPTIONS).digest("en")
    changed = replace(IN_TWO, translations={"de": replace(GERMAN, why="darum")})
    assert Offer("captions", changed).terms().version != terms.version


def test_a_digest_is_of_all_that_is_shown() -> None:
    offer = Offer("captions", IN_TWO)
    assert hashlib.sha256(offer.text("de").encode()).hexdigest() == offer.digest("de")
    shown = offer.shown("v", "de").model_dump(exclude={"version", "nonce"})
    assert json.loads(offer.text("de")) == shown


def test_a_notice_speaks_the_readers_language_as_far_as_it_can() -> None:
    offers = {"captions": Offer("captions", IN_TWO), "names": Offer("names", CAPTIONS)}
    board = Board("Consentry", "ab12", offers)
    notice = board.notice(Consent(offer.terms() for offer in offers.values()), None, "de")
    captions, names = notice.available
    assert notice.language == "de"
    assert (captions.title, captions.language) == ("Untertitel", "de")
    assert (names.title, names.language) == ("Captions", "en")
