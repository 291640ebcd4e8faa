"""Which meeting the room is in, and who may have its sound handed on."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from consentry.connectors.jitsi.happenings import Convened, Happening, Invited
from consentry.errors import SignalingError

from .conversation import FOCUS, OFFER, ROOM, Conversation, jingle, visit

MEETING = "5ed59f85-32bd-4662-95e4-6e6f61f05abe"
COMPONENT = "metadata.meet.test"
INFO = "http://jabber.org/protocol/disco#info"
JITMEET = "http://jitsi.org/jitmeet"


@pytest.fixture
def conversation() -> Conversation:
    """The bot is in the room, without media of its own."""
    made = Conversation(replace(visit(), media=False))
    made.enters()
    return made


def asked(conversation: Conversation, whom: str) -> str:
    """The id of the bot's question to ``whom``."""
    ids = [
        stanza.get("id")
        for stanza in conversation.sent
        if stanza.name == "iq" and stanza.get("to") == whom and stanza.find("query", INFO)
    ]
    assert ids and ids[-1] is not None
    return ids[-1]


def answer(
    conversation: Conversation, whom: str, content: str, sender: str = ""
) -> list[Happening]:
    id_ = asked(conversation, whom)
    return conversation.says(
        f"<iq xmlns='jabber:client' type='result' id='{id_}' from='{sender or whom}'>"
        f"<query xmlns='{INFO}'>{content}</query></iq>"
    )


def form(meeting: str) -> str:
    return (
        "<x xmlns='jabber:x:data' type='result'><field var='muc#roominfo_description'/>"
        f"<field var='muc#roominfo_meetingId'><value>{meeting}</value></field></x>"
    )


def component(conversation: Conversation) -> None:
    identity = f"<identity category='component' type='room_metadata' name='{COMPONENT}'/>"
    answer(conversation, "meet.test", identity)


def wanted(conversation: Conversation) -> list[dict[str, object]]:
    """What the bot wrote into the room's metadata."""
    found = []
    for stanza in conversation.sent:
        if stanza.get("to") == COMPONENT and (said := stanza.find("room_metadata", JITMEET)):
            assert said.get("room") == ROOM
            found.append(json.loads(said.text))
    return found


def test_the_room_says_which_meeting_it_is_in(conversation: Conversation) -> None:
    assert answer(conversation, ROOM, form(MEETING)) == [Convened(MEETING)]


def test_the_same_answer_twice_is_one(conversation: Conversation) -> None:
    answer(conversation, ROOM, form(MEETING))
    assert answer(conversation, ROOM, form("another")) == []


def test_nobody_else_answers_for_the_room(conversation: Conversation) -> None:
    assert answer(conversation, ROOM, form("forged"), f"{ROOM}/dora") == []
    assert answer(conversation, ROOM, form(MEETING)) == [Convened(MEETING)]


def test_a_room_that_knows_no_meetings_is_in_none(conversation: Conversation) -> None:
    assert answer(conversation, ROOM, "") == []


def test_a_meeting_s_name_has_a_limit(conversation: Conversation) -> None:
    with pytest.raises(SignalingError):
        answer(conversation, ROOM, form("x" * 300))


def test_sound_is_asked_for_where_metadata_is_kept(conversation: Conversation) -> None:
    component(conversation)
    conversation.core.transcribe(True)
    conversation.listen()
    assert wanted(conversation) == [
        {"key": "recording", "data": {"isTranscribingEnabled": True}, "type": "room_metadata"}
    ]


def test_what_was_wanted_before_the_component_was_known_is_told_then(
    conversation: Conversation,
) -> None:
    conversation.core.transcribe(True)
    conversation.listen()
    assert wanted(conversation) == []
    component(conversation)
    assert [said["data"] for said in wanted(conversation)] == [{"isTranscribingEnabled": True}]


def test_what_else_is_known_of_recordings_stays(conversation: Conversation) -> None:
    component(conversation)
    said = json.dumps({"type": "room_metadata", "metadata": {"recording": {"other": 1}}})
    conversation.says(
        f"<message xmlns='jabber:client' from='{COMPONENT}'>"
        f"<json-message xmlns='{JITMEET}' room='{ROOM}'>{said}</json-message></message>"
    )
    conversation.core.transcribe(False)
    conversation.listen()
    assert wanted(conversation)[-1]["data"] == {"other": 1, "isTranscribingEnabled": False}


def test_jicofo_s_invitation_is_declined_with_its_bridge_session(
    conversation: Conversation,
) -> None:
    happened = conversation.says(jingle("session-initiate", OFFER))
    assert not any(isinstance(happening, Invited) for happening in happened)
    said = conversation.last("iq").find("jingle")
    assert said is not None and said.get("action") == "session-terminate"
    assert conversation.last("iq").get("to") == FOCUS
    offered = said.find("bridge-session")
    assert offered is not None and offered.get("id")


def test_with_media_of_its_own_the_bot_asks_for_no_meeting() -> None:
    conversation = Conversation()
    conversation.enters()
    assert not any(stanza.find("query", INFO) for stanza in conversation.sent)
