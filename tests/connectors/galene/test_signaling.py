"""The bot's end of Galene's signaling, against what a real server said."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentry.connectors.galene.frames import MAX_MESSAGE_BYTES
from consentry.connectors.galene.happenings import (
    Admitted,
    Arrived,
    CandidateFound,
    Departed,
    Offered,
    Person,
    Reached,
    Refused,
    RosterKnown,
    ServerClosing,
    Spoke,
    StreamEnded,
    Told,
)
from consentry.connectors.galene.signaling import (
    MAX_EARLY_CANDIDATES,
    MAX_EARLY_STREAMS,
    MAX_PEOPLE,
    Credentials,
    GroupClient,
)
from consentry.errors import EndReason, SignalingError
from consentry.events import Medium
from tests.connectors.galene.recordings import BOT, EARLY, OLGA, SAM, client, hear, joined, lines
from tests.effort import STALL_SECONDS, least_seconds

AUDIO, BOTH = frozenset({Medium.AUDIO}), frozenset({Medium.AUDIO, Medium.VIDEO})
CANDIDATE = {"candidate": "candidate:1 1 udp 1 192.0.2.2 1 typ host", "sdpMid": "0"}


def sent(who: GroupClient) -> list[dict[str, Any]]:
    return [json.loads(text) for text in who.data_to_send()]


def message(**fields: object) -> str:
    return json.dumps(fields)


def refused_by(who: GroupClient, text: str) -> bool:
    try:
        who.receive(text)
    except SignalingError:
        return True
    return False


def offers() -> list[str]:
    """The two of the recording: Sam's voice, then voice and camera."""
    return [line for line in lines("call") if '"type":"offer"' in line]


def test_a_whole_call_as_the_server_told_it() -> None:
    who = client()
    told = hear(who, lines("call")[:12])
    assert told[0] == Admitted(())
    people = [each.person for each in told if isinstance(each, Arrived)]
    assert people == [
        Person(EARLY, "Early", operator=False),
        Person(SAM, "Sam", operator=False),
        Person(OLGA, "Olga", operator=True),
    ]
    assert [each for each in told if isinstance(each, RosterKnown)] == [RosterKnown()]
    assert [each.id for each in told if isinstance(each, Reached)] == [EARLY, SAM, OLGA]
    who.want(SAM, BOTH)
    rest = hear(who, lines("call")[12:])
    kinds = [type(each) for each in rest]
    assert kinds.count(Spoke) == 2 and kinds.count(Told) == 1
    assert Departed(EARLY) in rest and Arrived(Person(SAM, "Sam", operator=True)) in rest
    assert rest[-1] == Refused(EndReason.KICKED)


def test_the_bot_shakes_hands_and_asks_to_come_in_by_password_or_by_token() -> None:
    assert sent(client()) == [
        {"type": "handshake", "version": ["2"], "id": BOT},
        {
            "type": "join",
            "kind": "join",
            "group": "planning",
            "username": "Consentry",
            "password": "the-bot-may-enter",
        },
    ]
    who = GroupClient(BOT, Credentials("planning", "Consentry", token="t"))
    who.join()
    assert sent(who)[1].items() >= {"token": "t", "username": "Consentry"}.items()


def test_what_was_said_before_the_bot_came_is_not_heard() -> None:
    told = hear(client(), lines("call"))
    assert any("said before" in line for line in lines("call"))
    assert not [each for each in told if isinstance(each, Spoke) and "before" in each.text]


def test_a_line_to_everybody_a_line_to_the_bot_and_a_word_of_consentry_js() -> None:
    told = hear(joined(), lines("call")[7:])
    public, private = (each for each in told if isinstance(each, Spoke))
    assert (public.person, public.text, public.private) == (SAM, "to everybody", False)
    assert (private.person, private.text, private.private) == (SAM, "yes captions", True)
    assert [each for each in told if isinstance(each, Told)] == [Told(SAM, '{"type":"hello"}')]


def test_a_forged_kick_a_forged_error_and_a_line_from_nobody_change_nothing() -> None:
    forged = [line for line in lines("call") if "forged" in line or "from nobody" in line]
    assert len(forged) == 3
    who = joined()
    assert hear(who, forged) == []
    assert sent(who) == []


@pytest.mark.parametrize(
    "text",
    [
        message(type="chat", source="x" * 32, value="/owner CODE"),
        message(type="usermessage", kind="consentry", source=SAM, value="{}"),
        message(type="usermessage", kind="consentry", source=SAM, dest=OLGA, value="{}"),
        message(type="usermessage", kind="consentry", dest=BOT, value="{}"),
        message(type="usermessage", kind="kicked", source=OLGA, dest=BOT, privileged=True),
        message(type="chat", kind="caption", source=SAM, value="Olga: I resign"),
        message(type="user", kind="add", id=BOT, username="Consentry", permissions=["op"]),
        message(type="user", kind="add", id="r", username="RECORDING", permissions=["system"]),
        message(type="close", id="never-heard-of"),
        message(type="answer", id="s1", sdp="v=0"),
        message(type="pong"),
    ],
)
def test_what_nobody_may_say_is_not_heard(text: str) -> None:
    who = joined()
    hear(who, ['{"type":"pong"}'] * 4)
    assert who.receive(text) == []


