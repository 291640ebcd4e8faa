"""The room's signaling: both ends run against each other with no network between them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.connectors.room.frames import (
    BotCard,
    Candidate,
    Chatted,
    Description,
    Error,
    Join,
    PeerJoined,
    PeerLeft,
    ReconnectAsked,
    Signaled,
    Welcome,
    parse_from_client,
)
from consentry.connectors.room.signaling import (
    Close,
    Connection,
    Departed,
    Entered,
    Refused,
    Room,
    RoomClient,
    RoomHappening,
    Send,
)
from consentry.errors import SignalingError

KEY = "A" * 43
TOKEN = "let-me-in"


class Wire:
    """A room and its clients, with frames carried between them at once."""

    def __init__(self) -> None:
        self.room = Room("planning", TOKEN)
        self.clients: dict[Connection, RoomClient] = {}
        self.heard: dict[Connection, list[object]] = {}
        self.closed: dict[Connection, int] = {}

    def open(self) -> Connection:
        connection = self.room.connect()
        self.clients[connection] = RoomClient()
        self.heard[connection] = []
        return connection

    def join(self, name: str, bot: BotCard | None = None) -> Connection:
        connection = self.open()
        self.clients[connection].join(Join(name=name, bot=bot))
        self.carry()
        return connection

    def carry(self) -> list[RoomHappening]:
        happenings: list[RoomHappening] = []
        for connection, client in self.clients.items():
            for text in client.data_to_send():
                happenings += self.room.receive(connection, text)
        self.deliver()
        return happenings

    def deliver(self) -> None:
        for output in self.room.data_to_send():
            match output:
                case Send(connection, text):
                    self.heard[connection] += self.clients[connection].receive(text)
                case Close(connection, code):
                    self.closed[connection] = code

    def last(self, connection: Connection) -> object:
        return self.heard[connection][-1]


def bot_card(token: str = TOKEN) -> BotCard:
    return BotCard(token=token, key=KEY)


def test_the_first_to_come_is_welcomed_into_an_empty_room() -> None:
    wire = Wire()
    sam = wire.join("Sam")
    welcome = wire.last(sam)
    assert isinstance(welcome, Welcome)
    assert (welcome.room, welcome.peers) == ("planning", [])
    assert wire.clients[sam].id == welcome.id


def test_those_who_are_there_hear_of_who_comes_and_who_goes() -> None:
    wire = Wire()
    sam = wire.join("Sam")
    mia = wire.join("Mia")
    joined = wire.last(sam)
    assert isinstance(joined, PeerJoined)
    assert joined.peer.name == "Mia"
    assert [p.name for p in wire.clients[mia].peers.values()] == ["Sam"]
    assert wire.room.disconnect(mia) == [Departed(joined.peer)]
    wire.deliver()
    assert wire.last(sam) == PeerLeft(id=joined.peer.id)
    assert wire.clients[sam].peers == {}


def test_the_ninth_person_finds_the_room_full_but_the_bot_still_gets_in() -> None:
    wire = Wire()
    for number in range(8):
        wire.join(f"Guest {number}")
    ninth = wire.join("Late")
    error = wire.last(ninth)
    assert isinstance(error, Error)
    assert error.code == "room_full"
    assert wire.closed[ninth] == 1008
    bot = wire.join("Consentry", bot_card())
    assert isinstance(wire.last(bot), Welcome)
    assert len(wire.room.peers) == 9


def test_a_second_bot_is_turned_away() -> None:
    wire = Wire()
    wire.join("Consentry", bot_card())
    second = wire.join("Other", bot_card())
    error = wire.last(second)
    assert isinstance(error, Error)
    assert error.code == "bot_present"


def test_a_wrong_bot_token_ends_the_socket_at_once() -> None:
    wire = Wire()
    rogue = wire.join("Consentry", bot_card("guess"))
    error = wire.last(rogue)
    assert isinstance(error, Error)
    assert error.code == "not_allowed"
    assert wire.closed[rogue] == 1008
    assert not wire.room.is_open(rogue)


def test_a_room_without_a_bot_token_lets_no_bot_in() -> None:
    room = Room("open")
    connection = room.connect()
    join = Join(name="Bot", bot=BotCard(token="", key=KEY)).model_dump_json()
    assert room.receive(connection, join) == [Refused("not_allowed")]


def test_people_see_who_is_the_bot_and_its_key_as_the_server_has_it() -> None:
    wire = Wire()
    sam = wire.join("Sam")
    wire.join("Consentry", bot_card())
    joined = wire.last(sam)
    assert isinstance(joined, PeerJoined)
    assert (joined.peer.bot, joined.peer.key) == (True, KEY)


def test_a_person_cannot_claim_to_be_the_bot_or_somebody_else() -> None:
    room = Room("planning", TOKEN)
    sam, mia = room.connect(), room.connect()
    room.receive(sam, json.dumps({"type": "join", "name": "Sam"}))
    forged = {"type": "join", "name": "Mia", "id": "p1", "key": KEY}
    (entered,) = room.receive(mia, json.dumps(forged))
    assert isinstance(entered, Entered)
    assert (entered.peer.id, entered.peer.bot, entered.peer.key) == ("p2", False, None)
    room.data_to_send()
    signal = {"type": "signal", "to": "p1", "from": "p1", "candidate": None}
    room.receive(mia, json.dumps(signal))
    (sent,) = room.data_to_send()
    assert isinstance(sent, Send)
    assert json.loads(sent.text) == {"type": "signal", "from": "p2", "candidate": None}


def test_a_description_and_a_candidate_reach_the_one_they_are_for() -> None:
    wire = Wire()
    sam, mia, leo = wire.join("Sam"), wire.join("Mia"), wire.join("Leo")
    before = len(wire.heard[leo])
    mia_id = wire.clients[mia].id
    assert mia_id is not None
    offer = Description(type="offer", sdp="v=0")
    wire.clients[sam].describe(mia_id, offer)
    candidate = Candidate(candidate="candidate:1", sdpMid="0", sdpMLineIndex=0)
    wire.clients[sam].add_candidate(mia_id, candidate)
    wire.clients[sam].add_candidate(mia_id, None)
    wire.carry()
    signals = [frame for frame in wire.heard[mia] if isinstance(frame, Signaled)]
    assert [s.description for s in signals] == [offer, None, None]
    assert [s.candidate for s in signals] == [None, candidate, None]
    assert {s.sender for s in signals} == {wire.clients[sam].id}
    assert len(wire.heard[leo]) == before


def test_a_signal_to_somebody_who_has_left_is_no_mistake() -> None:
    wire = Wire()
    sam = wire.join("Sam")
    wire.clients[sam].add_candidate("p99", None)
    assert wire.carry() == []


def test_the_bot_asks_one_person_for_a_new_connection() -> None:
    wire = Wire()
    ann, ben = wire.join("Ann"), wire.join("Ben")
    bot = wire.join("Bot", BotCard(token=TOKEN, key=KEY))
    before = len(wire.heard[ben])
    wire.clients[bot].reconnect("p1")
    assert wire.carry() == []
    assert wire.last(ann) == ReconnectAsked(sender="p3")
    assert len(wire.heard[ben]) == before


def test_nobody_but_the_bot_may_make_others_connect_anew() -> None:
    wire = Wire()
    ann, ben = wire.join("Ann"), wire.join("Ben")
    before = len(wire.heard[ann])
    wire.clients[ben].reconnect("p1")
    assert wire.carry() == [Refused("bad_message")]
    assert len(wire.heard[ann]) == before


def test_asking_somebody_who_has_left_is_no_mistake() -> None:
    wire = Wire()
    bot = wire.join("Bot", BotCard(token=TOKEN, key=KEY))
    wire.clients[bot].reconnect("p9")
    assert wire.carry() == []


def test_chat_reaches_everybody_and_its_sender_with_an_id() -> None:
    wire = Wire()
    sam, mia = wire.join("Sam"), wire.join("Mia")
    wire.clients[sam].chat("hello")
    wire.carry()
    assert wire.last(sam) == wire.last(mia)
    heard = wire.last(mia)
    assert isinstance(heard, Chatted)
    assert (heard.sender, heard.text, heard.id) == (wire.clients[sam].id, "hello", "c1")


def test_a_line_that_starts_with_a_slash_is_for_the_bot_alone() -> None:
    wire = Wire()
    sam, mia = wire.join("Sam"), wire.join("Mia")
    bot = wire.join("Consentry", bot_card())
    wire.clients[sam].chat("/no captions")
    wire.carry()
    heard = wire.last(bot)
    assert isinstance(heard, Chatted)
    assert heard.text == "/no captions"
    for person in (sam, mia):
        assert not any(isinstance(frame, Chatted) for frame in wire.heard[person])


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "null",
        "[]",
        "{",
        '{"type":"dance"}',
        '{"type":"chat"}',
        '{"type":"chat","text":""}',
        '{"type":"chat","text":"   "}',
        '{"type":"chat","text":7}',
        json.dumps({"type": "chat", "text": "x" * 2001}),
        '{"type":"signal","to":"p1"}',
        '{"type":"signal","to":"p1","candidate":null,"description":{"type":"offer","sdp":"v"}}',
        '{"type":"signal","to":"p1","description":{"type":"rollback","sdp":"v"}}',
        '{"type":"join","name":"Sam"}',
        '{"type":"welcome","id":"p1","room":"planning","peers":[]}',
        json.dumps({"type": "chat", "text": "hi", "padding": "x" * 65536}),
    ],
)
def test_a_frame_that_breaks_the_protocol_is_answered_and_counted(frame: str) -> None:
    wire = Wire()
    sam = wire.join("Sam")
    assert wire.room.receive(sam, frame) == [Refused("bad_message")]
    wire.deliver()
    error = wire.last(sam)
    assert isinstance(error, Error)
    assert error.code == "bad_message"
    assert sam not in wire.closed


def test_the_tenth_bad_frame_closes_the_socket_and_the_others_hear_that_they_left() -> None:
    wire = Wire()
    sam, mia = wire.join("Sam"), wire.join("Mia")
    for _ in range(9):
        wire.room.receive(mia, "nonsense")
    assert wire.room.is_open(mia)
    happenings = wire.room.receive(mia, "nonsense")
    wire.deliver()
    assert [type(h) for h in happenings] == [Refused, Departed]
    assert wire.closed[mia] == 1008
    assert isinstance(wire.last(sam), PeerLeft)
    assert wire.room.receive(mia, '{"type":"chat","text":"still here"}') == []


@pytest.mark.parametrize(
    "name", ["", "   ", "x" * 65, "a\x00b", "evil\u202eeman", "line\nbreak", "\u200b"]
)
def test_a_name_that_cannot_be_shown_is_refused_and_may_be_tried_again(name: str) -> None:
    wire = Wire()
    sam = wire.join(name)
    error = wire.last(sam)
    assert isinstance(error, Error)
    assert error.code == "bad_name"
    wire.clients[sam].join(Join(name="Sam"))
    wire.carry()
    assert isinstance(wire.last(sam), Welcome)


def test_two_people_of_one_name_are_told_apart() -> None:
    wire = Wire()
    for name in ("Mia", "mia", "Mia", "x" * 64, "X" * 64):
        wire.join(name)
    last = wire.clients[wire.join("Sam")]
    names = [peer.name for peer in last.peers.values()]
    assert names == ["Mia", "mia (2)", "Mia (3)", "x" * 64, "X" * 58 + " (2)"]


@pytest.mark.parametrize("name", ["Ωmega", "Zoë", "👩‍💻 Ada", "李雷", "x" * 64])
def test_names_of_the_world_are_welcome(name: str) -> None:
    wire = Wire()
    assert isinstance(wire.last(wire.join(name)), Welcome)


def test_a_closed_room_tells_everybody_and_ends_their_connections() -> None:
    wire = Wire()
    sam, idle = wire.join("Sam"), wire.open()
    wire.room.close()
    wire.deliver()
    for connection in (sam, idle):
        error = wire.last(connection)
        assert isinstance(error, Error)
        assert error.code == "room_closed"
        assert wire.closed[connection] == 1001
    assert len(wire.room) == 0


def test_leaving_closes_the_socket_in_good_order() -> None:
    wire = Wire()
    sam, mia = wire.join("Sam"), wire.join("Mia")
    wire.clients[mia].leave()
    (departed,) = wire.carry()
    assert isinstance(departed, Departed)
    assert wire.closed[mia] == 1000
    assert isinstance(wire.last(sam), PeerLeft)


def test_an_error_never_quotes_what_was_sent() -> None:
    with pytest.raises(SignalingError) as caught:
        parse_from_client('{"type":"chat","text":["a secret"]}')
    assert "secret" not in str(caught.value)


@given(st.text(max_size=200) | st.binary(max_size=200))
def test_no_input_whatever_raises_in_the_room(frame: str | bytes) -> None:
    room = Room("planning", TOKEN)
    connection = room.connect()
    room.receive(connection, '{"type":"join","name":"Sam"}')
    room.receive(connection, frame)
    room.data_to_send()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@given(
    st.fixed_dictionaries(
        {"type": st.sampled_from(["join", "signal", "chat", "leave"])},
        optional=dict.fromkeys(
            ("name", "to", "text", "description", "candidate", "bot"), json_values
        ),
    )
)
def test_a_frame_of_odd_fields_is_taken_or_refused_but_never_raises(frame: object) -> None:
    room = Room("planning", TOKEN)
    connection = room.connect()
    room.receive(connection, json.dumps(frame))
    room.data_to_send()


def test_a_client_refuses_what_no_server_sends() -> None:
    client = RoomClient()
    with pytest.raises(SignalingError):
        client.receive('{"type":"welcome"}')


def test_a_client_ignores_a_signal_of_somebody_who_is_not_here() -> None:
    client = RoomClient()
    client.receive('{"type":"welcome","id":"p1","room":"r","peers":[]}')
    assert client.receive('{"type":"signal","from":"p7","candidate":null}') == []
