"""Whose data each thing that was said was made from."""

from __future__ import annotations

from consentry.call.provenance import Provenance
from consentry.events import ChatReceived, Participant, Summarized
from consentry.messages import ActionItem, Caption, Message, Retraction, Summary, SummaryLine

ANA = Participant("a", "Ana")


def caption(id: str, who: str, start: float) -> Message:
    body = Caption(participant=who, name=who, text="words", start=start, end=9.0, final=True)
    return Message(body, id, 9.5, frozenset({who}))


def line(text: str, *segments: str) -> SummaryLine:
    return SummaryLine(text=text, segments=list(segments))


def summary(*abstract: SummaryLine, actions: list[ActionItem] | None = None) -> Summary:
    return Summary(abstract=list(abstract), decisions=[], actions=actions or [], questions=[])


def told(provenance: Provenance, body: Summary, revision: int = 0) -> Summarized:
    message = Message(body, "summary", 12.0, frozenset("ab"), revision=revision)
    return provenance.summarized(message, body)


def followed() -> Provenance:
    provenance = Provenance()
    provenance.said(caption("captions/a-1", "a", 3.0))
    provenance.said(caption("captions/b-2", "b", 5.0))
    return provenance


def test_a_line_is_about_whoever_said_what_it_rests_on_since_the_first_of_it() -> None:
    event = told(followed(), summary(line("both", "captions/b-2", "captions/a-1")), revision=4)
    assert (event.id, event.revision, event.at, event.final) == ("summary", 4, 12.0, False)
    [item] = event.lines
    assert item.segments == ("captions/b-2", "captions/a-1")
    assert item.about == {"a", "b"}
    assert item.at == 3.0


def test_an_action_is_about_who_took_it_on_as_well() -> None:
    action = ActionItem(
        text="send it",
        segments=["captions/a-1"],
        owner="b",
        owner_name="Ben",
        due="Friday",
        due_date="2026-06-12",
    )
    [item] = told(followed(), summary(actions=[action])).lines
    assert item.about == {"a", "b"}
    assert (item.kind, item.owner, item.due, item.due_date) == (
        "action",
        "b",
        "Friday",
        "2026-06-12",
    )


def test_each_line_keeps_its_kind() -> None:
    body = Summary(
        abstract=[line("one", "captions/a-1")],
        decisions=[line("two", "captions/a-1")],
        actions=[ActionItem(text="three", segments=["captions/a-1"])],
        questions=[line("four", "captions/a-1")],
        final=True,
    )
    event = told(followed(), body)
    assert event.final
    assert [(each.kind, each.text) for each in event.lines] == [
        ("abstract", "one"),
        ("decision", "two"),
        ("action", "three"),
        ("question", "four"),
    ]


def test_a_line_that_rests_on_what_nobody_said_is_left_out() -> None:
    body = summary(line("made up", "captions/a-1", "captions/x-9"), line("said", "captions/a-1"))
    assert [item.text for item in told(followed(), body).lines] == ["said"]


def test_words_taken_back_are_nothing_to_rest_on() -> None:
    provenance = followed()
    body = Retraction(ids=["captions/a-1"], reason="withdrawn")
    provenance.said(Message(body, "captions/r", 9.0))
    assert told(provenance, summary(line("gone", "captions/a-1"))).lines == ()


def test_a_line_may_rest_on_chat() -> None:
    provenance = Provenance()
    provenance.heard(ChatReceived(ANA, "chat-1", "words", 2.0))
    [item] = told(provenance, summary(line("from chat", "chat-1"))).lines
    assert item.about == {"a"}
    assert item.at == 2.0
