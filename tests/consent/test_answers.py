"""What counts at the desk, from whom, and how often."""

from __future__ import annotations

import base64
import random
from collections.abc import Callable

import pytest

from consentry.consent.ledger import Act
from consentry.consent.nonces import LIFETIME, Fault
from consentry.consent.owner import MAX_TRIES
from consentry.consent.purpose import Mode
from consentry.controls import Command, Decide, Disable, Enable, Heard, Line, Noticed, OwnerCode
from consentry.events import Role
from consentry.messages import PurposeTerms
from tests.consent.desks import PURPOSES, Counter, no, yes


async def test_a_yes_quotes_the_nonce_of_its_persons_notice() -> None:
    counter = Counter()
    await counter.opens("olga", "ana")
    assert await counter.hears("ana", yes(counter.terms("ana"))) == "ok"
    assert counter.runs("ana")
    assert not counter.runs("olga")


@pytest.mark.parametrize(
    ("nonce", "fault"), [(None, Fault.MISSING), ("A" * 88, Fault.FORGED), ("?", Fault.FORGED)]
)
async def test_a_yes_without_it_does_not_count(nonce: str | None, fault: Fault) -> None:
    counter = Counter()
    await counter.opens("olga", "ana")
    assert await counter.hears("ana", yes(counter.terms("ana"), nonce=nonce)) == "stale_notice"
    assert not counter.runs("ana")
    assert (counter.granted(), counter.faults) == ([], [fault])


async def test_a_no_needs_none() -> None:
    counter = Counter()
    await counter.opens("olga", "ana")
    assert await counter.hears("ana", no()) == "ok"
    assert counter.consent.refused("captions", "ana")


async def test_what_a_person_types_needs_none_and_what_a_script_sends_does() -> None:
    counter = Counter()
    await counter.opens("olga", "ana", "ben")
    assert await counter.hears("ana", Line(text="/yes captions")) == "ok"
    command = Command(type="command", text="/yes captions")
    assert await counter.hears("ben", command) == "stale_notice"
    assert counter.granted() == [("ana", "captions")]
    assert await counter.hears("ben", Command(type="command", text="/no captions")) == "ok"


async def test_a_yes_that_comes_late_does_not_undo_a_no() -> None:
    counter = Counter()
    await counter.opens("olga", "ana")
    late = yes(counter.terms("ana"))
    await counter.hears("ana", no())
    assert await counter.hears("ana", late) == "stale_notice"
    assert counter.consent.refused("captions", "ana")
    assert await counter.hears("ana", yes(counter.terms("ana"))) == "ok"


async def test_of_two_pages_with_different_answers_the_last_one_given_counts() -> None:
    counter = Counter()
    await counter.opens("olga", "ana")
    one, other = yes(counter.terms("ana")), no()
    await counter.hears("ana", one)
    await counter.hears("ana", other)
    assert not counter.runs("ana")
    assert await counter.hears("ana", one) == "stale_notice", "a reload of the first page"
    assert not counter.runs("ana")


async def test_of_two_yeses_of_one_notice_one_counts() -> None:
    counter = Counter()
    await counter.opens("olga", "ana")
    terms = counter.terms("ana")
    assert await counter.hears("ana", yes(terms)) == "ok"
    assert await counter.hears("ana", yes(terms)) == "stale_notice"
    assert counter.runs("ana"), "the first still does"


async def test_who_comes_back_can_not_use_the_notice_of_before() -> None:
    counter = Counter()
    await counter.opens("olga", "ana")
    before = yes(counter.terms("ana"))
    counter.consent.left("ana")
    counter.desk.met("ana")
    assert await counter.hears("ana", before) == "stale_notice"
    assert counter.faults == [Fault.SPENT]


async def test_a_notice_of_yesterday_is_asked_again() -> None:
    counter = Counter()
    await counter.opens("olga", "ana")
    old = yes(counter.terms("ana"))
    counter.now += LIFETIME + 1
    assert await counter.hears("ana", old) == "stale_notice"
    assert counter.faults == [Fault.EXPIRED]
    assert await counter.hears("ana", yes(counter.terms("ana"))) == "ok"


async def test_a_clock_that_is_set_back_starts_nothing() -> None:
    counter = Counter(Mode.NOTICE, now=1000.0)
    await counter.opens("olga", "ana", "ben")
    versions = {"captions": counter.terms("ana").version}
    await counter.hears("ana", Noticed(type="noticed", versions=versions))
    old = yes(counter.terms("ben"))
    counter.now = 10.0
    assert not counter.runs("ana")
    assert await counter.hears("ben", old) == "stale_notice"
    assert not counter.runs("ben")
    assert await counter.hears("ben", no()) == "ok"


async def test_the_ledger_has_the_notices_that_were_read_and_no_other() -> None:
    counter = Counter()
    await counter.opens("olga", "ana")
    version = counter.terms("ana").version
    for versions in ({"captions": "old"}, {"captions": version}, {"captions": version}):
        await counter.hears("ana", Noticed(type="noticed", versions=versions))
    read = [entry.version for entry in counter.ledger.entries if entry.act is Act.NOTICED]
    assert read == [version]


