"""The way into a conference and out of it, as a conversation with server and focus."""

from __future__ import annotations

import pytest

from consentry.connectors.jitsi.happenings import (
    Absent,
    AskFocus,
    Chatted,
    Empowered,
    Entered,
    HostAwaited,
    Invited,
    Lost,
    Moved,
    Over,
    Present,
    Sourced,
    Uninvited,
)
from consentry.connectors.jitsi.sasl import Account
from consentry.connectors.jitsi.signaling import MAX_TRIES
from consentry.connectors.jitsi.stream import PING_SECONDS, PONG_SECONDS
from consentry.errors import EndReason, SignalingError

from .conversation import (
    EMPTY,
    FOCUS,
    ID,
    NONE,
    OFFER,
    ROOM,
    Conversation,
    denied,
    gone,
    jingle,
    line,
    me,
    presence,
    recorded,
    sources,
    visit,
)


def test_a_guest_comes_into_a_real_server_s_room() -> None:
    conversation = Conversation()
    frames = recorded("guest")
    happenings = conversation.says(*frames)
    kinds = [type(happening) for happening in happenings]
    assert kinds == [
        Present,
        Entered,
        Empowered,
        Invited,
        Sourced,
        Chatted,
        Chatted,
        Present,
        Chatted,
        Absent,
    ]
    ana, entered = happenings[0], happenings[1]
    assert isinstance(ana, Present) and ana.occupant.name == "Ana" and ana.occupant.owner
    assert isinstance(entered, Entered) and entered.id == "fhqkl_wj"
    public, private = happenings[5], happenings[6]
    assert public == Chatted(ana.occupant.id, "c4", "hello all", private=False)
    assert private == Chatted(ana.occupant.id, "c5", "/yes captions", private=True)


def test_a_real_server_refuses_a_proof_that_was_not_meant_for_it() -> None:
    conversation = Conversation(visit(Account("transcriber", "not-a-secret")))
    with pytest.raises(SignalingError):
        conversation.says(*recorded("account")[:3])


def test_the_way_in() -> None:
    conversation = Conversation()
    conversation.logs_in()
    request = conversation.last("iq").find("conference")
    assert request is not None and request.get("room") == ROOM
    conversation.focus_is_ready()
    entering = conversation.last("presence")
    assert entering.get("to") == f"{ROOM}/{ID}", "a guest's id begins their address"
    bot = entering.find("bot")
    assert bot is not None and bot.get("type") == "poltergeist"
    assert conversation.says(me()) == [Entered(ID), Empowered(False)]


def test_a_focus_that_is_not_ready_is_asked_again() -> None:
    conversation = Conversation()
    conversation.logs_in()
    assert conversation.focus_is_ready("false") == []
    asked = len([each for each in conversation.sent if each.find("conference")])
    conversation.passes(1.0)
    assert len([each for each in conversation.sent if each.find("conference")]) == asked + 1


def test_a_focus_that_never_answers_is_given_up() -> None:
    conversation = Conversation()
    conversation.logs_in()
    happenings = conversation.passes(1.0)
    while not conversation.core.over:
        conversation.says("<message xmlns='jabber:client' from='meet.test'/>")
        happenings += conversation.passes(2.0)
    assert happenings == [Lost()]
    assert len([each for each in conversation.sent if each.find("conference")]) == MAX_TRIES + 1


def test_a_focus_is_asked_by_http_where_the_deployment_says_so() -> None:
    conversation = Conversation(visit(by_http=True))
    (ask,) = conversation.logs_in()
    assert isinstance(ask, AskFocus) and ask.request["room"] == ROOM
    assert conversation.core.focus_answered(200, {"ready": True, "focusJid": "focus@auth"}) == []
    assert conversation.says(me()) == [Entered(ID), Empowered(False)]


@pytest.mark.parametrize("answer", [(0, None), (500, None), (200, None)])
def test_a_focus_that_http_does_not_reach_is_asked_again(answer: tuple[int, None]) -> None:
    conversation = Conversation(visit(by_http=True))
    conversation.logs_in()
    assert conversation.core.focus_answered(*answer) == []
    assert [type(h) for h in conversation.passes(1.0)] == [AskFocus]


