"""Who counts as a person, and what the session hears of them."""

from __future__ import annotations

from consentry.connectors.driver import Happening, Reachable
from consentry.connectors.jitsi.muc import Occupant
from consentry.connectors.jitsi.people import People
from consentry.connectors.jitsi.stanzas import Jid
from consentry.events import Joined, Left, Participant, Role


class Roster:
    def __init__(self) -> None:
        self.happened: list[Happening] = []
        self.people = People(self.happened.append, lambda: 1.0)
        self.people.hidden_domain = "hidden.meet.test"

    def heard(self) -> list[Happening]:
        happened, self.happened[:] = list(self.happened), []
        return happened


def occupant(
    id_: str = "ana00001",
    name: str = "Ana",
    *,
    owner: bool = False,
    domain: str = "meet.test",
    machine: bool = False,
    encrypted: bool = False,
) -> Occupant:
    jid = Jid(domain, id_)
    return Occupant(id_, name, owner, jid, machine, encrypted, frozenset({f"{id_}-v0"}))


ANA = Participant("ana00001", "Ana", Role.GUEST)


def test_somebody_comes_and_can_be_written_to() -> None:
    roster = Roster()
    roster.people.present(occupant())
    assert roster.heard() == [Joined(ANA, 1.0), Reachable(ANA)]
    roster.people.present(occupant())
    assert roster.heard() == []


def test_a_name_or_a_role_that_changes_is_said_again() -> None:
    roster = Roster()
    roster.people.present(occupant())
    roster.heard()
    roster.people.present(occupant(owner=True))
    assert roster.heard() == [Joined(Participant("ana00001", "Ana", Role.OWNER), 1.0)]


def test_somebody_leaves_once() -> None:
    roster = Roster()
    roster.people.present(occupant())
    roster.heard()
    assert roster.people.absent("ana00001") and not roster.people.absent("ana00001")
    assert roster.heard() == [Left(ANA, 1.0)]


def test_services_and_users_of_the_hidden_domain_are_no_people() -> None:
    roster = Roster()
    roster.people.present(occupant(machine=True))
    roster.people.present(occupant(domain="hidden.meet.test"))
    assert roster.heard() == [] and len(roster.people) == 0


def test_who_is_gone_when_the_bot_is_back_has_left_and_nobody_else() -> None:
    roster = Roster()
    roster.people.present(occupant())
    roster.people.present(occupant("ben00001", "Ben"))
    roster.heard()
    roster.people.interrupted()
    roster.people.present(occupant("ben00001", "Ben"))
    assert roster.people.settled() == ["ana00001"] and roster.heard() == []


def test_what_they_mute_and_whether_they_can_be_read() -> None:
    roster = Roster()
    roster.people.present(occupant())
    assert roster.people.muted("ana00001", "ana00001-v0")
    assert not roster.people.muted("ana00001", "ana00001-a0")
    assert roster.people.encrypted == frozenset()
    roster.people.present(occupant(encrypted=True))
    assert roster.people.encrypted == {"ana00001"}


def test_who_came_first_inherits_a_room_that_is_nobody_s() -> None:
    roster = Roster()
    assert roster.people.heir is None
    roster.people.present(occupant())
    roster.people.present(occupant("ben00001", "Ben"))
    assert roster.people.heir == "ana00001"
    roster.people.present(occupant("ben00001", "Ben", owner=True))
    assert roster.people.heir is None
