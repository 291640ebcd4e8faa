"""Drives the browser that receives; only the browser's own processes are measured."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import psutil
from playwright.async_api import Route, async_playwright

from tests.bench.media.pipe import Fields, serve

PAGE = Path(__file__).with_name("chromium.js")
SECURE = "http://localhost/"
"""Worklets exist in secure contexts alone; nothing listens there, the answer is made here."""

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    "--disable-sync",
    "--mute-audio",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
]


def browser_pid() -> int:
    """The one child of Playwright's driver that is a browser, and no child of one."""
    for process in psutil.Process().children(recursive=True):
        parent = process.parent()
        if "chrom" in process.name() and parent is not None and "chrom" not in parent.name():
            return process.pid
    raise RuntimeError("the browser did not start")


async def blank(route: Route) -> None:
    await route.fulfill(content_type="text/html", body="<!doctype html><title>receiver</title>")


async def main() -> None:
    """Serve ``answer`` and ``report`` until stdin is closed."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=FLAGS
        )
        page = await browser.new_page()
        await page.route(SECURE, blank)
        await page.goto(SECURE)
        await page.add_script_tag(path=PAGE)

        async def reply(request: Fields) -> Fields:
            if request["do"] == "answer":
                sdp = await page.evaluate("(sdp) => receiver.answer(sdp)", request["sdp"])
                return {"sdp": sdp, "pid": browser_pid()}
            tally: Fields = await page.evaluate("receiver.report()")
            return tally

        await serve(reply)
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
