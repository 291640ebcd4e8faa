"""The personal page: my answers, what is held of me, and its end, on any device, by my own link."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest
import webvtt
from starlette.applications import Starlette

from consentry.controls import Decide
from consentry.messages import Notice
from consentry.receipts.check import check, read_receipt
from consentry.web.claims import MemoryClaims
from consentry.web.door import Desks, Door
from consentry.web.entrance import Entrance
from consentry.web.links import Links
from consentry.web.personal import PersonalPages
from consentry.web.rendering import Rendering
from tests.web.house import ANA, EVE, URL, Call, House, Page, house_in

WAITING = "Waiting for your answer; nothing runs"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with house_in(tmp_path) as house:
        yield house


@pytest.fixture
async def call(house: House) -> AsyncIterator[Call]:
    async with house.call() as call:
        yield call


@pytest.fixture
async def page(call: Call) -> AsyncIterator[Page]:
    """Ana's, opened in a browser that has it."""
    async with call.house.browser() as browser:
        page = Page(browser, call.link(ANA))
        await page.claim()
        yield page


async def test_it_shows_what_is_asked_and_that_nothing_runs(call: Call, page: Page) -> None:
    html = await page.show()
    assert "Does captions." in html and "to read along" in html
    assert WAITING in html
    assert "Off in this call" in html, "the owner has not turned names on"
    assert call.session.signer.fingerprint in html


async def test_a_name_can_not_become_markup(page: Page) -> None:
    html = await page.show()
    assert "Ana &lt;b&gt;" in html and "Ana <b>" not in html


async def test_an_answer_counts_as_the_button_in_the_call_does(call: Call, page: Page) -> None:
    html = await page.answer("yes")
    assert "You said yes to Captions." in html and "Running on you" in html
    assert call.stack.wanted["a"]
    html = await page.answer("no")
    assert "You said no to Captions." in html and "You said no; nothing runs" in html
    assert not call.stack.wanted["a"]
    async with call.house.browser() as browser:
        eves = Page(browser, call.link(EVE))
        assert WAITING in await eves.claim(), "hers is hers"


async def test_what_came_of_an_act_is_read_out_first(page: Page) -> None:
    html = await page.answer("no")
    assert "<title>You said no to Captions." in html
    assert '<p class="outcome" role="status" tabindex="-1" autofocus>You said no' in html


async def test_it_says_what_i_was_shown_and_said_with_times(call: Call, page: Page) -> None:
    assert "You have not answered yet." in await page.show()
    await call.saw(ANA)
    await page.answer("yes")
    await page.answer("no")
    html = await page.show()
    shown = [html.index(f"<span>{line} Captions</span>") for line in SAID]
    assert shown == sorted(shown)
    assert html.count("<time datetime=") >= 3


SAID = ("Was shown:", "Said yes to:", "Took back the yes to:")


async def test_it_says_what_is_held_and_shows_my_words_on_a_second_step(
    call: Call, page: Page
) -> None:
    assert "Nothing of yours is held now." in await page.show()
    await call.keep(ANA, "Guten Tag.", "Bis <morgen>.")
    await call.keep(EVE, "Eve's own words.")
    html = await page.show()
    assert '<th scope="row">Things you said, as text</th><td>2</td>' in html
    assert '<th scope="row">The name you joined with</th><td>1</td>' in html
    assert "Guten Tag." not in html
    words = await page.show("/words")
    assert "Guten Tag." in words and "Bis &lt;morgen&gt;." in words and "0:01:01" in words
    assert '<span lang="de">' in words
    assert "Eve" not in words


# What I take along.


async def test_i_take_my_data_along(call: Call, page: Page) -> None:
    await call.saw(ANA)
    await call.keep(ANA, "Guten Tag.")
    await call.keep(EVE, "Eve's own words.")
    await call.keep_together()
    got = await page.press("/download", form="json")
    assert got.headers["content-type"] == "application/json"
    assert got.headers["content-disposition"] == 'attachment; filename="my-data.json"'
    data = got.json()
    content = {item["name"]: item.get("content") for item in data["items"]}
    assert content["segment/a-0"]["text"] == "Guten Tag."
    assert content["summary/0"] is None, "what others are in is named, and left to them"
    assert "Eve's" not in got.text and "Eve agree" not in got.text
    assert data["receipt"]["dpv:hasRecordOfActivity"]
    assert check(read_receipt(data["receipt_jws"])).faults == []
    assert "Took a copy: JSON" in await page.show(), "it is in the ledger"


