"""The bot's end of the Janus API, against what a real Janus 1.1.2 said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentry.connectors.janus.happenings import (
    TEXT,
    Entered,
    Entry,
    Gone,
    Happening,
    Hung,
    Lost,
    Offered,
    Over,
    Person,
    Seen,
    Switched,
    Trickled,
)
from consentry.connectors.janus.signaling import (
    CUT_PATIENCE,
    KEEPALIVE_SECONDS,
    PATIENCE,
    JanusClient,
)
from consentry.errors import EndReason, SignalingError
from tests.effort import STALL_SECONDS, least_seconds

TAPES = Path(__file__).parent / "recorded"
WITHOUT_TEXT = Entry(1234, "Consentry")
WITH_TEXT = Entry(1234, "Consentry", text_room=1234)
ROOM_HANDLE, SESSION = 11, 1


def lines(name: str) -> list[dict[str, Any]]:
    text = (TAPES / f"{name}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def play(name: str, entry: Entry) -> tuple[JanusClient, list[Happening]]:
    """The core at the place of the one on the tape: it has to say what that one said."""
    client, happened = JanusClient(entry), list[Happening]()
    said: list[Any] = []
    for line in lines(name):
        if "do" in line:
            getattr(client, line["do"])(*line["args"])
        elif "hear" in line:
            happened += client.receive(json.dumps(line["hear"]))
        else:
            said.append(line["say"])
    assert [json.loads(text) for text in client.data_to_send()] == said
    return client, happened


def in_the_room(entry: Entry = WITHOUT_TEXT) -> JanusClient:
    """A client that has come in, and whose first words are sent."""
    client = JanusClient(entry)
    client.open()
    client.receive(f'{{"janus":"success","transaction":"consentry-1","data":{{"id":{SESSION}}}}}')
    client.receive(success("consentry-2", data={"id": ROOM_HANDLE}))
    joined = {"videoroom": "joined", "id": 7, "private_id": 70, "publishers": []}
    client.receive(event(ROOM_HANDLE, joined, transaction="consentry-3"))
    client.data_to_send()
    return client


def success(transaction: str, **fields: Any) -> str:
    return json.dumps({"janus": "success", "transaction": transaction, **fields})


def event(sender: int, data: dict[str, Any], **fields: Any) -> str:
    plugin = {"plugin": "janus.plugin.videoroom", "data": data}
    return json.dumps({"janus": "event", "sender": sender, "plugindata": plugin, **fields})


def said(client: JanusClient) -> list[dict[str, Any]]:
    return [json.loads(text) for text in client.data_to_send()]


def publisher(id_: int, *streams: tuple[str, str]) -> dict[str, Any]:
    tracks = [{"type": kind, "mid": mid} for kind, mid in streams]
    return {"id": id_, "display": "Mia", "streams": tracks}


def subscribed(client: JanusClient, feed: int = 5, handle: int = 12) -> int:
    """One track is taken, and offered."""
    client.receive(event(ROOM_HANDLE, {"videoroom": "event", "publishers": [publisher(feed)]}))
    connection = client.take(feed, "0")
    attach = said(client)[-1]["transaction"]
    client.receive(success(attach, data={"id": handle}))
    join = said(client)[-1]["transaction"]
    offer = {"type": "offer", "sdp": "v=0"}
    data = {"videoroom": "attached", "streams": []}
    happened = client.receive(event(handle, data, transaction=join, jsep=offer))
    assert happened == [Offered(connection, "v=0")]
    return connection


def test_a_call_goes_as_it_went_with_a_real_janus() -> None:
    _, happened = play("call", WITH_TEXT)
    shown = [h for h in happened if not isinstance(h, Trickled)]
    match shown:
        case [
            Entered(),
            Seen(Person(display="Mia", streams=(audio, video))),
            Offered(connection=0),
            Seen(Person(display="Mia Maier")),
            Seen(Person(display="Sam", streams=())),
            Offered(connection=1),
            Gone(),
            Seen(Person(id=195367841968162, streams=())),
            Gone(),
            Over(EndReason.KICKED),
        ]:
            assert (audio.type, video.type) == ("audio", "video")
        case _:
            pytest.fail(str(shown))


def test_the_addresses_of_janus_come_with_and_without_a_mid() -> None:
    _, happened = play("call", WITH_TEXT)
    trickled = [h for h in happened if isinstance(h, Trickled)]
    assert [(t.connection, t.mid, t.index, t.candidate is None) for t in trickled] == [
        (TEXT, None, 0, False),
        (TEXT, None, None, True),
        (1, "0", 0, False),
        (1, None, None, True),
    ]


@pytest.mark.parametrize(
    ("name", "entry", "reason", "remedy"),
    [
        ("no-such-room", Entry(99, "Consentry"), EndReason.NO_SUCH_ROOM, "no such room"),
        ("pin-needed", Entry(1234, "Consentry"), EndReason.PASSWORD_NEEDED, "--password"),
        (
            "pin-wrong",
            Entry(1234, "Consentry", pin="4321"),
            EndReason.PASSWORD_NEEDED,
            "--password",
        ),
        ("api-secret-needed", Entry(1234, "Consentry"), EndReason.NOT_ALLOWED, "api_secret"),
    ],
)
def test_what_janus_refuses_is_said_with_what_to_do(
    name: str, entry: Entry, reason: EndReason, remedy: str
) -> None:
    _, happened = play(name, entry)
    match happened:
        case [Over(reason=said, remedy=text)]:
            assert said is reason
            assert remedy in (text or "")
        case _:
            pytest.fail(str(happened))


def test_nothing_is_subscribed_before_somebody_agreed() -> None:
    client = in_the_room()
    client.receive(event(ROOM_HANDLE, {"videoroom": "event", "publishers": [publisher(5)]}))
    assert said(client) == []


def test_one_track_is_taken_by_a_handle_of_its_own_in_its_smallest_layer() -> None:
    client = in_the_room()
    connection = client.take(5, "1")
    attach = said(client)[-1]
    assert (attach["janus"], attach["plugin"]) == ("attach", "janus.plugin.videoroom")
    client.receive(success(attach["transaction"], data={"id": 12}))
    join = said(client)[-1]
    assert (join["handle_id"], join["body"]["private_id"]) == (12, 70)
    [stream] = join["body"]["streams"]
    assert (stream["feed"], stream["mid"], stream["substream"]) == (5, "1", 0)
    assert client.take(5, "0") != connection


def test_another_layer_is_asked_for_and_janus_says_when_it_comes() -> None:
    client = in_the_room()
    connection = subscribed(client)
    client.resize(connection, 1)
    [configure] = said(client)
    assert configure["handle_id"] == 12
    assert configure["body"] == {"request": "configure", "substream": 1, "temporal": 2}
    switched = {"videoroom": "event", "mid": "0", "substream": 1}
    assert client.receive(event(12, switched)) == [Switched(connection, 1)]
    client.resize(connection, 0)
    [configure] = said(client)
    assert configure["body"] == {"request": "configure", "substream": 0, "temporal": 0}


def test_a_layer_that_is_wanted_before_there_is_a_handle_is_joined_with() -> None:
    client = in_the_room()
    connection = client.take(5, "1")
    attach = said(client)[-1]
    client.resize(connection, 2)
    assert said(client) == []
    client.receive(success(attach["transaction"], data={"id": 12}))
    [stream] = said(client)[-1]["body"]["streams"]
    assert (stream["substream"], stream["temporal"]) == (2, 2)
    client.drop(connection)
    said(client)
    client.resize(connection, 1)
    assert said(client) == [], "of what is dropped no layer is asked for"


def test_a_no_unsubscribes_and_detaches_at_once() -> None:
    client = in_the_room()
    client.drop(subscribed(client))
    unsubscribe, detach = said(client)
    assert unsubscribe["body"] == {"request": "unsubscribe", "streams": [{"feed": 5, "mid": "0"}]}
    assert (detach["janus"], detach["handle_id"]) == ("detach", 12)


def test_a_no_while_janus_still_makes_the_handle_detaches_it_when_it_is_made() -> None:
    client = in_the_room()
    connection = client.take(5, "0")
    [attach] = said(client)
    client.drop(connection)
    assert said(client) == []
    client.receive(success(attach["transaction"], data={"id": 12}))
    [detach] = said(client)
    assert (detach["janus"], detach["handle_id"]) == ("detach", 12)


def test_what_a_dropped_handle_still_says_is_not_heard() -> None:
    client = in_the_room()
    client.drop(subscribed(client))
    offer = {"type": "offer", "sdp": "v=0"}
    assert client.receive(event(12, {"videoroom": "updated"}, jsep=offer)) == []
    assert client.receive('{"janus":"hangup","sender":12}') == []
    assert client.handle_timeout(0.0) == []
    assert client.handle_timeout(2 * PATIENCE) == [], "no request of it is waited for"


@pytest.mark.parametrize("kind", ["hangup", "detached"])
def test_a_connection_that_ends_at_janus_is_told_once(kind: str) -> None:
    client = in_the_room()
    connection = subscribed(client)
    ends = json.dumps({"janus": kind, "sender": 12})
    assert client.receive(ends) == [Hung(connection)]
    assert client.receive(ends) == []


def test_addresses_that_overtake_the_offer_come_after_it() -> None:
    client = in_the_room()
    connection = client.take(5, "0")
    client.receive(success(said(client)[-1]["transaction"], data={"id": 12}))
    join = said(client)[-1]["transaction"]
    for candidate in ({"candidate": "candidate:1", "sdpMLineIndex": 0}, {"completed": True}):
        trickle = {"janus": "trickle", "sender": 12, "candidate": candidate}
        assert client.receive(json.dumps(trickle)) == []
    offer = {"type": "offer", "sdp": "v=0"}
    assert client.receive(event(12, {"videoroom": "attached"}, transaction=join, jsep=offer)) == [
        Offered(connection, "v=0"),
        Trickled(connection, "candidate:1", None, 0),
        Trickled(connection, None, None, None),
    ]


def test_a_track_that_is_gone_by_now_is_no_reason_to_end() -> None:
    client = in_the_room()
    connection = client.take(5, "0")
    client.receive(success(said(client)[-1]["transaction"], data={"id": 12}))
    join = said(client)[-1]["transaction"]
    refusal = {"videoroom": "event", "error_code": 428, "error": "No such feed"}
    assert client.receive(event(12, refusal, transaction=join)) == [Hung(connection)]


def test_an_answer_that_was_not_asked_for_changes_nothing() -> None:
    client = in_the_room()
    before = client.next_timeout()
    for text in (
        success("consentry-2", data={"id": 99}),
        success("consentry-99", data={"id": 99}),
        '{"janus":"success","data":{"id":3}}',
        event(ROOM_HANDLE, {"videoroom": "joined", "id": 8}, transaction="consentry-3"),
        event(999, {"videoroom": "destroyed"}),
        event(999, {"videoroom": "event", "leaving": "ok", "reason": "kicked"}),
        '{"janus":"timeout","session_id":2}',
    ):
        assert client.receive(text) == []
    assert said(client) == []
    assert client.next_timeout() == before


def test_somebody_whose_id_is_ok_leaves_and_the_bot_does_not() -> None:
    client = in_the_room(Entry("planning", "Consentry"))
    publishers = [{"id": "ok", "display": "Olga", "streams": []}]
    client.receive(event(ROOM_HANDLE, {"videoroom": "event", "publishers": publishers}))
    leaving = {"videoroom": "event", "leaving": "ok"}
    assert client.receive(event(ROOM_HANDLE, leaving)) == [Gone("ok")]


def test_one_list_without_somebody_is_not_believed_and_two_are() -> None:
    client = in_the_room()
    client.receive(event(ROOM_HANDLE, {"videoroom": "event", "publishers": [publisher(5)]}))
    nobody = {"plugin": "", "data": {"videoroom": "participants", "participants": []}}
    happened = []
    for now in (0.0, 5.0):
        client.handle_timeout(now)
        asked = said(client)[-1]
        assert asked["body"]["request"] == "listparticipants"
        happened.append(client.receive(success(asked["transaction"], plugindata=nobody)))
    assert happened == [[], [Gone(5)]]


def test_a_destroyed_room_and_a_lost_session_are_told_apart() -> None:
    assert in_the_room().receive(event(ROOM_HANDLE, {"videoroom": "destroyed"})) == [
        Over(EndReason.ROOM_CLOSED)
    ]
    assert in_the_room().receive('{"janus":"timeout","session_id":1}') == [Lost()]
    assert in_the_room().receive('{"janus":"detached","sender":11}') == [Lost()]


def test_the_session_is_kept_alive() -> None:
    client = in_the_room()
    client.handle_timeout(0.0)
    assert said(client)[0]["janus"] == "keepalive"
    client.handle_timeout(KEEPALIVE_SECONDS - 0.1)
    assert "keepalive" not in {message["janus"] for message in said(client)}
    client.handle_timeout(KEEPALIVE_SECONDS)
    assert "keepalive" in {message["janus"] for message in said(client)}


def test_a_server_that_does_not_answer_is_lost() -> None:
    client = JanusClient(WITH_TEXT)
    client.open()
    assert client.next_timeout() == 0.0
    assert client.handle_timeout(100.0) == []
    assert client.next_timeout() == 100.0 + PATIENCE
    assert client.handle_timeout(100.0 + PATIENCE) == [Lost()]


def test_a_network_that_is_cut_for_a_while_ends_no_session() -> None:
    client = in_the_room()
    client.handle_timeout(0.0)
    for now in range(30):
        assert client.handle_timeout(float(now)) == []
    asked = [message for message in said(client) if message["janus"] == "message"]
    assert len(asked) == 1, "who is there is not asked again before it is answered"
    assert client.handle_timeout(CUT_PATIENCE) == [Lost()]


def test_a_handle_that_is_not_made_in_time_costs_one_connection() -> None:
    client = in_the_room()
    connection = client.take(5, "0")
    client.handle_timeout(0.0)
    assert client.handle_timeout(PATIENCE) == [Hung(connection)]


def test_secrets_go_to_janus_and_are_shown_nowhere() -> None:
    entry = Entry(1, "Consentry", pin="pin-s3cret", token="tok-s3cret", api_secret="api-s3cret")
    client = in_the_room(entry)
    client.take(5, "0")
    [attach] = said(client)
    assert (attach["apisecret"], attach["token"]) == ("api-s3cret", "tok-s3cret")
    assert "s3cret" not in repr(entry)


def test_leaving_ends_the_session() -> None:
    client = in_the_room()
    client.close()
    assert [message["janus"] for message in said(client)] == ["destroy"]
    assert client.receive(event(ROOM_HANDLE, {"videoroom": "destroyed"})) == []


BOMBS = {
    "deep lists": "[" * 200_000,
    "deep objects": '{"janus":' * 50_000,
    "ten megabytes": json.dumps({"janus": "event", "reason": "a" * 10_000_000}),
    "a name of a megabyte": json.dumps({"janus": "a" * 400_000}),
    "a room of thousands": event(
        ROOM_HANDLE, {"videoroom": "event", "publishers": [{"id": n} for n in range(18_000)]}
    ),
    "a room where everything is wrong": event(
        ROOM_HANDLE, {"videoroom": "event", "publishers": [{"id": 1, "streams": [{}] * 31}] * 400}
    ),
    "a number too long": '{"janus":"event","sender":' + "9" * 5000 + "}",
    "half a character": "\ud800",
    "not text": "{",
    "a boolean id": '{"janus":"event","sender":true}',
    "an id of text": '{"janus":"event","sender":"11"}',
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_quickly_and_not_quoted(name: str) -> None:
    client = in_the_room()

    def refused() -> None:
        with pytest.raises(SignalingError) as caught:
            client.receive(BOMBS[name])
        assert len(str(caught.value)) < 100
        assert caught.value.__cause__ is None

    assert least_seconds(refused) < STALL_SECONDS


HEARD = [json.dumps(line["hear"]) for line in lines("call") if "hear" in line]


@settings(max_examples=300, deadline=None)
@given(order=st.lists(st.sampled_from(HEARD), max_size=60))
def test_messages_in_any_order_and_any_number_raise_nothing(order: list[str]) -> None:
    client = JanusClient(WITH_TEXT)
    client.open()
    for text in order:
        client.receive(text)
    client.handle_timeout(0.0)
    assert all(len(message) < 10_000 for message in client.data_to_send())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
FIELDS = ("janus", "sender", "transaction", "data", "plugindata", "jsep", "error", "candidate")


@settings(max_examples=300, deadline=None)
@given(
    message=st.fixed_dictionaries(
        {"janus": st.sampled_from(["event", "success", "error", "trickle", "hangup", "timeout"])},
        optional=dict.fromkeys(FIELDS[1:], JSON),
    )
)
def test_wrong_types_are_refused_or_change_nothing(message: dict[str, Any]) -> None:
    client = in_the_room()
    try:
        happened = client.receive(json.dumps(message))
    except SignalingError:
        return
    assert happened == []


@settings(max_examples=300, deadline=None)
@given(
    data=st.dictionaries(
        st.sampled_from(
            ["leaving", "unpublished", "kicked", "joining", "publishers", "id", "display", "reason"]
        ),
        JSON,
    )
)
def test_events_of_the_room_never_put_the_bot_out_by_accident(data: dict[str, Any]) -> None:
    if data.get("leaving") == "ok":
        return
    client = in_the_room()
    try:
        happened = client.receive(event(ROOM_HANDLE, {"videoroom": "event", **data}))
    except SignalingError:
        return
    assert not any(isinstance(h, Over | Lost | Entered) for h in happened)
