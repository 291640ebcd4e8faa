"""A link opens the page it was made for, while it lasts, and no other."""

from __future__ import annotations

import base64
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.web.links import MIN_LIFETIME, SKEW, Link, LinkFault, LinkRefused, Links

SECRET = b"a secret of this bot"
NOW = 1_800_000_000.0
TOKEN = string.ascii_letters + string.digits + "-_."
DAY = 24 * 3600.0


class Clock:
    def __init__(self, now: float = NOW) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def links(clock: Clock | None = None, lifetime: float = 0.0, secret: bytes = SECRET) -> Links:
    return Links(secret, "https://bot.example/", clock or Clock(), lifetime)


def token(address: str) -> str:
    return address.rpartition("/")[2]


def fault(made: Links, text: str) -> LinkFault:
    with pytest.raises(LinkRefused) as refused:
        made.read(text)
    assert len(text) < 9 or text not in str(refused.value), "a token stays out of messages"
    return refused.value.fault


def test_a_link_leads_to_the_page_it_was_made_for() -> None:
    made = links()
    address = made.current("c-1", "ana")
    assert address.startswith("https://bot.example/me/")
    link = made.read(token(address))
    assert (link.call, link.person, link.expires - link.made) == ("c-1", "ana", MIN_LIFETIME)
    assert made.address(link) == address


def test_it_stays_the_same_until_its_person_asks_for_another() -> None:
    made = links()
    first = made.current("c-1", "ana")
    assert made.current("c-1", "ana") == first
    assert made.current("c-1", "bo") != first
    assert made.current("c-2", "ana") != first
    assert made.given("c-1", "ana") == made.read(token(first))
    link = made.renew("c-1", "ana")
    assert made.current("c-1", "ana") == made.address(link) != first


def test_it_outlives_a_restart_and_its_call() -> None:
    made = links()
    address = made.current("c-1", "ana")
    made.forget("c-1")
    assert made.read(token(address)) == links().read(token(address))


def test_it_lasts_as_long_as_anything_is_kept_and_a_day_at_least() -> None:
    clock = Clock()
    short, long = links(clock, DAY / 2), links(clock, 30 * DAY)
    one, other = token(short.current("c-1", "ana")), token(long.current("c-1", "ana"))
    clock.now += DAY - 1
    assert short.read(one).person == "ana"
    clock.now += 1
    assert fault(short, one) is LinkFault.EXPIRED
    clock.now = NOW + 30 * DAY - 1
    assert long.read(other).person == "ana"
    clock.now += 1
    assert fault(long, other) is LinkFault.EXPIRED


def test_a_clock_that_was_set_back_a_little_is_forgiven_and_no_more() -> None:
    clock = Clock()
    made = links(clock)
    text = token(made.current("c-1", "ana"))
    clock.now -= SKEW
    assert made.read(text).person == "ana"
    clock.now -= 1
    assert fault(made, text) is LinkFault.FUTURE


def test_another_bots_link_is_refused() -> None:
    text = token(links(secret=b"the secret of another").current("c-1", "ana"))
    assert fault(links(), text) is LinkFault.ALTERED


@pytest.mark.parametrize("text", ["", ".", "x", "é", "a" * 100_000, "..." * 10, "\0"])
def test_what_was_never_a_link_is_refused(text: str) -> None:
    assert fault(links(), text) is LinkFault.ALTERED


@given(position=st.integers(0, 400), letter=st.sampled_from(TOKEN))
def test_a_link_with_one_letter_changed_is_refused(position: int, letter: str) -> None:
    made = links()
    text = token(made.current("c-1", "ana"))
    at = position % len(text)
    altered = text[:at] + letter + text[at + 1 :]
    if altered != text:
        assert fault(made, altered) is LinkFault.ALTERED


@given(cut=st.integers(1, 400), tail=st.text(TOKEN, max_size=8))
def test_a_link_that_was_cut_or_lengthened_is_refused(cut: int, tail: str) -> None:
    made = links()
    text = token(made.current("c-1", "ana"))
    altered = text[: -(cut % len(text)) or None] + tail
    if altered != text:
        assert fault(made, altered) is LinkFault.ALTERED


def test_another_spelling_of_the_same_bytes_is_refused() -> None:
    """The last letter of a signature holds two bits that say nothing."""
    made = links()
    text = token(made.current("c-1", "ana"))
    body, _, signature = text.rpartition(".")
    alphabet = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
    last = alphabet.index(signature[-1])
    same = signature[:-1] + alphabet[last ^ 1]
    padded = [s + "=" * (-len(s) % 4) for s in (signature, same)]
    assert len({base64.urlsafe_b64decode(s) for s in padded}) == 1, "read as the same bytes"
    assert fault(made, f"{body}.{same}") is LinkFault.ALTERED


def test_the_parts_of_two_links_make_no_third() -> None:
    made = links()
    ana, bo = (token(made.current("c-1", who)).rpartition(".") for who in ("ana", "bo"))
    assert fault(made, f"{ana[0]}.{bo[2]}") is LinkFault.ALTERED


def test_names_of_people_and_calls_stand_for_themselves() -> None:
    made = links()
    for person in ("a/b", "Zoë", "x" * 100, "a b", "%2e"):
        address = made.current("c-1", person)
        link: Link = made.read(token(address))
        assert link.person == person
        assert "/" not in token(address) and token(address).isascii()
