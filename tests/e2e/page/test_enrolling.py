"""Somebody enrolls in a real browser: a passkey, a PIN, a link and a photo; by keyboard, on a
phone, in four languages."""

from __future__ import annotations

import io
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pytest_asyncio
from PIL import Image
from playwright.async_api import (
    BrowserContext,
    Locator,
    Page,
    ViewportSize,
    async_playwright,
    expect,
)
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from consentry.engines.face.loading import FaceSpec
from consentry.people.claims import LinkClaim, PasskeyClaim, PinClaim
from consentry.people.passkeys import Shown, prf_of
from consentry.people.person import Kind, Person
from consentry.people.photos import WorkerPhotos
from consentry.receipts.check import check, read_receipt
from consentry.web.server import STATIC, WebServer
from consentry.workers import Workers
from tests.e2e.page import accessibility
from tests.e2e.page.authenticator import give_authenticator
from tests.e2e.page.browser import FLAGS
from tests.e2e.page.conftest import CHROMIUM
from tests.e2e.page.test_personal_page import LABELLED
from tests.engines.face.photos import photo
from tests.people.register import PIN, Register
from tests.web.mine.pages import Office, office_in

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(180),
]

PHONE: ViewportSize = {"width": 320, "height": 568}
LOADED = 30_000
"""Milliseconds in which the models are loaded and a photo is looked at."""


def camera_file(folder: Path) -> Path:
    """What the camera sees: a still of the astronaut, as Motion JPEG."""
    still = Image.fromarray(photo("astronaut")).crop((90, 0, 360, 270)).resize((480, 480))
    frame = Image.new("RGB", (640, 480), (200, 200, 200))
    frame.paste(still, (80, 0))
    file = io.BytesIO()
    frame.save(file, "JPEG", quality=95)
    path = folder / "camera.mjpeg"
    path.write_bytes(file.getvalue() * 2)
    return path


@dataclass
class Desk:
    """The pages, served, and a browser with a camera for them."""

    office: Office
    url: str
    context: BrowserContext

    @property
    def register(self) -> Register:
        return self.office.register

    async def page(self, **device: Any) -> Page:
        page = await self.context.new_page()
        page.set_default_timeout(30_000)
        await give_authenticator(page, **device)
        return page

    async def person(self, id: str) -> Person:
        person = await self.register.people.person(id)
        assert person is not None
        return person

    def hear(self, claims: list[PasskeyClaim]) -> None:
        """Write down the passkeys that are shown from now on."""
        passkeys = self.register.desk.passkeys
        shown = passkeys.shown

        async def hearing(claim: PasskeyClaim) -> Shown | None:
            claims.append(claim)
            return await shown(claim)

        passkeys.shown = hearing  # type: ignore[method-assign]

    async def begun(self, page: Page) -> str:
        """On her own page, by an invitation; her id."""
        person, token = await self.register.people.invite("Ana")
        await page.goto(f"{self.url}/enroll#{token}")
        assert token not in page.url, "it stands in no history"
        await press(page, "Begin")
        await expect(page.get_by_role("status").first).to_have_text(
            "This is your page. Choose how you check in."
        )
        return person.id


@pytest_asyncio.fixture(loop_scope="session")
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with AsyncExitStack() as stack:
        workers = await stack.enter_async_context(Workers(1))
        photos = WorkerPhotos(workers, FaceSpec())
        office = await stack.enter_async_context(office_in(tmp_path / "store", real=photos))
        office.app.router.routes.append(Mount("/static", StaticFiles(directory=STATIC)))
        server = await stack.enter_async_context(WebServer(office.app))
        office.address.url = server.url.replace("127.0.0.1", "localhost")
        playwright = await stack.enter_async_context(async_playwright())
        flags = [*FLAGS, f"--use-file-for-fake-video-capture={camera_file(tmp_path)}"]
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        stack.push_async_callback(browser.close)
        context = await browser.new_context(locale="en-GB", viewport=PHONE)
        stack.push_async_callback(context.close)
        yield Desk(office, office.address.url, context)


def said(page: Page) -> Locator:
    """What came of an act."""
    return page.locator("p.outcome").first


async def press(page: Page, name: str) -> None:
    """Press a button by the keyboard, once the page's script has enabled it."""
    button = page.get_by_role("button", name=name, exact=True).first
    await expect(button).to_be_enabled()
    await button.press("Enter")


