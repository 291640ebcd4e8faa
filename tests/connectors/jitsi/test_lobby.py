"""Waiting in a lobby: let in, turned away, or left there."""

from __future__ import annotations

from consentry.connectors.jitsi.happenings import (
    Empowered,
    Entered,
    HostAwaited,
    InLobby,
    Over,
)
from consentry.errors import EndReason

from .conversation import (
    ID,
    ME,
    NONE,
    ROOM,
    Conversation,
    denied,
    gone,
    me,
)

LOBBY = "room@lobby.meet.test"


def knock(conversation: Conversation, more: str = "") -> list[object]:
    conversation.logs_in()
    conversation.focus_is_ready()
    required = f"<registration-required xmlns='{NONE}'/><lobbyroom>{LOBBY}</lobbyroom>{more}"
    return [*conversation.says(denied("auth", required))]


INVITE = (
    f"<message xmlns='jabber:client' from='{ROOM}' to='{ME}'>"
    "<x xmlns='http://jabber.org/protocol/muc#user'><invite from='someone'/>"
    "<password>open sesame</password></x></message>"
)


def test_the_bot_waits_in_the_lobby_until_somebody_lets_it_in() -> None:
    conversation = Conversation()
    assert knock(conversation) == [InLobby()]
    assert conversation.last("presence").get("to") == f"{LOBBY}/{ID}"
    conversation.says(me(LOBBY), INVITE)
    conversation.focus_is_ready()
    password = conversation.last("presence").walk("x", "password")
    assert password is not None and password.text == "open sesame"
    assert conversation.says(me()) == [Entered(ID), Empowered(False)]
    assert conversation.last("presence").get("to") == f"{LOBBY}/{ID}", "it leaves the lobby"


def test_the_bot_is_turned_away_from_the_lobby() -> None:
    conversation = Conversation()
    knock(conversation)
    said = conversation.says(gone(ID, "<status code='307'/><status code='110'/>", room=LOBBY))
    assert said == [Over(EndReason.LOBBY_DENIED)]


def test_nobody_opens_the_lobby() -> None:
    conversation = Conversation()
    knock(conversation)
    happenings = []
    while not conversation.core.over:
        conversation.says("<message xmlns='jabber:client' from='meet.test'/>")
        happenings += conversation.passes(2.0)
    assert happenings == [Over(EndReason.LOBBY_DENIED)]


def test_a_lobby_is_turned_off_while_the_bot_waits() -> None:
    conversation = Conversation()
    knock(conversation)
    conversation.says(gone(ID, f"<destroy jid='{ROOM}'/>", room=LOBBY))
    conversation.focus_is_ready()
    assert conversation.says(me()) == [Entered(ID), Empowered(False)]


def test_a_lobby_that_waits_for_the_host() -> None:
    assert knock(Conversation(), "<waiting-for-host/>") == [HostAwaited()]


def test_an_occupant_of_the_lobby_lets_nobody_in() -> None:
    conversation = Conversation()
    knock(conversation)
    before = len(conversation.sent)
    forged = INVITE.replace(f"from='{ROOM}'", f"from='{ROOM}/focus'")
    assert conversation.says(forged, INVITE.replace(ROOM, LOBBY)) == []
    assert len(conversation.sent) == before


def test_a_lobby_on_a_strange_server_is_not_gone_to() -> None:
    conversation = Conversation()
    conversation.logs_in()
    conversation.focus_is_ready()
    required = f"<registration-required xmlns='{NONE}'/><lobbyroom>x@evil.test</lobbyroom>"
    assert conversation.says(denied("auth", required)) == [Over(EndReason.NOT_ALLOWED)]
