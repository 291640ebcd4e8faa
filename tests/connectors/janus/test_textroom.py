"""The bot's end of a text room, against what a real Janus 1.1.2 said over its data channel."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentry.connectors.janus.happenings import Entry, Over
from consentry.connectors.janus.textroom import (
    MAX_MESSAGE_BYTES,
    Came,
    Ready,
    TextHappening,
    TextRoom,
    Went,
    Wrote,
)
from consentry.errors import EndReason, SignalingError

TAPE = Path(__file__).parent / "recorded" / "textroom.jsonl"
ENTRY = Entry(1234, "Consentry", pin="1234", text_room=1234)


def heard() -> list[dict[str, Any]]:
    return [json.loads(line) for line in TAPE.read_text(encoding="utf-8").splitlines()]


def frame(**fields: Any) -> str:
    return json.dumps({"room": 1234, **fields})


def joined(*users: str) -> TextRoom:
    """The bot has come in as ``u1``, and these are there."""
    room = TextRoom(ENTRY, ["u1", "u2"])
    room.join()
    there = [{"username": user, "display": user.title()} for user in users]
    success = {"textroom": "success", "transaction": "consentry-1", "participants": there}
    room.receive(json.dumps(success))
    room.data_to_send()
    return room


def said(room: TextRoom) -> list[dict[str, Any]]:
    return [json.loads(text) for text in room.data_to_send()]


def test_a_stay_goes_as_it_went_with_a_real_janus() -> None:
    room, happened = TextRoom(ENTRY, ["u1"]), list[TextHappening]()
    room.join()
    for line in heard():
        if "transaction" in line:
            line["transaction"] = "consentry-1"
        happened += room.receive(json.dumps(line))
    assert happened == [
        Ready(),
        Came("u2", "Sam"),
        Wrote("u2", "Hello, everybody", whisper=False),
        Wrote("u2", "A secret", whisper=True),
        Went("u2"),
        Over(EndReason.KICKED),
    ]


def test_the_bot_comes_in_with_what_it_takes_and_asks_for_nothing_of_the_past() -> None:
    room = TextRoom(ENTRY, ["u1"])
    room.join()
    [join] = said(room)
    assert (join["textroom"], join["room"], join["username"]) == ("join", 1234, "u1")
    assert (join["display"], join["pin"], join["history"]) == ("Consentry", "1234", False)


def test_a_name_that_is_taken_makes_it_come_under_another() -> None:
    room = TextRoom(ENTRY, ["u1", "u2"])
    room.join()
    taken = {"textroom": "error", "error_code": 420, "transaction": "consentry-1"}
    assert room.receive(json.dumps(taken)) == []
    assert [join["username"] for join in said(room)] == ["u1", "u2"]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (417, EndReason.NO_SUCH_ROOM),
        (419, EndReason.PASSWORD_NEEDED),
        (413, EndReason.PASSWORD_NEEDED),
    ],
)
def test_a_refusal_is_the_end(code: int, reason: EndReason) -> None:
    room = TextRoom(ENTRY, ["u1"])
    room.join()
    refusal = {"textroom": "error", "error_code": code, "transaction": "consentry-1"}
    match room.receive(json.dumps(refusal)):
        case [Over(reason=found, remedy=text)]:
            assert found is reason
            assert "text room" in (text or "")
        case other:
            pytest.fail(str(other))


def test_whoever_comes_before_the_answer_is_told_after_it() -> None:
    room = TextRoom(ENTRY, ["u1"])
    room.join()
    assert room.receive(frame(textroom="join", username="u1", display="Consentry")) == []
    assert room.receive(frame(textroom="join", username="u2", display="Sam")) == []
    success = {"textroom": "success", "transaction": "consentry-1", "participants": []}
    assert room.receive(json.dumps(success)) == [Ready(), Came("u2", "Sam")]


def test_who_has_no_display_goes_by_the_username() -> None:
    room = joined()
    assert room.receive(frame(textroom="join", username="u9")) == [Came("u9", "u9")]


def test_only_who_is_there_is_heard() -> None:
    room = joined("sam")
    for text in (
        frame(textroom="message", **{"from": "stranger"}, text="/owner ABCD"),
        frame(textroom="message", **{"from": "u1"}, text="what the bot wrote itself"),
        frame(textroom="announcement", text="/owner ABCD"),
        json.dumps({"room": 99, "textroom": "message", "from": "sam", "text": "elsewhere"}),
        json.dumps({"textroom": "message", "from": "sam", "text": "nowhere"}),
        frame(textroom="message", **{"from": "sam"}, text="x", transaction="consentry-1"),
        frame(textroom="kicked", username="stranger"),
        json.dumps({"room": 99, "textroom": "kicked", "username": "u1"}),
        json.dumps({"room": 99, "textroom": "destroyed"}),
        frame(textroom="error", transaction="consentry-1", error_code=417),
    ):
        assert room.receive(text) == []
    assert room.receive(frame(textroom="message", **{"from": "sam"}, text="here")) == [
        Wrote("sam", "here", whisper=False)
    ]


def test_a_whisper_is_for_one_and_a_line_for_all() -> None:
    room = joined("sam")
    assert room.whisper("sam", "Psst")
    assert room.announce("Hello")
    whisper, line = said(room)
    assert (whisper["to"], whisper["text"], whisper["ack"]) == ("sam", "Psst", False)
    assert "to" not in line


def test_what_is_too_long_for_a_message_is_not_sent() -> None:
    room = joined("sam")
    assert not room.announce("ü" * MAX_MESSAGE_BYTES)
    assert said(room) == []


def test_nothing_is_written_before_the_bot_is_in() -> None:
    room = TextRoom(ENTRY, ["u1"])
    assert not room.announce("Hello")
    assert said(room) == []


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([json.dumps(line) for line in heard()]), max_size=40))
def test_messages_in_any_order_and_any_number_raise_nothing(order: list[str]) -> None:
    room = TextRoom(ENTRY, ["u1"])
    room.join()
    for text in order:
        room.receive(text)


@settings(max_examples=300, deadline=None)
@given(st.text() | st.binary())
def test_what_is_no_message_is_refused(data: str | bytes) -> None:
    with pytest.raises(SignalingError) as refused:
        joined().receive(data)
    assert refused.value.__cause__ is None
