"""Sessions with the focus, and with nobody else."""

from __future__ import annotations

import pytest

from consentry.connectors.jitsi.happenings import (
    Invited,
    Lost,
    Present,
    Sourced,
    Uninvited,
)
from consentry.events import Medium

from .conversation import (
    EMPTY,
    OFFER,
    ROOM,
    Conversation,
    gone,
    jingle,
    me,
    named,
    presence,
    sources,
)


def test_the_focus_invites_and_takes_the_answer() -> None:
    conversation = Conversation()
    conversation.enters()
    invited, sourced = conversation.says(jingle("session-initiate", OFFER + EMPTY))
    assert isinstance(invited, Invited) and "a=mid:audio" in invited.sdp
    assert sourced == Sourced(())
    assert conversation.last("iq").get("type") == "result"
    conversation.core.accept("v=0\r\nm=audio 9 RTP/SAVPF 111\r\na=mid:audio\r\na=ice-ufrag:me\r\n")
    conversation.listen()
    accepted = conversation.last("iq").find("jingle")
    assert accepted is not None and accepted.get("action") == "session-accept"


def test_sources_come_and_go() -> None:
    conversation = Conversation()
    conversation.enters()
    ana = '{"sources":{"ana00001":[[],[],[{"s":7,"n":"ana00001-a0"}]]}}'
    conversation.says(jingle("session-initiate", OFFER + EMPTY))
    (added,) = conversation.says(jingle("source-add", sources(ana)))
    assert isinstance(added, Sourced)
    assert [(s.owner, s.medium, s.ssrc) for s in added.sources] == [("ana00001", Medium.AUDIO, 7)]
    assert conversation.says(jingle("source-remove", sources(ana))) == [Sourced(())]
    assert conversation.says(jingle("source-remove", sources(ana))) == [Sourced(())]


def test_another_invitation_takes_the_place_of_the_first() -> None:
    conversation = Conversation()
    conversation.enters()
    conversation.says(jingle("session-initiate", OFFER + EMPTY))
    kinds = [
        type(h) for h in conversation.says(jingle("session-initiate", OFFER + EMPTY, sid="s2"))
    ]
    assert kinds == [Uninvited, Invited, Sourced]
    assert conversation.says(jingle("session-terminate", "", sid="s1")) == []
    assert conversation.says(jingle("session-terminate", "", sid="s2")) == [Uninvited()]


def test_a_transport_that_is_replaced_is_answered_as_such() -> None:
    conversation = Conversation()
    conversation.enters()
    conversation.says(jingle("session-initiate", OFFER + EMPTY))
    kinds = [type(h) for h in conversation.says(jingle("transport-replace", OFFER + EMPTY))]
    assert kinds == [Uninvited, Invited, Sourced]
    conversation.core.accept("v=0\r\nm=audio 9 RTP/SAVPF 111\r\na=mid:audio\r\n")
    conversation.listen()
    accepted = conversation.last("iq").find("jingle")
    assert accepted is not None and accepted.get("action") == "transport-accept"


@pytest.mark.parametrize("sender", [f"{ROOM}/sam00001", "sam@meet.test/x", ROOM, "focus.meet.test"])
def test_nobody_but_the_focus_invites(sender: str) -> None:
    conversation = Conversation()
    conversation.enters()
    conversation.says(named("sam00001", "Sam"))
    assert conversation.says(jingle("session-initiate", OFFER + EMPTY, sender)) == []
    ended = conversation.last("iq").find("jingle")
    assert ended is not None and ended.get("action") == "session-terminate"
    assert ended.walk("reason", "decline") is not None


@pytest.mark.parametrize("action", ["session-terminate", "source-remove", "transport-info"])
def test_nobody_but_the_focus_ends_or_changes_a_session(action: str) -> None:
    conversation = Conversation()
    conversation.enters()
    conversation.says(named("sam00001", "Sam"), jingle("session-initiate", OFFER + EMPTY))
    assert conversation.says(jingle(action, EMPTY, f"{ROOM}/sam00001")) == []
    assert conversation.last("iq").get("type") == "error"


@pytest.mark.parametrize(
    "impostor",
    [
        presence("focus", powers="none"),
        presence("focus", powers="owner", jid="sam@meet.test/x"),
        presence("focus", powers="owner", room="other@conference.meet.test"),
        presence("Focus", powers="owner"),
    ],
)
def test_who_calls_themselves_focus_is_not_the_focus(impostor: str) -> None:
    conversation = Conversation()
    conversation.logs_in()
    conversation.focus_is_ready()
    conversation.says(impostor, me())
    assert conversation.says(jingle("session-initiate", OFFER + EMPTY)) == []
    ended = conversation.last("iq").find("jingle")
    assert ended is not None and ended.get("action") == "session-terminate"


def test_presence_claims_no_other_s_id() -> None:
    conversation = Conversation()
    conversation.enters()
    claims = "<stats-id>ana00001</stats-id><userId>ana00001</userId>"
    forged = (
        "<x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='owner' "
        "role='moderator'/><status code='110'/></x>"
    )
    (came,) = conversation.says(named("sam00001", "Sam", claims + forged))
    assert isinstance(came, Present)
    assert came.occupant.id == "sam00001" and not came.occupant.owner


def test_a_dead_connection_is_given_up_for_another() -> None:
    conversation = Conversation()
    conversation.enters()
    conversation.says(jingle("session-initiate", OFFER + EMPTY))
    conversation.core.reinvite()
    conversation.listen()
    asked = conversation.last("iq").walk("jingle", "bridge-session")
    assert asked is not None and (asked.get("id"), asked.get("restart")) == ("b1", "true")
    kinds = [
        type(h) for h in conversation.says(jingle("session-initiate", OFFER + EMPTY, sid="s2"))
    ]
    assert kinds == [Invited, Sourced]
    assert Lost() not in conversation.passes(8.0)


def test_where_no_other_connection_is_offered_the_bot_joins_anew() -> None:
    conversation = Conversation()
    conversation.enters()
    conversation.says(jingle("session-initiate", OFFER + EMPTY))
    conversation.core.reinvite()
    assert conversation.passes(6.0) == [Lost()]


def test_a_focus_that_restarts_is_called_back() -> None:
    conversation = Conversation()
    conversation.enters()
    conversation.says(jingle("session-initiate", OFFER + EMPTY))
    assert conversation.says(gone("focus")) == [Uninvited()]
    conversation.passes(1.0)
    assert conversation.last("iq").find("conference") is not None
    back = presence("focus", powers="owner", jid="focus@auth.meet.test/f2")
    conversation.says(back)
    kinds = [type(h) for h in conversation.says(jingle("session-initiate", OFFER + EMPTY))]
    assert kinds == [Invited, Sourced]
