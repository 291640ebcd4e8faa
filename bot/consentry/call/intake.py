"""What the bot takes from each person's device: what consent covers now, and no more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from consentry.connectors.driver import MediaConsent, Subscription
from consentry.consent.state import Consent
from consentry.events import ON_THE_WIRE, Medium
from consentry.gate import Trying, nobody_tries
from consentry.messages import Want
from consentry.plugin import Needs

NOTHING: frozenset[Medium] = frozenset()


class Intake:
    """
    Works out subscriptions from the consent state, and keeps what was last subscribed to.

    ``needs`` are the plugins' by name, which is the name of their purpose. What serves check-ins is
    taken from a person while they try to check in. Times are seconds on the call's clock.
    """

    def __init__(
        self, needs: Mapping[str, Needs], consent: Consent, trying: Trying = nobody_tries
    ) -> None:
        self._consent = consent
        self._trying = trying
        self._in_tries = {p for p, need in needs.items() if Medium.CHECK_INS in need.media}
        self._needs = {
            purpose: replace(need, media=need.media & ON_THE_WIRE)
            for purpose, need in needs.items()
            if need.media & ON_THE_WIRE
        }
        self._users = {
            medium: tuple(p for p, need in self._needs.items() if medium in need.media)
            for medium in Medium
        }
        self._taken: dict[str, Subscription] = {}

    def standing(self, person: str, medium: Medium, now: float) -> MediaConsent:
        """Where ``person`` stands towards ``medium``; asked at every decode, so it is cheap."""
        consent, declined = self._consent, False
        for purpose in self._users[medium]:
            if self._uses(purpose, person, medium, now):
                return MediaConsent.GRANTED
            declined = declined or consent.refused(purpose, person)
        return MediaConsent.DECLINED if declined else MediaConsent.UNDECIDED

    def want(self, person: str) -> Want:
        """What their device is told of it."""
        media = self._media(person)
        fine = Medium.VIDEO in media and self._taken[person].fine
        return Want(audio=Medium.AUDIO in media, video=Medium.VIDEO in media, fine=fine)

    def forget(self, person: str) -> None:
        """They are gone, and nothing is taken from them."""
        self._taken.pop(person, None)

    def narrowed(self, now: float) -> Iterator[Subscription]:
        """One subscription for everybody of whom more is taken than consent covers now; each is
        to be carried out before the next is asked for."""
        for person in tuple(self._taken):
            taken, covered = self._taken[person], self._covered(person, now)
            media, fine = taken.media & covered.media, taken.fine and covered.fine
            if (media, fine) != (taken.media, taken.fine):
                yield self._take(replace(taken, media=media, fine=fine))

    def changed(self, person: str, now: float) -> Subscription | None:
        """What to take from ``person`` now, if it is not what is taken already."""
        covered = self._covered(person, now)
        if covered == self._taken.get(person, Subscription(person, NOTHING)):
            return None
        return self._take(covered)

    def _media(self, person: str) -> frozenset[Medium]:
        taken = self._taken.get(person)
        return NOTHING if taken is None else taken.media

    def _take(self, subscription: Subscription) -> Subscription:
        self._taken[subscription.participant] = subscription
        return subscription

    def _uses(self, purpose: str, person: str, medium: Medium, now: float) -> bool:
        """Whether ``purpose`` may use ``medium`` as it comes from ``person``'s device now."""
        if purpose in self._in_tries and not self._trying(person, now, medium):
            return False
        return self._consent.allows(purpose, person, now)

    def _used(self, purpose: str, person: str, now: float) -> frozenset[Medium]:
        needed = self._needs[purpose].media
        return frozenset(m for m in needed if self._uses(purpose, person, m, now))

    def _covered(self, person: str, now: float) -> Subscription:
        used = {p: self._used(p, person, now) for p in self._needs}
        media = NOTHING.union(*used.values())
        if Medium.VIDEO not in media:
            return Subscription(person, media)
        seeing = {p: self._needs[p] for p, taken in used.items() if Medium.VIDEO in taken}
        rate = max(need.frames_per_second for need in seeing.values())
        return Subscription(person, media, rate, fine=not self._in_tries.isdisjoint(seeing))