async def test_my_words_are_a_file_that_players_read(call: Call, page: Page) -> None:
    await call.keep(ANA, "Guten <Tag> & hallo.", "Bis morgen.")
    await call.keep(EVE, "Eve's own words.")
    got = await page.press("/download", form="vtt")
    assert got.headers["content-type"].startswith("text/vtt")
    cues = webvtt.from_buffer(io.StringIO(got.text)).captions
    assert [cue.text for cue in cues] == ["Guten &lt;Tag&gt; &amp; hallo.", "Bis morgen."]
    assert "Eve" not in got.text


async def test_everything_is_one_file_if_i_like(call: Call, page: Page) -> None:
    await call.saw(ANA)
    await call.keep(ANA, "Guten Tag.")
    got = await page.press("/download", form="zip")
    with zipfile.ZipFile(io.BytesIO(got.content)) as files:
        assert files.namelist() == ["my-data.json", "my-words.vtt", "receipt.jws"]
        assert "Guten Tag." in files.read("my-words.vtt").decode()
        assert json.loads(files.read("my-data.json"))["call"] == "c-1"


async def test_where_nothing_is_held_there_is_nothing_to_take(page: Page) -> None:
    got = await page.press("/download", form="json")
    assert "There is nothing of yours to take along." in got.text


@pytest.mark.parametrize("form", ["", "exe", "../json"])
async def test_a_form_that_there_is_not_is_not_taken(page: Page, form: str) -> None:
    got = await page.press("/download", form=form)
    assert "This page was too old to act on." in got.text


async def test_what_is_on_the_page_is_stored_by_no_cache(call: Call, page: Page) -> None:
    await call.keep(ANA, "Guten Tag.")
    for got in (await page.browser.get(page.link), await page.press("/download", form="zip")):
        assert got.headers["cache-control"] == "no-store"
        assert got.headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in got.headers["content-security-policy"]


# My receipt.


async def test_my_receipt_can_be_read_and_saved(call: Call, page: Page) -> None:
    await call.saw(ANA)
    await page.answer("yes")
    html = await page.show("/receipt")
    assert "Does captions." in html and "Said yes to: Captions" in html
    assert "Example e.V., dpo@example.org" in html
    saved = await page.press("/receipt")
    assert saved.headers["content-disposition"] == 'attachment; filename="receipt.jws"'
    assert check(read_receipt(saved.text)).faults == []


async def test_without_any_answer_there_is_no_receipt_yet(page: Page) -> None:
    got = await page.browser.get(f"{page.link}/receipt", follow_redirects=True)
    assert "There is nothing of yours to take along." in got.text
    assert "Look at my receipt" not in got.text


@pytest.mark.parametrize("jws", ["", "no.jws", "<script>.x.y", "a.b." + "c" * 85])
async def test_nothing_but_a_receipt_comes_back_as_one(page: Page, jws: str) -> None:
    got = await page.press("/receipt", jws=jws)
    assert "content-disposition" not in got.headers


# Erasure.


async def test_erasure_is_explained_then_done_and_proved(call: Call, page: Page) -> None:
    await call.saw(ANA)
    await page.answer("yes")
    await call.keep(ANA, "Guten Tag.")
    await call.keep(EVE, "Eve's own words.")
    await call.keep_together()
    asked = await page.show("/erase")
    assert "What is kept of you is deleted: 3 in all." in asked
    assert "What others may still hold" in asked
    assert len(await call.archive.held("a")) == 3, "to ask is not to do"
    done = await page.press("/erase")
    assert "Everything that was made from you in this call is erased." in done.text
    assert await call.archive.held("a") == []
    assert len(await call.archive.held("e")) == 2, "Eve's is Eve's"
    assert not call.stack.wanted["a"]
    jws = done.text.partition('name="jws" value="')[2].partition('"')[0]
    receipt = read_receipt(jws)
    assert check(receipt).faults == []
    html = await page.show()
    assert "You said no; nothing runs" in html and "Nothing of yours is held now." in html


async def test_after_erasure_i_may_say_yes_again(call: Call, page: Page) -> None:
    await page.answer("yes")
    await page.press("/erase")
    assert "Running on you" in await page.answer("yes")
    assert call.stack.wanted["a"]


# Two tabs, and forms that are not the page's.


async def test_of_two_tabs_the_later_no_wins(call: Call, page: Page) -> None:
    first = await page.form("captions")
    second = await page.form("captions")
    await page.post("", {**first, "answer": "yes"})
    got = await page.post("", {**second, "answer": "no"})
    assert "You said no to Captions." in got.text
    assert call.session.consent.refused("captions", "a")


