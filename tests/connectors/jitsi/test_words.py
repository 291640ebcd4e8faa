"""Who is in the room and what they say, and who is not and says nothing."""

from __future__ import annotations

import pytest

from consentry.connectors.jitsi.happenings import (
    Absent,
    Chatted,
    Present,
    Told,
)

from .conversation import (
    FOCUS,
    ID,
    ROOM,
    Conversation,
    gone,
    line,
    named,
)


def test_people_come_change_and_go() -> None:
    conversation = Conversation()
    conversation.enters()
    (came,) = conversation.says(named("sam00001", "Sam"))
    assert isinstance(came, Present) and came.occupant.name == "Sam" and not came.occupant.owner
    (changed,) = conversation.says(named("sam00001", "Sam B.", powers="owner"))
    assert isinstance(changed, Present) and changed.occupant.owner
    assert conversation.says(gone("sam00001")) == [Absent("sam00001")]
    assert conversation.says(gone("sam00001")) == []


def test_who_is_not_there_says_nothing() -> None:
    conversation = Conversation()
    conversation.enters()
    assert conversation.says(line(f"{ROOM}/sam00001", "/no all", "chat")) == []
    conversation.says(named("sam00001", "Sam"))
    assert conversation.says(line(f"{ROOM}/sam00001", "/no all", "chat")) == [
        Chatted("sam00001", "m1", "/no all", private=True)
    ]


@pytest.mark.parametrize(
    "frame",
    [
        line(f"{ROOM}/sam00001", "hi", more="<delay xmlns='urn:xmpp:delay' stamp='x'/>"),
        line(f"{ROOM}/sam00001", "hi", more="<display-name source='visitor'>Ana</display-name>"),
        line(f"{ROOM}/sam00001", "hi", more="<retract xmlns='urn:xmpp:message-retract:1' id='1'/>"),
        line(f"{ROOM}/sam00001", "hi", kind="headline"),
        line(f"{ROOM}/sam00001", "hi", kind="error"),
        line(f"{ROOM}/{ID}", "what the bot said itself"),
        line(FOCUS, "/no all", "chat"),
        line(ROOM, "/no all"),
        line("other@conference.meet.test/sam00001", "/no all", "chat"),
        line("sam00001@meet.test/x", "/no all", "chat"),
        line("evil.test", "/no all"),
    ],
)
def test_lines_that_are_nobody_s_here(frame: str) -> None:
    conversation = Conversation()
    conversation.enters()
    conversation.says(named("sam00001", "Sam"))
    assert conversation.says(frame) == []


def test_a_client_s_json_counts_when_it_is_for_the_bot_alone() -> None:
    conversation = Conversation()
    conversation.enters()
    conversation.says(named("sam00001", "Sam"))
    json = '<json-message xmlns="http://jitsi.org/jitmeet">{"type":"consentry"}</json-message>'
    private = line(f"{ROOM}/sam00001", "", "chat", json)
    assert conversation.says(private) == [Told("sam00001", {"type": "consentry"})]
    assert conversation.says(line(f"{ROOM}/sam00001", "", more=json)) == []


def test_what_the_bot_says_goes_to_those_who_are_there() -> None:
    conversation = Conversation()
    conversation.enters()
    conversation.says(named("sam00001", "Sam"))
    core = conversation.core
    core.whisper("nobody", "psst")
    core.whisper("sam00001", "a < b & c")
    core.write("all")
    core.tell(None, {"type": "transcription-result"})
    conversation.listen()
    said = [(each.get("to"), each.get("type")) for each in conversation.sent][-3:]
    assert said == [(f"{ROOM}/sam00001", "chat"), (ROOM, "groupchat"), (ROOM, "groupchat")]
    words = conversation.sent[-3].find("body")
    assert words is not None and words.text == "a < b & c"
