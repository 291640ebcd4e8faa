"""Who in the text room is who in the video room: nobody can be taken for another."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from consentry.connectors.janus.codes import LETTERS, Codes
from consentry.connectors.janus.frames import Stream
from consentry.connectors.janus.happenings import Person
from consentry.connectors.janus.ties import MAX_CODES, Outcome, Tied, Ties, Told, Untied

MIA, SAM = 5, 6


def made() -> Codes:
    codes = ("".join(letters) for letters in itertools.product(LETTERS, repeat=6))
    return Codes(lambda: next(codes))


def ties() -> Ties:
    return Ties(made())


def shows(name: str, code: str) -> str:
    return f"{name} #{code}"


def told(outcomes: list[Outcome]) -> str:
    """The one code among what is to be done."""
    [code] = [outcome.code for outcome in outcomes if isinstance(outcome, Told)]
    return code


def test_whoever_shows_the_code_that_was_whispered_to_them_is_known() -> None:
    rooms = ties()
    rooms.seen(Person(MIA, "Mia"))
    code = told(rooms.came("u1", "Mia"))
    assert rooms.id("u1") is None
    assert rooms.seen(Person(MIA, shows("Mia", code))) == [Tied(MIA, "u1")]
    assert (rooms.id("u1"), rooms.username(MIA)) == (MIA, "u1")


def test_the_name_may_lose_the_code_afterwards() -> None:
    rooms = ties()
    code = told(rooms.came("u1", "Mia"))
    rooms.seen(Person(MIA, shows("Mia", code)))
    assert rooms.seen(Person(MIA, "Mia")) == []
    assert rooms.id("u1") == MIA


def test_an_app_may_show_it_in_the_description_of_a_track() -> None:
    rooms = ties()
    code = told(rooms.came("u1", "Mia"))
    microphone = Stream(type="audio", mid="0", description=f"Microphone #{code}")
    assert rooms.seen(Person(MIA, "Mia", (microphone,))) == [Tied(MIA, "u1")]


def test_a_client_that_takes_letters_and_digits_alone_will_do() -> None:
    rooms = ties()
    code = told(rooms.came("u1", "Mia"))
    assert rooms.seen(Person(MIA, f"Mia{code}")) == [Tied(MIA, "u1")]


def test_the_same_name_alone_proves_nothing() -> None:
    rooms = ties()
    rooms.seen(Person(MIA, "Mia"))
    rooms.came(str(MIA), "Mia")
    assert rooms.id(str(MIA)) is None


def test_a_name_written_otherwise_is_the_same_name() -> None:
    rooms = ties()
    code = told(rooms.came("u1", "mia"))
    assert rooms.seen(Person(MIA, shows("\uff2d\uff29\uff21", code))) == [Tied(MIA, "u1")]  # MIA


def test_somebody_elses_code_ties_nobody_and_is_void() -> None:
    rooms = ties()
    rooms.came("u1", "Mia")
    code = told(rooms.came("mallory", "Mallory"))
    outcomes = rooms.seen(Person(MIA, shows("Mia", code)))
    assert [type(outcome) for outcome in outcomes] == [Told], "another code takes its place"
    assert rooms.seen(Person(MIA, shows("Mia", code))) == []
    assert rooms.id("mallory") is None


def test_who_took_the_same_name_to_be_taken_for_another_is_not() -> None:
    rooms = ties()
    rooms.came("u1", "Mia")
    code = told(rooms.came("mallory", "Mia"))
    rooms.seen(Person(MIA, shows("Mia", code)))
    assert rooms.id("mallory") is None


def test_of_two_with_one_name_in_the_video_room_neither_is_known() -> None:
    rooms = ties()
    code = told(rooms.came("u1", "Mia"))
    rooms.seen(Person(SAM, "Mia"))
    rooms.seen(Person(MIA, shows("Mia", code)))
    assert rooms.id("u1") is None


def test_two_codes_at_once_are_none() -> None:
    rooms = ties()
    first, second = told(rooms.came("u1", "Mia")), told(rooms.came("u2", "Mallory"))
    rooms.seen(Person(MIA, f"Mia #{first} #{second}"))
    assert (rooms.id("u1"), rooms.id("u2")) == (None, None)


def test_a_code_counts_once() -> None:
    rooms = ties()
    code = told(rooms.came("u1", "Mia"))
    rooms.seen(Person(MIA, shows("Mia", code)))
    rooms.gone(MIA)
    assert rooms.seen(Person(SAM, shows("Mia", code))) == []
    assert rooms.id("u1") is None


def test_who_takes_the_name_of_somebody_that_left_is_a_stranger() -> None:
    rooms = ties()
    code = told(rooms.came("u1", "Mia"))
    rooms.seen(Person(MIA, shows("Mia", code)))
    assert rooms.went("u1") == [Untied(MIA)]
    rooms.came("u1", "Mia")
    assert rooms.id("u1") is None
    assert rooms.username(MIA) is None


def test_the_code_of_somebody_that_left_is_nobodys() -> None:
    rooms = ties()
    code = told(rooms.came("u1", "Mia"))
    rooms.went("u1")
    rooms.came("u1", "Mia")
    assert rooms.seen(Person(MIA, shows("Mia", code))) == []


def test_who_takes_the_id_of_somebody_that_left_is_a_stranger() -> None:
    rooms = ties()
    code = told(rooms.came("u1", "Mia"))
    rooms.seen(Person(MIA, shows("Mia", code)))
    assert rooms.gone(MIA)[0] == Untied(MIA)
    rooms.seen(Person(MIA, "Mia"))
    assert rooms.username(MIA) is None


def test_a_text_room_out_of_sight_ends_every_tie() -> None:
    rooms = ties()
    code = told(rooms.came("u1", "Mia"))
    rooms.seen(Person(MIA, shows("Mia", code)))
    assert rooms.blind() == [Untied(MIA)]
    assert rooms.came("u1", "Mia") != [], "a new code"


def test_codes_do_not_go_on_for_ever() -> None:
    rooms = ties()
    outcomes = rooms.came("mallory", "Mallory")
    for _ in range(MAX_CODES - 1):
        outcomes = rooms.seen(Person(MIA, shows("Mia", told(outcomes))))
    assert rooms.seen(Person(MIA, shows("Mia", told(outcomes)))) == []


NAMES = st.sampled_from(["Mia", "mia", "Sam", "Mallory"])
USERS = st.sampled_from(["u1", "u2", "u3", "5"])
IDS = st.sampled_from([MIA, SAM, 7])
STEPS = st.lists(
    st.tuples(st.just("came"), USERS, NAMES)
    | st.tuples(st.just("went"), USERS, NAMES)
    | st.tuples(st.just("shows"), IDS, NAMES, USERS)
    | st.tuples(st.just("gone"), IDS, NAMES),
    max_size=30,
)


@settings(max_examples=500, deadline=None)
@given(STEPS)
def test_a_tie_needs_ones_own_code_and_ends_with_either(steps: list[tuple[object, ...]]) -> None:
    """Whatever happens: nobody is tied but who showed a code of that user's, of that stay."""
    rooms, last, mine = ties(), dict[str, str](), set[tuple[object, str]]()
    there, present = set[str](), set[object]()

    def follow(outcomes: list[Outcome], shown: object, code: str | None) -> None:
        for outcome in outcomes:
            match outcome:
                case Told(username=user, code=new):
                    last[user] = new
                case Tied(id=id_, username=user):
                    assert (id_, user) in mine, "tied without their own code"
                    assert id_ == shown

    for step in steps:
        match step:
            case ("came", str(user), str(name)) if user not in there:
                there.add(user)
                follow(rooms.came(user, name), None, None)
            case ("went", str(user), _) if user in there:
                there.discard(user)
                mine = {pair for pair in mine if pair[1] != user}
                last.pop(user, None)
                follow(rooms.went(user), None, None)
            case ("shows", int(id_), str(name), str(user)):
                present.add(id_)
                code = last.get(user)
                if code is not None:
                    mine.add((id_, user))
                display = name if code is None else shows(name, code)
                follow(rooms.seen(Person(id_, display)), id_, code)
            case ("gone", int(id_), _) if id_ in present:
                present.discard(id_)
                mine = {pair for pair in mine if pair[0] != id_}
                follow(rooms.gone(id_), None, None)
        for user in ("u1", "u2", "u3", "5"):
            if (tied := rooms.id(user)) is not None:
                assert user in there
                assert tied in present
                assert rooms.username(tied) == user
