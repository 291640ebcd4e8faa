"""What the bot says reaches each person by the carrier that their client has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest

from consentry.connectors.delivery import MAX_MESSAGE_BYTES, Delivery
from consentry.connectors.driver import Happening, MediaConsent, Said, Setting
from consentry.connectors.words import as_text
from consentry.consent.erasure import Remains
from consentry.controls import Noticed
from consentry.errors import MessageError
from consentry.events import Participant
from consentry.messages import (
    AnyBody,
    Caption,
    Message,
    Notice,
    PluginState,
    PurposeTerms,
    Receipt,
    Reply,
    Retraction,
    Summary,
    Want,
)
from consentry.metrics import Metrics
from consentry.signing import Reader, Signer

MIA, SAM = frozenset({"mia"}), frozenset({"sam"})


NOBODY: frozenset[str] = frozenset()


class Chat:
    """A stack with a chat; keeps what it carried."""

    def __init__(self) -> None:
        self.carried: list[tuple[str, ...]] = []
        self.keeps: Remains | None = None
        """Where the stack keeps captions that were taken back."""

    def people(self) -> Mapping[str, Participant]:
        return {"mia": Participant("mia", "Mia"), "sam": Participant("sam", "Sam")}

    def signed(self, person: str, text: str) -> None:
        self.carried.append(("signed", person, text))

    def private(self, person: str, text: str) -> None:
        self.carried.append(("private", person, text))

    def public(self, text: str) -> None:
        self.carried.append(("public", text))

    def caption(self, message: Message, caption: Caption) -> Remains | None:
        self.carried.append(("caption", message.id, caption.name, caption.text))
        return self.keeps if caption.final else None

    def retract(self, ids: Iterable[str]) -> None:
        self.carried.append(("retract", *ids))


class Office:
    def __init__(self) -> None:
        self.time = 0.0
        self.chat = Chat()
        self.signer = Signer("c-test")
        self.happened: list[Happening] = []
        setting = Setting(
            clock=lambda: self.time,
            signer=self.signer,
            metrics=Metrics(),
            standing=lambda who, medium: MediaConsent.UNDECIDED,
        )
        self.delivery = Delivery(setting, self.chat, self.happened.append)

    def send(
        self, body: AnyBody, to: frozenset[str] | None = None, about: frozenset[str] = NOBODY
    ) -> list[tuple[str, ...]]:
        """What was carried of it, and how."""
        self.chat.carried.clear()
        self.delivery.send(Message(body, "m", 0.0, about, to))
        return self.chat.carried


def notice(version: str = "v1", *, on: bool = True) -> Notice:
    terms = PurposeTerms.model_validate(
        {
            "name": "captions",
            "title": "Live captions",
            "sentence": "Writes down what you say.",
            "data": "your voice",
            "why": "so that people can read along",
            "retention": "until the call ends",
            "recipients": "everybody in the call",
            "biometric": False,
            "mode": "opt_in",
            "grace_seconds": 0.0,
            "media": ["audio"],
            "version": version,
        }
    )
    return Notice(
        bot="Consentry",
        fingerprint="0123 4567",
        purposes=[terms] if on else [],
        available=[terms],
        link="https://meet.example/me/x",
        commands=["/yes PURPOSE"],
    )


CAPTION = Caption(participant="mia", name="Mia", text="hello", start=0.0, end=1.0, final=True)
SUMMARY = Summary(abstract=[], decisions=[], actions=[], questions=[], final=True)


def test_a_notice_in_words_says_what_why_how_long_who_and_how_to_answer() -> None:
    [(how, who, text)] = Office().send(notice(), MIA)
    assert (how, who) == ("private", "mia")
    for part in (
        "Consentry, a bot",
        "Live captions (captions): Writes down what you say.",
        "Uses your voice",
        "Why: so that people can read along",
        "Kept: until the call ends",
        "Goes to: everybody in the call",
        "/yes captions or /no captions",
        "/no all",
        "stay in the call",
        "https://meet.example/me/x",
        "0123 4567",
    ):
        assert part in text


def test_where_the_page_keeps_the_slash_for_itself_the_notice_says_what_to_type_instead() -> None:
    text = as_text(notice(), "/msg Consentry ")
    assert text is not None
    assert "Answer here: /msg Consentry yes captions or /msg Consentry no captions;" in text


def test_the_same_notice_is_said_once_and_another_version_again() -> None:
    office = Office()
    assert office.send(notice(), MIA)
    assert not office.send(notice(), MIA)
    assert office.send(notice("v2"), MIA)
    mia = office.chat.people()["mia"]
    assert office.happened == [
        Said(mia, Noticed(type="noticed", versions={"captions": version}))
        for version in ("v1", "v2")
    ]


@pytest.mark.parametrize(
    ("language", "parts"),
    [
        (
            "de",
            ("Ich bin Consentry, ein Bot.", "Antworten Sie hier: /yes captions oder"),
        ),
        ("nl", ("Ik ben Consentry, een bot.", "Zeg je nee, dan blijf je in het gesprek")),
        ("fr", ("Je suis Consentry, un bot.", "Si vous dites non, vous restez dans l’appel")),
        ("pt", ("I am Consentry, a bot.", "/language de")),
    ],
)
def test_a_notice_in_words_is_in_its_readers_language(
    language: str, parts: tuple[str, ...]
) -> None:
    text = as_text(notice().model_copy(update={"language": language}))
    assert text is not None
    assert all(part in text for part in parts)


def test_in_another_language_it_is_said_again() -> None:
    office = Office()
    assert office.send(notice(), MIA)
    assert office.send(notice().model_copy(update={"language": "de"}), MIA)


def test_what_is_to_everybody_is_in_the_language_of_the_call() -> None:
    state = PluginState(plugin="captions", title="Untertitel", state="running")
    assert as_text(state, language="de") == "Untertitel: läuft wieder."
    assert as_text(SUMMARY, language="fr") == "Il n’y a encore rien à résumer."
    assert as_text(state, language="pt") == "Untertitel works again."


def test_before_anything_is_on_the_notice_says_that_nothing_is_taken() -> None:
    office = Office()
    [(_, _, text)] = office.send(notice(on=False), MIA)
    assert "Nothing runs" in text
    assert "/yes" not in text
    assert not office.happened, "there is nothing yet that could be agreed to"


def test_a_client_with_consentry_js_gets_signed_messages_and_no_words_of_its_own() -> None:
    office = Office()
    office.delivery.scripted("mia")
    theirs = notice().model_copy(update={"fingerprint": office.signer.fingerprint})
    [(how, who, text)] = office.send(theirs, MIA)
    assert (how, who) == ("signed", "mia")
    assert Reader(office.signer.public_key, "mia").read(text).body == theirs
    assert not office.happened, "its client says itself when it has shown the notice"


def test_whoever_came_back_without_consentry_js_gets_words() -> None:
    office = Office()
    office.delivery.scripted("mia")
    office.delivery.forget("mia")
    assert office.send(Reply(code="ok", text="off for you"), MIA) == [
        ("private", "mia", "off for you")
    ]


def test_what_a_client_alone_understands_is_not_put_into_a_chat() -> None:
    assert not Office().send(Want(audio=True, video=False), MIA)


def test_captions_are_shown_the_stacks_way_and_signed_to_those_who_check() -> None:
    office = Office()
    office.delivery.scripted("sam")
    carried = office.send(CAPTION)
    assert ("caption", "m", "Mia", "hello") in carried
    assert [entry[:2] for entry in carried if entry[0] == "signed"] == [("signed", "sam")]


def test_captions_are_taken_back_where_that_can_be_done() -> None:
    assert Office().send(Retraction(ids=["a", "b"], reason="withdrawn")) == [("retract", "a", "b")]


def test_words_in_a_chat_stay_there_whatever_is_taken_back() -> None:
    office = Office()
    office.send(SUMMARY, about=frozenset({"mia", "sam"}))
    office.send(Retraction(ids=["m"], reason="erased"))
    assert office.delivery.remains("mia") == office.delivery.remains("sam") == {"chat"}
    assert office.delivery.remains("tom") == NOBODY


def test_a_stack_says_whether_it_keeps_captions() -> None:
    office = Office()
    office.send(CAPTION, about=MIA)
    assert office.delivery.remains("mia") == NOBODY
    office.chat.keeps = "captions"
    office.send(CAPTION, about=MIA)
    assert office.delivery.remains("mia") == {"captions"}


def test_a_summary_is_said_to_everybody_at_once() -> None:
    assert Office().send(SUMMARY) == [("public", "There is nothing to summarize yet.")]


def test_nobody_gets_what_is_for_somebody_who_left() -> None:
    assert not Office().send(Reply(code="ok", text="x"), frozenset({"gone"}))


def test_what_no_carrier_takes_is_refused_before_anybody_got_it() -> None:
    office = Office()
    with pytest.raises(MessageError, match="reply"):
        office.send(Reply(code="ok", text="x" * MAX_MESSAGE_BYTES), MIA)
    assert not office.chat.carried


def test_a_receipt_is_one_line_for_whoever_only_chats() -> None:
    office = Office()
    yes, no = (Receipt(jws="a.b.c", text=f"Written down: {one}.") for one in ("yes", "no"))
    assert office.send(yes, MIA) == [("private", "mia", "Written down: yes.")]
    assert office.send(yes, MIA) == []
    assert office.send(no, MIA) == [("private", "mia", "Written down: no.")]
    office.time = 59.0
    assert office.send(no, MIA) == []
    office.time = 60.0
    assert office.send(no, MIA) == [("private", "mia", "Written down: no.")]


def test_a_receipt_without_an_answer_says_nothing_in_chat() -> None:
    assert Office().send(Receipt(jws="a.b.c"), MIA) == []


def test_a_client_of_ours_gets_every_receipt_whole() -> None:
    office = Office()
    office.delivery.scripted("mia")
    receipt = Receipt(jws="a.b.c", text="Written down: yes.")
    for _ in range(2):
        [(way, who, signed)] = office.send(receipt, MIA)
        assert (way, who) == ("signed", "mia")
        assert Reader(office.signer.public_key).read(signed).body == receipt
