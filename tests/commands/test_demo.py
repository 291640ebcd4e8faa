"""What the demo shows, and when it counts as failed."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from consentry.commands.demo import _judge
from consentry.demo.screen import Screen, summary_panel
from consentry.demo.script import MEETING, Stage, demo_config
from consentry.errors import ConsentryError
from consentry.messages import (
    ActionItem,
    Caption,
    Message,
    Retraction,
    Speaker,
    Speaking,
    Summary,
    SummaryLine,
)
from consentry.play.recording import load_recording

SUMMARY = Summary(
    abstract=[],
    decisions=[SummaryLine(text="Thursday it is", segments=["c/1"])],
    actions=[
        ActionItem(
            text="Order the cake", segments=["c/1"], owner="p1", owner_name="Sam", due="Friday"
        )
    ],
    questions=[SummaryLine(text="How many come?", segments=["c/1"])],
)


def caption(name: str, *, final: bool = True) -> Message:
    body = Caption(participant="p1", name=name, text=f"I am {name}.", start=1, end=2, final=final)
    return Message(body, f"captions/{name}", 2.0)


def staged(*said: Message) -> Stage:
    stage = Stage(url="http://127.0.0.1:1/r/demo")
    stage.standings = {"Mia": {"captions": "running"}, "Sam": {"captions": "running"}}
    for message in said:
        stage.said(message)
    return stage


def console() -> Console:
    return Console(file=io.StringIO(), width=100, force_terminal=False)


def shown(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_captions_of_everybody_and_a_summary_are_a_success() -> None:
    out = console()
    _judge(out, staged(caption("Mia"), caption("Sam"), Message(SUMMARY, "summary", 3.0)))
    assert "Sam: Order the cake (Friday)" in shown(out)
    assert "2 captions of 2 people" in shown(out)


@pytest.mark.parametrize(
    ("said", "missing"),
    [
        ((), "captions and no complete summary"),
        ((caption("Mia"), Message(SUMMARY, "summary", 3.0)), "captions"),
        ((caption("Mia"), caption("Sam")), "summary"),
        ((caption("Mia"), caption("Sam", final=False), Message(SUMMARY, "s", 3.0)), "captions"),
    ],
)
def test_anything_missing_is_a_failure_that_names_it(
    said: tuple[Message, ...], missing: str
) -> None:
    with pytest.raises(ConsentryError, match=missing):
        _judge(console(), staged(*said))


def test_the_screen_shows_who_speaks_who_agreed_and_what_is_said() -> None:
    stage = staged(caption("Mia"), caption("Sam", final=False), Message(SUMMARY, "summary", 3.0))
    stage.said(Message(Speaking(speakers=[Speaker(id="p1", name="Mia")]), "names/speaking", 3.0))
    out = console()
    out.print(Screen(out, stage)._picture())
    text = shown(out)
    assert "●" in text and "Mia: I am Mia." in text and "Sam: I am Sam." in text
    assert "/r/demo" in text and "Thursday it is" in text


def test_what_was_taken_back_is_not_on_the_stage_any_more() -> None:
    mine, other = caption("Mia"), caption("Sam")
    stage = staged(mine, other, Message(SUMMARY, "summary", 3.0))
    stage.said(Message(Retraction(ids=[mine.id, "summary"], reason="erased"), "r", 4.0))
    assert list(stage.captions) == [other.id]
    assert stage.summary is None


def test_a_blank_owner_stays_blank() -> None:
    out = console()
    action = ActionItem(text="Call them", segments=["c/1"])
    nobody = Summary(abstract=[], decisions=[], actions=[action], questions=[])
    out.print(summary_panel(nobody))
    assert "To do  Call them" in shown(out)


def test_what_the_demo_ships_can_be_played_and_configured() -> None:
    assert [track.participant for track in load_recording(MEETING).tracks] == [
        "Mia",
        "Sam",
        "Olivia",
    ]
    assert list(demo_config().plugins) == ["names", "captions", "summary"]
