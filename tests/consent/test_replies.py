"""Everybody is answered in their own language."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from consentry.consent.commands import parse_command
from consentry.consent.desk import Around, Desk, Outcome
from consentry.consent.languages import Languages
from consentry.consent.ledger import Act, MemoryLedger
from consentry.consent.notice import COMMANDS, Offer
from consentry.consent.owner import OwnerCode
from consentry.consent.purpose import Purpose, PurposeWords
from consentry.consent.state import Consent
from consentry.controls import Hello, Line, Noticed
from consentry.messages import Reply
from consentry.words.catalog import LANGUAGES, words

GERMAN = PurposeWords("Untertitel", "Schreibt mit.", "Stimme", "zum Folgen", "hier", "alle")
CAPTIONS = Purpose("Captions", "Writes.", "voice", "to follow", "here", translations={"de": GERMAN})


async def closed() -> None:
    return None


@dataclass
class Room:
    """A desk, its ledger, and Ana and Bo before it."""

    desk: Desk
    ledger: MemoryLedger
    consent: Consent
    languages: Languages
    offer: Offer

    def says(self, person: str, text: str) -> list[Outcome]:
        return asyncio.run(self.desk.hear(person, Line(text=text)))

    def reply(self, person: str, text: str) -> Reply:
        [reply] = self.says(person, text)
        assert isinstance(reply, Reply)
        return reply


@pytest.fixture
def room() -> Iterator[Room]:
    offer = Offer("captions", CAPTIONS)
    consent, ledger, languages = Consent([offer.terms()]), MemoryLedger(), Languages()
    code = OwnerCode()
    around = Around(lambda: 1.0, closed, languages=languages)
    room = Room(Desk(consent, code, ledger, around), ledger, consent, languages, offer)
    for person in ("ana", "bo"):
        room.desk.met(person)
    consent.confirm_owner("bo")
    consent.enable("captions", "bo")
    yield room


def test_a_language_is_chosen_by_a_command_and_answered_in_it(room: Room) -> None:
    assert room.reply("ana", "/language de-AT").text == words("de").say("reply.language")
    assert room.reply("ana", "/status").text == "captions: wartet auf Ihre Antwort"
    assert room.reply("bo", "/status").text == "captions: waiting for your answer", "his is his"


def test_a_language_that_there_is_not_is_named_with_those_there_are(room: Room) -> None:
    reply = room.reply("ana", "/language pt")
    assert reply.code == "unknown_language"
    assert "en, de, nl, fr" in reply.text
    assert room.languages.of("ana") == "en"


@pytest.mark.parametrize("text", ["/language", "/language not a language", "/language ../x"])
def test_what_is_no_language_is_no_command(room: Room, text: str) -> None:
    assert room.reply("ana", text).code == "unknown_command"


def test_a_clients_hello_says_what_its_person_reads(room: Room) -> None:
    assert asyncio.run(room.desk.hear("ana", Hello(type="hello", language="nl-NL"))) == []
    assert room.reply("ana", "/no captions").text.startswith("captions: uit voor jou.")


@pytest.mark.parametrize("language", LANGUAGES)
def test_help_explains_every_command(room: Room, language: str) -> None:
    room.says("ana", f"/language {language}")
    head, *lines = room.reply("ana", "/help").text.splitlines()
    assert head == words(language).say("reply.help")
    assert [line.partition(": ")[0] for line in lines] == list(COMMANDS)
    assert all(line.partition(": ")[2] for line in lines)


@pytest.mark.parametrize(
    ("said", "code", "text"),
    [
        ("/yes captions", "ok", "captions: für Sie eingeschaltet."),
        ("/no captions", "ok", "captions: für Sie ausgeschaltet."),
        ("/no all", "ok", "/forget me löscht es."),
        ("/yes nothing", "unknown_purpose", "Diesen Zweck gibt es hier nicht. Es gibt: captions."),
        ("/on captions", "not_owner", "Das kann nur, wer das Gespräch leitet"),
        ("/owner 123", "wrong_code", "Das ist nicht der Code. Verbleibende Versuche: 4."),
        ("/dance", "unknown_command", "Das kenne ich nicht."),
    ],
)
def test_each_answer_is_in_the_persons_language(
    room: Room, said: str, code: str, text: str
) -> None:
    room.says("ana", "/language de")
    reply = room.reply("ana", said)
    assert reply.code == code
    assert text in reply.text


def test_to_be_forgotten_is_not_told_how_to_be_forgotten(room: Room) -> None:
    replies = [each for each in room.says("ana", "/forget me") if isinstance(each, Reply)]
    assert [reply.code for reply in replies] == ["ok"]
    assert "/forget" not in replies[0].text


@pytest.mark.parametrize(("chosen", "written"), [("de", "de"), ("fr", "en")])
def test_the_ledger_has_the_words_that_were_shown(room: Room, chosen: str, written: str) -> None:
    room.says("ana", f"/language {chosen}")
    version = room.consent.version("captions")
    asyncio.run(room.desk.hear("ana", Noticed(type="noticed", versions={"captions": version})))
    [entry] = [entry for entry in room.ledger.entries if entry.act is Act.NOTICED]
    assert entry.language == written
    assert entry.notice == room.offer.digest(written)
    assert entry.words == room.offer.text(written)


def test_every_command_of_the_notice_is_one(room: Room) -> None:
    stand_ins = {"PURPOSE": "captions", "CODE": "de"}
    for command in COMMANDS:
        text = " ".join(stand_ins.get(word, word) for word in command.split())
        acts = parse_command(text, {"captions": "v"})
        known = command == "/help" or not any(hasattr(act, "known") for act in acts)
        assert known, command
