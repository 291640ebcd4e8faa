"""What somebody does in a room's page before anything else: come in, and own the call."""

from __future__ import annotations

from playwright.async_api import Page


async def come_in(page: Page, url: str, name: str) -> None:
    """Open the room at ``url`` and join, with the microphone off."""
    await page.goto(url)
    await page.get_by_label("Your name").fill(name)
    await page.get_by_label("Microphone", exact=True).set_checked(False)
    await page.get_by_role("button", name="Join").click()
    await page.locator("#state.good").wait_for()


async def own(page: Page, code: str) -> None:
    """Give the owner's ``code``; the dialog stays open."""
    await page.get_by_role("button", name="Owner").click()
    await page.get_by_label("One-time code").fill(code)
    await page.get_by_role("button", name="Confirm").click()