async def test_a_yes_from_an_old_tab_does_not_undo_a_no(call: Call, page: Page) -> None:
    old = await page.form("captions")
    await page.answer("no")
    got = await page.post("", {**old, "answer": "yes"})
    assert "Your answer did not count: it was changed elsewhere" in got.text
    assert "You said no; nothing runs" in got.text, "the state as it is"
    assert call.session.consent.refused("captions", "a")


async def test_a_yes_without_a_nonce_of_mine_does_not_count(call: Call, page: Page) -> None:
    [terms] = call.stack.told(EVE, Notice)[-1].purposes
    form = await page.form("captions")
    for nonce in ("", "x", terms.nonce or ""):
        got = await page.post("", {**form, "nonce": nonce, "answer": "yes"})
        assert "Running on you" not in got.text
    assert not call.stack.wanted.get("a")


async def test_an_answer_in_the_call_shows_on_the_page(call: Call, page: Page) -> None:
    act = Decide(type="decide", purpose="captions", answer="no", version="any")
    await call.stack.say(ANA, act)
    assert "You said no; nothing runs" in await page.show()


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"purpose": "captions"},
        {"purpose": "captions", "answer": "maybe", "version": "v"},
        {"purpose": "x" * 100, "answer": "no", "version": "v"},
        {"purpose": "captions", "answer": "no", "version": "v", "extra": "1"},
    ],
)
async def test_a_form_that_is_no_answer_changes_nothing(page: Page, form: dict[str, str]) -> None:
    token = (await page.form())["token"]
    got = await page.post("", {**form, "token": token})
    assert "That was no answer. Nothing has changed." in got.text
    assert WAITING in got.text


@pytest.mark.parametrize("path", ["", "/download", "/erase", "/receipt", "/language"])
@pytest.mark.parametrize("token", ["", "0" * 64, "é"])
async def test_a_form_that_is_not_the_pages_changes_nothing(
    call: Call, page: Page, path: str, token: str
) -> None:
    await call.keep(ANA, "Guten Tag.")
    fields = {"purpose": "captions", "answer": "no", "version": "v", "form": "json"}
    fields |= {"language": "de", "token": token}
    got = await page.post(path, fields)
    assert "This page was too old to act on. Nothing has changed" in got.text
    assert WAITING in got.text
    assert len(await call.archive.held("a")) == 2


async def test_a_form_too_large_or_of_another_kind_changes_nothing(page: Page) -> None:
    many = {f"f{n}": "1" for n in range(20)}
    assert "This page was too old" in (await page.post("", many)).text
    files = {"answer": ("a.txt", b"no")}
    got = await page.browser.post(page.link, files=files, follow_redirects=True)
    assert "This page was too old" in got.text
    got = await page.browser.post(page.link, content=b"\xff\x00", follow_redirects=True)
    assert "This page was too old" in got.text


@pytest.mark.parametrize("query", ["outcome=hacked", "outcome=yes&purpose=x", "outcome=", "x=1"])
async def test_an_address_can_not_make_the_page_say_what_was_not(page: Page, query: str) -> None:
    html = await page.show(f"?{query}")
    assert 'role="status"' not in html


# Who has left, and calls that are over.


async def test_somebody_who_left_can_still_say_no(call: Call, page: Page) -> None:
    await page.answer("yes")
    await call.stack.leave(ANA)
    html = await page.show()
    assert "You have left the call" in html
    assert '<button name="answer" value="yes" disabled' in html
    await page.answer("no")
    assert call.session.consent.refused("captions", "a")


async def test_the_page_outlives_the_call(house: House) -> None:
    async with AsyncExitStack() as stack:
        browser = await stack.enter_async_context(house.browser())
        async with house.call() as call:
            page = Page(browser, call.link(ANA))
            await page.claim()
            await call.saw(ANA)
            await page.answer("yes")
            await call.keep(ANA, "Guten Tag.")
        html = await page.show()
        assert "The call “Weekly &lt;i&gt;” of 22 November 2026 is over." in html
        assert "The call is over; nothing runs" in html and "Does captions." in html
        assert "Said yes to: Captions" in html
        assert '<button name="answer"' not in html
        assert "Guten Tag." in await page.show("/words")
        assert (await page.press("/download", form="json")).json()["items"]
        done = await page.press("/erase")
        assert "Everything that was made from you in this call is erased." in done.text
        jws = done.text.partition('name="jws" value="')[2].partition('"')[0]
        assert check(read_receipt(jws)).faults == []
        gone = await browser.get(page.link)
        assert gone.status_code == 410 and "That call is over" in gone.text


