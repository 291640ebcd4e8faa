"""What is taken from whose device, as consent stands."""

from __future__ import annotations

from dataclasses import replace

import pytest

from consentry.call.intake import Intake
from consentry.connectors.driver import MediaConsent, Subscription
from consentry.consent.state import Consent, Terms
from consentry.events import Medium
from consentry.messages import Want
from consentry.plugin import Needs

AUDIO, VIDEO = frozenset({Medium.AUDIO}), frozenset({Medium.VIDEO})
BOTH, NOTHING = AUDIO | VIDEO, frozenset[Medium]()
NEEDS = {
    "captions": Needs(media=AUDIO),
    "covered": Needs(media=VIDEO, frames_per_second=0.5),
    "checkin": Needs(media=VIDEO, frames_per_second=5.0),
    "summary": Needs(media=frozenset({Medium.SEGMENTS})),
}
TRIED = Needs(media=VIDEO | {Medium.CHECK_INS}, frames_per_second=12.0)


class Person:
    """Ana, what she agreed to, and what is taken from her."""

    def __init__(self) -> None:
        self.consent = Consent(Terms(name, "v") for name in NEEDS)
        self.consent.confirm_owner("olga")
        self.consent.joined("a")
        for name in NEEDS:
            self.consent.enable(name, "olga")
        self.intake = Intake(NEEDS, self.consent)

    def agree(self, *purposes: str) -> None:
        for purpose in purposes:
            grant = self.consent.propose("a", purpose, self.consent.version(purpose))
            self.consent.commit(grant, 0.0)

    def taken(self) -> Subscription | None:
        return self.intake.changed("a", 1.0)


@pytest.mark.parametrize(
    ("purposes", "media", "rate"),
    [
        (["captions"], AUDIO, 1.0),
        (["covered"], VIDEO, 0.5),
        (["covered", "checkin"], VIDEO, 5.0),
        (["captions", "covered", "summary"], BOTH, 0.5),
    ],
)
def test_the_wire_carries_what_the_purposes_agreed_to_need(
    purposes: list[str], media: frozenset[Medium], rate: float
) -> None:
    ana = Person()
    ana.agree(*purposes)
    assert ana.taken() == Subscription("a", media, rate)
    assert ana.taken() is None, "it is taken already"


@pytest.mark.parametrize("purposes", [[], ["summary"]])
def test_without_a_purpose_that_needs_it_nothing_is_taken(purposes: list[str]) -> None:
    ana = Person()
    ana.agree(*purposes)
    assert ana.taken() is None
    assert ana.intake.want("a") == Want(audio=False, video=False)


def test_a_no_narrows_and_a_yes_does_not() -> None:
    ana = Person()
    ana.agree("captions", "checkin")
    ana.taken()
    ana.agree("covered")
    assert list(ana.intake.narrowed(1.0)) == []
    ana.consent.refuse("a", "captions")
    [narrower] = ana.intake.narrowed(1.0)
    assert narrower.media == VIDEO
    assert ana.intake.want("a") == Want(audio=False, video=True)
    assert list(ana.intake.narrowed(1.0)) == []


def test_fewer_pictures_are_taken_when_nothing_needs_more() -> None:
    ana = Person()
    ana.agree("covered", "checkin")
    ana.taken()
    ana.consent.refuse("a", "checkin")
    assert ana.taken() == Subscription("a", VIDEO, 0.5)


def test_pictures_are_fine_while_a_person_tries_and_a_no_makes_them_small_at_once() -> None:
    ana = Person()
    needs = {"covered": NEEDS["covered"], "checkin": TRIED}
    tries = {("a", Medium.VIDEO)}
    intake = Intake(needs, ana.consent, lambda who, at, medium: (who, medium) in tries)
    ana.agree("covered", "checkin")
    assert intake.changed("a", 1.0) == Subscription("a", VIDEO, 12.0, fine=True)
    assert intake.want("a") == Want(audio=False, video=True, fine=True)
    ana.consent.refuse("a", "checkin")
    [narrower] = intake.narrowed(1.0)
    assert not narrower.fine and narrower.media == VIDEO
    ana.agree("checkin")
    assert intake.changed("a", 1.0) == Subscription("a", VIDEO, 12.0, fine=True)
    tries.clear()
    assert intake.changed("a", 1.0) == Subscription("a", VIDEO, 0.5)


def test_of_who_tries_to_check_in_sound_is_taken_while_it_is_asked_for() -> None:
    ana = Person()
    tries = {("a", Medium.VIDEO)}
    needs = {"checkin": replace(TRIED, media=TRIED.media | {Medium.AUDIO})}
    intake = Intake(needs, ana.consent, lambda who, at, medium: (who, medium) in tries)
    ana.agree("checkin")
    assert intake.changed("a", 1.0) == Subscription("a", VIDEO, 12.0, fine=True)
    assert intake.standing("a", Medium.AUDIO, 1.0) is MediaConsent.UNDECIDED
    tries.add(("a", Medium.AUDIO))
    both = VIDEO | {Medium.AUDIO}
    assert intake.changed("a", 1.0) == Subscription("a", both, 12.0, fine=True)
    assert intake.want("a") == Want(audio=True, video=True, fine=True)
    tries.remove(("a", Medium.AUDIO))
    [narrower] = intake.narrowed(1.0)
    assert narrower.media == VIDEO and narrower.fine
    assert intake.standing("a", Medium.AUDIO, 1.0) is MediaConsent.UNDECIDED


def test_from_who_has_left_nothing_is_narrowed() -> None:
    ana = Person()
    ana.agree("captions")
    ana.taken()
    ana.intake.forget("a")
    ana.consent.refuse("a", "captions")
    assert list(ana.intake.narrowed(1.0)) == []


def test_each_medium_stands_for_itself() -> None:
    ana = Person()
    ana.agree("captions")
    ana.consent.refuse("a", "checkin")
    standing = {m: ana.intake.standing("a", m, 1.0) for m in (Medium.AUDIO, Medium.VIDEO)}
    assert standing == {
        Medium.AUDIO: MediaConsent.GRANTED,
        Medium.VIDEO: MediaConsent.DECLINED,
    }
    ana.agree("covered")
    assert ana.intake.standing("a", Medium.VIDEO, 1.0) is MediaConsent.GRANTED
    assert ana.intake.standing("nobody", Medium.VIDEO, 1.0) is MediaConsent.UNDECIDED
