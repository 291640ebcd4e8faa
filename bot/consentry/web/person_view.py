"""What stands on a personal page, gathered from the call and from the store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from itertools import groupby

from consentry.call.session import Session
from consentry.ledger.heads import read_head
from consentry.messages import PurposeTerms
from consentry.receipts.record import ReceiptRecord
from consentry.signing import from_b64url
from consentry.store.archive import Held
from consentry.web.history import chapters, said_in, seconds
from consentry.web.links import Link
from consentry.web.own_data import OwnData
from consentry.web.person_file import PersonFile
from consentry.words.catalog import Words

_OUTCOMES = frozenset(
    {"yes", "no", "stale", "bad", "expired_form", "partly", "language", "claimed", "gone"}
)


@dataclass(frozen=True, slots=True)
class Kind:
    """Items of one kind that are held."""

    title: str
    count: int
    until: float | None
    """When the last of them is deleted."""


@dataclass(frozen=True, slots=True)
class Line:
    """Something the person said."""

    clock: str
    """Since the bot joined: ``1:02:03``."""
    text: str
    language: str | None


@dataclass(frozen=True, slots=True)
class PersonView:
    """One person, in one call, in one language."""

    link: Link
    session: Session | None
    file: PersonFile | None
    words: Words

    async def values(self, query: Mapping[str, str]) -> dict[str, object]:
        """For ``personal.html``; ``query`` names what came of the act before."""
        receipt = await self.file.receipt() if self.file else None
        held = await self.file.held() if self.file else ()
        record = receipt.record if receipt else None
        live, states = self._live()
        purposes = live or self._past(record)
        titles = {terms.name: terms.title for terms in purposes}
        return {
            "outcome": self._outcome(query, titles if live else {}),
            "lead": await self._lead(),
            "live": self.session is not None,
            "left": self.session is not None and not self.session.present(self.link.person),
            "purposes": purposes,
            "states": states,
            "nonces": {terms.name: terms.nonce for terms in purposes if terms.nonce},
            "said": said_in(record, self.words, titles) if record else [],
            "kept": self.file is not None,
            "receipt": record is not None,
            "held": list(self._kinds(held, titles)),
            "fingerprint": self.session.signer.fingerprint if self.session else None,
        }

    def lines(self, own: OwnData) -> list[Line]:
        """For ``words.html``."""
        return [Line(_clock(s.start), s.text, s.language) for s in own.words()]

    def receipt(self, record: ReceiptRecord) -> dict[str, object]:
        """For ``receipt.html``."""
        named = [c for r in record.records[:1] for c in r.pii_controllers or ()]
        controllers = [", ".join(filter(None, (c.name, c.contact))) for c in named]
        return {
            "record": record,
            "size": read_head(record.log.head, from_b64url(record.log.key)).size,
            "made": seconds(record.created),
            "parts_of_receipt": chapters(record, self.words),
            "controllers": "; ".join(controllers),
        }

    def _outcome(self, query: Mapping[str, str], titles: Mapping[str, str]) -> str:
        """What came of the act before, by its name in the address; empty for anything else."""
        name = query.get("outcome", "")
        if name not in _OUTCOMES:
            return ""
        title = titles.get(query.get("purpose", ""))
        if name in ("yes", "no") and title is None:
            return ""
        return self.words.say(f"outcome.{name}", title=title)

    def _live(self) -> tuple[list[PurposeTerms], Mapping[str, str]]:
        """Every purpose of the call as it stands, with the nonces that a yes to it quotes, and
        where the person stands towards each."""
        if self.session is None:
            return [], {}
        notice, status = self.session.notice_and_status(self.link.person, self.words.language)
        asked = {terms.name: terms for terms in notice.purposes}
        return [asked.get(terms.name, terms) for terms in notice.available], status.purposes

    def _past(self, record: ReceiptRecord | None) -> list[PurposeTerms]:
        return [c.purpose for c in chapters(record, self.words)] if record else []

    async def _lead(self) -> str:
        if self.session is not None:
            who = self.session.participant(self.link.person)
            bot = self.session.notice().bot
            return self.words.say("page.who", name=who.name if who else "", bot=bot)
        past = await self.file.call() if self.file else None
        if past is None:
            return self.words.say("state.over")
        noon = datetime.combine(past.day, time(12), UTC).timestamp()
        return self.words.say("page.who_over", title=past.title, day=self.words.day(noon))

    def _kinds(self, held: Sequence[Held], titles: Mapping[str, str]) -> Iterable[Kind]:
        def kind(item: Held) -> tuple[str, str]:
            return item.plugin, item.name.partition("/")[0]

        for (plugin, prefix), items in groupby(sorted(held, key=kind), kind):
            each = list(items)
            ends = [item.expires for item in each]
            until = None if None in ends else max(end for end in ends if end is not None)
            yield Kind(self._kind_title(plugin, prefix, titles), len(each), until)

    def _kind_title(self, plugin: str, prefix: str, titles: Mapping[str, str]) -> str:
        key = f"kind.{prefix}"
        if key in self.words.texts and prefix != "other":
            return self.words.say(key)
        return self.words.say("kind.other", title=titles.get(plugin, plugin))


def _clock(at: float) -> str:
    minutes, second = divmod(int(at), 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour}:{minute:02}:{second:02}"
