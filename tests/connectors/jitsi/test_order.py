"""Frames in any order, replayed and out of turn."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from consentry.connectors.jitsi.xml import parse
from consentry.errors import SignalingError

from .conversation import (
    EMPTY,
    ID,
    ME,
    NONE,
    OFFER,
    ROOM,
    Conversation,
    denied,
    gone,
    jingle,
    line,
    me,
    named,
    presence,
    recorded,
    sources,
)

LOBBY = "room@lobby.meet.test"


INVITE = (
    f"<message xmlns='jabber:client' from='{ROOM}' to='{ME}'>"
    "<x xmlns='http://jabber.org/protocol/muc#user'><invite from='someone'/></x></message>"
)

FRAMES = st.sampled_from(
    [
        *recorded("guest"),
        *recorded("account"),
        me(),
        me(LOBBY),
        presence("focus", powers="owner", jid="focus@auth.meet.test/f"),
        named("sam00001", "Sam"),
        gone("sam00001"),
        gone("focus"),
        gone(ID, "<status code='307'/>"),
        gone(ID, f"<destroy jid='{ROOM}'/>", room=LOBBY),
        denied("auth", f"<registration-required xmlns='{NONE}'/><lobbyroom>{LOBBY}</lobbyroom>"),
        denied("auth", f"<not-authorized xmlns='{NONE}'/>"),
        line(f"{ROOM}/sam00001", "hello"),
        jingle("session-initiate", OFFER + EMPTY),
        jingle("session-initiate", ""),
        jingle("source-add", sources('{"sources":{"a":[[{"s":1}]]}}')),
        jingle("source-add", sources("[" * 5000)),
        jingle("session-terminate", ""),
        jingle("transport-replace", OFFER),
        jingle("session-initiate", OFFER, f"{ROOM}/sam00001"),
        INVITE,
        "<iq xmlns='jabber:client' type='result' id='c2' from='focus.meet.test'>"
        "<conference xmlns='http://jitsi.org/protocol/focus' ready='true'/></iq>",
    ]
)


@settings(deadline=None)
@given(st.lists(FRAMES | st.floats(0, 30) | st.text(max_size=40), max_size=40))
def test_any_order_of_frames_is_borne(steps: list[str | float]) -> None:
    """Replayed, out of turn, from before and after: SignalingError and nothing else, and only a
    session of the focus's that is in the room is ever answered."""
    conversation = Conversation()
    for step in steps:
        try:
            if isinstance(step, float):
                conversation.passes(step)
            else:
                conversation.says(step)
        except SignalingError as exc:
            assert exc.__cause__ is None
    for text in conversation.core.data_to_send():
        parse(text)
