"""What a Galene group can take back of what the bot showed there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

import pytest

from consentry.connectors.galene.attendee import Attendee
from consentry.connectors.galene.happenings import Person
from consentry.connectors.galene.post import GalenePost
from consentry.connectors.galene.signaling import GroupClient
from consentry.events import Participant
from consentry.messages import Caption, Message


@dataclass
class Group:
    """A group in which the bot may write, and maybe caption."""

    may_caption: bool
    lines: list[tuple[str, str]] = field(default_factory=list)

    def chat(self, text: str, to: str) -> None:
        self.lines.append(("chat", text))

    def caption(self, text: str, to: str) -> None:
        self.lines.append(("caption", text))


@dataclass
class Reader:
    """Somebody in the group who has a chat."""

    person: Person
    participant: Participant


def said(post: GalenePost, *, final: bool) -> str | None:
    body = Caption(participant="p1", name="Sam", text="hello", start=0.0, end=1.0, final=final)
    return post.caption(Message(body, "captions/1", 1.0, frozenset({"p1"})), body)


def posting(group: Group) -> GalenePost:
    mia = cast(Attendee, Reader(Person("c2", "Mia", operator=False), Participant("p2", "Mia")))
    return GalenePost(lambda: {"p2": mia}, lambda: cast(GroupClient, group), lambda: None)


def test_the_caption_line_is_emptied_and_keeps_nothing() -> None:
    group = Group(may_caption=True)
    post = posting(group)
    assert said(post, final=False) is None
    assert said(post, final=True) is None
    post.retract(["captions/1"])
    assert group.lines[-1] == ("caption", "")


@pytest.mark.parametrize(("final", "place"), [(False, None), (True, "chat")])
def test_a_line_of_chat_stays(final: bool, place: str | None) -> None:
    group = Group(may_caption=False)
    assert said(posting(group), final=final) == place
    assert [how for how, _ in group.lines] == ["chat"] * final
