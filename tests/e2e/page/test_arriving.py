"""Somebody checks in to a call in a real browser: by passkey, by PIN, by keyboard alone, and by
face after their yes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, ViewportSize, expect
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from consentry.web.server import STATIC, WebServer
from tests.call.check_ins import ANA, BEN
from tests.e2e.page import accessibility
from tests.e2e.page.authenticator import give_authenticator
from tests.e2e.page.test_personal_page import LABELLED
from tests.people.faces import made_up
from tests.people.register import PIN, made
from tests.web.arrivals import Arrivals, arrivals_in

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(120),
]

PHONE: ViewportSize = {"width": 320, "height": 568}


@dataclass
class Door:
    """A call with Ana in it, and her phone."""

    house: Arrivals
    page: Page
    url: str

    async def enroll(self) -> str:
        """Ana makes a passkey; her id."""
        person, token = await self.house.register.people.invite("Ana Sharp")
        await self.page.goto(f"{self.url}/enroll#{token}")
        await self.press("Begin")
        await self.press("Make a passkey")
        await expect(self.said).to_have_text("You have a passkey now.")
        return person.id

    async def arrive(self) -> None:
        """Her page to check in, by the link that the bot gave her."""
        await self.page.goto(self.house.links.current("c-1", "a"))
        await self.press("This is my page")
        await expect(self.said).to_contain_text("yours")
        await self.page.goto(self.house.links.current("c-1", "a") + "/checkin")

    async def press(self, name: str) -> None:
        """Press the first button of that name by the keyboard."""
        button = self.page.get_by_role("button", name=name, exact=True).first
        await expect(button).to_be_enabled()
        await button.press("Enter")

    @property
    def said(self) -> Locator:
        return self.page.locator("p.outcome").first


@pytest_asyncio.fixture(loop_scope="session")
async def door(browser: Browser, tmp_path: Path) -> AsyncIterator[Door]:
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(arrivals_in(tmp_path))
        await house.call.begins(ANA, BEN)
        house.app.router.routes.append(Mount("/static", StaticFiles(directory=STATIC)))
        server = await stack.enter_async_context(WebServer(house.app))
        url = server.url.replace("127.0.0.1", "localhost")
        house.links.base_url = house.register.address.url = url
        context = await browser.new_context(locale="en-GB", viewport=PHONE)
        stack.push_async_callback(context.close)
        page = await context.new_page()
        await give_authenticator(page)
        yield Door(house, page, url)


async def test_a_passkey_checks_in_with_one_press(door: Door) -> None:
    await door.enroll()
    await door.arrive()
    await door.press("Check in")
    await expect(door.said).to_have_text("You are checked in.")
    await expect(door.said).to_be_focused()
    assert door.house.call.listed() == {"a": ("Ana Sharp", None)}
    assert not door.house.call.taken(ANA)


async def test_a_passkey_opens_the_template_and_the_camera_waits_for_a_yes(door: Door) -> None:
    ana = await door.enroll()
    photo = made_up(np.random.default_rng(1)).photo()
    assert await door.house.register.people.put_face(ana, made(photo))
    await door.arrive()
    await door.press("My passkey, then my face")
    await expect(door.said).to_contain_text("you are asked there")
    assert len(door.house.register.desk.unlocked_now()) == 1
    assert not door.house.call.taken(ANA)
    await door.house.call.agrees(ANA)
    assert door.house.call.taken(ANA)


async def test_a_number_and_a_pin_by_keyboard_alone(door: Door) -> None:
    ana = await door.house.register.enrolled()
    await door.arrive()
    await door.page.get_by_role("textbox", name="Number").focus()
    await door.page.keyboard.type(ana.number)
    await door.page.keyboard.press("Tab")
    await door.page.keyboard.type("000000")
    await door.page.keyboard.press("Enter")
    await expect(door.said).to_have_text(
        "That did not work. Try another way, or again in ten minutes."
    )
    await door.page.get_by_role("textbox", name="Number").focus()
    await door.page.keyboard.type(ana.number)
    await door.page.keyboard.press("Tab")
    await door.page.keyboard.type(PIN)
    await door.page.keyboard.press("Enter")
    await expect(door.said).to_have_text("You are checked in.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_it_can_be_used_by_everybody(door: Door, scheme: str) -> None:
    await door.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    await door.arrive()
    for language in ("en", "de", "nl", "fr"):
        await door.page.goto(f"{door.page.url.partition('?')[0]}?language={language}")
        assert await door.page.evaluate(LABELLED)
        await accessibility.check(door.page)
