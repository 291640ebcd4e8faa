"""The personal page: my answers, on any device, by a link that is mine."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
from itsdangerous import URLSafeTimedSerializer
from starlette.applications import Starlette

from consentry.consent.notice import Offer
from consentry.consent.owner import OwnerCode
from consentry.controls import Enable
from consentry.controls import OwnerCode as Code
from consentry.events import Participant
from consentry.messages import Notice
from consentry.metrics import Metrics
from consentry.plan import Plan
from consentry.session import Session
from consentry.testing import ScriptedConnector
from consentry.testing.call import fake_context
from consentry.web.links import LIFETIME, Links
from consentry.web.personal import PersonalPages
from tests.test_session import Echo

ANA, EVE = Participant("a", "Ana <b>"), Participant("e", "Eve")
SECRET = b"a secret of this process"


@dataclass
class Page:
    """A call with Ana and Eve in it, and a browser that runs no JavaScript."""

    session: Session
    stack: ScriptedConnector
    client: httpx.AsyncClient

    def link(self, who: Participant) -> str:
        link = self.stack.told(who, Notice)[-1].link
        assert link is not None
        return link

    async def show(self, who: Participant) -> str:
        got = await self.client.get(self.link(who))
        assert got.status_code == 200
        return got.text

    async def answer(self, who: Participant, said: str) -> httpx.Response:
        page = await self.show(who)
        hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]+)"', page))
        form = hidden | {"answer": said}
        return await self.client.post(self.link(who), data=form, follow_redirects=True)


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    echo, stack, code = Echo(), ScriptedConnector(), OwnerCode()
    links = Links(SECRET, "http://bot")
    plan = Plan(
        "c-1",
        "Consentry",
        [(echo, Offer("captions", echo.purpose))],
        lambda name: fake_context(),
        code,
        link=lambda person: links.make("c-1", person),
    )
    session = Session(plan, stack.joins, Metrics())
    pages = PersonalPages(links, lambda call: session if call == "c-1" else None)
    transport = httpx.ASGITransport(Starlette(routes=pages.routes()))
    running = asyncio.ensure_future(session.run())
    await asyncio.sleep(0)
    for who in (ANA, EVE):
        await stack.join(who)
    await stack.say(EVE, Code(type="owner", code=code.code or ""))
    await stack.say(EVE, Enable(type="enable", purpose="captions"))
    async with httpx.AsyncClient(transport=transport, base_url="http://bot") as client:
        yield Page(session, stack, client)
    stack.end()
    await running


async def test_it_shows_what_is_asked_and_that_nothing_runs(page: Page) -> None:
    html = await page.show(ANA)
    assert "Does captions." in html
    assert "Waiting for your answer; nothing runs" in html
    assert page.session.signer.fingerprint in html


async def test_a_name_can_not_become_markup(page: Page) -> None:
    html = await page.show(ANA)
    assert "Ana &lt;b&gt;" in html and "Ana <b>" not in html


async def test_an_answer_counts_as_the_button_in_the_call_does(page: Page) -> None:
    html = (await page.answer(ANA, "yes")).text
    assert "Running on you" in html
    assert page.stack.wanted["a"]
    html = (await page.answer(ANA, "no")).text
    assert "You said no; nothing runs" in html
    assert not page.stack.wanted["a"]
    assert "Waiting for your answer" in await page.show(EVE), "hers is hers"


async def test_somebody_who_left_can_still_say_no(page: Page) -> None:
    await page.answer(ANA, "yes")
    link = page.link(ANA)
    await page.stack.leave(ANA)
    version = page.session.consent.version("captions")
    form = {"purpose": "captions", "answer": "no", "version": version}
    await page.client.post(link, data=form)
    assert page.session.consent.refused("captions", "a")


@pytest.mark.parametrize(
    "form",
    [{}, {"purpose": "captions"}, {"purpose": "captions", "answer": "maybe", "version": "v"}],
)
async def test_a_form_that_is_no_answer_changes_nothing(page: Page, form: dict[str, str]) -> None:
    got = await page.client.post(page.link(ANA), data=form)
    assert got.status_code == 400
    assert "Waiting for your answer" in await page.show(ANA)


def altered(link: str) -> str:
    return link[:-2] + ("AA" if not link.endswith("AA") else "BB")


async def test_links_that_are_not_ours_open_nothing(page: Page) -> None:
    other = Links(b"another process", "http://bot").make("c-1", "a")
    ended = Links(SECRET, "http://bot").make("c-2", "a")
    nobody = Links(SECRET, "http://bot").make("c-1", "x")
    for link in (other, ended, nobody, altered(page.link(ANA)), "http://bot/me/x"):
        for got in (await page.client.get(link), await page.client.post(link, data={})):
            assert got.status_code == 404
            assert "This link does not work" in got.text


async def test_a_link_expires(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    token = page.link(ANA).rsplit("/", 1)[-1]
    reader = URLSafeTimedSerializer(SECRET, salt="consentry-personal-page")
    _, made = reader.loads(token, return_timestamp=True)
    later = made.timestamp() + LIFETIME + 1
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: later)
    assert (await page.client.get(page.link(ANA))).status_code == 404
