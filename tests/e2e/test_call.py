"""A whole call with nothing scripted but the people: Chromium, the real bot, real speech."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import soundfile
from playwright.async_api import Browser, Page, async_playwright, expect

from consentry.bot import Bot
from consentry.call.plan import Nobody
from consentry.connectors.driver import MediaConsent
from consentry.consent.owner import OwnerCode
from consentry.demo.script import MEETING, demo_config
from consentry.play.meeting import Meeting
from consentry.web.host import Reception, RoomHost, hosting
from tests.e2e.page.browser import BOT_SENDER, FLAGS, WATCH_CONNECTIONS, heard_packets, until
from tests.e2e.page.caller import own
from tests.requirements import need

CHROMIUM = need("chromium")
CODE = "ABCD-EFGH"
ROOM = "party"

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]


@dataclass
class Call:
    """The room's host and a browser to come in with."""

    host: RoomHost
    browser: Browser

    async def enter(self, name: str, *, microphone: bool = True) -> Page:
        context = await self.browser.new_context(permissions=["microphone", "camera"])
        await context.add_init_script(WATCH_CONNECTIONS + BOT_SENDER)
        page = await context.new_page()
        page.set_default_timeout(20_000)
        await page.goto(self.host.page(ROOM))
        await page.get_by_label("Your name").fill(name)
        await page.get_by_label("Microphone", exact=True).set_checked(microphone)
        await page.get_by_role("button", name="Join").click()
        await page.locator("#state.good").wait_for()
        return page

    def decoded(self, standing: MediaConsent) -> float:
        return self.host.bot.metrics.value("decoded_frames", consent=standing.value)


@asynccontextmanager
async def a_browser(speech: Path) -> AsyncIterator[Browser]:
    """Chromium, whose microphone hears ``speech`` over and over."""
    flags = [*FLAGS, f"--use-file-for-fake-audio-capture={speech}"]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser
        await browser.close()


@pytest.fixture
async def call(tmp_path: Path) -> AsyncIterator[Call]:
    speech = tmp_path / "speech.wav"
    samples, rate = soundfile.read(MEETING.with_name("sam.ogg"))
    soundfile.write(speech, samples, rate)
    reception = Reception(lambda room: Nobody(), lambda: OwnerCode(CODE))
    async with (
        Bot(demo_config()) as bot,
        hosting(bot, reception) as host,
        a_browser(speech) as browser,
    ):
        await bot.warm_up()
        yield Call(host, browser)


async def answer(page: Page, purpose: str, said: str) -> None:
    await page.locator(f"[data-purpose={purpose}] [data-answer={said}]").click()


async def test_decline_one_purpose_keep_talking_withdraw_another_read_the_summary(
    call: Call,
) -> None:
    olga = await call.enter("Olga", microphone=False)
    gus = await call.enter("Gus")

    await own(gus, "WRONG-CODE")
    await expect(gus.locator("#owner-error")).to_contain_text("Tries left: 4")
    await gus.get_by_role("button", name="Close", exact=True).click()

    await own(olga, CODE)
    for title in ("Live captions", "Summary"):
        await olga.get_by_role("switch", name=title).click()
    await olga.get_by_role("button", name="Close", exact=True).click()

    await answer(gus, "captions", "no")
    await answer(gus, "summary", "yes")
    await gus.keyboard.press("Escape")
    await answer(olga, "captions", "yes")
    await answer(olga, "summary", "yes")
    await olga.keyboard.press("Escape")

    async with Meeting(MEETING, call.host.page(ROOM)) as meeting, asyncio.TaskGroup() as tasks:
        await meeting.reachable()
        playing = tasks.create_task(meeting.play())

        captions = gus.locator("consentry-captions")
        await expect(captions).to_contain_text("launch party", timeout=30_000)
        await expect(captions).to_contain_text("Mia")

        heard = await heard_packets(olga)
        await until(olga, "(n) => window.heardPackets().then((m) => m >= n)", heard + 100)
        assert call.decoded(MediaConsent.DECLINED) == 0, "Gus talks, and the bot does not hear him"

        await gus.locator("consentry-badge").get_by_role("button").click()
        await answer(gus, "summary", "no")
        await gus.keyboard.press("Escape")
        await expect(gus.locator("consentry-badge")).not_to_contain_text("Summary on")
        await playing

        await olga.get_by_role("tab", name="Transcript").click()
        await expect(olga.locator("#lines")).to_contain_text("order the cake", timeout=15_000)
        assert "Gus" not in await olga.locator("#lines").inner_text()
        await olga.get_by_role("tab", name="Summary").click()
        await olga.get_by_role("button", name="Ask for a summary now").click()
        for reader in (olga, gus):
            await reader.get_by_role("tab", name="Summary").click()
            summary = reader.locator("#summaries")
            await expect(summary).to_contain_text("Book the big meeting room", timeout=15_000)
            await expect(summary).to_contain_text("Olivia")
    assert call.decoded(MediaConsent.DECLINED) == 0
    assert call.decoded(MediaConsent.GRANTED) > 1000