def test_a_pong_is_answered_for() -> None:
    who = joined()
    assert who.receive('{"type":"ping"}') == []
    assert sent(who) == [{"type": "pong"}]


def test_who_has_no_chat_is_not_reached() -> None:
    who = joined()
    error = message(
        type="usermessage", kind="error", dest=BOT, privileged=True, value="this user doesn't chat"
    )
    told = hear(who, ['{"type":"pong"}', '{"type":"pong"}', error, *['{"type":"pong"}'] * 2])
    assert told == [RosterKnown(), Reached(EARLY), Reached(OLGA)]


def test_somebody_who_left_before_the_answer_is_not_reached() -> None:
    who = joined()
    told = hear(who, [message(type="user", kind="delete", id=EARLY), *['{"type":"pong"}'] * 4])
    assert told == [Departed(EARLY), RosterKnown(), Reached(SAM), Reached(OLGA)]


def test_nothing_is_asked_for_before_somebody_agreed() -> None:
    who = joined()
    who.handle_timeout(100.0)
    assert who.next_timeout() is None
    assert sent(who) == []


def test_an_offer_of_somebody_who_did_not_agree_is_refused() -> None:
    who = joined()
    assert who.receive(offers()[0]) == []
    assert sent(who) == [{"type": "abort", "id": "s1"}]


def test_the_offer_of_somebody_who_agreed_is_answered() -> None:
    who = joined()
    who.want(SAM, AUDIO)
    who.handle_timeout(0.0)
    assert sent(who) == [{"type": "request", "request": {"camera": ["audio"]}}]
    (offered,) = who.receive(offers()[0])
    assert isinstance(offered, Offered)
    assert (offered.person, offered.media) == (SAM, AUDIO)
    who.answer(offered, "v=0")
    assert sent(who) == [{"type": "answer", "id": "s1", "sdp": "v=0"}]


def test_a_camera_is_not_taken_with_the_voice_that_was_agreed_to() -> None:
    who = joined()
    who.want(SAM, AUDIO)
    assert who.receive(offers()[1]) == []
    assert sent(who)[-1] == {"type": "abort", "id": "s1"}


def test_a_no_ends_the_stream_at_once() -> None:
    who = joined()
    who.want(SAM, AUDIO)
    (offered,) = who.receive(offers()[0])
    assert isinstance(offered, Offered)
    who.answer(offered, "v=0")
    who.data_to_send()
    assert who.want(SAM, frozenset()) == ["s1"]
    assert sent(who)[0] == {"type": "abort", "id": "s1"}
    who.answer(offered, "v=0")
    assert sent(who) == [], "what was answered meanwhile is not sent any more"


def test_candidates_that_come_before_their_offer_wait_for_it() -> None:
    who = joined()
    who.want(SAM, AUDIO)
    assert who.receive(message(type="ice", id="s1", candidate=CANDIDATE)) == []
    told = who.receive(offers()[0])
    assert [type(each) for each in told] == [Offered, CandidateFound]
    (found,) = who.receive(message(type="ice", id="s1", candidate=CANDIDATE))
    assert isinstance(found, CandidateFound)


def test_candidates_without_an_offer_do_not_pile_up() -> None:
    who = joined()
    who.want(SAM, AUDIO)
    for number in range(2 * MAX_EARLY_STREAMS):
        who.receive(message(type="ice", id=f"other-{number}", candidate=CANDIDATE))
    for _ in range(2 * MAX_EARLY_CANDIDATES):
        who.receive(message(type="ice", id="s1", candidate=CANDIDATE))
    assert len(who.receive(offers()[0])) == 1 + MAX_EARLY_CANDIDATES


def test_a_stream_that_takes_the_place_of_another() -> None:
    who = joined()
    who.want(SAM, AUDIO)
    who.receive(offers()[0])
    instead = json.loads(offers()[0]) | {"id": "s2", "replace": "s1"}
    told = who.receive(json.dumps(instead))
    assert [type(each) for each in told] == [StreamEnded, Offered]
    assert who.receive(message(type="close", id="s1")) == []
    assert who.receive(message(type="close", id="s2")) == [StreamEnded("s2", SAM)]


def test_who_leaves_takes_their_wish_along() -> None:
    who = joined()
    who.want(SAM, AUDIO)
    assert who.receive(message(type="user", kind="delete", id=SAM)) == [Departed(SAM)]
    who.receive(message(type="user", kind="add", id=SAM, username="Eve"))
    who.data_to_send()
    assert who.receive(offers()[0]) == []
    assert sent(who) == [{"type": "abort", "id": "s1"}]


