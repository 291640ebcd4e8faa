"""How a page meets the bot on a stack that names no key: trust on first use."""

from __future__ import annotations

import json
from collections.abc import Iterable

import pytest
from playwright.async_api import Page

from tests.e2e.page.browser import until
from tests.e2e.page.introductions import Voice, blank
from tests.e2e.page.room import Room
from tests.e2e.page.terms import CAPTIONS

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

CALL = """
() => {
  window.sent = [];
  window.proved = [];
  window.carrier = Object.assign(new EventTarget(), {
    me: "sam",
    peers: [{ id: "mia", name: "Mia" }],
    send: (id, text) => { window.sent.push([id, text]); return true; },
    prove: (code) => window.proved.push(code),
    close: () => { window.carrierClosed = true; },
  });
  window.tell = (type, detail) => carrier.dispatchEvent(new CustomEvent(type, { detail }));
  window.came = (id, name = "Consentry") => {
    carrier.peers.push({ id, name });
    tell("peer", { id, name });
  };
  window.left = (id) => {
    carrier.peers = carrier.peers.filter((peer) => peer.id !== id);
    tell("gone", { id });
  };
  introduce(carrier);
}
"""

HELLO = ["bot", json.dumps({"type": "hello", "language": "en-US"}, separators=(",", ":"))]


async def in_a_call(room: Room) -> Page:
    page = await blank(room)
    await page.evaluate(CALL)
    return page


async def say(page: Page, sender: str, *texts: str) -> None:
    """Texts arrive from ``sender``, and have been read."""
    await page.evaluate(
        "([from, texts]) => texts.forEach((text) => tell('message', { from, text }))",
        [sender, list(texts)],
    )
    await page.evaluate("introduction.client?.receive('')")


async def asked(page: Page) -> Iterable[str]:
    names: list[str] = await page.evaluate("introduction.client.open.map(({ name }) => name)")
    return names


async def test_the_bot_is_greeted_and_nobody_else(room: Room) -> None:
    page = await in_a_call(room)
    await page.evaluate("came('ben', 'Ben'); came('bot')")
    sent = await page.evaluate("sent")
    assert sent
    assert all(each == HELLO for each in sent), "said again while no answer comes"


async def test_who_was_not_known_yet_when_they_said_hello_says_it_again(room: Room) -> None:
    page = await in_a_call(room)
    await page.evaluate("came('bot')")
    await until(page, "() => sent.length >= 2")
    await say(page, "bot", Voice("sam").card)
    assert await page.evaluate("met.length") == 1


async def test_what_the_first_key_signed_is_believed(room: Room) -> None:
    page, bot = await in_a_call(room), Voice("sam")
    await page.evaluate("came('bot')")
    await say(page, "bot", bot.card, *bot.asks(CAPTIONS))
    assert await asked(page) == ["captions"]
    assert await page.evaluate("met[0].fingerprint") == bot.signer.fingerprint
    assert await page.evaluate("met[0].decide('captions', 'yes')")
    (to, text) = (await page.evaluate("sent"))[-1]
    assert to == "bot"
    assert json.loads(text)["answer"] == "yes"


async def test_what_is_not_signed_or_was_said_before_is_refused(room: Room) -> None:
    page, bot = await in_a_call(room), Voice("sam")
    notice, status = bot.asks(CAPTIONS)
    await page.evaluate("came('bot')")
    await say(page, "bot", bot.card, notice, status)
    await say(page, "bot", notice, status, '{"type":"notice"}', Voice("sam").asks(CAPTIONS)[0])
    refused = await page.evaluate("introduction.client.refused")
    assert (refused["replayed"], refused["forged"]) == (2, 1)
    assert refused["unsigned"] == 3, "one notice without a signature, two empty texts of this test"


@pytest.mark.parametrize("name", ["Consentry", "Mia"])
async def test_nobody_else_is_the_bot_while_it_is_there(room: Room, name: str) -> None:
    page, bot = await in_a_call(room), Voice("sam")
    await page.evaluate("came('bot')")
    await say(page, "bot", bot.card)
    await page.evaluate("(name) => came('eve', name)", name)
    forged = Voice("sam")
    await say(page, "eve", forged.card, bot.card, *forged.asks(CAPTIONS), *bot.asks(CAPTIONS))
    assert await asked(page) == []
    assert await page.evaluate("strangers.length") == 6
    assert await page.evaluate("met.length") == 1
    assert await page.evaluate("introduction.client.fingerprint") == bot.signer.fingerprint


async def test_the_bot_does_not_change_its_key(room: Room) -> None:
    page, bot = await in_a_call(room), Voice("sam")
    await page.evaluate("came('bot')")
    await say(page, "bot", bot.card, Voice("sam").card)
    assert await page.evaluate("introduction.client.fingerprint") == bot.signer.fingerprint
    assert await page.evaluate("introduction.strangers") == 1


