"""What presence says of an occupant, and what it can't."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentry.connectors.jitsi.muc import MAX_NAME, Arrived, Card, Occupant, join, read_presence
from consentry.connectors.jitsi.stanzas import Jid
from consentry.connectors.jitsi.xml import element, parse

from .conversation import ID, ROOM, named, presence

OWN = Jid("conference.meet.test", "room", ID)


def occupant(frame: str) -> Occupant:
    said = read_presence(parse(frame), OWN)
    assert isinstance(said, Arrived)
    return said.occupant


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ana", "Ana"),
        ("  Ana \n B. ", "Ana B."),
        ("", "Guest"),
        ("\u202eanA", "anA"),
        ("\u200b\u2066", "Guest"),
        ("x" * 500, "x" * MAX_NAME),
    ],
)
def test_a_name_is_one_line_that_can_be_seen(name: str, shown: str) -> None:
    assert occupant(named("ana00001", name)).name == shown


def test_who_says_nothing_of_a_name_is_a_guest() -> None:
    assert occupant(presence("ana00001")).name == "Guest"


@pytest.mark.parametrize(
    ("powers", "owner"), [("owner", True), ("admin", False), ("member", False), ("none", False)]
)
def test_whose_room_it_is(powers: str, owner: bool) -> None:
    assert occupant(presence("ana00001", powers=powers)).owner is owner


@pytest.mark.parametrize("nick", ["", "a b", "-x", "a" * 65, "ä", "a/b"])
def test_who_can_be_no_endpoint_is_not_there(nick: str) -> None:
    assert read_presence(parse(presence(nick)), OWN) is None


def test_services_are_no_people() -> None:
    recorder = "<features><feature var='http://jitsi.org/protocol/jibri'/></features>"
    assert occupant(presence("ana00001", recorder)).machine
    assert not occupant(presence("ana00001", "<features><feature var='x'/></features>")).machine


def test_end_to_end_encryption_is_seen() -> None:
    on = "<jitsi_participant_e2ee.enabled>true</jitsi_participant_e2ee.enabled>"
    assert occupant(presence("ana00001", on)).encrypted
    assert not occupant(presence("ana00001", on.replace("true", "false"))).encrypted


def test_what_is_muted_is_the_owner_s_own() -> None:
    info = (
        '<SourceInfo>{"ana00001-a0":{"muted":true},"ana00001-v0":{"muted":false},'
        '"ben00001-a0":{"muted":true},"ana00001-v1":7}</SourceInfo>'
    )
    assert occupant(presence("ana00001", info)).muted == {"ana00001-a0", "ana00001-v1"}
    assert occupant(presence("ana00001", "<SourceInfo>not JSON</SourceInfo>")).muted == frozenset()


@settings(deadline=None)
@given(st.text(max_size=20), st.text(max_size=20))
def test_any_presence_is_read(nick: str, inner: str) -> None:
    stanza = element(
        "presence",
        "jabber:client",
        element("SourceInfo", "jabber:client", inner),
        attributes={"from": f"{ROOM}/{nick}"},
    )
    said = read_presence(parse(str(stanza)), OWN)
    assert said is None or isinstance(said, Arrived)


def test_what_the_bot_s_own_presence_says() -> None:
    entering = join(OWN, Card("Consentry", "machine", ("vp8",), poltergeist=False), "secret")
    assert entering.find("bot") is None
    password, codecs = entering.walk("x", "password"), entering.find("jitsi_participant_codecList")
    assert password is not None and password.text == "secret"
    assert codecs is not None and codecs.text == "vp8"