def test_the_host_is_waited_for_and_not_for_ever() -> None:
    conversation = Conversation(visit(by_http=True))
    conversation.logs_in()
    assert conversation.core.focus_answered(403, None) == [HostAwaited()]
    happenings = []
    while not conversation.core.over:
        conversation.says("<message xmlns='jabber:client' from='meet.test'/>")
        happenings += conversation.passes(2.0)
    assert happenings[-1] == Over(EndReason.HOST_ABSENT)
    assert conversation.now <= 62.0


def test_an_account_that_may_not_begin_a_conference_does_not_wait() -> None:
    conversation = Conversation(visit(token="jwt", by_http=True))
    conversation.logs_in()
    assert conversation.core.focus_answered(403, None) == [Over(EndReason.NOT_ALLOWED)]


@pytest.mark.parametrize(
    ("kind", "inner", "reason"),
    [
        ("auth", f"<not-authorized xmlns='{NONE}'/>", EndReason.PASSWORD_NEEDED),
        ("wait", f"<service-unavailable xmlns='{NONE}'/>", EndReason.ROOM_FULL),
        ("auth", f"<forbidden xmlns='{NONE}'/>", EndReason.NOT_ALLOWED),
        ("cancel", f"<not-allowed xmlns='{NONE}'/>", EndReason.NOT_ALLOWED),
        ("cancel", f"<item-not-found xmlns='{NONE}'/>", EndReason.NO_SUCH_ROOM),
        ("cancel", f"<gone xmlns='{NONE}'/>", EndReason.ROOM_CLOSED),
        ("auth", f"<registration-required xmlns='{NONE}'/>", EndReason.NOT_ALLOWED),
        ("cancel", "", EndReason.NOT_ALLOWED),
    ],
)
def test_why_a_room_turns_the_bot_away(kind: str, inner: str, reason: EndReason) -> None:
    conversation = Conversation()
    conversation.logs_in()
    conversation.focus_is_ready()
    assert conversation.says(denied(kind, inner)) == [Over(reason)]
    assert conversation.core.over


def test_an_id_that_somebody_has_is_given_up_for_another() -> None:
    conversation = Conversation()
    conversation.logs_in()
    conversation.focus_is_ready()
    conversation.says(denied("cancel", f"<conflict xmlns='{NONE}'/>"))
    assert conversation.last("presence").get("to") == f"{ROOM}/0123abcd"


def test_a_room_that_the_focus_has_yet_to_make_is_tried_again() -> None:
    conversation = Conversation()
    conversation.logs_in()
    conversation.focus_is_ready()
    refusal = (
        f"<not-allowed xmlns='{NONE}'/><text xmlns='{NONE}'>Room creation is restricted</text>"
    )
    assert conversation.says(denied("cancel", refusal)) == []
    conversation.passes(1.0)
    conversation.focus_is_ready()
    assert conversation.says(me()) == [Entered(ID), Empowered(False)]


def test_a_token_that_has_run_out() -> None:
    conversation = Conversation(visit(token="jwt"))
    conversation.says(
        "<f:features xmlns:f='http://etherx.jabber.org/streams'>"
        "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>ANONYMOUS</mechanism>"
        "</mechanisms></f:features>"
    )
    failure = (
        "<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><not-allowed/>"
        "<text>token expired</text></failure>"
    )
    assert conversation.says(failure) == [Over(EndReason.TOKEN_EXPIRED)]


def test_a_moderator_moves_the_bot_to_a_breakout_room() -> None:
    conversation = Conversation()
    conversation.enters()
    conversation.says(jingle("session-initiate", OFFER + EMPTY))
    move = (
        '{"type":"breakout_rooms","event":"features/breakout-rooms/move-to-room",'
        '"roomJid":"b1@breakout.meet.test"}'
    )
    order = line("breakout.meet.test", "", "chat", sources(move))
    assert conversation.says(order.replace("breakout.meet.test'", "evil.test'", 1)) == []
    assert conversation.says(order.replace("'breakout.meet.test'", f"'{ROOM}/focus'", 1)) == []
    assert conversation.says(order) == [Uninvited(), Moved()]
    conversation.focus_is_ready()
    assert conversation.last("presence").get("to") == f"b1@breakout.meet.test/{ID}"
    assert conversation.says(me("b1@breakout.meet.test")) == [Entered(ID), Empowered(False)]