def test_the_bot_writes_to_one_at_a_time_and_only_what_it_may() -> None:
    who = joined()
    who.chat("a line", SAM)
    who.caption("Sam: hello", OLGA)
    who.tell("signed", SAM)
    me = {"source": BOT, "username": "Consentry"}
    assert sent(who) == [
        {"type": "chat", "kind": "", "dest": SAM, "value": "a line", **me},
        {"type": "chat", "kind": "caption", "dest": OLGA, "value": "Sam: hello", **me},
        {"type": "usermessage", "kind": "consentry", "dest": SAM, "value": "signed", **me},
    ]
    who.receive(message(type="joined", kind="change", permissions=[]))
    who.chat("a line", SAM)
    who.caption("Sam: hello", OLGA)
    who.tell("signed", SAM)
    assert sent(who) == []


def test_people_are_asked_again_whether_they_can_read_once_the_bot_may_write() -> None:
    who = joined()
    hear(who, ['{"type":"pong"}'] * 4)
    who.receive(message(type="joined", kind="change", permissions=[]))
    assert hear(who, ['{"type":"pong"}']) == []
    who.receive(message(type="joined", kind="change", permissions=["message"]))
    told = hear(who, ['{"type":"pong"}'] * 3)
    assert told == [Reached(EARLY), Reached(SAM), Reached(OLGA)]


@pytest.mark.parametrize(
    ("id_", "value", "expected"),
    [
        (OLGA, "you have been kicked out", Refused(EndReason.KICKED)),
        ("", "there are no operators in this group", Refused(EndReason.HOST_ABSENT)),
        ("", "server is shutting down", ServerClosing()),
    ],
)
def test_who_kicked_the_bot(id_: str, value: str, expected: object) -> None:
    kick = message(type="usermessage", kind="kicked", id=id_, privileged=True, value=value)
    assert joined().receive(kick) == [expected]


def test_more_people_than_a_group_holds_are_not_let_in() -> None:
    who = joined()
    newcomers = [
        message(type="user", kind="add", id=f"p{n}", username="x") for n in range(MAX_PEOPLE + 5)
    ]
    assert sum(refused_by(who, text) for text in newcomers) == 8
    assert len(who.people) == MAX_PEOPLE


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{" * 100_000,
        "[" * 100_000,
        '{"type":"chat","value":' + "[" * 100_000 + "]" * 100_000 + "}",
        message(type="chat", source=SAM, value="x" * (16 * 1024 + 1)),
        message(type="chat", source=SAM, value={"a": "b"}),
        message(type="usermessage", kind="consentry", source=SAM, dest=BOT, value=7),
        message(type="offer", id=7, sdp="v=0"),
        message(type="offer", id="s", source=SAM, sdp="v" * 200_000),
        message(type="ice", id="s", candidate=None),
        message(type="joined", kind="join", permissions="op"),
        message(type="joined", kind="join", permissions=["op"]),
        message(type="joined", kind="fail"),
        message(type="user", kind="add", id=""),
        message(type="nonsense"),
        "x" * (MAX_MESSAGE_BYTES + 1),
        message(type="chat", source=SAM, value="x" * 10_000_000),
    ],
)
def test_what_breaks_the_protocol_is_refused_at_once_and_changes_nothing(text: str) -> None:
    who = joined()

    def refused() -> None:
        with pytest.raises(SignalingError) as caught:
            who.receive(text)
        assert caught.value.__cause__ is None
        assert len(str(caught.value)) < 100, "what came is not quoted"

    assert least_seconds(refused) < STALL_SECONDS
    assert sent(who) == []


def test_before_the_bot_is_let_in_nobody_is_there() -> None:
    who = client()
    for line in lines("call")[3:]:
        if '"pong"' not in line:
            assert refused_by(who, line)
    assert who.people == {}


KINDS = st.sampled_from(
    ["handshake", "joined", "user", "offer", "ice", "close", "chat", "usermessage", "ping", "pong"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from([BOT, SAM]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)
FIELDS = st.sampled_from(
    ["kind", "id", "source", "dest", "username", "permissions", "value"]
    + ["privileged", "error", "candidate", "sdp", "label"]
)


@settings(max_examples=300)
@given(st.lists(st.tuples(KINDS, st.dictionaries(FIELDS, VALUES)), max_size=12))
def test_whatever_comes_raises_signaling_errors_alone(
    messages: list[tuple[str, dict[str, Any]]],
) -> None:
    who = joined()
    who.want(SAM, AUDIO)
    for kind, fields in messages:
        refused_by(who, json.dumps({"type": kind} | fields))
    assert not any(text["type"] == "answer" for text in sent(who))


@given(st.permutations(range(len(lines("call")))), st.integers(1, 3))
def test_a_real_call_out_of_order_and_repeated_takes_nothing_that_was_not_agreed_to(
    order: list[int], times: int
) -> None:
    who, said = client(), lines("call")
    for _ in range(times):
        for index in order:
            try:
                told = who.receive(said[index])
            except SignalingError:
                continue
            assert not any(isinstance(each, Offered) for each in told)
