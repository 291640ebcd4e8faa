"""A claim that holds says who it is; all others are answered alike, in words and in time."""

from __future__ import annotations

import asyncio
import pickle
import time
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from consentry.config.people import Chosen
from consentry.errors import Busy
from consentry.people.claims import Claimed, LinkClaim, PasskeyClaim, PinClaim
from consentry.people.desk import (
    ANSWER_SECONDS,
    LOCKED_SECONDS,
    MAX_WAITING,
    PIN_TRIES,
    CheckInDesk,
    Rules,
    Time,
)
from consentry.people.pin import MAX_WRONG, is_pin
from consentry.people.secrets import new_token
from consentry.people.templates import distance
from tests.people.faces import made_up
from tests.people.register import PIN, Enrolled, Register, made, register_in

ANA = made_up(np.random.default_rng(1))
NOBODYS_NUMBER = "00000000"


@pytest.fixture
async def register(tmp_path: Path) -> AsyncIterator[Register]:
    async with register_in(tmp_path) as register:
        yield register


async def by_pin(register: Register, ana: Enrolled, pin: str = PIN) -> Claimed | None:
    return await register.desk.claim(PinClaim(ana.number, pin))


async def test_a_number_and_its_pin_say_who_it_is(register: Register) -> None:
    ana = await register.enrolled()
    claimed = await by_pin(register, ana)
    assert claimed == Claimed(ana.id, "Ana", False, "code", None)


async def test_a_number_may_be_typed_in_groups(register: Register) -> None:
    ana = await register.enrolled()
    grouped = f" {ana.number[:4]} {ana.number[4:]}"
    assert await register.desk.claim(PinClaim(grouped, "271 828"))


async def test_a_link_says_who_it_is_as_a_whole_or_as_its_token(register: Register) -> None:
    ana = await register.enrolled()
    for typed in (ana.link, f" https://meet.example/i#{ana.link}\n"):
        claimed = await register.desk.claim(LinkClaim(typed))
        assert claimed is not None
        assert (claimed.person_id, claimed.assurance) == (ana.id, "code")


async def test_a_link_opens_the_face_template_and_a_pin_does_not(register: Register) -> None:
    ana = await register.enrolled()
    await register.people.put_face(ana.id, made(ANA.photo()))
    by_link = await register.desk.claim(LinkClaim(ana.link))
    assert by_link is not None and by_link.ticket is not None
    opened = register.desk.unlocked(by_link.ticket)
    assert opened is not None and opened.person == ana.id
    assert distance(opened.template, ANA.photo(), opened.key) < 0.6
    assert by_link.by_face().assurance == "face"
    with_pin = await by_pin(register, ana)
    assert with_pin is not None and with_pin.ticket is None
    assert with_pin.by_face().assurance == "code"


async def test_what_a_ticket_opened_can_go_to_a_worker(register: Register) -> None:
    ana = await register.enrolled()
    await register.people.put_face(ana.id, made(ANA.photo()))
    claimed = await register.desk.claim(LinkClaim(ana.link))
    assert claimed is not None and claimed.ticket is not None
    opened = register.desk.unlocked(claimed.ticket)
    assert opened is not None
    assert pickle.loads(pickle.dumps(opened)).key == opened.key


async def test_a_ticket_is_forgotten_after_the_verdict_and_after_two_minutes(
    register: Register,
) -> None:
    ana = await register.enrolled()
    await register.people.put_face(ana.id, made(ANA.photo()))
    asked: list[tuple[float, object]] = []
    register.desk.tickets._later = lambda seconds, call: asked.append((seconds, call))
    claimed = await register.desk.claim(LinkClaim(ana.link))
    assert claimed is not None and claimed.ticket is not None
    register.desk.forget(claimed.ticket)
    assert register.desk.unlocked(claimed.ticket) is None
    await register.desk.claim(LinkClaim(ana.link))
    assert len(register.desk.unlocked_now()) == 1
    seconds, forget = asked[1]
    assert seconds == 120 and callable(forget)
    forget()
    assert register.desk.unlocked_now() == []


async def test_a_template_of_another_engine_stays_shut(register: Register) -> None:
    ana = await register.enrolled()
    await register.people.put_face(ana.id, made(ANA.photo()))
    desk = register.desk
    other = CheckInDesk(register.people, desk.passkeys, register.hashing, Rules("another engine"))
    claimed = await other.claim(LinkClaim(ana.link))
    assert claimed is not None and claimed.ticket is None
    assert other.unlocked_now() == []