def test_a_move_to_another_server_is_refused() -> None:
    conversation = Conversation()
    conversation.enters()
    move = (
        '{"type":"breakout_rooms","event":"features/breakout-rooms/move-to-room",'
        '"roomJid":"b1@evil.test"}'
    )
    with pytest.raises(SignalingError):
        conversation.says(line("breakout.meet.test", "", "chat", sources(move)))


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("<status code='307'/><status code='110'/>", Over(EndReason.KICKED)),
        ("<status code='301'/><status code='110'/>", Over(EndReason.KICKED)),
        ("<destroy><reason>over</reason></destroy>", Over(EndReason.ROOM_CLOSED)),
        ("<destroy jid='x@evil.test'/>", Over(EndReason.ROOM_CLOSED)),
        ("<destroy jid='next@conference.meet.test'/>", Moved()),
        ("<status code='332'/><status code='110'/>", Lost()),
    ],
)
def test_how_a_call_ends(inner: str, expected: object) -> None:
    conversation = Conversation()
    conversation.enters()
    assert conversation.says(gone(ID, inner)) == [expected]


def test_a_server_that_says_nothing_any_more_is_lost() -> None:
    conversation = Conversation()
    conversation.enters()
    conversation.passes(PING_SECONDS)
    assert conversation.last("iq").find("ping") is not None
    assert conversation.passes(PONG_SECONDS) == [Lost()]


def test_a_server_that_answers_is_not_lost() -> None:
    conversation = Conversation()
    conversation.enters()
    for _ in range(10):
        assert conversation.passes(PING_SECONDS) == []
        asked = conversation.last("iq").get("id")
        conversation.says(f"<iq xmlns='jabber:client' type='result' id='{asked}'/>")


@pytest.mark.parametrize(
    "frame",
    [
        "<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>",
        "<e:error xmlns:e='http://etherx.jabber.org/streams'/>",
    ],
)
def test_a_stream_that_is_closed_is_lost(frame: str) -> None:
    conversation = Conversation()
    conversation.enters()
    assert conversation.says(frame) == [Lost()]
    assert conversation.says(me()) == []


def test_questions_are_answered() -> None:
    conversation = Conversation()
    conversation.enters()
    ask = f"<iq xmlns='jabber:client' type='get' from='{FOCUS}' id='q'>{{}}</iq>"
    conversation.says(ask.format("<query xmlns='http://jabber.org/protocol/disco#info'/>"))
    answer = conversation.last("iq").find("query")
    assert answer is not None
    features = {each.get("var") for each in answer.all("feature")}
    assert "http://jitsi.org/json-encoded-sources" in features
    assert "http://jitsi.org/ssrc-rewriting-1" not in features
    conversation.says(ask.format("<ping xmlns='urn:xmpp:ping'/>"))
    assert conversation.last("iq").get("type") == "result"
    conversation.says(ask.format("<query xmlns='jabber:iq:version'/>"))
    assert conversation.last("iq").get("type") == "error"


def test_who_came_first_can_be_given_the_room() -> None:
    conversation = Conversation()
    conversation.enters()
    mine = me().replace("affiliation='none'", "affiliation='owner'")
    assert conversation.says(mine) == [Empowered(True)]
    conversation.says(presence("sam00001", jid="sam@meet.test/x"), presence("ann00001"))
    conversation.core.grant("sam00001")
    conversation.core.grant("ann00001")
    conversation.core.grant("nobody")
    conversation.listen()
    asked = [each for each in conversation.sent if each.find("query") is not None]
    (item,) = [found for each in asked if (found := each.walk("query", "item")) is not None]
    assert (item.get("affiliation"), item.get("jid")) == ("owner", "sam@meet.test")