async def test_a_guest_does_not_own_the_call_whatever_they_know() -> None:
    counter = Counter(roles={"gus": Role.GUEST})
    counter.desk.met("gus")
    code = OwnerCode(type="owner", code=counter.code.code or "")
    assert await counter.hears("gus", code) == "not_owner"
    assert counter.consent.owner is None
    assert not counter.code.locked, "their try takes none from others"


async def test_a_second_token_does_not_take_the_call_over() -> None:
    counter = Counter()
    await counter.opens("olga", "ana")
    await counter.desk.prove("ana")
    assert counter.consent.owner == "olga"


class Forger:
    """Makes answers that nobody gave, from all that somebody can get hold of.

    Somebody records everything that goes to Mallory and to the bot, was in an earlier call with the
    same people, and has the code that was used.
    """

    def __init__(self, counter: Counter, seed: int) -> None:
        self.counter = counter
        self.random = random.Random(seed)
        self.recorded: list[Heard] = []
        self.other = Counter()

    async def prepares(self) -> None:
        self.used = self.counter.code.code or ""
        await self.counter.hears("olga", OwnerCode(type="owner", code=self.used))
        await self.other.opens("olga", "ana", "mallory")
        for purpose in PURPOSES:
            await self.counter.hears("olga", Enable(type="enable", purpose=purpose))
            self.recorded.append(yes(self.counter.terms("ana", purpose)))
            await self.counter.hears("ana", self.recorded[-1])
            await self.counter.hears("ana", no(purpose))

    def makes(self) -> Heard:
        kinds: list[Callable[[], Heard]] = [
            lambda: self.random.choice(self.recorded),
            self._mallorys,
            self._of_another_call,
            self._of_another_purpose,
            self._of_another_version,
            self._altered,
            self._noise,
            self._cut,
            lambda: yes(self._terms("ana"), nonce=None),
            lambda: Command(type="command", text=f"/yes {self._purpose()}"),
            self._claim,
            lambda: Enable(type="enable", purpose=self._purpose()),
            lambda: Disable(type="disable", purpose=self._purpose()),
            lambda: Command(type="command", text=f"/on {self._purpose()}"),
        ]
        return self.random.choice(kinds)()

    def _purpose(self) -> str:
        return self.random.choice(PURPOSES)

    def _terms(self, person: str) -> PurposeTerms:
        return self.counter.terms(person, self._purpose())

    def _mallorys(self) -> Heard:
        terms = self._terms("ana")
        return yes(terms, nonce=self.counter.terms("mallory", terms.name).nonce)

    def _of_another_call(self) -> Heard:
        terms = self._terms("ana")
        return yes(terms, nonce=self.other.terms("ana", terms.name).nonce)

    def _of_another_purpose(self) -> Heard:
        one, two = self.random.sample(PURPOSES, 2)
        return yes(self.counter.terms("ana", one), nonce=self.counter.terms("ana", two).nonce)

    def _of_another_version(self) -> Heard:
        return yes(self._terms("ana"), version=f"v.{self.random.randrange(9)}")

    def _altered(self) -> Heard:
        terms = self._terms("ana")
        assert terms.nonce is not None
        raw = bytearray(base64.urlsafe_b64decode(terms.nonce))
        for _ in range(self.random.randint(1, 4)):
            raw[self.random.randrange(len(raw))] ^= 1 << self.random.randrange(8)
        altered = base64.urlsafe_b64encode(raw).decode()
        return yes(terms, nonce=altered if altered != terms.nonce else "A" * 88)

    def _noise(self) -> Heard:
        raw = self.random.randbytes(self.random.choice([1, 65, 66, 66, 67]))
        return yes(self._terms("ana"), nonce=base64.urlsafe_b64encode(raw).decode())

    def _cut(self) -> Heard:
        terms = self._terms("ana")
        assert terms.nonce is not None
        return yes(terms, nonce=terms.nonce[: self.random.randrange(1, len(terms.nonce))])

    def _claim(self) -> Heard:
        letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
        guess = "".join(self.random.choices(letters, k=8))
        code = self.random.choice([self.used, guess, self.other.code.code or "", ""])
        return OwnerCode(type="owner", code=code)


async def forge(attempts: int, seed: int) -> None:
    """Nothing that is forged counts; what is genuine still does afterwards."""
    counter = Counter()
    for person in ("olga", "ana", "mallory"):
        counter.desk.met(person)
    forger = Forger(counter, seed)
    await forger.prepares()
    granted = counter.granted()
    for _ in range(attempts):
        act = forger.makes()
        own = {counter.terms("mallory", purpose).nonce for purpose in PURPOSES}
        theirs = isinstance(act, Decide) and act.nonce in own
        sender = "ana" if theirs else forger.random.choice(["ana", "mallory"])
        await counter.hears(sender, act)
        assert counter.granted() == granted
        assert counter.consent.owner == "olga"
        assert all(counter.consent.enabled(purpose) for purpose in PURPOSES)
        assert not any(counter.runs(who, p) for who in ("ana", "mallory") for p in PURPOSES)
    assert counter.code.locked, f"after {MAX_TRIES} wrong claims nobody can try again"
    assert await counter.hears("ana", yes(counter.terms("ana"))) == "ok"


async def test_of_a_thousand_forged_answers_and_claims_none_counts() -> None:
    await forge(1_500, seed=1)


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_of_ten_thousand_forged_answers_and_claims_none_counts() -> None:
    await forge(10_000, seed=2)
