"""What counts as a promise, a decision or an open question, and what does not."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentry.api import Participant, Segment, Summary
from consentry_summary.extractive import extract
from consentry_summary.phrases import word_set

TODAY = date(2026, 6, 8)
ANA = Participant("p1", "Ana")
BEN = Participant("p2", "Ben")
TOM = Participant("p3", "Tom")
ROOM = Participant("p4", "Meeting room", shared=True)
PEOPLE = {"Ana": ANA, "Ben": BEN, "Tom": TOM, "Room": ROOM}


def meeting(*lines: str, language: str = "en", gap: float = 0.6) -> Summary:
    """A summary of lines like "Ana: I'll send it."; two seconds each, ``gap`` between."""
    segments = []
    for number, line in enumerate(lines):
        name, _, text = line.partition(": ")
        at = number * (2.0 + gap)
        segments.append(Segment(PEOPLE[name], f"s{number}", 0, text, at, at + 2.0, language))
    return extract(segments, tuple(PEOPLE.values()), TODAY, language)


def tasks(*lines: str, language: str = "en") -> list[tuple[str, str | None]]:
    return [(each.text, each.owner_name) for each in meeting(*lines, language=language).actions]


@pytest.mark.parametrize(
    ("said", "task"),
    [
        ("I'll send you the offer.", "Send you the offer"),
        ("Okay, then I will call the customer tomorrow.", "Call the customer"),
        ("I'm going to check the logs.", "Check the logs"),
        ("And I can write the release notes by Thursday.", "Write the release notes"),
        ("I need to finish the slides by Friday.", "Finish the slides"),
        ("I have to prepare the contract until Monday.", "Prepare the contract"),
        ("Let me handle the catering.", "Handle the catering"),
        ("I'm sending the invoice on Friday.", "Send the invoice"),
        ("i'll book the room by tomorrow", "Book the room"),
        ("Um, I'll, uh, order the cake.", "Order the cake"),
        ("I'd be happy to review the draft.", "Review the draft"),
        ("I will talk to Robert about the budget.", "Talk to Robert about the budget"),
        ("I'll find out about the interface.", "Find out about the interface"),
        ("Leave the flowers to me.", "Take care of the flowers"),
    ],
)
def test_a_promise_is_a_task_of_the_speaker(said: str, task: str) -> None:
    assert tasks(f"Ana: {said}") == [(task, "Ana")]


@pytest.mark.parametrize(
    ("said", "task"),
    [
        ("Ich schicke dem Kunden morgen eine Nachricht.", "Dem Kunden eine Nachricht schicken"),
        ("Ich werde die Texte bis Freitag schreiben.", "Die Texte schreiben"),
        ("Ich rufe morgen die Druckerei an.", "Die Druckerei anrufen"),
        ("Dann bestelle ich die Getränke.", "Die Getränke bestellen"),
        ("Ich kümmere mich um die Musik.", "Mich um die Musik kümmern"),
        ("Ich kann die Bilder hochladen.", "Die Bilder hochladen"),
    ],
)
def test_a_german_promise_is_a_task(said: str, task: str) -> None:
    assert tasks(f"Ana: {said}", language="de") == [(task, "Ana")]


@pytest.mark.parametrize(
    ("said", "task"),
    [
        ("Ik maak morgen een lijst voor de klant.", "Een lijst voor de klant maken"),
        ("Ik zal de klant vrijdag bellen.", "De klant bellen"),
        ("Dan regel ik de zaal.", "De zaal regelen"),
        ("Ik ga een brief aan de ouders schrijven.", "Een brief aan de ouders schrijven"),
        ("Ik schreef vredag een bericht aan het team.", "Een bericht aan het team schrijven"),
    ],
)
def test_a_dutch_promise_is_a_task_even_where_it_was_misheard(said: str, task: str) -> None:
    assert tasks(f"Ana: {said}", language="nl") == [(task, "Ana")]


def test_a_french_promise_is_a_task() -> None:
    said = "Ana: Je vais envoyer le contrat demain."
    assert tasks(said, language="fr") == [("Envoyer le contrat", "Ana")]


@pytest.mark.parametrize(
    "said",
    [
        "I'll start.",
        "I will walk you through the numbers.",
        "I'll be brief.",
        "I'll share my screen.",
        "I will never get used to this.",
        "I'll be in Berlin on Friday.",
        "I can't send the offer.",
        "I won't book the room.",
        "If I have time, I'll write the report.",
        "Maybe I'll call them tomorrow.",
        "I sent the offer yesterday.",
        "He said I'll get the report tomorrow.",
        "I wish I could send it tomorrow.",
        "I don't think I'll send it by Friday.",
        "I would have sent the offer by Friday.",
        "I usually write the report on Friday.",
        "Shall I wait?",
        "I can see your screen.",
        "Can I quickly mention the bug?",
        "I think that was good.",
        "I have to ask our IT department.",
    ],
)
def test_talk_is_no_task(said: str) -> None:
    assert tasks(f"Ana: {said}") == []


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("Ich habe gestern die Mail geschickt.", "de"),
        ("Wenn ich Zeit habe, schreibe ich den Bericht.", "de"),
        ("Ich mache mir Sorgen.", "de"),
        ("Ich schicke das nicht.", "de"),
        ("Ich schreibe normalerweise am Freitag den Bericht.", "de"),
        ("Ich fange an.", "de"),
        ("Als ik tijd heb, bel ik de klant.", "nl"),
        ("Ik vraag me af of dat klopt.", "nl"),
        ("Ik heb de brief gisteren verstuurd.", "nl"),
        ("Ik kan dat niet doen.", "nl"),
        ("Je ne vais pas envoyer le contrat.", "fr"),
    ],
)
def test_talk_is_no_task_in_other_languages(said: str, language: str) -> None:
    assert tasks(f"Ana: {said}", language=language) == []


def test_a_request_counts_when_it_is_accepted() -> None:
    assert tasks("Ana: Tom, can you write the minutes?", "Tom: Sure, no problem.") == [
        ("Write the minutes", "Tom")
    ]


@pytest.mark.parametrize(
    ("asked", "yes", "task", "language"),
    [
        ("Schickst du mir bitte die Zahlen?", "Natürlich.", "Mir die Zahlen schicken", "de"),
        ("Könntest du die Bilder hochladen?", "Ja, gerne.", "Die Bilder hochladen", "de"),
        ("Stuur je mij de lijst?", "Ja, doe ik.", "Mij de lijst sturen", "nl"),
        ("Kun je de zaal reserveren?", "Is goed.", "De zaal reserveren", "nl"),
    ],
)
def test_a_request_is_accepted_in_other_languages(
    asked: str, yes: str, task: str, language: str
) -> None:
    assert tasks(f"Ana: {asked}", f"Tom: {yes}", language=language) == [(task, "Tom")]


def test_work_said_to_be_done_counts_once_it_is_promised() -> None:
    assert tasks("Ana: I still have to hang the pictures.", "Ana: I'll do that on Friday.") == [
        ("Hang the pictures", "Ana")
    ]


def test_a_request_refused_is_nobodys() -> None:
    assert tasks("Ana: Tom, can you write the minutes?", "Tom: Sorry, I can't do that.") == []


def test_a_request_unanswered_is_nobodys() -> None:
    assert tasks("Ana: Tom, can you write the minutes?", "Ben: It rains.") == []


def test_a_yes_from_somebody_else_is_no_acceptance() -> None:
    assert tasks("Ana: Tom, can you write the minutes?", "Ben: Sure, he can.") == []


def test_who_takes_over_after_a_refusal_owns_it() -> None:
    assert tasks(
        "Ana: Tom, can you write the minutes?",
        "Tom: Unfortunately I can't.",
        "Ben: I'll do it then.",
    ) == [("Write the minutes", "Ben")]


def test_an_order_by_name_stands_without_an_answer() -> None:
    assert tasks("Ana: Tom, please send the slides by Friday.") == [("Send the slides", "Tom")]


def test_work_for_anybody_belongs_to_who_takes_it() -> None:
    assert tasks("Ana: Somebody needs to water the plants.", "Ben: I can take that.") == [
        ("Water the plants", "Ben")
    ]


def test_work_nobody_takes_is_no_task() -> None:
    assert tasks("Ana: Somebody needs to water the plants.", "Ben: Yes, true.") == []


def test_an_offer_counts_when_it_is_accepted() -> None:
    assert tasks("Ana: Should I book the room?", "Ben: Yes, please.") == [("Book the room", "Ana")]


def test_an_offer_declined_is_no_task() -> None:
    assert tasks("Ana: Should I book the room?", "Ben: No, we don't need one.") == []


def test_a_third_person_is_the_owner_by_name() -> None:
    assert tasks("Ana: Tom will send the minutes by Friday.") == [("Send the minutes", "Tom")]


def test_a_stranger_owns_nothing() -> None:
    assert tasks("Ana: Robert will send the contract by Friday.") == [
        ("Robert will send the contract", None)
    ]


def test_a_task_of_all_has_no_owner() -> None:
    assert tasks("Ana: We will send the invoice by Friday.") == [("Send the invoice", None)]


def test_a_joke_is_taken_back() -> None:
    assert tasks("Ana: I'll buy everybody a yacht.", "Ana: Just kidding.") == []


def test_a_promise_repeated_is_one_task() -> None:
    assert tasks(
        "Ana: I'll send the written offer.", "Ben: Great.", "Ana: I'll send the offer by Friday."
    ) == [("Send the written offer", "Ana")]


def test_one_sentence_may_hold_two_tasks() -> None:
    said = "Ana: I'll book the room and Tom will order the cake by Friday."
    assert ("Book the room", "Ana") in tasks(said) or ("Order the cake", "Tom") in tasks(said)


def test_a_promise_cut_in_two_by_a_pause_is_one() -> None:
    assert tasks("Ana: I'll book the big", "Ana: meeting room by tomorrow.") == [
        ("Book the big meeting room", "Ana")
    ]


def test_a_deadline_after_a_full_stop_belongs_to_the_promise() -> None:
    [action] = meeting("Ana: I'll send the written offer.", "Ana: By Friday.").actions
    assert action.due_date == "2026-06-12"
    assert action.segments == ["s0", "s1"]


def test_room_promises_have_no_owner() -> None:
    assert tasks("Room: I'll call her.") == [("Call her", None)]


@pytest.mark.parametrize(
    ("lines", "decision"),
    [
        (["Ana: We have decided to ship on Monday."], "Ship on Monday"),
        (["Ana: So the decision is that we ship on Monday."], "We ship on Monday"),
        (["Ana: Let's go with the blue design."], "The blue design"),
        (["Ana: Okay, then it's decided. We ship on Monday."], "We ship on Monday"),
        (["Ana: I suggest that we ship on Monday.", "Ben: Fine.", "Ana: Then that is decided."],
         "We ship on Monday"),
        (["Ana: Shall we agree on twelve stalls?", "Ben: Yes, agreed."], "Twelve stalls"),
        (["Ana: So we start the pilot in May.", "Ben: Agreed."], "We start the pilot in May"),
        (["Ana: The budget for the new office is approved."],
         "The budget for the new office is approved"),
        (["Ana: Thursday afternoon it is."], "Thursday afternoon it is"),
    ],
)  # fmt: skip
def test_a_decision_is_found(lines: list[str], decision: str) -> None:
    assert [each.text for each in meeting(*lines).decisions] == [decision]


@pytest.mark.parametrize(
    "lines",
    [
        ["Ana: Have we decided on a date?"],
        ["Ana: We haven't decided on a date yet."],
        ["Ana: Let's not decide that today."],
        ["Ana: Last month we decided to drop the beta."],
        ["Ana: If we decide to ship, we need tests."],
        ["Ana: The board has decided to sell."],
        ["Ana: Shall we agree on twelve stalls?", "Ben: No, that is too many."],
        ["Ana: Shall we start?", "Ben: Yes."],
        ["Ana: I suggest that we ship on Monday.", "Ben: I am not sure."],
        ["Ana: Let's go with the blue design.", "Ben: Hold on, scratch that."],
    ],
)
def test_what_is_no_decision_is_none(lines: list[str]) -> None:
    assert meeting(*lines).decisions == []


@pytest.mark.parametrize(
    ("lines", "language"),
    [
        (["Ana: Wir haben entschieden, dass wir am Montag liefern."], "de"),
        (["Ana: Ich schlage vor, wir liefern am Montag.", "Ben: Dann ist das beschlossen."], "de"),
        (["Ana: We hebben besloten dat het team in september begint."], "nl"),
        (["Ana: Dus we kiezen voor het lichte model.", "Ben: Prima."], "nl"),
        (["Ana: Nous avons décidé de commencer en mai."], "fr"),
    ],
)  # fmt: skip
def test_a_decision_is_found_in_other_languages(lines: list[str], language: str) -> None:
    assert len(meeting(*lines, language=language).decisions) == 1


@pytest.mark.parametrize(
    ("lines", "question"),
    [
        (["Ana: What about the test environment?", "Ben: I honestly don't know."],
         "What about the test environment?"),
        (["Ana: How many people do we expect?", "Ben: About thirty.",
          "Ana: Let's leave that open."], "How many people do we expect?"),
        (["Ana: One question is still open. Do we refund the customers?"],
         "Do we refund the customers?"),
        (["Ana: It is still unclear whether a nurse has to come."],
         "Whether a nurse has to come"),
        (["Ana: do we need a bigger travel budget", "Ben: that's a question for finance"],
         "Do we need a bigger travel budget?"),
    ],
)  # fmt: skip
def test_an_open_question_is_found(lines: list[str], question: str) -> None:
    assert [each.text for each in meeting(*lines).questions] == [question]


@pytest.mark.parametrize(
    "lines",
    [
        ["Ana: How many people do we expect?", "Ben: About thirty."],
        ["Ana: How much is the licence?", "Ben: I don't know.", "Tom: It's 40 euros."],
        ["Ana: Tom, do you have an idea?", "Tom: No idea."],
        ["Ana: Can you hear me?", "Ben: I'm not sure."],
    ],
)
def test_a_question_answered_is_not_open(lines: list[str]) -> None:
    assert meeting(*lines).questions == []


@pytest.mark.parametrize(
    ("line", "language"),
    [
        ("Ana: Offen ist noch, wer die Übersetzung macht.", "de"),
        ("Ana: We weten nog niet hoe groot het budget is.", "nl"),
        ("Ana: On ne sait pas encore qui paie la salle.", "fr"),
    ],
)
def test_an_open_question_is_found_in_other_languages(line: str, language: str) -> None:
    assert len(meeting(line, language=language).questions) == 1


def test_an_empty_meeting_has_an_empty_summary() -> None:
    summary = extract([], (), TODAY)
    assert not [*summary.abstract, *summary.decisions, *summary.actions, *summary.questions]


def test_the_abstract_is_made_of_what_was_said() -> None:
    summary = meeting("Ana: Today we plan the release of Atlas.", "Ben: The fix needs two days.")
    assert [each.text for each in summary.abstract][0] == "Today we plan the release of Atlas."


WORDS = st.sampled_from(
    sorted(
        word_set(
            "I'll will we have decided to send the offer by Friday . ? , Tom can you sure yes no "
            "if ich schicke morgen dann beschlossen ik maak don't know who leave that open ignore "
            "all instructions"
        )
    )
)
SPEECH = st.lists(WORDS, min_size=1, max_size=25).map(" ".join)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(sorted(PEOPLE)), SPEECH), max_size=8))
def test_every_line_cites_segments_and_no_room_owns_anything(said: list[tuple[str, str]]) -> None:
    summary = meeting(*(f"{name}: {text}" for name, text in said))
    known = {f"s{number}" for number in range(len(said))}
    for line in [*summary.abstract, *summary.decisions, *summary.actions, *summary.questions]:
        assert line.segments
        assert set(line.segments) <= known
    assert all(action.owner != ROOM.id for action in summary.actions)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    summary = meeting(f"Ana: {text}")
    assert all(line.segments == ["s0"] for line in summary.abstract)
