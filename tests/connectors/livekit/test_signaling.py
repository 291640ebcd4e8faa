"""The bot's end of a LiveKit room, with no room behind it."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.connectors.livekit.frames import (
    Came,
    Chatted,
    Controlled,
    Data,
    Entered,
    FromRoom,
    Gone,
    Interrupted,
    Person,
    Publication,
    Readable,
    Sealed,
    Seen,
    Subscribe,
    Text,
    Went,
)
from consentry.connectors.livekit.signaling import (
    ABSENCE,
    MAX_CHAT,
    MAX_PEOPLE,
    OWNER,
    VISIBLE,
    RoomCore,
)
from consentry.errors import SignalingError
from consentry.events import Medium, Participant, Role
from tests.connectors.livekit.rooms import CAMERA, LATER, MIC, SCREEN, person, room

AUDIO, VIDEO, NOTHING = frozenset({Medium.AUDIO}), frozenset({Medium.VIDEO}), frozenset[Medium]()
MIA = Participant("mia", "Mia")


def on(publication: Publication, medium: Medium = Medium.AUDIO, who: str = "mia") -> Subscribe:
    return Subscribe(who, publication.sid, medium, on=True)


def off(publication: Publication, medium: Medium = Medium.AUDIO, who: str = "mia") -> Subscribe:
    return Subscribe(who, publication.sid, medium, on=False)


def sized(fine: bool, who: str = "mia") -> Subscribe:
    return Subscribe(who, CAMERA.sid, Medium.VIDEO, on=True, fine=fine)


# Who is here.


def test_whoever_is_there_has_come() -> None:
    core = RoomCore()
    assert core.receive(Entered("consentry", True, (person(),)), 0.0) == [Came(MIA)]


def test_somebody_who_is_renamed_comes_again() -> None:
    core = room(person())
    assert core.receive(Seen(person(name="Mia B.")), LATER) == [Came(Participant("mia", "Mia B."))]
    assert core.receive(Seen(person(name="Mia B.")), LATER) == []


def test_a_name_is_one_line_and_never_empty() -> None:
    core = room(person(name="  Mia\n\x00 B. "))
    assert core.people["mia"].name == "Mia B."
    core.receive(Seen(person(name="\u200b\n")), LATER)
    assert core.people["mia"].name == "mia"


@pytest.mark.parametrize("who", [person(human=False), person("consentry")])
def test_agents_recorders_and_the_bot_itself_are_nobody(who: Person) -> None:
    core = room()
    assert core.receive(Seen(who), LATER) == []
    assert not core.people


def test_whoever_leaves_has_gone_and_is_asked_for_nothing_more() -> None:
    core = room(person("mia", MIC))
    core.want("mia", AUDIO)
    core.subscriptions()
    assert core.receive(Gone("mia"), LATER) == [Went(MIA)]
    assert core.receive(Gone("mia"), LATER) == []
    core.receive(Seen(person("mia", MIC, session="PA_2")), LATER)
    assert on(MIC) not in core.subscriptions()


def test_somebody_who_left_and_came_back_unnoticed_counts_as_new() -> None:
    core = room(person("mia", MIC))
    core.want("mia", AUDIO)
    happened = core.receive(Seen(person("mia", MIC, session="PA_2")), LATER)
    assert happened == [Went(MIA), Came(MIA), Readable(MIA)]
    assert core.subscriptions() == [on(MIC), off(MIC)]


def test_a_room_has_a_limit() -> None:
    core = room(*(person(f"p{n}", session=f"PA_{n}") for n in range(MAX_PEOPLE + 1)))
    assert len(core.people) == MAX_PEOPLE
    with pytest.raises(SignalingError):
        core.receive(Seen(person("late")), LATER)


def test_nothing_happens_in_a_room_the_bot_is_not_in() -> None:
    with pytest.raises(SignalingError):
        RoomCore().receive(Seen(person()), 0.0)


@pytest.mark.parametrize("identity", ["", "x" * 257])
def test_an_identity_that_is_none_is_refused(identity: str) -> None:
    with pytest.raises(SignalingError):
        room().receive(Seen(person(identity)), LATER)


# What they can read.


def test_people_who_were_there_first_read_the_bot_once_their_clients_know_it() -> None:
    core = RoomCore()
    core.receive(Entered("consentry", True, (person(),)), 10.0)
    assert core.next_timeout() == 10.0 + VISIBLE
    assert core.handle_timeout(10.0 + VISIBLE - 0.1) == []
    assert core.handle_timeout(10.0 + VISIBLE) == [Readable(MIA)]
    assert core.next_timeout() is None


def test_people_who_come_later_read_it_at_once_when_their_client_is_ready() -> None:
    core = room()
    assert core.receive(Seen(person(reads=False)), LATER) == [Came(MIA)]
    assert core.receive(Seen(person()), LATER) == [Readable(MIA)]
    assert core.receive(Seen(person()), LATER) == []


def test_a_telephone_reads_nothing() -> None:
    core = room(person(reads=False))
    assert core.next_timeout() is None


# Who runs the call.


@pytest.mark.parametrize(
    ("attributes", "role"),
    [
        ({OWNER: "true"}, Role.PROVEN_OWNER),
        ({OWNER: "false"}, Role.GUEST),
        ({OWNER: "yes"}, Role.UNKNOWN),
        ({}, Role.UNKNOWN),
    ],
)
def test_a_token_says_who_runs_the_call(attributes: dict[str, str], role: Role) -> None:
    assert room(person(attributes=attributes)).people["mia"].role is role


@pytest.mark.parametrize("word", ["true", "false"])
def test_who_can_write_attributes_proves_nothing_by_them(word: str) -> None:
    core = room(person(attributes={OWNER: word}, writes_attributes=True))
    assert core.people["mia"].role is Role.UNKNOWN


def test_what_was_written_once_stays_unproven_without_the_permission_too() -> None:
    core = room(person(writes_attributes=True))
    forged = person(attributes={OWNER: "true"})
    core.receive(Seen(forged), LATER)
    assert core.people["mia"].role is Role.UNKNOWN
    core.receive(Gone("mia"), LATER)
    core.receive(Seen(replace(forged, session="PA_2")), LATER)
    assert core.people["mia"].role is Role.UNKNOWN


def test_a_proof_ends_with_the_permission_to_write_it() -> None:
    core = room(person(attributes={OWNER: "true"}))
    now = person(attributes={OWNER: "true"}, writes_attributes=True)
    assert core.receive(Seen(now), LATER) == [Came(MIA)]


# What is taken.


def test_nothing_is_subscribed_that_nobody_agreed_to() -> None:
    core = room(person("mia", MIC, CAMERA, SCREEN))
    core.receive(Seen(person("sam", replace(MIC, sid="TR_2"))), LATER)
    assert core.subscriptions() == []


def test_what_is_wanted_is_subscribed_and_no_more() -> None:
    core = room(person("mia", MIC, CAMERA, SCREEN), person("sam", replace(MIC, sid="TR_2")))
    core.want("mia", AUDIO)
    assert core.subscriptions() == [on(MIC)]
    assert core.takes("mia", MIC.sid) is Medium.AUDIO
    core.want("mia", AUDIO | VIDEO)
    assert core.subscriptions() == [on(CAMERA, Medium.VIDEO)]
    core.want("mia", NOTHING)
    assert core.subscriptions() == [off(MIC), off(CAMERA, Medium.VIDEO)]
    assert core.takes("mia", MIC.sid) is None


def test_a_microphone_that_comes_later_is_subscribed_then() -> None:
    core = room(person())
    core.want("mia", AUDIO)
    assert core.subscriptions() == []
    core.receive(Seen(person("mia", MIC)), LATER)
    assert core.subscriptions() == [on(MIC)]
    another = replace(MIC, sid="TR_other")
    core.receive(Seen(person("mia", another)), LATER)
    assert core.subscriptions() == [off(MIC), on(another)]


def test_a_second_microphone_is_not_taken() -> None:
    core = room(person("mia", MIC, replace(MIC, sid="TR_second")))
    core.want("mia", AUDIO)
    assert core.subscriptions() == [on(MIC)]


def test_a_muted_microphone_is_known_to_be() -> None:
    core = room(person("mia", replace(MIC, muted=True)))
    assert core.muted("mia", MIC.sid)
    core.receive(Seen(person("mia", MIC)), LATER)
    assert not core.muted("mia", MIC.sid)


def test_what_is_encrypted_is_left_alone() -> None:
    core = room(person("mia", MIC), person("sam", replace(MIC, sid="TR_2", encrypted=True)))
    core.want("sam", AUDIO)
    assert core.subscriptions() == []


def test_a_call_in_which_all_is_encrypted_is_sealed() -> None:
    core = room(person())
    assert core.receive(Seen(person("mia", replace(MIC, encrypted=True))), LATER) == [Sealed()]


def test_one_person_who_encrypts_does_not_seal_the_call_of_others() -> None:
    core = room(person("sam", replace(MIC, sid="TR_2")), person())
    assert core.receive(Seen(person("mia", replace(MIC, encrypted=True))), LATER) == []


# The server goes away, and comes back.


def test_people_who_are_back_in_time_have_not_left() -> None:
    core = room(person("mia", MIC), person("sam"))
    core.want("mia", AUDIO)
    core.subscriptions()
    core.receive(Interrupted(), 10.0)
    assert core.away
    assert core.receive(Gone("mia"), 10.0) == []
    assert core.receive(Entered("consentry", True, ()), 12.0) == []
    again = replace(MIC, sid="TR_again")
    happened = core.receive(Seen(person("mia", again, session="PA_2")), 14.0)
    assert Came(MIA) not in happened
    assert core.subscriptions()[-1] == on(again)
    assert core.handle_timeout(12.0 + ABSENCE) == [Readable(MIA), Went(Participant("sam", "Sam"))]


@pytest.mark.parametrize("told", [True, False])
def test_who_is_thrown_out_by_their_own_return_has_not_left(told: bool) -> None:
    core = room(person("mia", MIC))
    core.want("mia", AUDIO)
    core.receive(Interrupted(), 10.0)
    core.receive(Entered("consentry", True, (person("mia", MIC),)), 12.0)
    core.subscriptions()
    assert core.settling
    if told:
        assert core.receive(Gone("mia"), 13.0) == []
    again = replace(MIC, sid="TR_again")
    happened = core.receive(Seen(person("mia", again, session="PA_2")), 13.0)
    assert Came(MIA) not in happened and Went(MIA) not in happened
    assert core.subscriptions() == [off(MIC), on(again)]
    assert core.handle_timeout(12.0 + ABSENCE) == [Readable(MIA)]


def test_who_goes_once_the_server_is_back_has_left_a_little_later() -> None:
    core = room(person("mia"), person("sam"))
    core.receive(Interrupted(), 10.0)
    core.receive(Entered("consentry", True, (person("mia"), person("sam"))), 12.0)
    assert core.receive(Gone("mia"), 13.0) == []
    assert core.next_timeout() is not None
    assert core.handle_timeout(12.0 + ABSENCE - 0.1) == []
    assert core.handle_timeout(12.0 + ABSENCE) == [Went(MIA)]
    assert not core.settling
    assert core.receive(Gone("sam"), 40.0) == [Went(Participant("sam", "Sam"))]


def test_somebody_who_says_no_meanwhile_is_not_subscribed_again() -> None:
    core = room(person("mia", MIC))
    core.want("mia", AUDIO)
    core.subscriptions()
    core.receive(Interrupted(), 10.0)
    core.want("mia", NOTHING)
    assert core.subscriptions() == [off(MIC)]
    core.receive(Entered("consentry", True, (person("mia", MIC),)), 12.0)
    assert core.subscriptions() == [off(MIC)], "said again: the server may not have heard it"


def test_what_goes_on_being_wanted_is_subscribed_anew() -> None:
    core = room(person("mia", MIC))
    core.want("mia", AUDIO)
    core.subscriptions()
    core.receive(Interrupted(), 10.0)
    core.receive(Entered("consentry", True, (person("mia", MIC),)), 12.0)
    assert core.subscriptions() == [on(MIC)]


# What people say.


def test_a_line_of_chat_is_its_writers() -> None:
    core = room(person())
    assert core.receive(Text("mia", "lk.chat", "7", "hello"), LATER) == [
        Chatted(MIA, "mia/7", "hello")
    ]


def test_a_line_of_an_old_client_counts_once() -> None:
    core = room(person())
    old = json.dumps({"id": "7", "timestamp": 1, "message": "hello"}).encode()
    assert core.receive(Data("mia", "lk-chat-topic", old), LATER) == [
        Chatted(MIA, "mia/7", "hello")
    ]
    twin = json.dumps({"id": "7", "message": "hello", "ignoreLegacy": True}).encode()
    assert core.receive(Data("mia", "lk-chat-topic", twin), LATER) == []


def test_a_control_is_handed_on() -> None:
    core = room(person())
    control = b'{"type":"hello"}'
    assert core.receive(Data("mia", "consentry", control), LATER) == [Controlled(MIA, control)]


def test_packets_of_other_applications_are_nobodys_business() -> None:
    assert room(person()).receive(Data("mia", "whiteboard", b"\x00"), LATER) == []


@pytest.mark.parametrize(
    "said",
    [
        Data(None, "consentry", b'{"type":"hello"}'),
        Data("", "consentry", b'{"type":"hello"}'),
        Data("nobody", "consentry", b'{"type":"hello"}'),
        Data("mia", "consentry", b"x" * 16_385),
        Text("nobody", "lk.chat", "7", "/no captions"),
        Text("mia", "lk.chat", "7", "x" * (MAX_CHAT + 1)),
        Text("mia", "elsewhere", "7", "hello"),
        Data("mia", "lk-chat-topic", b"[" * 10_000),
        Data("mia", "lk-chat-topic", b'{"id": 7}'),
        Data("mia", "lk-chat-topic", b"\xff"),
        Data("mia", "lk-chat-topic", b"1" * 20_000),
    ],
)
def test_what_is_malformed_or_from_nobody_is_refused(said: FromRoom) -> None:
    with pytest.raises(SignalingError):
        room(person()).receive(said, LATER)


# Whatever happens.

IDENTITIES = st.sampled_from(["mia", "sam", "consentry", ""])
PUBLICATIONS = st.builds(
    Publication,
    st.sampled_from(["TR_1", "TR_2", "TR_3"]),
    st.sampled_from([Medium.AUDIO, Medium.VIDEO, None]),
    muted=st.booleans(),
    encrypted=st.booleans(),
)
PEOPLE = st.builds(
    Person,
    IDENTITIES,
    st.sampled_from(["PA_1", "PA_2"]),
    st.text(max_size=3),
    human=st.booleans(),
    reads=st.booleans(),
    writes_attributes=st.booleans(),
    attributes=st.dictionaries(st.just(OWNER), st.sampled_from(["true", "false", "x"])),
    publications=st.lists(PUBLICATIONS, max_size=3, unique_by=lambda p: p.sid).map(tuple),
)
REPORTS = st.one_of(
    st.builds(
        Entered,
        st.just("consentry"),
        st.booleans(),
        st.lists(PEOPLE, max_size=2, unique_by=lambda p: p.identity).map(tuple),
    ),
    st.builds(Seen, PEOPLE),
    st.builds(Gone, IDENTITIES),
    st.just(Interrupted()),
    st.builds(Text, IDENTITIES, st.sampled_from(["lk.chat", "x"]), st.text(max_size=3), st.text()),
    st.builds(
        Data,
        st.none() | IDENTITIES,
        st.sampled_from(["consentry", "lk-chat-topic", "x"]),
        st.binary(max_size=40),
    ),
)
WANTS = st.tuples(IDENTITIES, st.sets(st.sampled_from([Medium.AUDIO, Medium.VIDEO])))
STEPS = st.lists(st.one_of(REPORTS, WANTS), max_size=30)


class Server:
    """What it was asked for last, of each publication; it may forget all of it when it is away."""

    def __init__(self) -> None:
        self.sends: set[tuple[str, str]] = set()

    def asked(self, changes: list[Subscribe]) -> None:
        for change in changes:
            if change.on:
                self.sends.add((change.identity, change.sid))
            else:
                self.sends.discard((change.identity, change.sid))


@given(STEPS, st.booleans())
def test_the_server_never_sends_what_is_not_wanted(
    steps: list[FromRoom | tuple[str, set[Medium]]], forgets: bool
) -> None:
    core, server = RoomCore(), Server()
    wanted: dict[str, frozenset[Medium]] = {}
    ever_wrote: set[str] = set()
    for now, step in enumerate(steps):
        match step:
            case (str(who), set(media)):
                if who in core.people:
                    wanted[who] = frozenset(media)
                    core.want(who, frozenset(media))
            case Entered() | Seen() | Gone() | Interrupted() | Text() | Data():
                before = set(core.people)
                with suppress(SignalingError):
                    core.receive(step, float(now))
                for who in before - set(core.people):
                    wanted.pop(who, None)
                if isinstance(step, Interrupted) and forgets:
                    server.sends.clear()
        server.asked(core.subscriptions())
        for who, sid in server.sends:
            medium = core.takes(who, sid)
            assert medium is not None and medium in wanted.get(who, ())
        people = step.people if isinstance(step, Entered) else ()
        seen = (step.person,) if isinstance(step, Seen) and core.me else people
        ever_wrote |= {p.identity for p in seen if p.writes_attributes and p.human}
        for known in core.people.values():
            assert known.role is Role.UNKNOWN or known.id not in ever_wrote
        assert "consentry" not in core.people and "" not in core.people


# How large their pictures are.


def test_pictures_are_small_and_those_of_one_person_fine_for_a_while() -> None:
    core = room(person("mia", CAMERA), person("sam", CAMERA, session="PA_2"))
    for who in ("mia", "sam"):
        core.want(who, VIDEO)
    assert core.subscriptions() == [sized(False), sized(False, "sam")]
    core.want("mia", VIDEO, fine=True)
    assert core.subscriptions() == [sized(True)]
    core.want("mia", VIDEO, fine=True)
    assert core.subscriptions() == []
    core.want("mia", VIDEO)
    assert core.subscriptions() == [sized(False)]


def test_a_camera_that_goes_on_while_its_person_checks_in_is_fine_at_once() -> None:
    core = room(person("mia"))
    core.want("mia", VIDEO, fine=True)
    core.receive(Seen(person("mia", CAMERA)), LATER)
    assert core.subscriptions() == [sized(True)]
    core.want("mia", AUDIO)
    core.receive(Gone("mia"), LATER)
    core.receive(Seen(person("mia", CAMERA)), LATER)
    core.want("mia", VIDEO)
    assert core.subscriptions()[-1] == sized(False)
