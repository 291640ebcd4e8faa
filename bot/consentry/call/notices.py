"""What is announced in a call: each person's notice and status, and what everybody may know."""

from __future__ import annotations

from consentry.call.plan import Plan, check_in_page, purpose_of_check_in
from consentry.consent.desk import Desk
from consentry.consent.languages import Languages
from consentry.consent.notice import Board
from consentry.consent.state import Consent
from consentry.messages import Notice, Status
from consentry.signing import Signer


class Notices:
    """The notices of one call as its consent stands; ``signer`` has the key that they name."""

    def __init__(
        self, plan: Plan, signer: Signer, consent: Consent, desk: Desk, languages: Languages
    ) -> None:
        self._plan = plan
        self._consent = consent
        self._desk = desk
        self._languages = languages
        self._check_in = purpose_of_check_in(plan)
        offers = {offer.name: offer for _, offer in plan.plugins}
        self._board = Board(plan.bot, signer.fingerprint, offers)

    def of(self, person: str, now: float, language: str | None = None) -> tuple[Notice, Status]:
        """What ``person`` is shown, in ``language`` or the one they are spoken to in."""
        spoken = language or self._languages.of(person)
        notice = self._board.notice(self._consent, self._plan.link(person), spoken)
        if self._check_in is not None and self._consent.enabled(self._check_in):
            page = check_in_page(self._plan, person)
            notice = notice.model_copy(update={"check_in": page})
        return self._desk.quoted(person, notice), self._status(person, now)

    def public(self, language: str | None = None) -> Notice:
        """What everybody may know: the notice without a personal link."""
        return self._board.notice(self._consent, None, language or self._languages.call)

    def running(self) -> dict[str, str]:
        """Titles of what the owner has turned on, by name."""
        return self._board.running(self._consent, self._languages.call)

    def _status(self, person: str, now: float) -> Status:
        standing, names = self._consent.standing, self._consent.purposes
        return Status(
            purposes={name: standing(name, person, now).value for name in names},
            owner=self._consent.owner == person,
            owner_confirmed=self._consent.owner is not None,
        )