async def test_the_last_receipt_can_be_saved_once_all_is_gone(house: House) -> None:
    async with house.browser() as browser:
        async with house.call() as call:
            page = Page(browser, call.link(ANA))
            await page.claim()
            await call.saw(ANA)
        token = (await page.form())["token"]
        done = await page.post("/erase", {"token": token})
        jws = done.text.partition('name="jws" value="')[2].partition('"')[0]
        saved = await page.post("/receipt", {"token": token, "jws": jws})
        assert saved.text == jws
        assert saved.headers["content-disposition"] == 'attachment; filename="receipt.jws"'


async def test_pages_and_links_outlive_a_restart(tmp_path: Path) -> None:
    async with house_in(tmp_path) as house, house.browser() as browser:
        async with house.call() as call:
            page = Page(browser, call.link(ANA))
            await page.claim()
            await call.saw(ANA)
            await call.keep(ANA, "Guten Tag.")
        cookies = browser.cookies
    async with house_in(tmp_path) as house, house.browser() as browser:
        browser.cookies = cookies
        again = Page(browser, page.link)
        assert "Was shown: Captions" in await again.show()
        assert "Guten Tag." in await again.show("/words")
        async with house.browser() as other:
            assert (await other.get(page.link)).status_code in (200, 403)
            got = await other.get(f"{page.link}?again")
            assert got.status_code == 403, "it is still that browser's"


async def test_a_bot_that_keeps_nothing_has_pages_while_the_call_lasts(call: Call) -> None:
    sessions = call.house.sessions
    links = Links(b"a secret of this process", URL, call.house.clock)
    entrance = Entrance(links, MemoryClaims(), call.house.clock)
    pages = PersonalPages(Door(entrance, Desks(sessions.get), Rendering()))
    transport = httpx.ASGITransport(Starlette(routes=pages.routes()))
    async with httpx.AsyncClient(transport=transport, base_url=URL) as browser:
        page = Page(browser, links.current("c-1", "a"))
        html = await page.claim()
        assert WAITING in html and "This bot keeps no record of answers." in html
        assert "Nothing of yours is held now." in html and "Take it with me" not in html
        assert "Running on you" in await page.answer("yes")
        assert "This page was too old" in (await page.press("/download", form="json")).text
        done = await page.press("/erase")
        assert "Everything that was made from you in this call is erased." in done.text
        assert not call.stack.wanted["a"]
        sessions.clear()
        assert (await browser.get(page.link)).status_code == 410
        sessions["c-1"] = call.session


async def test_the_page_speaks_what_i_choose_and_so_does_the_bot(call: Call) -> None:
    async with call.house.browser(**{"Accept-Language": "fr-CH, fr;q=0.9, en;q=0.8"}) as browser:
        page = Page(browser, call.link(ANA))
        unclaimed = await browser.get(f"{page.link}?language=nl")
        assert '<html lang="nl">' in unclaimed.text and "Is dit jouw pagina?" in unclaimed.text
        assert '<html lang="fr">' in await page.claim()
        assert call.session.languages.of("a") == "fr", "the notice follows"
        got = await page.press("/language", language="de")
        assert "Von jetzt an schreibt Ihnen der Bot auf Deutsch." in got.text
        assert '<h3 id="p-captions"><span>Untertitel</span></h3>' in got.text
        assert '<span lang="en">Names</span>' in got.text
        notice = call.stack.told(ANA, Notice)[-1]
        assert (notice.language, notice.purposes[0].title) == ("de", "Untertitel")
        for bad in ("xx", "", "../de"):
            assert "zu alt" in (await page.press("/language", language=bad)).text


async def test_a_call_of_which_nothing_is_left_has_no_page(house: House) -> None:
    async with house.call() as call:
        link = call.link(ANA)
    async with house.browser() as browser:
        for got in (await browser.get(link), await browser.post(f"{link}/claim")):
            assert got.status_code == 410
            assert "That call is over, and nothing of yours is kept here." in got.text
            assert "/link" not in got.text, "there is nobody to ask"


async def test_where_the_page_is_under_a_path_it_stays_there(tmp_path: Path) -> None:
    async with house_in(tmp_path, f"{URL}/bots/one/") as house, house.call() as call:
        link = call.link(ANA)
        assert link.startswith(f"{URL}/bots/one/me/")
        async with house.browser() as browser:
            inside = link.replace("/bots/one", "")
            got = await browser.post(f"{inside}/claim")
            assert got.headers["location"].startswith("/bots/one/me/")
            assert "Path=/bots/one/me/" in got.headers["set-cookie"]
            html = (await browser.get(inside)).text
            assert 'href="/bots/one/static/personal.css"' in html
