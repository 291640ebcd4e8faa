"""What a Jitsi conference keeps of what the bot showed there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from consentry.connectors.jitsi.line import Line
from consentry.connectors.jitsi.people import People
from consentry.connectors.jitsi.post import JitsiPost
from consentry.connectors.jitsi.reception import Reception
from consentry.messages import Caption, Message


@dataclass
class Conference:
    """The way to a bridge, and to the room's chat."""

    shown: list[dict[str, Any]] = field(default_factory=list)
    written: list[str] = field(default_factory=list)

    def tell(self, to: str, result: dict[str, Any]) -> bool:
        self.shown.append(result)
        return True

    def write(self, text: str) -> None:
        self.written.append(text)


def posting(conference: Conference, *, native: bool) -> JitsiPost:
    media, line = cast(Reception, conference), cast(Line, conference)
    people = People(lambda happening: None, lambda: 2.0)
    post = JitsiPost(people, media, line, lambda: 2.0)
    post.native = native
    return post


def said(post: JitsiPost, *, final: bool) -> str | None:
    body = Caption(participant="p1", name="Sam", text="hello", start=0.0, end=1.0, final=final)
    return post.caption(Message(body, "captions/1", 1.0, frozenset({"p1"})), body)


@pytest.mark.parametrize(("final", "place"), [(False, None), (True, "captions")])
def test_the_page_keeps_finished_captions_in_its_list(final: bool, place: str | None) -> None:
    conference = Conference()
    assert said(posting(conference, native=True), final=final) == place
    assert len(conference.shown) == 1


@pytest.mark.parametrize(("final", "place"), [(False, None), (True, "chat")])
def test_a_line_of_chat_stays(final: bool, place: str | None) -> None:
    conference = Conference()
    assert said(posting(conference, native=False), final=final) == place
    assert conference.written == ["Sam: hello"] * final


def test_half_a_caption_is_emptied() -> None:
    conference = Conference()
    post = posting(conference, native=True)
    said(post, final=False)
    post.retract(["captions/1"])
    assert conference.shown[-1]["transcript"][0]["text"] == ""