async def test_a_passkey_with_a_secret_opens_a_template_of_the_camera(desk: Desk) -> None:
    page = await desk.page()
    ana = await desk.begun(page)
    await press(page, "Make a passkey")
    await expect(said(page)).to_have_text("You have a passkey now.")
    (passkey,) = (await desk.person(ana)).of(Kind.PASSKEY)
    assert passkey.opens
    await press(page, "Yes, use my camera")
    await expect(page.get_by_role("button", name="Take the photo")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(said(page)).to_have_text(
        "Your template is made, and the photo is gone.", timeout=LOADED
    )
    assert (await desk.person(ana)).face is not None
    # She comes back with her passkey, and it opens the template.
    await press(page, "Leave this page")
    await expect(said(page)).to_have_text("You have left your page.")
    claims: list[PasskeyClaim] = []
    desk.hear(claims)
    await press(page, "Open my page")
    await expect(said(page)).to_have_text("This is your page.")
    assert len(claims) == 1 and prf_of(claims[0].assertion) is not None


async def test_a_device_holds_one_passkey_of_hers(desk: Desk) -> None:
    page = await desk.page()
    ana = await desk.begun(page)
    await press(page, "Make a passkey")
    await expect(said(page)).to_have_text("You have a passkey now.")
    await press(page, "Make a passkey")
    await expect(page.get_by_text("Another way works as well.")).to_be_visible()
    assert len((await desk.person(ana)).of(Kind.PASSKEY)) == 1


async def test_without_a_secret_a_passkey_checks_in_and_opens_nothing(desk: Desk) -> None:
    page = await desk.page(hasPrf=False)
    ana = await desk.begun(page)
    await press(page, "Make a passkey")
    await expect(said(page)).to_have_text("You have a passkey now.")
    (passkey,) = (await desk.person(ana)).of(Kind.PASSKEY)
    assert not passkey.opens
    await expect(page.get_by_text("First make a passkey or a link")).to_be_visible()
    await press(page, "Leave this page")
    await press(page, "Open my page")
    await expect(said(page)).to_have_text("This is your page.")


async def test_a_device_that_makes_no_passkey_is_no_dead_end(desk: Desk) -> None:
    page = await desk.page(isUserVerified=False)
    await desk.begun(page)
    await press(page, "Make a passkey")
    error = page.get_by_text("Another way works as well.")
    await expect(error).to_be_visible()
    await page.get_by_label("New PIN").fill(PIN)
    await page.keyboard.press("Enter")
    await expect(said(page)).to_have_text("Your PIN is set.")


async def test_an_invitation_is_read_in_another_language(desk: Desk) -> None:
    page = await desk.page()
    _, token = await desk.register.people.invite("Ana")
    await page.goto(f"{desk.url}/enroll#{token}")
    await page.get_by_role("link", name="Deutsch").press("Enter")
    await expect(page.locator("html")).to_have_attribute("lang", "de")
    await expect(page).not_to_have_url(re.compile(token))  # as soon as its script has run
    await press(page, "Beginnen")
    await expect(said(page)).to_have_text("Das ist Ihre Seite. Wählen Sie, wie Sie einchecken.")


async def test_a_pin_and_a_link_by_keyboard_alone(desk: Desk) -> None:
    page = await desk.page()
    ana = await desk.begun(page)
    await page.get_by_label("New PIN").focus()
    await page.keyboard.type(PIN)
    await page.keyboard.press("Enter")
    await expect(said(page)).to_be_focused()
    (pin,) = (await desk.person(ana)).of(Kind.PIN)
    assert pin.number is not None
    assert await desk.register.desk.claim(PinClaim(pin.number, PIN))
    await press(page, "Make a link")
    link = await page.locator("#own-link").input_value()
    assert await desk.register.desk.claim(LinkClaim(link))
    await page.get_by_label("Remember it in this browser").press("Space")
    await press(page, "Leave this page")
    await expect(page.get_by_text("You have left your page.")).to_be_visible()
    await page.goto(f"{desk.url}/i")
    await expect(page.get_by_text("This browser remembers your link.")).to_be_visible()
    await page.get_by_role("button", name="Open my page").last.press("Enter")
    await expect(said(page)).to_have_text("This is your page.")


async def test_a_photo_that_will_not_do_is_answered_with_plain_advice(
    desk: Desk, tmp_path: Path
) -> None:
    page = await desk.page()
    ana = await desk.begun(page)
    await press(page, "Make a link")
    dark, text = tmp_path / "dark.png", tmp_path / "text.png"
    Image.fromarray((photo("astronaut") * 0.06).astype(np.uint8)).save(dark)
    text.write_text("no picture")
    for path, told in ((dark, "It is too dark."), (text, "That is no photo")):
        choose = page.get_by_role("button", name="Yes, choose a photo")
        await choose.focus()
        await page.set_input_files("#file", path)
        await expect(page.locator("#advice")).to_contain_text(told, timeout=LOADED)
        await expect(choose).to_be_focused()
    assert (await desk.person(ana)).face is None
    good = tmp_path / "good.png"
    Image.fromarray(photo("astronaut")).save(good)
    await page.set_input_files("#file", good)
    await expect(said(page)).to_have_text(
        "Your template is made, and the photo is gone.", timeout=LOADED
    )


async def test_who_deletes_themselves_can_save_the_last_receipt(desk: Desk) -> None:
    page = await desk.page()
    await desk.begun(page)
    await press(page, "Make a link")
    await page.get_by_label("Yes, I mean it").press("Space")
    await press(page, "Delete everything now")
    await expect(said(page)).to_have_text("You are deleted here, and the keys are destroyed.")
    async with page.expect_download() as saving:
        await page.get_by_role("link", name="Save my receipt").press("Enter")
    saved = await (await saving.value).path()
    assert check(read_receipt(saved.read_text())).faults == []
    assert await desk.register.people.known() == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["en", "de", "nl", "fr"])
async def test_every_page_can_be_used_by_everybody(desk: Desk, locale: str, scheme: str) -> None:
    page = await desk.page()
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    await desk.begun(page)
    await press(page, "Make a link")
    await press(page, "Make a passkey")
    await expect(said(page)).to_have_text("You have a passkey now.")
    await page.locator(f"button[name=language][value={locale}]").click()
    await expect(page.locator("html")).to_have_attribute("lang", locale)
    assert await page.evaluate(LABELLED)
    await accessibility.check(page)
    for path in ("/i", "/enroll"):
        await page.context.clear_cookies()
        await page.goto(f"{desk.url}{path}?language={locale}")
        assert await page.evaluate(LABELLED), path
        await accessibility.check(page)