async def test_somebody_with_another_name_is_not_the_bot(room: Room) -> None:
    page = await in_a_call(room)
    await say(page, "mia", Voice("sam").card)
    assert await page.evaluate("introduction.client") is None
    assert await page.evaluate("introduction.strangers") == 1


async def test_hellos_of_other_people_are_no_strangers(room: Room) -> None:
    page = await in_a_call(room)
    await say(page, "mia", HELLO[1])
    assert await page.evaluate("introduction.strangers") == 0


async def test_a_bot_that_comes_back_is_known_by_its_key(room: Room) -> None:
    page, bot = await in_a_call(room), Voice("sam")
    await page.evaluate("came('bot')")
    await say(page, "bot", bot.card, *bot.asks(CAPTIONS))
    await page.evaluate("met[0].decide('captions', 'no'); left('bot')")
    assert not await page.evaluate("met[0].connected")
    await page.evaluate("came('bot-again')")
    await say(page, "bot-again", bot.card, *bot.asks(CAPTIONS))
    assert await page.evaluate("met.length") == 1
    assert await page.evaluate("met[0].standing('captions')") == "refused"
    to, text = (await page.evaluate("sent"))[-1]
    assert (to, json.loads(text)["answer"]) == ("bot-again", "no"), "a no is said again"


async def test_another_bot_starts_with_no_answers(room: Room) -> None:
    page, bot, other = await in_a_call(room), Voice("sam"), Voice("sam", "c-2")
    await page.evaluate("came('bot')")
    await say(page, "bot", bot.card, *bot.asks(CAPTIONS))
    await page.evaluate("met[0].decide('captions', 'yes'); left('bot'); came('bot')")
    await say(page, "bot", other.card, *other.asks(CAPTIONS))
    assert await page.evaluate("met.length") == 2
    assert await asked(page) == ["captions"]


async def test_the_bot_says_what_it_calls_me(room: Room) -> None:
    page, bot = await in_a_call(room), Voice("sam/2")
    await page.evaluate("came('bot')")
    await say(page, "bot", bot.card, *bot.asks(CAPTIONS))
    assert await page.evaluate("met[0].me") == "sam/2"
    assert await asked(page) == ["captions"]


async def test_the_bots_code_is_shown_and_nobody_elses(room: Room) -> None:
    page, bot = await in_a_call(room), Voice("sam")
    await page.evaluate("came('bot')")
    await say(page, "mia", '{"type":"code","code":"EVE234"}')
    await say(page, "bot", '{"type":"code","code":"ABC234"}', '{"type":"code","code":"a b"}')
    await say(page, "bot", bot.card)
    await page.evaluate("came('eve')")
    await say(page, "eve", '{"type":"code","code":"EVE567"}')
    await say(page, "bot", '{"type":"code","code":"DEF567"}')
    assert await page.evaluate("proved") == ["ABC234", "DEF567"]
    assert await page.evaluate("introduction.strangers") == 2


async def test_who_is_somebody_new_to_the_bot_is_asked_anew(room: Room) -> None:
    page, bot = await in_a_call(room), Voice("sam")
    await page.evaluate("came('bot')")
    await say(page, "bot", bot.card, *bot.asks(CAPTIONS))
    await page.evaluate("met[0].decide('captions', 'yes')")
    await say(page, "bot", bot.signer.card("sam/2"))
    assert await page.evaluate("met[0].answer('captions')") is None
    assert await page.evaluate("met.length") == 1


async def test_a_card_that_does_not_name_me_means_who_the_stack_says_i_am(room: Room) -> None:
    page, bot = await in_a_call(room), Voice("sam")
    card = json.loads(bot.card)
    del card["you"]
    await page.evaluate("came('bot')")
    await say(page, "bot", json.dumps(card))
    assert await page.evaluate("met[0].me") == "sam"


@pytest.mark.parametrize(
    "card",
    [
        "{",
        "[]",
        "null",
        "{}",
        '{"type":"card"}',
        '{"type":"card","key":7}',
        '{"type":"card","key":"short"}',
        '{"type":"card","key":"' + "A" * 43 + '","you":7}',
        '{"type":"card","key":"' + "A" * 2000 + '"}',
    ],
)
async def test_a_card_without_a_key_is_none(room: Room, card: str) -> None:
    page = await in_a_call(room)
    await page.evaluate("came('bot')")
    await say(page, "bot", card)
    assert await page.evaluate("introduction.client") is None


async def test_an_introduction_that_was_closed_hears_nothing(room: Room) -> None:
    page, bot = await in_a_call(room), Voice("sam")
    await page.evaluate("came('bot')")
    await say(page, "bot", bot.card)
    await page.evaluate("introduction.close()")
    await say(page, "bot", *bot.asks(CAPTIONS))
    assert not await page.evaluate("met[0].connected")
    assert await page.evaluate("met[0].notice") is None
    assert await page.evaluate("carrierClosed")
