"""Who gets in: a link opens in one browser, and everybody else is told so, and what to do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from consentry.controls import Command
from consentry.errors import SetupError
from consentry.messages import Reply
from consentry.web.claims import Holder
from consentry.web.links import SKEW, Link
from tests.web.house import ANA, CALL, EVE, MONTH, URL, Call, House, Page, house_in

NEW = "For a new link, write /link to the bot in the chat of the call"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with house_in(tmp_path) as house:
        yield house


@pytest.fixture
async def call(house: House) -> AsyncIterator[Call]:
    async with house.call() as call:
        yield call


async def test_a_preview_of_a_chat_program_takes_and_sees_nothing(call: Call) -> None:
    async with call.house.browser() as preview, call.house.browser() as mine:
        for got in (await preview.get(call.link(ANA)), await preview.head(call.link(ANA))):
            assert got.status_code == 200
            assert "Ana" not in got.text and "Does captions." not in got.text
            assert "set-cookie" not in got.headers
        assert "Does captions." in await Page(mine, call.link(ANA)).claim()


async def test_the_page_opens_in_the_browser_that_had_it_first(call: Call) -> None:
    async with call.house.browser() as mine, call.house.browser() as theirs:
        page = Page(mine, call.link(ANA))
        assert "This page is now yours, in this browser only." in await page.claim()
        for path in ("", "/words", "/receipt", "/erase"):
            got = await theirs.get(f"{page.link}{path}?again")
            assert got.status_code == 403
            assert "This page is open in another browser" in got.text
            assert "write /link" in got.text
            assert "Ana" not in got.text and "Does captions." not in got.text
        for path in ("", "/claim", "/erase", "/download", "/language", "/receipt"):
            got = await theirs.post(f"{page.link}{path}", data={"answer": "no"})
            assert got.status_code == 303 and "set-cookie" not in got.headers
        assert "Waiting for your answer" in await page.show()


async def test_two_who_press_at_once_do_not_both_get_in(call: Call) -> None:
    async with call.house.browser() as one, call.house.browser() as other:
        for browser in (one, other):
            assert "Is this your page?" in (await browser.get(call.link(ANA))).text
        await one.post(f"{call.link(ANA)}/claim")
        await other.post(f"{call.link(ANA)}/claim")
        shown = [await b.get(f"{call.link(ANA)}?again") for b in (one, other)]
        assert [got.status_code for got in shown] == [200, 403]


async def test_the_cookie_is_for_this_page_alone_and_no_script_reads_it(call: Call) -> None:
    async with call.house.browser() as browser:
        got = await browser.post(f"{call.link(ANA)}/claim")
        cookie = got.headers["set-cookie"]
        path = call.link(ANA).removeprefix(URL)
        for part in ("HttpOnly", "SameSite=strict", f"Path={path}", f"Max-Age={MONTH:.0f}"):
            assert part in cookie
        assert "Secure" not in cookie, "there is no https here"
        assert (await browser.get(call.link(EVE))).text.count("Is this your page?")


async def test_where_there_is_https_the_cookie_never_goes_without(tmp_path: Path) -> None:
    async with (
        house_in(tmp_path, "https://bot") as house,
        house.call() as call,
        house.browser() as browser,
    ):
        link = call.link(ANA).replace("https", "http")
        got = await browser.post(f"{link}/claim")
        assert "Secure" in got.headers["set-cookie"]


@pytest.mark.parametrize(("site", "goes_round"), [("cross-site", True), ("same-origin", False)])
async def test_a_link_clicked_on_another_site_goes_round_once(
    call: Call, site: str, goes_round: bool
) -> None:
    """A browser keeps strict cookies back when another site leads to the page."""
    async with call.house.browser() as mine, call.house.browser() as bare:
        page = Page(mine, call.link(ANA))
        await page.claim()
        got = await bare.get(page.link, headers={"Sec-Fetch-Site": site})
        assert ("refresh" in got.text) is goes_round
        assert (got.status_code == 200) is goes_round
        assert "Does captions." in await page.show("?again")


# Links that open nothing.


async def refused(house: House, link: str) -> list[httpx.Response]:
    async with house.browser() as browser:
        paths = ("/claim", "", "/erase", "/download")
        posts = [await browser.post(f"{link}{path}", data={}) for path in paths]
        return [await browser.get(link), *posts]


async def test_an_altered_link_says_so_and_how_to_get_another(call: Call) -> None:
    link = call.link(ANA)
    for altered in (link[:-1], link[:-2] + "AA", f"{URL}/me/x", link.replace(".", "", 1)):
        for got in await refused(call.house, altered):
            assert got.status_code == 404
            assert "is not one that this bot made" in got.text and NEW in got.text


async def test_an_expired_link_says_so(call: Call) -> None:
    async with call.house.browser() as browser:
        page = Page(browser, call.link(ANA))
        await page.claim()
        call.house.clock.ahead = MONTH + 1
        for got in [await browser.get(page.link), *await refused(call.house, page.link)]:
            assert got.status_code == 410
            assert "It has expired" in got.text and NEW in got.text


async def test_a_link_from_the_future_says_that_a_clock_is_wrong(call: Call) -> None:
    call.house.clock.ahead = -SKEW + 60
    async with call.house.browser() as browser:
        assert (await browser.get(call.link(ANA))).status_code == 200
    call.house.clock.ahead = -SKEW - 60
    for got in await refused(call.house, call.link(ANA)):
        assert got.status_code == 404
        assert "one of the clocks is wrong" in got.text and NEW in got.text


async def test_a_link_of_another_call_or_nobody_opens_nothing(call: Call) -> None:
    links = call.house.site.links
    for link in (links.current("c-2", "a"), links.current(CALL, "nobody")):
        for got in await refused(call.house, link):
            assert got.status_code in (303, 410)
            assert got.status_code == 303 or "That call is over" in got.text


async def test_asking_for_a_new_link_ends_the_old_one_wherever_it_is_open(call: Call) -> None:
    async with call.house.browser() as thief, call.house.browser() as mine:
        stolen = Page(thief, call.link(ANA))
        await stolen.claim()
        assert "Does captions." in await stolen.show()
        await call.stack.say(ANA, Command(type="command", text="/link"))
        reply = call.stack.told(ANA, Reply)[-1]
        assert reply.code == "link" and call.link(ANA) in reply.text
        assert call.link(ANA) != stolen.link, "the notice quotes the new one"
        got = await thief.get(stolen.link)
        assert got.status_code == 410
        assert "There is a newer one" in got.text and NEW in got.text
        assert "Does captions." in await Page(mine, call.link(ANA)).claim()


async def test_a_new_link_ends_one_that_nobody_had_opened(call: Call) -> None:
    old = call.link(ANA)
    await call.stack.say(ANA, Command(type="command", text="/link"))
    for got in await refused(call.house, old):
        assert got.status_code == 410 and "There is a newer one" in got.text


async def test_every_notice_quotes_the_same_link(call: Call) -> None:
    before = call.link(ANA)
    await call.stack.say(ANA, Command(type="command", text="/no all"))
    await call.stack.leave(ANA)
    await call.stack.join(ANA)
    assert call.link(ANA) == before


class Broken:
    """Claims on a disk that failed."""

    async def holder(self, link: Link, secret: str | None) -> Holder:
        raise SetupError("consentry.db: the disk failed")

    async def claim(self, link: Link, secret: str) -> bool:
        raise SetupError("consentry.db: the disk failed")

    async def end(self, link: Link) -> None:
        raise SetupError("consentry.db: the disk failed")


async def test_a_store_that_fails_lets_nobody_in_and_says_so(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call.house.site.pages._door.entrance, "_claims", Broken())
    for got in await refused(call.house, call.link(ANA)):
        assert got.status_code == 503
        assert "could not be saved. Please try again" in got.text
        assert "disk" not in got.text


async def test_a_new_link_that_could_not_be_written_down_is_not_given(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(link: Link) -> None:
        raise SetupError("consentry.db: the disk failed")

    before = call.link(ANA)
    monkeypatch.setattr(call.house.site.claims, "end", fails, raising=False)
    await call.stack.say(ANA, Command(type="command", text="/link"))
    assert call.stack.told(ANA, Reply)[-1].code == "unavailable"
    assert call.house.site.link(CALL, "a") == before
