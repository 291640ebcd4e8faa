"""What the bot replies to an act that asks for more than a word: a page, a receipt."""

from __future__ import annotations

import logging

from consentry.call.bookkeeping import Bookkeeping
from consentry.call.checkins import CheckIns
from consentry.call.plan import Plan, check_in_page
from consentry.consent.commands import CheckInPageAsked, LinkAsked, ReceiptAsked
from consentry.consent.languages import Languages
from consentry.controls import Erase
from consentry.errors import SetupError
from consentry.messages import Reply

log = logging.getLogger(__name__)

Matter = Reply | Erase | LinkAsked | ReceiptAsked | CheckInPageAsked


class Answers:
    """The replies of one call, each in its reader's language."""

    def __init__(
        self, plan: Plan, languages: Languages, books: Bookkeeping, check_ins: CheckIns
    ) -> None:
        self._plan = plan
        self._languages = languages
        self._books = books
        self._check_ins = check_ins

    async def answer(self, person: str, matter: Matter) -> Reply | None:
        """What to tell ``person`` now; ``None`` where they are told once it is done."""
        match matter:
            case Reply():
                return matter
            case Erase():
                return None
            case LinkAsked():
                return await self._renewed(person)
            case ReceiptAsked():
                return await self._books.asked(person)
            case CheckInPageAsked():
                return self._page(person)

    def not_running(self, person: str) -> Reply:
        """What they asked a result of does not run."""
        text = self._languages.words(person).say("reply.not_running")
        return Reply(code="unknown_purpose", text=text)

    async def _renewed(self, person: str) -> Reply:
        """Another link to their page: the one before it ends."""
        words = self._languages.words(person)
        try:
            link = await self._plan.renew_link(person)
        except SetupError as exc:
            log.error("a new link could not be made: %s", exc)
            return Reply(code="unavailable", text=words.say("link.full"))
        if link is None:
            return Reply(code="no_page", text=words.say("reply.no_page"))
        return Reply(code="link", text=words.say("reply.link", link=link))

    def _page(self, person: str) -> Reply:
        """Where they check in."""
        words = self._languages.words(person)
        if not self._check_ins.on:
            return Reply(code="unavailable", text=words.say("check_in.off"))
        link = check_in_page(self._plan, person)
        if link is None:
            return Reply(code="no_page", text=words.say("check_in.no_page"))
        return Reply(code="check_in", text=words.say("check_in.here", link=link))
