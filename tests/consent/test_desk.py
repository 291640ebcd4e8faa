"""What the desk writes into the ledger, and what it does not."""

from __future__ import annotations

from consentry.consent.desk import Around, Desk
from consentry.consent.ledger import Act, Entry, MemoryLedger
from consentry.consent.notice import Board, Offer
from consentry.consent.owner import OwnerCode
from consentry.consent.purpose import Purpose, PurposeWords
from consentry.consent.state import Consent
from consentry.controls import Decide, Erase, Line, Noticed, SetLanguage

WORDS = PurposeWords("Untertitel", "Schreibt, was Sie sagen.", "Ihre Stimme", "a", "b", "c")
CAPTIONS = Purpose(
    "Captions", "Writes what you say.", "your voice", "a", "b", "c", translations={"de": WORDS}
)
OFFER = Offer("captions", CAPTIONS)


async def nothing() -> None:
    return None


class House:
    """A desk with an owner, Olga, who turned captions on, and Mia."""

    def __init__(self) -> None:
        self.ledger = MemoryLedger()
        self.consent = Consent([OFFER.terms()])
        around = Around(lambda: 1.0, nothing)
        self.desk = Desk(self.consent, OwnerCode(), self.ledger, around)
        for person in ("olga", "mia"):
            self.desk.met(person)
        self.consent.confirm_owner("olga")
        self.consent.enable("captions", "olga")

    @property
    def version(self) -> str:
        return self.consent.version("captions")

    async def noticed(self, version: str | None = None) -> None:
        versions = {"captions": version or self.version}
        await self.desk.hear("mia", Noticed(type="noticed", versions=versions))

    async def no(self) -> None:
        version = self.version
        await self.desk.hear(
            "mia", Decide(type="decide", purpose="captions", answer="no", version=version)
        )

    async def yes(self) -> None:
        await self.desk.hear("mia", Line(text="/yes captions"))

    def written(self) -> list[Act]:
        return [entry.act for entry in self.ledger.entries]


def one(entries: list[Entry]) -> Entry:
    [entry] = entries
    return entry


async def test_a_notice_is_written_with_the_words_that_were_shown() -> None:
    house = House()
    await house.noticed()
    entry = one(house.ledger.entries)
    assert (entry.act, entry.language) == (Act.NOTICED, "en")
    assert (entry.notice, entry.words) == (OFFER.digest("en"), OFFER.text("en"))
    shown = Board("Bot", "ab12", {"captions": OFFER}).notice(house.consent, None)
    assert entry.version == shown.purposes[0].version


async def test_a_notice_in_another_language_is_written_too() -> None:
    house = House()
    await house.noticed()
    await house.desk.hear("mia", SetLanguage(type="language", language="de"))
    await house.noticed()
    english, german = house.ledger.entries
    assert (english.language, german.language) == ("en", "de")
    assert german.notice == OFFER.digest("de") != english.notice


async def test_a_client_that_repeats_itself_does_not_fill_the_ledger() -> None:
    house = House()
    for _ in range(100):
        await house.noticed()
        await house.no()
    assert house.written() == [Act.NOTICED, Act.REFUSED]


async def test_a_client_can_not_write_what_it_likes_into_the_ledger() -> None:
    house = House()
    await house.noticed("what somebody said in the call")
    house.consent.disable("captions", "olga")
    await house.noticed()
    assert house.written() == []


async def test_whoever_comes_back_is_shown_the_notice_anew() -> None:
    house = House()
    await house.noticed()
    house.desk.met("mia")
    await house.noticed()
    assert house.written() == [Act.NOTICED, Act.NOTICED]


async def test_every_change_of_mind_is_written() -> None:
    house = House()
    for _ in range(2):
        await house.no()
        await house.yes()
    await house.no()
    assert house.written() == [
        Act.REFUSED,
        Act.GRANTED,
        Act.WITHDRAWN,
        Act.GRANTED,
        Act.WITHDRAWN,
    ]


async def test_a_no_to_new_terms_is_another_no() -> None:
    house = House()
    await house.no()
    house.consent.disable("captions", "olga")
    house.consent.enable("captions", "olga")
    await house.no()
    assert house.written() == [Act.REFUSED, Act.REFUSED]


async def test_after_an_erasure_everything_is_new() -> None:
    house = House()
    await house.no()
    await house.desk.hear("mia", Erase(type="erase"))
    await house.no()
    assert house.written() == [Act.REFUSED, Act.REFUSED]


class Slow(MemoryLedger):
    """The disk is slow, and Mia says no while her yes is being written."""

    house: House

    async def append(self, entry: Entry) -> None:
        await self.house.no()
        await super().append(entry)


async def test_a_no_while_a_yes_is_being_written_is_written_though_it_was_said_before() -> None:
    house = House()
    await house.no()
    slow = house.desk._ledger = Slow()
    slow.house = house
    await house.yes()
    assert {entry.act for entry in slow.entries} == {Act.GRANTED, Act.REFUSED}
    assert house.consent.refused("captions", "mia")