async def test_a_look_alike_is_never_asked_for_their_face(register: Register) -> None:
    ana = await register.enrolled()
    await register.people.put_face(ana.id, made(ANA.photo()))
    await register.people.declare_look_alike(ana.id, True)
    claimed = await register.desk.claim(LinkClaim(ana.link))
    assert claimed is not None
    assert (claimed.look_alike, claimed.ticket) == (True, None)
    assert claimed.by_face().assurance == "code"
    assert not await register.people.put_face(ana.id, made(ANA.photo()))


async def test_who_has_no_face_or_deleted_it_checks_in_all_the_same(register: Register) -> None:
    ana = await register.enrolled()
    await register.people.put_face(ana.id, made(ANA.photo()))
    await register.people.delete_face(ana.id)
    by_link = await register.desk.claim(LinkClaim(ana.link))
    assert by_link is not None and by_link.ticket is None
    assert await by_pin(register, ana)


async def test_after_five_wrong_pins_the_right_one_is_refused_for_ten_minutes(
    register: Register,
) -> None:
    ana = await register.enrolled()
    for _ in range(PIN_TRIES):
        assert await by_pin(register, ana, "000000") is None
    assert await by_pin(register, ana) is None
    register.clock.at += LOCKED_SECONDS - 1
    assert await by_pin(register, ana) is None
    assert await register.desk.claim(LinkClaim(ana.link)), "the other ways are open"
    register.clock.at += 1
    assert await by_pin(register, ana)


async def test_a_lock_outlives_a_restart(tmp_path: Path) -> None:
    async with register_in(tmp_path) as register:
        ana = await register.enrolled()
        for _ in range(PIN_TRIES):
            await by_pin(register, ana, "000000")
    async with register_in(tmp_path) as register:
        assert await by_pin(register, ana) is None


async def guess(register: Register, ana: Enrolled, times: int) -> None:
    """So many wrong PINs over some time, of which the desk hears the last."""
    await register.guessed(ana.number, times - 1)
    assert await by_pin(register, ana, "000000") is None
    register.clock.at += LOCKED_SECONDS


async def test_a_pin_that_was_guessed_at_for_too_long_is_off(tmp_path: Path) -> None:
    async with register_in(tmp_path) as register:
        ana = await register.enrolled()
        await guess(register, ana, MAX_WRONG)
        register.clock.at += 400 * 24 * 3600
        assert await by_pin(register, ana) is None
        assert await register.desk.claim(LinkClaim(ana.link)), "the other ways are open"
    async with register_in(tmp_path) as register:
        assert await by_pin(register, ana) is None, "a restart changes nothing"
        await register.people.forget_wrong(ana.id)
        assert await by_pin(register, ana)


async def test_a_right_pin_begins_the_long_count_anew(register: Register) -> None:
    ana = await register.enrolled()
    for _ in range(2):
        await guess(register, ana, MAX_WRONG - 1)
        assert await by_pin(register, ana)


async def test_tries_at_a_locked_pin_are_no_part_of_the_long_count(register: Register) -> None:
    ana = await register.enrolled()
    for _ in range(MAX_WRONG):
        await by_pin(register, ana, "000000")
    register.clock.at += LOCKED_SECONDS
    assert await by_pin(register, ana)


async def test_a_new_pin_has_no_wrong_ones_against_it(register: Register) -> None:
    ana = await register.enrolled()
    await guess(register, ana, MAX_WRONG)
    await register.people.set_pin(ana.id, await register.hashing.hash("314159"))
    assert await by_pin(register, ana, "314159")


async def test_wrong_pins_sent_all_at_once_are_as_many_tries(register: Register) -> None:
    ana = await register.enrolled()
    wrong = [by_pin(register, ana, "000000") for _ in range(12)]
    assert not any(await asyncio.gather(*wrong, by_pin(register, ana)))
    # The five that counted were tried; the right one came too late.
    assert await by_pin(register, ana) is None


async def test_a_right_pin_lets_the_wrong_ones_before_it_be_forgotten(register: Register) -> None:
    ana = await register.enrolled()
    for _ in range(3):
        for _ in range(PIN_TRIES - 1):
            assert await by_pin(register, ana, "000000") is None
        assert await by_pin(register, ana)


@pytest.mark.parametrize("tries", [1, PIN_TRIES + 2], ids=["open", "locked"])
async def test_nobodys_number_is_answered_as_somebodys_is(register: Register, tries: int) -> None:
    ana = await register.enrolled()
    answers: dict[str, tuple[list[object], list[float]]] = {}
    for number in (ana.number, NOBODYS_NUMBER):
        register.clock.slept.clear()
        said = [await register.desk.claim(PinClaim(number, "000000")) for _ in range(tries)]
        answers[number] = (list(said), list(register.clock.slept))
    assert answers[ana.number] == answers[NOBODYS_NUMBER]
    # On the clock that does not move, each waited for the whole of it.
    assert answers[ana.number][1] == pytest.approx([ANSWER_SECONDS] * tries)


