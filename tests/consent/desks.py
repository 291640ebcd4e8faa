"""A desk with people before it, and what they say."""

from __future__ import annotations

from dataclasses import dataclass, field

from consentry.consent.desk import Around, Desk, Outcome
from consentry.consent.ledger import Act, MemoryLedger
from consentry.consent.nonces import Fault
from consentry.consent.notice import Board, Offer
from consentry.consent.owner import OwnerCode
from consentry.consent.purpose import Mode, Purpose
from consentry.consent.state import Consent
from consentry.controls import Decide, Enable, Heard
from consentry.events import Role
from consentry.messages import PurposeTerms, Reply

PURPOSES = ("captions", "summary", "names")


def offer(name: str, mode: Mode = Mode.OPT_IN) -> Offer:
    words = (name.title(), f"Does {name}.", "your voice", "because", "until the call ends")
    return Offer(name, Purpose(*words, mode=mode), mode, grace=5.0)


@dataclass
class Counter:
    """A call's desk, its consent and its clock."""

    mode: Mode = Mode.OPT_IN
    now: float = 0.0
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    faults: list[Fault] = field(default_factory=list)
    roles: dict[str, Role] = field(default_factory=dict)

    def __post_init__(self) -> None:
        offers = {name: offer(name, self.mode) for name in PURPOSES}
        self.consent = Consent(each.terms() for each in offers.values())
        self.board = Board("Consentry", "key", offers)
        self.code = OwnerCode()
        around = Around(lambda: self.now, self._close, self._role, self.faults.append)
        self.desk = Desk(self.consent, self.code, self.ledger, around)

    async def _close(self) -> None:
        pass

    def _role(self, person: str) -> Role:
        return self.roles.get(person, Role.UNKNOWN)

    async def opens(self, *people: str) -> None:
        """They come in; the first owns the call, and turns everything on."""
        for person in people:
            self.desk.met(person)
        await self.desk.prove(people[0])
        for purpose in PURPOSES:
            await self.desk.hear(people[0], Enable(type="enable", purpose=purpose))

    def terms(self, person: str, purpose: str = "captions") -> PurposeTerms:
        """As ``person``'s notice has them now."""
        notice = self.desk.quoted(person, self.board.notice(self.consent, None))
        return next(terms for terms in notice.purposes if terms.name == purpose)

    async def hears(self, person: str, control: Heard) -> str:
        """The code of the first reply."""
        outcomes: list[Outcome] = await self.desk.hear(person, control)
        return next((o.code for o in outcomes if isinstance(o, Reply)), "")

    def runs(self, person: str, purpose: str = "captions") -> bool:
        return self.consent.allows(purpose, person, self.now)

    def granted(self) -> list[tuple[str | None, str | None]]:
        """Whom the ledger has a yes of, and to what."""
        return [(e.person, e.purpose) for e in self.ledger.entries if e.act is Act.GRANTED]


def yes(terms: PurposeTerms, **changes: str | None) -> Decide:
    fields: dict[str, str | None] = {
        "purpose": terms.name,
        "version": terms.version,
        "nonce": terms.nonce,
    }
    return Decide.model_validate({"type": "decide", "answer": "yes", **(fields | changes)})


def no(purpose: str = "captions") -> Decide:
    return Decide(type="decide", purpose=purpose, answer="no", version="any")
