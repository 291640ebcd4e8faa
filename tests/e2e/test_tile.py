"""The bot's own picture in a real browser: there, marked as the bot's, and its code can be read."""

from __future__ import annotations

import base64
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image
from playwright.async_api import Browser, Page, async_playwright, expect

from consentry.bot import Bot
from consentry.call.plan import Nobody
from consentry.config.loading import load_config
from consentry.consent.owner import OwnerCode
from consentry.events import Pixels
from consentry.tile.content import TileContent
from consentry.tile.drawing import HEIGHT, WIDTH, TileDrawing
from consentry.tile.fonts import Fonts
from consentry.web.host import Reception, RoomHost, hosting
from tests.e2e.page.browser import FLAGS
from tests.e2e.page.caller import own
from tests.requirements import need
from tests.tile.pictures import difference, shows_code

CHROMIUM = need("chromium")
CODE = "ABCD-EFGH"
ROOM = "party"

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

NEXT_PICTURE = """async (video) => {
  await new Promise((shown) => video.requestVideoFrameCallback(shown));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
  canvas.getContext("2d").drawImage(video, 0, 0);
  return canvas.toDataURL("image/png").split(",")[1];
}"""


@dataclass
class Call:
    """The room's host and a browser to come in with."""

    host: RoomHost
    browser: Browser

    async def enter(self, name: str) -> Page:
        context = await self.browser.new_context(permissions=["microphone", "camera"])
        page = await context.new_page()
        page.set_default_timeout(20_000)
        await page.goto(self.host.page(ROOM))
        await page.get_by_label("Your name").fill(name)
        await page.get_by_role("button", name="Join").click()
        await page.locator("#state.good").wait_for()
        return page

    @property
    def about(self) -> str:
        """The address on the code."""
        about = self.host.about(ROOM)
        assert about is not None
        return about

    @property
    def key(self) -> str:
        """The fingerprint that the notice shows."""
        session = self.host.session(ROOM)
        assert session is not None
        return session.notice().fingerprint


@asynccontextmanager
async def a_call(folder: Path, text: str) -> AsyncIterator[Call]:
    path = folder / "consentry.yaml"
    path.write_text(text, encoding="utf-8")
    reception = Reception(lambda room: Nobody(), lambda: OwnerCode(CODE))
    async with (
        Bot(load_config(path)) as bot,
        hosting(bot, reception) as host,
        async_playwright() as playwright,
    ):
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield Call(host, browser)
        await browser.close()


@pytest.fixture
async def call(tmp_path: Path) -> AsyncIterator[Call]:
    text = "bot: {name: Clark}\nplugins: {names: {}}\ntile: {enabled: true}\n"
    async with a_call(tmp_path, text) as call:
        yield call


async def picture(page: Page) -> Pixels:
    """What the bot shows from now on, as sent."""
    encoded = await page.locator(".tile.bot video").evaluate(NEXT_PICTURE)
    image = Image.open(io.BytesIO(base64.b64decode(encoded))).convert("RGB")
    return np.asarray(image, np.uint8)


async def screenshot(page: Page) -> Pixels:
    """The bot's tile on the screen, without what is beside its picture."""
    image = Image.open(io.BytesIO(await page.locator(".tile.bot").screenshot())).convert("RGB")
    scale = min(image.width / WIDTH, image.height / HEIGHT)
    left, above = (image.width - WIDTH * scale) / 2, (image.height - HEIGHT * scale) / 2
    part = (left, above, left + WIDTH * scale, above + HEIGHT * scale)
    return np.asarray(image.crop(part), np.uint8)


async def shown(page: Page, content: TileContent) -> None:
    """Wait until the bot's picture shows ``content``."""
    expected = TileDrawing(Fonts()).pixels(content)
    while difference(await picture(page), expected) > 3:
        pass


async def test_the_bot_shows_what_runs_and_where_to_say_no(call: Call) -> None:
    page = await call.enter("Sam")
    tile = page.locator(".tile.bot.seen")
    await expect(tile).to_contain_text("Clark")
    await expect(tile).to_contain_text("bot, not a person")
    await shown(page, TileContent("Clark", call.about, call.key))
    assert shows_code(await screenshot(page), call.about), "a camera can read it off the screen"

    async with httpx.AsyncClient() as client:
        answer = await client.get(call.about)
    assert "Clark is a bot in this call" in answer.text

    await own(page, CODE)
    await page.get_by_role("switch", name="Who is speaking").click()
    await shown(page, TileContent("Clark", call.about, call.key, running=("Who is speaking",)))


async def test_whoever_comes_later_sees_the_same(call: Call) -> None:
    first = await call.enter("Sam")
    await first.locator(".tile.bot.seen").wait_for()
    second = await call.enter("Mia")
    await shown(second, TileContent("Clark", call.about, call.key))
    await shown(first, TileContent("Clark", call.about, call.key))


async def test_a_bot_that_was_not_told_to_shows_no_picture(tmp_path: Path) -> None:
    async with a_call(tmp_path, "plugins: {names: {}}\n") as call:
        page = await call.enter("Sam")
        await expect(page.locator("#badge")).to_contain_text("Nothing runs on you")
        await own(page, "WRONG")
        await expect(page.locator("#owner-error")).to_contain_text("Tries left")
        assert await page.locator(".tile.bot").count() == 0, "connected, and no tile"