async def test_an_answer_that_took_long_comes_at_the_next_multiple(register: Register) -> None:
    ana = await register.enrolled()
    both = [asyncio.create_task(by_pin(register, ana, pin)) for pin in (PIN, "000000")]
    await asyncio.sleep(0)
    register.clock.at += 1.25 * ANSWER_SECONDS
    await asyncio.gather(*both)
    assert register.clock.slept == pytest.approx([0.75 * ANSWER_SECONDS] * 2, abs=1e-3)


async def test_the_time_of_an_answer_tells_nothing(register: Register) -> None:
    ana = await register.enrolled()
    desk = CheckInDesk(
        register.people, register.desk.passkeys, register.hashing, time=Time(time.monotonic)
    )
    took: dict[str, float] = {}
    for pin, number in ((PIN, ana.number), ("000000", ana.number), ("000000", NOBODYS_NUMBER)):
        began = time.monotonic()
        await desk.claim(PinClaim(number, pin))
        took[f"{pin} {number == ana.number}"] = time.monotonic() - began
    assert all(seconds >= ANSWER_SECONDS for seconds in took.values())


@pytest.mark.parametrize(
    "claim",
    [
        PinClaim("", ""),
        PinClaim("1" * 5000, "1" * 5000),
        PinClaim("٣" * 8, "123456"),
        LinkClaim(""),
        LinkClaim("#"),
        LinkClaim(new_token()),
        PasskeyClaim("{}", ""),
        PasskeyClaim("[" * 20000, "x"),
    ],
)
async def test_what_is_no_claim_of_anybodys_is_answered_with_nothing(
    register: Register, claim: PinClaim | LinkClaim | PasskeyClaim
) -> None:
    await register.enrolled()
    assert await register.desk.claim(claim) is None


async def test_a_link_is_good_in_its_one_spelling(register: Register) -> None:
    ana = await register.enrolled()
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    others = [ana.link[:-1] + last for last in alphabet if last != ana.link[-1]]
    for other in (*others, ana.link + "=", ana.link[:-1]):
        assert await register.desk.claim(LinkClaim(other)) is None


async def test_a_way_that_is_no_longer_allowed_is_taken_from_nobody(register: Register) -> None:
    ana, passkeys = await register.enrolled(), register.desk.passkeys
    rules = Rules(allowed=frozenset({Chosen.LINK}))
    strict = CheckInDesk(register.people, passkeys, register.hashing, rules)
    assert await strict.claim(PinClaim(ana.number, PIN)) is None
    assert await strict.claim(LinkClaim(ana.link))


async def test_a_flood_of_numbers_turns_away_and_locks_nobody(register: Register) -> None:
    ana = await register.enrolled()
    flood = [
        asyncio.create_task(register.desk.claim(PinClaim(f"{number:08d}", "000000")))
        for number in range(MAX_WAITING + 1)
    ]
    await asyncio.sleep(0)
    for _ in range(PIN_TRIES):
        with pytest.raises(Busy, match="try again in a moment"):
            await by_pin(register, ana)
    assert await asyncio.gather(*flood) == [None] * len(flood)
    assert await by_pin(register, ana), "being turned away is no wrong PIN"


async def test_a_flood_at_one_number_lets_the_others_in(register: Register) -> None:
    ana = await register.enrolled()
    flood = [
        asyncio.create_task(register.desk.claim(PinClaim(NOBODYS_NUMBER, "000000")))
        for _ in range(3 * MAX_WAITING)
    ]
    await asyncio.sleep(0)
    assert await by_pin(register, ana)
    answers = await asyncio.gather(*flood, return_exceptions=True)
    # One was being checked; one of those that waited made room for Ana.
    assert answers.count(None) == MAX_WAITING
    assert all(answer is None or isinstance(answer, Busy) for answer in answers)


@pytest.mark.parametrize("pin", ["12345", "111111", "123456", "987654", "12345a", "", "1" * 13])
def test_a_pin_that_is_guessed_first_is_refused(pin: str) -> None:
    assert not is_pin(pin)
    assert is_pin(PIN)


async def test_a_new_claim_shuts_what_the_one_before_opened(register: Register) -> None:
    ana = await register.enrolled()
    await register.people.put_face(ana.id, made(ANA.photo()))
    first, second = [await register.desk.claim(LinkClaim(ana.link)) for _ in range(2)]
    assert first is not None and first.ticket is not None
    assert second is not None and second.ticket is not None
    assert register.desk.unlocked(first.ticket) is None
    assert len(register.desk.unlocked_now()) == 1
