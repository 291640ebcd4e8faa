"""The public page of a call: what everybody may know, and nothing of anybody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
from starlette.applications import Starlette

from consentry.call.plan import Plan
from consentry.call.session import Session
from consentry.consent.notice import Offer
from consentry.consent.owner import OwnerCode
from consentry.controls import Disable, Enable
from consentry.controls import OwnerCode as Code
from consentry.events import Participant
from consentry.metrics import Metrics
from consentry.plugin import Mode
from consentry.testing import ScriptedConnector
from consentry.testing.call import fake_context
from consentry.web.about import AboutPages, about_url
from tests.call.test_session import Echo

EVE = Participant("e", "Eve")


@dataclass
class Page:
    """A call with Eve, its owner, and somebody who scanned the code."""

    stack: ScriptedConnector
    client: httpx.AsyncClient
    session: Session

    async def show(self, call: str = "c-1") -> httpx.Response:
        return await self.client.get(about_url("http://bot/", call))


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    echo, stack, code = Echo(), ScriptedConnector(), OwnerCode()
    offer = Offer("captions", echo.purpose, Mode.NOTICE, 12.0)
    context = fake_context()
    plan = Plan("c-1", "Clark <i>", [(echo, offer)], lambda name: context, code)
    session = Session(plan, stack.joins, Metrics())
    pages = AboutPages(lambda call: session if call == "c-1" else None)
    transport = httpx.ASGITransport(Starlette(routes=pages.routes()))
    running = asyncio.ensure_future(session.run())
    await asyncio.sleep(0)
    await stack.join(EVE)
    await stack.say(EVE, Code(type="owner", code=code.code or ""))
    async with httpx.AsyncClient(transport=transport, base_url="http://bot") as client:
        yield Page(stack, client, session)
    stack.end()
    await running


async def test_it_says_who_the_bot_is_and_how_to_say_no(page: Page) -> None:
    html = (await page.show()).text
    assert "Clark &lt;i&gt; is a bot in this call" in html
    assert page.session.signer.fingerprint in html
    assert "/no all" in html and "/no captions" in html


async def test_it_says_what_each_purpose_does_and_whether_it_is_on(page: Page) -> None:
    html = (await page.show()).text
    assert "Does captions." in html
    assert "12 seconds after the notice, unless you say no." in html
    assert "Off in this call" in html
    await page.stack.say(EVE, Enable(type="enable", purpose="captions"))
    assert "Turned on in this call" in (await page.show()).text
    await page.stack.say(EVE, Disable(type="disable", purpose="captions"))
    assert "Off in this call" in (await page.show()).text


async def test_it_names_nobody_and_leads_to_nobodys_page(page: Page) -> None:
    html = (await page.show()).text
    assert "Eve" not in html
    assert "/me/" not in html
    assert "<form" not in html and "<button" not in html


async def test_a_call_that_is_over_or_never_was_is_not_found(page: Page) -> None:
    for call in ("c-2", "..%2fme", "<b>"):
        answer = await page.show(call)
        assert answer.status_code == 404
        assert "<b>" not in answer.text
